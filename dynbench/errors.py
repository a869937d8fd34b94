"""The exceptions that dynbench raises on purpose.

Everything derives from `DynbenchError`, so one ``except`` clause separates "dynbench said no" from a defect.
"""

from __future__ import annotations

__all__ = ["ConvergenceError", "DynbenchError", "InputError", "ModelError"]


class DynbenchError(Exception):
    """Base of every exception that dynbench raises on purpose."""


class ModelError(DynbenchError, ValueError):
    """A system was declared wrongly: the message names the symbol or equation at fault."""


class InputError(DynbenchError, ValueError):
    """An argument of a public function is wrong: the message names it and says what was expected."""


class ConvergenceError(DynbenchError, RuntimeError):
    """A numerical method failed where its caller needs a number, not a status."""
