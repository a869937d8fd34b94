"""Activation functions: by name, as a SymPy function class, or as a Lambda of one variable."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef, FunctionClass, UndefinedFunction

from dynbench.errors import ModelError
from dynbench.symbolic.parsing import parse_expression

__all__ = ["as_activation", "logistic"]

_S = sp.Symbol("s", real=True)
_NAMES = {name: sp.Lambda(_S, parse_expression(text, {"s": _S})) for name, text in (
    ("tanh", "tanh(s)"),
    ("logistic", "logistic(s)"),
    ("relu", "relu(s)"),
    ("linear", "s"),
)}  # fmt: skip
#: The logistic function as (1 + tanh(s/2))/2, which never overflows.
logistic = _NAMES["logistic"]


def as_activation(value: Any) -> sp.Lambda:
    """The function of one variable that `value` stands for.

    Parameters
    ----------
    value : str, SymPy function class or Lambda
        "tanh", "logistic", "relu" or "linear"; ``sympy.erf``; ``Lambda(s, s/(1 + Abs(s)))``.

    Raises
    ------
    ModelError
        If it stands for none.
    """
    if isinstance(value, str):
        if value in _NAMES:
            return _NAMES[value]
    elif isinstance(value, sp.Lambda):
        if len(value.variables) == 1 and isinstance(value.expr, sp.Expr) and value.expr.has_free(*value.variables):
            return value
    elif isinstance(value, FunctionClass) and not isinstance(value, UndefinedFunction):
        function = _of_one_variable(value)
        if function is not None:
            return function
    names = ", ".join(map(repr, _NAMES))
    raise ModelError(
        f"The activation {value!r:.60} is unknown; expected {names}, a SymPy function or a Lambda of one variable."
    )


def _of_one_variable(function: Any) -> sp.Lambda | None:
    try:
        applied = function(_S)
    except (TypeError, ValueError):  # it wants another number of arguments
        return None
    fine = isinstance(applied, sp.Expr) and applied.has_free(_S) and not applied.atoms(AppliedUndef)
    return sp.Lambda(_S, applied) if fine else None
