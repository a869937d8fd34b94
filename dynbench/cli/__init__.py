"""The command ``dynbench``: report, check and find from the terminal."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command; what it needs is imported here, so that Ctrl-C ends the start-up in order, too."""
    try:
        from dynbench.cli.app import main as run

        run()
    except KeyboardInterrupt:
        print("dynbench: interrupted", file=sys.stderr)
        sys.exit(130)
