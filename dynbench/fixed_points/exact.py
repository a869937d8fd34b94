"""Recognising exact coordinates: a guess from the digits, then a proof by substitution."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench.systems import System

__all__ = ["recognise"]

_LARGEST_DENOMINATOR = 1000


def recognise(system: System, x: NDArray[np.float64], *, close: float = 1e-13) -> tuple[sp.Expr, ...] | None:
    """Exact coordinates within `close` max(1, |x|) of `x` that satisfy the fixed-point equations identically, or None.

    Only rationals and rational multiples of pi with small denominators are tried. A guess counts only if
    substituting it into the exact equations gives zero, so a result is a proof; None says nothing.
    """
    if not system.algebraic:
        return None
    guess = [_guess(float(value), close) for value in x]
    exact = tuple(value for value in guess if value is not None)
    if len(exact) < len(guess):
        return None
    values = dict(zip(system.states, exact, strict=True))
    return exact if all(g.subs(values) == 0 for g in system.exact_residual) else None


def _guess(value: float, close: float) -> sp.Expr | None:
    for unit, size in ((sp.S.One, 1.0), (sp.pi, math.pi)):
        ratio = Fraction(value / size).limit_denominator(_LARGEST_DENOMINATOR)
        if abs(float(ratio) * size - value) <= close * max(1.0, abs(value)):
            return sp.Rational(ratio.numerator, ratio.denominator) * unit
    return None
