"""The command ``dynbench``: report, check and find from the terminal."""

from dynbench.cli.app import app, main

__all__ = ["app", "main"]
