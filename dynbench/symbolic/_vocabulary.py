"""The functions that a model string may call: each name with what it means and how many arguments it takes.

Everything here is built so that the result is a real expression of real arguments which doubles can evaluate as far
as possible: a logistic function is a tanh, which never overflows; a softplus a log cosh, which overflows late and is
smooth; a cube root keeps the sign.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import sympy as sp

__all__ = ["FUNCTIONS", "PIECEWISE", "Function"]

PIECEWISE = "Piecewise"
"""The one function whose arguments are pairs (value, condition); the parser builds it itself."""

_MOST = 16  # arguments of Max and Min, of which SymPy compares every pair


class Function(NamedTuple):
    """What a name stands for.

    Attributes
    ----------
    build : callable
        Builds the expression from those of the arguments.
    most : int
        Largest number of arguments; the smallest is 1.
    compares : bool
        Whether SymPy compares the arguments with zero or with each other, which is slow for long ones.
    expands : int
        How often SymPy expands an argument that it does not know to be real into real and imaginary part. Nested,
        that takes exponential time.
    """

    build: Callable[..., sp.Expr]
    most: int = 1
    compares: bool = False
    expands: int = 0


def _absolute(s: sp.Expr) -> sp.Expr:
    # SymPy computes |s| through conjugates, in exponential time, where it does not know that s is real. In a model
    # it is, wherever it is defined.
    if not s.is_extended_real:
        return sp.Max(s, -s)
    found = sp.Abs(s)
    # Behind a factor SymPy leaves |.| as it is, |x|/3 within |.| as ||x||/3: read again from its text that is |x|/3.
    left = [f for f in sp.Mul.make_args(found) if isinstance(f, sp.Abs) and f.args[0] != s]
    return _multiplied_out(found.xreplace({f: sp.Abs(f.args[0]) for f in left}))


def _multiplied_out(s: sp.Expr) -> sp.Expr:
    """An expression without the -(x - 1) that SymPy leaves in |.|: read again from its text that is 1 - x."""
    return s.replace(
        lambda e: e.is_Mul and len(e.args) == 2 and e.args[0] == -1 and e.args[1].is_Add,
        lambda e: sp.Mul(-1, e.args[1]),
    )


def _cube_root(s: sp.Expr) -> sp.Expr:
    return sp.sign(s) * _absolute(s) ** sp.Rational(1, 3)


def _logistic(s: sp.Expr) -> sp.Expr:
    return sp.S.Half + sp.tanh(s / 2) / 2


def _relu(s: sp.Expr) -> sp.Expr:
    # Piecewise rather than Max, which differentiates twice to DiracDelta; but SymPy multiplies out every case of a
    # Piecewise that stands in a condition.
    return sp.Max(s, 0) if s.has(sp.Piecewise) else sp.Piecewise((s, s > 0), (0, True))


def _softplus(s: sp.Expr) -> sp.Expr:
    return s / 2 + sp.log(sp.cosh(s / 2)) + sp.log(2)


def _logarithm(base: int) -> Callable[[sp.Expr], sp.Expr]:
    return lambda s: sp.log(s) / sp.log(base)


FUNCTIONS: dict[str, Function] = {
    **{name: Function(getattr(sp, name)) for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "erf")},
    **{name: Function(getattr(sp, name)) for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh")},
    **{f"arc{name[1:]}": Function(getattr(sp, name)) for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh")},
    **{name: Function(getattr(sp, name), expands=1) for name in ("sinh", "cosh", "tanh")},
    **{name: Function(getattr(sp, name), compares=True) for name in ("sign", "Heaviside")},
    **{name: Function(sp.Max, most=_MOST, compares=True) for name in ("Max", "max")},
    **{name: Function(sp.Min, most=_MOST, compares=True) for name in ("Min", "min")},
    **{name: Function(_absolute, compares=True) for name in ("abs", "Abs")},
    **{name: Function(_logistic, expands=1) for name in ("logistic", "sigmoid")},
    "ln": Function(sp.log),
    "log10": Function(_logarithm(10)),
    "log2": Function(_logarithm(2)),
    "cbrt": Function(_cube_root, compares=True),
    "relu": Function(_relu, compares=True),
    "softplus": Function(_softplus, expands=2),
}
"""Every function that a model string may call, `PIECEWISE` apart."""
