"""The earliest root of a polynomial on the unit interval, by Bernstein's coefficients: none before it is passed over.

In Bernstein's basis a polynomial lies in the convex hull of its coefficients, and has at most as many roots in (0, 1)
as its coefficients have changes of sign (and as many up to an even number): no change proves that there is none, one
change that there is just one. Intervals that neither settles are halved, the left half first.

References
----------
R. T. Farouki, The Bernstein polynomial basis: a centennial retrospective, Computer Aided Geometric Design 29 (2012).
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Descent", "bernstein_matrix", "first_descent"]

Array = NDArray[np.float64]

#: An interval this short is not halved: a double root of a polynomial in doubles is not better known.
_SHORTEST = 2.0**-30
#: Touches nearer to one another, or to the root or an end, are the same.
_NEAR = 2.0**-20


class Descent(NamedTuple):
    """What a polynomial that starts above zero does in the unit interval.

    Attributes
    ----------
    root : float
        Where it first passes below zero; inf where it does not.
    touches : tuple of float
        Where it comes to zero before that within `noise`, without a value below: a double root to rounding.
    """

    root: float
    touches: tuple[float, ...] = ()


@cache
def bernstein_matrix(degree: int) -> Array:
    """The matrix that takes coefficients of powers, a_0 ... a_degree, to Bernstein's on [0, 1]."""
    matrix = np.zeros((degree + 1, degree + 1))
    for k in range(degree + 1):
        for j in range(k + 1):
            matrix[k, j] = math.comb(k, j) / math.comb(degree, j)
    return matrix


def first_descent(powers: Array, coefficients: Array, noise: float, limit: float = 1.0) -> Descent:
    """Where a polynomial that starts above zero first passes below it.

    Parameters
    ----------
    powers : (p + 1,) array
        Its coefficients of powers, lowest first.
    coefficients : (p + 1,) array
        Bernstein's coefficients of the same.
    noise : float
        Coefficients are known to this: only what lies below -noise is below zero.
    limit : float
        Roots beyond this do not matter.
    """
    left, right = _halves(len(powers) - 1)
    waiting = [(0.0, 1.0, coefficients)]
    touches: list[float] = []
    while waiting:
        low, high, b = waiting.pop()
        if low > limit:
            break
        positive, negative = b > noise, b < -noise
        if positive.all():
            continue
        if negative[-1] and _falls_once(positive, negative):
            root = _polished(powers.tolist(), low, high)
            return Descent(root, _apart(touches, root))
        if high - low <= _SHORTEST or not (positive.any() or negative.any()):
            if negative[-1]:
                return Descent(low, _apart(touches, low))
            touches.append(low)
            continue
        middle = (low + high) / 2
        waiting += [(middle, high, right @ b), (low, middle, left @ b)]
    return Descent(math.inf, _apart(touches, 1.0))


def _falls_once(positive: NDArray[np.bool_], negative: NDArray[np.bool_]) -> bool:
    """Whether the signs are +...+ ?...? -...-: then there is one change, whatever the unknown ones are."""
    last = int(np.flatnonzero(positive).max(initial=-1))
    first = int(np.argmax(negative))
    return last < first and bool(positive[: last + 1].all()) and bool(negative[first:].all())


@cache
def _halves(degree: int) -> tuple[Array, Array]:
    """The matrices that take coefficients on [0, 1] to those on its halves (de Casteljau's algorithm at 1/2)."""
    left = np.zeros((degree + 1, degree + 1))
    for k in range(degree + 1):
        for j in range(k + 1):
            left[k, j] = math.comb(k, j) / 2.0**k
    return left, left[::-1, ::-1].copy()


def _polished(powers: list[float], low: float, high: float) -> float:
    """The one root in an interval at whose end the polynomial is below zero: Newton's method, kept in the bracket."""
    s = (low + high) / 2
    for _ in range(100):
        value, slope = _value_and_slope(powers, s)
        if value > 0:
            low = s
        elif value < 0:
            high = s
        else:
            return s
        step = -value / slope if slope else math.inf
        following = s + step
        if not low < following < high:
            following = (low + high) / 2
        if following == s or abs(following - s) <= 2e-17:
            return following
        s = following
        if not low < s < high:
            break
    return s


def _value_and_slope(powers: list[float], s: float) -> tuple[float, float]:
    value = slope = 0.0
    for a in reversed(powers):
        slope = slope * s + value
        value = value * s + a
    return value, slope


def _apart(touches: list[float], end: float) -> tuple[float, ...]:
    """The middle of each group of touches, without those that are the start, the end or the root."""
    groups: list[list[float]] = []
    for s in touches:
        if not _NEAR < s < end - _NEAR:
            continue
        if groups and s - groups[-1][-1] <= _NEAR:
            groups[-1].append(s)
        else:
            groups.append([s])
    return tuple((group[0] + group[-1]) / 2 for group in groups)
