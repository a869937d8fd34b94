"""The command ``dynbench``: report, check, find and verify from the terminal."""

from __future__ import annotations

import sys

from dynbench.cli.codes import ExitCode

__all__ = ["main"]


def main() -> None:
    """Run the command. Ctrl-C ends it in order, but for the second or so in which Python still imports SymPy."""
    try:
        from dynbench.cli.app import main as run

        run()
    except KeyboardInterrupt:
        print("dynbench: interrupted", file=sys.stderr)
        sys.exit(ExitCode.INTERRUPTED)
