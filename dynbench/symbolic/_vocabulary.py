"""The functions that a model string may call: each name with what it means and how many arguments it takes.

Everything here is built so that the result is a real expression of real arguments that doubles and enclosures
can evaluate without overflow: a logistic function is a tanh, a softplus a log cosh, a cube root keeps the sign.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import sympy as sp

__all__ = ["FUNCTIONS", "PIECEWISE", "Function"]

PIECEWISE = "Piecewise"
"""The one function whose arguments are pairs (value, condition); the parser builds it itself."""


class Function(NamedTuple):
    """What a name stands for: how to build it, its largest number of arguments, and the work that it makes for SymPy.

    `weight` counts the functions nested in what is built; where it `compares`, SymPy compares the arguments with
    zero or with each other, which is slow for long ones.
    """

    build: Callable[..., sp.Expr]
    most: int = 1
    weight: int = 1
    compares: bool = False


def _absolute(s: sp.Expr) -> sp.Expr:
    # Where SymPy cannot tell that s is real it computes |s| through conjugates, which takes time exponential in
    # the depth; s of a model is real wherever it is defined.
    return sp.Abs(s) if s.is_extended_real else sp.Max(s, -s)


def _cube_root(s: sp.Expr) -> sp.Expr:
    return sp.sign(s) * _absolute(s) ** sp.Rational(1, 3)


def _logistic(s: sp.Expr) -> sp.Expr:
    return sp.S.Half + sp.tanh(s / 2) / 2


def _relu(s: sp.Expr) -> sp.Expr:
    # Piecewise rather than Max, which differentiates twice to DiracDelta; but SymPy multiplies out every case of a
    # Piecewise within a condition.
    return sp.Max(s, 0) if s.has(sp.Piecewise) else sp.Piecewise((s, s > 0), (0, True))


def _softplus(s: sp.Expr) -> sp.Expr:
    return s / 2 + sp.log(sp.cosh(s / 2)) + sp.log(2)


_MOST = 16  # Max and Min compare every pair of arguments

FUNCTIONS: dict[str, Function] = {
    "sin": Function(sp.sin),
    "cos": Function(sp.cos),
    "tan": Function(sp.tan),
    "sinh": Function(sp.sinh),
    "cosh": Function(sp.cosh),
    "tanh": Function(sp.tanh),
    "asin": Function(sp.asin),
    "acos": Function(sp.acos),
    "atan": Function(sp.atan),
    "asinh": Function(sp.asinh),
    "acosh": Function(sp.acosh),
    "atanh": Function(sp.atanh),
    "arcsin": Function(sp.asin),
    "arccos": Function(sp.acos),
    "arctan": Function(sp.atan),
    "arcsinh": Function(sp.asinh),
    "arccosh": Function(sp.acosh),
    "arctanh": Function(sp.atanh),
    "exp": Function(sp.exp),
    "log": Function(sp.log),
    "ln": Function(sp.log),
    "log10": Function(lambda s: sp.log(s) / sp.log(10)),
    "log2": Function(lambda s: sp.log(s) / sp.log(2)),
    "sqrt": Function(sp.sqrt),
    "cbrt": Function(_cube_root, weight=3, compares=True),
    "abs": Function(_absolute, weight=2, compares=True),
    "Abs": Function(_absolute, weight=2, compares=True),
    "sign": Function(sp.sign, weight=2, compares=True),
    "Max": Function(sp.Max, most=_MOST, weight=2, compares=True),
    "max": Function(sp.Max, most=_MOST, weight=2, compares=True),
    "Min": Function(sp.Min, most=_MOST, weight=2, compares=True),
    "min": Function(sp.Min, most=_MOST, weight=2, compares=True),
    "relu": Function(_relu, weight=2, compares=True),
    "logistic": Function(_logistic),
    "sigmoid": Function(_logistic),
    "softplus": Function(_softplus, weight=3),
    "erf": Function(sp.erf),
    "Heaviside": Function(sp.Heaviside, weight=2, compares=True),
}
"""Every function that a model string may call, `PIECEWISE` apart."""
