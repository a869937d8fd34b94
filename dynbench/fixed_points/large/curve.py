"""Pseudo-arclength continuation of a curve H(x, a) = 0, x a state and a a number, in doubles.

Nothing is proved here. A step goes along the tangent, and Newton's method on the plane across it leads back to the
curve: so the curve is followed round its folds, where a turns back. The Jacobian by x is factorised once a step, in
single precision where there are many states.

References
----------
H. B. Keller, Numerical solution of bifurcation and nonlinear eigenvalue problems, in: Applications of Bifurcation
Theory, Academic Press 1977. E. L. Allgower, K. Georg, Numerical Continuation Methods, Springer 1990, chapter 4.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.large.newton import factorised, solved

__all__ = ["Curve", "Station", "follow_curve", "sharpened"]

Array = NDArray[np.float64]

#: Newton's method has converged when its step is below this, relative to max(1, |x|); it gets so many steps.
_CLOSE, _CORRECTIONS = 1e-6, 6
#: Corrections must shrink at least by this factor.
_SHRINKS = 0.7
#: Tangents of neighbouring stations must not turn by more than the first cosine; a step is lengthened above the second.
_TURN, _STRAIGHT = 0.8, 0.95
#: Where another branch seems to be crossed, steps are shortened to this, relative to max(1, |x|).
_CAREFUL = 1e-4
#: Lengths of steps, relative to max(1, |x|): the first, the shortest and the longest one.
_FIRST, _SHORTEST, _LONGEST = 5e-3, 1e-7, 0.5


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve H(x, a) = 0 in n + 1 dimensions.

    Attributes
    ----------
    value : callable
        (x, a) -> H, (n,).
    jacobian : callable
        (x, a) -> the derivative of H by x, (n, n).
    slope : callable
        (x, a) -> the derivative of H by a, (n,).
    """

    value: Callable[[Array, float], Array]
    jacobian: Callable[[Array, float], Array]
    slope: Callable[[Array, float], Array]


@dataclass(frozen=True, eq=False)
class Station:
    """A point of a curve, the unit tangent (dx, da) in the sense of travel, and the sign of the determinant of dH/dx.

    Tangent and sign are those of the point itself, or of where it was looked for, a step's error away. Where the sign
    differs between neighbours, a real eigenvalue was 0.
    """

    x: Array
    a: float
    dx: Array
    da: float
    sign: int


def follow_curve(
    curve: Curve, x: Array, a: float, *, rising: bool, steps: int, widest: float = np.inf, sharp: bool = False
) -> Generator[Station, None, bool]:
    """The stations of a curve from one of its points on, that one first.

    Parameters
    ----------
    curve : Curve
        The curve.
    x : (n,) array
        Where it is at `a`.
    a : float
        See `x`.
    rising : bool
        Whether to leave towards larger or smaller a.
    steps : int
        At most so many. It ends before where they have become too short.
    widest : float
        By how much a may change along the tangent in one step.
    sharp : bool
        Whether tangents are those of the stations themselves, which takes a second factorisation a step. Then it is
        seen where another branch is crossed, or was jumped to, and short steps tell these apart.

    Returns
    -------
    bool
        Whether it ended because all steps were done.
    """
    factors = factorised(curve.jacobian(x, a))
    tangent = _tangent(factors, curve.slope(x, a))
    if tangent is None:
        return False
    sense = 1 if rising else -1
    here = Station(x, a, sense * tangent[0], sense * tangent[1], _sign(factors))
    yield here
    length = _FIRST * _size(x)
    for _ in range(steps):
        if length * abs(here.da) > widest:
            length = widest / abs(here.da)
        there = _step(curve, here, length)
        if sharp and there is not None:
            there = sharpened(curve, there)
            if there is not None and length > _CAREFUL * _size(here.x) and _crosses(here, there):
                there = None
        turn = 0.0 if there is None else float(there.dx @ here.dx + there.da * here.da)
        if there is None or turn < _TURN:
            length /= 2
            if length < _SHORTEST * _size(here.x):
                return False
            continue
        here = there
        yield here
        if turn > _STRAIGHT:
            length = min(1.5 * length, _LONGEST * _size(here.x))
    return True


def _size(x: Array) -> float:
    return max(1.0, float(np.linalg.norm(x)))


def _tangent(factors: Any, slope: Array) -> tuple[Array, float] | None:
    """The unit tangent with da > 0: along (-J^-1 dH/da, 1)."""
    if factors is None:
        return None
    across = -solved(factors, slope)
    norm = float(np.sqrt(across @ across + 1))
    return (across / norm, 1 / norm) if np.isfinite(norm) else None


def sharpened(curve: Curve, there: Station) -> Station | None:
    """A station with the tangent and the sign at its own place; None where dH/dx is singular there."""
    factors = factorised(curve.jacobian(there.x, there.a))
    tangent = _tangent(factors, curve.slope(there.x, there.a))
    if tangent is None:
        return None
    sense = -1 if tangent[0] @ there.dx + tangent[1] * there.da < 0 else 1
    return Station(there.x, there.a, sense * tangent[0], sense * tangent[1], _sign(factors))


def _crosses(here: Station, there: Station) -> bool:
    """Whether the determinant of [[dH/dx, dH/da], [dx, da]] changes its sign: not so along a curve that meets no other.

    By Cramer's rule it is the determinant of dH/dx over da.
    """
    return here.sign * here.da * there.sign * there.da < 0


def _sign(factors: Any) -> int:
    """The sign of the determinant, given what `factorised` returned."""
    swaps = int(np.count_nonzero(factors[1] != np.arange(len(factors[1]))))
    negative = int(np.count_nonzero(np.diagonal(factors[0]) < 0))
    return -1 if (swaps + negative) % 2 else 1


def _step(curve: Curve, here: Station, length: float) -> Station | None:
    """The station at that distance along the tangent; None where Newton's method does not get there."""
    x, a = here.x + length * here.dx, here.a + length * here.da
    factors, slope = factorised(curve.jacobian(x, a)), curve.slope(x, a)
    tangent = _tangent(factors, slope)
    if tangent is None:
        return None
    across = tangent[0] / tangent[1]
    denominator = float(here.dx @ across + here.da)
    last = np.inf
    for _ in range(_CORRECTIONS):
        back = solved(factors, curve.value(x, a))
        change = float(here.dx @ back) / denominator
        move = change * across - back
        x, a = x + move, a + change
        size = float(np.sqrt(move @ move + change * change))
        if size <= _CLOSE * _size(x):
            break
        if not size <= _SHRINKS * last:
            return None
        last = size
    else:
        return None
    if tangent[0] @ here.dx + tangent[1] * here.da < 0:
        tangent = -tangent[0], -tangent[1]
    return Station(x, a, *tangent, _sign(factors))
