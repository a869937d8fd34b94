"""The exit codes of the command."""

from __future__ import annotations

import enum

__all__ = ["ExitCode"]


class ExitCode(enum.IntEnum):
    """What the command ends with; the help of ``dynbench`` lists the same."""

    FINE = 0
    REQUIREMENT_NOT_MET = 1
    USAGE = 2
    BAD_MODEL = 3
    NUMERICAL_FAILURE = 4
    INTERRUPTED = 130
