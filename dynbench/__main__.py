"""``python -m dynbench`` is the command ``dynbench``."""

from dynbench.cli import main

if __name__ == "__main__":
    main()
