"""Interval Newton steps on batches of boxes: exclusion, contraction, and existence with uniqueness.

Everything here rests on one fact. Let G be defined and Lipschitz on a box X, and A an interval matrix that
holds its (generalised) derivatives on X. Then for all x, y in X some matrix in A takes x - y to G(x) - G(y)
(mean-value theorem, by rows). A derivative that is unbounded or undefined somewhere on X voids it:
`Linear.valid` is False.

References
----------
A. Neumaier, Interval Methods for Systems of Equations, Cambridge 1990, chapter 5.
R. Krawczyk, Computing 4 (1969) 187-201; R. E. Moore, SIAM J. Numer. Anal. 14 (1977) 611-615.
E. Hansen, S. Sengupta, Bounding solutions of systems of equations using interval analysis, BIT 21 (1981)
203-211.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench.symbolic.intervals import Interval
from dynbench.systems import System

__all__ = ["Linear", "contract", "excluded", "inflate", "krawczyk", "linearise", "precondition", "regular"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Linear:
    """A multiple R G of G on each box of a batch: R G(x) lies in value + slope (x - center) for x in the box.

    Attributes
    ----------
    box : Interval, (m, n)
        The boxes X.
    center : (m, n) array
        A point of each box.
    value : Interval, (m, n)
        R G(center).
    slope : Interval, (m, n, n)
        R A, with A holding the (generalised) Jacobian of G on X.
    valid : (m,) bool array
        Where G is defined and Lipschitz on X and all of these numbers are finite: nothing may be concluded
        from the others.
    """

    box: Interval
    center: Array
    value: Interval
    slope: Interval
    valid: Mask


def excluded(value: Interval) -> Mask:
    """Where an enclosure (m, n) of G on boxes shows that there is no root.

    A component may exclude 0, or be defined nowhere on the box (the logarithm of negative numbers): a point
    where G is undefined is no root.
    """
    return np.any(~value.contains_zero | value.empty, axis=-1)


def linearise(system: System, box: Interval, value: Interval | None = None) -> Linear:
    """Linearise G about the centres of boxes (m, n), with R = 1; `value`, if known, encloses G on them."""
    if value is None:
        value = system.enclose_residual(box)
    slope = system.enclose_residual_jacobian(box)
    center = box.mid
    at_center = system.enclose_residual(Interval(center))
    rows = (_finite(slope) & slope.defined).all(-1) & _finite(at_center) & at_center.defined & value.defined
    valid = np.asarray(rows.all(-1))
    return Linear(box, center, _blanked(at_center, valid), _blanked(slope, valid), valid)


def precondition(linear: Linear) -> Linear:
    """The same with R an approximate inverse of the midpoint of A."""
    inverse = _inverses(linear.slope.mid)
    slope, fine = _left_multiply(inverse, linear.slope)
    value, small = _left_multiply(inverse, linear.value[..., None])
    return Linear(linear.box, linear.center, value[..., 0], slope, linear.valid & fine & small)


def _finite(x: Interval) -> Mask:
    return np.isfinite(x.lo) & np.isfinite(x.hi)


def _blanked(x: Interval, keep: Mask) -> Interval:
    """Zeros for the rows that are not kept, so that arithmetic on them is harmless."""
    keep = keep.reshape(-1, *(1,) * (x.lo.ndim - 1))
    return Interval(np.where(keep, x.lo, 0.0), np.where(keep, x.hi, 0.0))


def _inverses(matrices: Array) -> Array:
    """Approximate inverses; of a matrix that is singular in doubles, some finite matrix."""
    try:
        inverses = np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        inverses = np.linalg.pinv(matrices)
    wild = ~np.isfinite(inverses).all((-2, -1))
    if wild.any():
        inverses[wild] = np.eye(matrices.shape[-1])
    return np.asarray(inverses)


def _left_multiply(matrix: Array, interval: Interval) -> tuple[Interval, Mask]:
    """The product of exact matrices (m, k, n) with interval matrices (m, n, p), enclosed.

    Returns
    -------
    product : Interval, (m, k, p)
    finite : (m,) bool array
        Where no number overflowed; elsewhere the product is 0 and must not be used.

    Notes
    -----
    In midpoint-radius form by two products in doubles. A sum of n products in doubles, in any order and with
    or without fused operations, errs by at most n u / (1 - n u) times the sum of absolute values, u = 2**-53
    (N. J. Higham, Accuracy and Stability of Numerical Algorithms, SIAM 2002, section 3.1), plus underflows,
    which the last term covers.
    """
    n = matrix.shape[-1]
    error = (n + 4) * 2.0**-52
    with np.errstate(all="ignore"):
        middle = matrix @ interval.mid
        radius = np.abs(matrix) @ (interval.rad + error * np.abs(interval.mid))
        radius = radius * (1 + 2 * error) + n * 2.0**-1000
        finite = (np.isfinite(middle) & np.isfinite(radius)).all((-2, -1))
    keep = finite[:, None, None]
    middle, radius = np.where(keep, middle, 0.0), np.where(keep, radius, 0.0)
    return Interval(middle) + Interval(-radius, radius), finite


def contract(linear: Linear) -> tuple[Interval, Mask]:
    """One Gauss-Seidel step on value + slope (x - center) = 0, for roots in each box.

    Returns
    -------
    box : Interval, (m, n)
        Parts of the boxes that hold all their roots.
    impossible : (m,) bool array
        Where there is no root at all.
    """
    n = linear.box.shape[-1]
    columns = [linear.box[:, j] for j in range(n)]
    offsets = [columns[j] - linear.center[:, j] for j in range(n)]
    impossible = np.zeros(len(linear.box), dtype=bool)
    for i in range(n):
        rest = linear.value[:, i]
        for j in range(n):
            if j != i:
                rest = rest + linear.slope[:, i, j] * offsets[j]
        # rest + slope_ii (x_i - center_i) = 0; where slope_ii holds 0, only the bound of `rest` is used.
        pivot = linear.slope[:, i, i]
        impossible |= linear.valid & ~(rest + pivot * offsets[i]).contains_zero
        usable = linear.valid & ~pivot.contains_zero
        one = np.where(usable, pivot.lo, 1.0), np.where(usable, pivot.hi, 1.0)
        solved = Interval(linear.center[:, i]) - rest / Interval(*one)
        low = np.where(usable, np.maximum(columns[i].lo, solved.lo), columns[i].lo)
        high = np.where(usable, np.minimum(columns[i].hi, solved.hi), columns[i].hi)
        impossible |= low > high
        columns[i] = Interval(np.where(low > high, columns[i].lo, low), np.where(low > high, columns[i].hi, high))
        offsets[i] = columns[i] - linear.center[:, i]
    return Interval(np.stack([c.lo for c in columns], -1), np.stack([c.hi for c in columns], -1)), impossible


def krawczyk(linear: Linear) -> tuple[Interval, Mask]:
    """The Krawczyk operator K = center - R G(center) + (I - R A)(X - center), of a preconditioned `Linear`.

    Returns
    -------
    image : Interval, (m, n)
        Holds every root in the box (where `linear.valid`).
    unique : (m,) bool array
        Where K lies in the interior of X: then X holds exactly one root of G, and it lies in K.

    Notes
    -----
    x -> x - R G(x) maps X into K (mean-value theorem), so Brouwer gives a point with R G(x) = 0. The width of
    K is at least |I - R A| times the width w of X, so |I - R A| w < w: the spectral radius of |I - R A| is
    below 1, R and every matrix in A are regular, and G is injective on X.
    """
    n = linear.box.shape[-1]
    remainder = Interval(np.eye(n)) - linear.slope
    offset = linear.box - linear.center
    image = Interval(linear.center) - linear.value + (remainder * offset[:, None, :]).sum(axis=-1)
    return image, linear.valid & image.subset_interior(linear.box).all(-1)


def regular(linear: Linear) -> Mask:
    """Where every matrix in A is regular, by its preconditioned form, so that X holds at most one root."""
    # |I - R A| w < w for some w > 0 is enough; the widths of the box make a good w, if none of them is tiny.
    width = linear.box.width
    widest = width.max(-1, keepdims=True)
    weight = np.maximum(np.where(widest > 0, width, 1.0), 1e-3 * widest)
    remainder = (Interval(np.eye(linear.box.shape[-1])) - linear.slope).mag
    bound = (Interval(remainder) * Interval(weight)[:, None, :]).sum(axis=-1)
    return linear.valid & (bound.hi < weight).all(-1)


def inflate(box: Interval, share: float, least: float | Array = 0.0) -> Interval:
    """Boxes wider on each side by `share` of their width and by the length `least`."""
    margin = share * box.width + least
    return Interval(box.lo - margin, box.hi + margin)
