"""Rewriting for doubles what would overflow although its value does not: log cosh, softplus and their derivatives.

The antiderivative of tanh is log cosh, a number near 799 where cosh itself is beyond the range of doubles. Expressions
stay as the user and the proofs have them; only the code for doubles computes them in another way.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy as sp

__all__ = [
    "LogCosh",
    "Softplus",
    "log_cosh",
    "log_cosh_of_float",
    "softplus",
    "softplus_of_float",
    "without_overflow",
]

_LOG_2 = math.log(2.0)


class LogCosh(sp.Function):
    """log(cosh(u)), in generated code only."""

    nargs = 1


class Softplus(sp.Function):
    """log(1 + exp(u)), in generated code only."""

    nargs = 1


def without_overflow(e: sp.Expr) -> sp.Expr:
    """The same function with log cosh, softplus, sinh/cosh and exp/(1 + exp) as functions that do not overflow.

    Examples
    --------
    >>> import sympy as sp
    >>> s = sp.Symbol("s", real=True)
    >>> without_overflow(sp.log(2*sp.cosh(s)))
    LogCosh(s) + log(2)
    >>> without_overflow(sp.sinh(s)/sp.cosh(s)), without_overflow(sp.exp(s)/(1 + sp.exp(s)))
    (tanh(s), 1/(1 + exp(-s)))
    """
    if not e.has(sp.cosh, sp.exp):
        return e
    whole = e.replace(lambda part: isinstance(part, sp.Mul), _quotient)
    return whole.replace(sp.log, _logarithm)


def _logarithm(argument: sp.Expr) -> sp.Expr:
    coefficient, rest = argument.as_independent(sp.cosh, sp.exp, as_Add=False)
    if isinstance(rest, sp.cosh) and coefficient.is_positive and coefficient.is_number:
        return LogCosh(rest.args[0]) + sp.log(coefficient)
    exponent = _exponent(argument)
    return sp.log(argument) if exponent is None else Softplus(exponent)


def _quotient(part: sp.Expr) -> sp.Expr:
    factors = list(sp.Mul.make_args(part))
    for i, below in enumerate(factors):
        if not (isinstance(below, sp.Pow) and below.exp == -1):
            continue
        others = factors[:i] + factors[i + 1 :]
        if isinstance(below.base, sp.cosh):
            above = sp.sinh(below.base.args[0])
            if above in others:
                others.remove(above)
                return sp.Mul(*others, sp.tanh(below.base.args[0]))
        exponent = _exponent(below.base)
        if exponent is not None:
            above = sp.exp(exponent)
            if above in others:
                others.remove(above)
                return sp.Mul(*others, 1 / (1 + sp.exp(-exponent)))
    return part


def _exponent(e: sp.Expr) -> sp.Expr | None:
    """u where `e` is 1 + exp(u), else None."""
    if isinstance(e, sp.Add) and len(e.args) == 2 and sp.S.One in e.args:
        (other,) = (term for term in e.args if term != 1)
        if isinstance(other, sp.exp):
            return other.args[0]
    return None


def log_cosh(u: Any) -> Any:
    """log(cosh(u)) for real or complex doubles, to full relative accuracy also near 0."""
    u = np.asarray(u)
    far = np.where(np.real(u) < 0, -u, u)
    near = np.where(np.abs(u) < 1, u, 0)
    result = np.where(
        np.abs(u) < 1,
        np.log1p(2 * np.sinh(near / 2) ** 2),
        far + (np.log1p(np.exp(-2 * far)) - np.log(2.0)),
    )
    return result[()]


def softplus(u: Any) -> Any:
    """log(1 + exp(u)) for real or complex doubles."""
    u = np.asarray(u)
    below = np.where(np.real(u) < 0, u, -u)
    return (np.where(np.real(u) < 0, 0, u) + np.log1p(np.exp(below)))[()]


def log_cosh_of_float(u: float) -> float:
    """`log_cosh` of one float, ten times as fast."""
    size = abs(u)
    if size < 1:
        return math.log1p(2 * math.sinh(u / 2) ** 2)
    return size + (math.log1p(math.exp(-2 * size)) - _LOG_2)


def softplus_of_float(u: float) -> float:
    """`softplus` of one float."""
    return (u if u > 0 else 0.0) + math.log1p(math.exp(-abs(u)))
