"""Affine equations and inequalities in rational numbers: their solutions, the tightest of them, and their ranges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import fmpq, fmpq_mat

__all__ = ["Affine", "Solutions", "affine_solutions", "range_of", "tightest"]

#: The function a t + b, as (a, b).
Affine = tuple[tuple[fmpq, ...], fmpq]


class Solutions(NamedTuple):
    """The solutions start + sum of t_j kernel_j of affine equations; t_j is the j-th unknown without a pivot.

    Attributes
    ----------
    start : fmpq_mat
    kernel : list of fmpq_mat
    equations : list of Affine
        In reduced echelon form.
    free : list of int
        The unknowns without a pivot.
    """

    start: fmpq_mat
    kernel: list[fmpq_mat]
    equations: list[Affine]
    free: list[int]

    def spread(self, slope: Sequence[fmpq]) -> tuple[fmpq, ...]:
        """A row over all unknowns from one over t."""
        known = dict(zip(self.free, slope, strict=True))
        return tuple(known.get(j, fmpq(0)) for j in range(self.start.nrows()))


def affine_solutions(system: fmpq_mat, constant: fmpq_mat) -> Solutions | None:
    """The solutions of system z = constant, by row reduction; None where there are none."""
    n = system.ncols()
    joined = fmpq_mat([[*row, constant[i, 0]] for i, row in enumerate(system.tolist())])
    reduced, rank = joined.rref()
    pivots = [next(j for j in range(n + 1) if reduced[i, j] != 0) for i in range(rank)]
    if n in pivots:
        return None
    start = fmpq_mat(n, 1)
    for i, pivot in enumerate(pivots):
        start[pivot, 0] = reduced[i, n]
    free, kernel = [j for j in range(n) if j not in pivots], []
    for j in free:
        direction = fmpq_mat(n, 1)
        direction[j, 0] = fmpq(1)
        for i, pivot in enumerate(pivots):
            direction[pivot, 0] = -reduced[i, j]
        kernel.append(direction)
    equations: list[Affine] = [(tuple(row[:n]), -row[n]) for row in reduced.tolist()[:rank]]
    return Solutions(start, kernel, equations, free)


def tightest(inequalities: Sequence[Affine]) -> dict[tuple[fmpq, ...], fmpq]:
    """a -> b of inequalities a t + b >= 0, first entries of a +-1; of parallel ones the tightest, without constants."""
    tight: dict[tuple[fmpq, ...], fmpq] = {}
    for slope, value in inequalities:
        scale = next((abs(a) for a in slope if a != 0), None)
        if scale is not None:
            key = tuple(a / scale for a in slope)
            tight[key] = min(tight.get(key, value / scale), value / scale)
    return tight


def range_of(inequalities: list[Affine], coordinate: int, size: int) -> tuple[fmpq | None, fmpq | None] | None:
    """The values of one coordinate over a polyhedron in one or two dimensions (None: no bound); None if it is empty.

    The other coordinate is eliminated after Fourier and Motzkin.
    """
    rows = [(a[coordinate], a[1 - coordinate] if size == 2 else fmpq(0), b) for a, b in inequalities]
    above, below = [r for r in rows if r[1] > 0], [r for r in rows if r[1] < 0]
    pairs = [(a * -e + d * c, b * -e + f * c) for a, c, b in above for d, e, f in below]
    low: fmpq | None = None
    high: fmpq | None = None
    for slope, constant in [(a, b) for a, c, b in rows if c == 0] + pairs:
        if slope == 0:
            if constant < 0:
                return None
            continue
        end = -constant / slope
        if slope > 0:
            low = end if low is None else max(low, end)
        else:
            high = end if high is None else min(high, end)
    return None if low is not None and high is not None and low > high else (low, high)
