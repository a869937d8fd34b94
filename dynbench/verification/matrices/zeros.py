"""Zeros of G for many states: existence, uniqueness and exclusion in doubles with radii, residuals in balls.

Existence. Chord steps from the stated centre c, with residuals in balls, lead to a point y, held exactly, whose
distance from c is known to far more digits than doubles have. With R an approximate inverse in doubles, Y >= |R
G(y)|, and
Z >= |I - R G'(x)| on the box of radius s around c, if Z < 1 and rho = Y / (1 - Z) satisfies |y - c| + rho <= s, then
y - R G(y) is a contraction of the box of radius rho around y (Krawczyk): exactly one zero lies in it, and none other
within s of c.

Uniqueness within r. Let T >= |I - R A| for every matrix A in the hull of the slopes of G over the box of radius r
around c. If T v < v for some v > 0, every A is regular (Perron and Frobenius: the spectral radius of T is below 1), so
G, whose differences are A (x - x'), is one-to-one on the box. R is the inverse of the middle of the hull.

Exclusion within r. For any vector v, v.G(x) >= v.G(c) - r |v^T A|_1 with A as above; no zero is where that is
positive.

References
----------
R. Krawczyk, Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken, Computing 4 (1969).
A. Neumaier, Interval Methods for Systems of Equations, Cambridge 1990, chapter 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from dynbench.verification.matrices.balls import PRECISION, Residuals
from dynbench.verification.matrices.blocks import Block, size_times, up
from dynbench.verification.matrices.linearisation import Over
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.zeros import Root

__all__ = ["Located", "contracts_with", "excludes", "is_one_to_one", "locate"]

Array = NDArray[np.float64]

_CHORDS, _TURNS = 3, 8


class Located(NamedTuple):
    """A fixed point.

    Attributes
    ----------
    root : Root
        Where it lies; the sign, which takes eigenvalues, is 0.
    around : Over
        The system over a box around the stated centre that holds it, and no other one.
    """

    root: Root
    around: Over


def locate(system: MatrixSystem, residuals: Residuals, center: Array) -> Located | None:
    """The zero that chord steps from `center` lead to; None where nothing could be proved."""
    slope = Over(system, center, 0.0).residual_slope().mid
    inverse = _inverse(slope)
    if inverse is None:
        return None
    with ctx.workprec(PRECISION):
        y = _chords(residuals, center, inverse)
        if y is None:
            return None
        bound = _displacement(inverse, residuals(y))
        moved = _above(max(abs(a - arb(float(c))) for a, c in zip(y, center, strict=True)))
        exact = all(g == 0 for g in residuals([arb(float(c)) for c in center]))
    reach = float(up(moved + 2 * bound, 2))
    if not np.isfinite(reach):
        return None
    over = Over(system, center, reach, residuals.arguments(center))
    if not _contraction(over, inverse) < 0.5:
        return None
    if exact:  # the only one within reach is the centre itself
        return Located(Root(tuple(arb(float(c)) for c in center), arb(0), None), over)
    # With Z < 1/2 the radius 2 Y suffices, which the reach allows for.
    return Located(Root(tuple(y), arb(2 * bound), None), over)


def is_one_to_one(system: MatrixSystem, center: Array, radius: float) -> bool:
    """Whether G is shown to be one-to-one within `radius` of `center`: then at most one zero lies there."""
    over = Over(system, center, radius)
    if not over.defined:
        return False
    for slope in (over.residual_slope().mid, Over(system, center, 0.0).residual_slope().mid):
        inverse = _inverse(slope)
        if inverse is not None and _is_regular(_defect(over, inverse)):
            return True
    return False


def contracts_with(system: MatrixSystem, center: Array, radius: float, inverse: Array) -> bool:
    """Whether |I - R G'| < 1 within `radius` of `center`, with R given."""
    return _contraction(Over(system, center, radius), inverse) < 1


def excludes(system: MatrixSystem, residuals: Residuals, center: Array, radius: float) -> bool:
    """Whether it is shown that no zero lies within `radius` of `center`."""
    with ctx.workprec(PRECISION):
        value = residuals([arb(float(c)) for c in center])
        middle = np.array([float(v) for v in value])
        length = float(np.linalg.norm(middle))
        if not (np.isfinite(middle).all() and length > 0):
            return False
        v = middle / length
        along = sum((arb(float(a)) * g for a, g in zip(v, value, strict=True)), arb(0)).lower()
    over = Over(system, center, radius)
    if not over.defined:
        return False
    spread = up(radius * up(over.residual_slope(Block.exact(v[None, :])).mag.sum(), len(v)), 2)
    return bool(np.isfinite(spread) and along > arb(float(spread)))


# ---- the inequalities


def _chords(residuals: Residuals, center: Array, inverse: Array) -> list[arb] | None:
    y = [arb(float(c)) for c in center]
    for _ in range(_CHORDS):
        value = np.array([float(g) for g in residuals(y)])
        step = inverse @ value
        if not np.isfinite(step).all():
            return None
        y = [(a - arb(float(s))).mid() for a, s in zip(y, step, strict=True)]
    return y


def _displacement(inverse: Array, value: Sequence[arb]) -> float:
    """A bound of |R g|."""
    sizes = np.array([_above(abs(g)) for g in value])
    return float(size_times(np.abs(inverse), sizes[:, None]).max())


def _contraction(over: Over, inverse: Array) -> float:
    if not over.defined:
        return np.inf
    return float(up(_defect(over, inverse).sum(axis=1), len(inverse)).max())


def _defect(over: Over, inverse: Array) -> Array:
    """Bounds of |I - R A|, entry by entry."""
    return (Block.exact(np.eye(len(inverse))) - over.residual_slope(Block.exact(inverse))).mag


def _is_regular(defect: Array) -> bool:
    """Whether T v < v for some v > 0, found by the power method."""
    if not np.isfinite(defect).all():
        return False
    v = np.ones(len(defect))
    for _ in range(_TURNS):
        image = size_times(defect, v[:, None])[:, 0]
        if np.all(image < v):
            return True
        top = image.max()
        if not (np.isfinite(top) and top > 0):
            return False
        v = image / top + 2.0**-20
    return False


def _inverse(matrix: Array) -> Array | None:
    if not np.isfinite(matrix).all():
        return None
    try:
        inverse = np.asarray(np.linalg.inv(matrix), dtype=float)
    except np.linalg.LinAlgError:
        return None
    return inverse if np.isfinite(inverse).all() else None


def _above(value: arb) -> float:
    return float(np.nextafter(float(value.upper()), np.inf))
