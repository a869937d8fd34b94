"""Polyhedra of fixed points of piecewise-linear systems: affine equations and inequalities, in rational numbers.

A polyhedron of one or two dimensions is z = start + K t with a t + b >= 0. One of its inner points has a pattern of
units. If no margin changes its sign on the polyhedron, and the affine function of this pattern vanishes on
start + span K, every state of it is a fixed point. That a margin keeps its sign is shown after Fourier and Motzkin:
the inequalities and the opposite sign have no solution together.

References
----------
A. Schrijver, Theory of Linear and Integer Programming, Wiley 1986, section 12.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import fmpq, fmpq_mat

from dynbench.verification.piecewise.rows import Rectified
from dynbench.verification.records import Outcome

__all__ = ["Affine", "Polyhedron", "all_fixed", "polyhedron"]

_MOST_DIMENSIONS, _MOST_INEQUALITIES = 2, 100
#: How often a step away from a zero of F is halved.
_HALVINGS = 64
_ZERO = fmpq(0)

#: The function a z + b of the states, as (a, b).
Affine = tuple[tuple[fmpq, ...], fmpq]


class _Bound(NamedTuple):
    """a t + b >= 0, or > 0 where strict."""

    slope: tuple[fmpq, ...]
    constant: fmpq
    strict: bool


class Polyhedron(NamedTuple):
    """z = start + sum of t_j kernel_j with all the bounds; `inside` is a t with none of them zero."""

    start: fmpq_mat
    kernel: Sequence[fmpq_mat]
    bounds: Sequence[_Bound]
    inside: tuple[fmpq, ...]

    def state(self, t: Sequence[fmpq]) -> list[fmpq]:
        """The state of coordinates t."""
        z = self.start
        for value, direction in zip(t, self.kernel, strict=True):
            z = z + direction * value
        return list(z.entries())


def polyhedron(n: int, equations: Sequence[Affine], inequalities: Sequence[Affine]) -> Polyhedron | str:
    """The states (n of them) where equations vanish and inequalities do not become negative; why it is none, as a text.

    It has as many dimensions as its kernel has columns.
    """
    if len(inequalities) > _MOST_INEQUALITIES:
        return "there are too many inequalities"
    reduced, rank = fmpq_mat([[*a, -b] for a, b in equations] or [[_ZERO] * (n + 1)]).rref()
    pivots = [next(j for j in range(n + 1) if reduced[i, j] != 0) for i in range(rank)]
    if n in pivots:
        return "the equations contradict each other"
    start, kernel = fmpq_mat(n, 1), []
    for i, pivot in enumerate(pivots):
        start[pivot, 0] = reduced[i, n]
    for free in (j for j in range(n) if j not in pivots):
        direction = fmpq_mat(n, 1)
        direction[free, 0] = fmpq(1)
        for i, pivot in enumerate(pivots):
            direction[pivot, 0] = -reduced[i, free]
        kernel.append(direction)
    if len(kernel) > _MOST_DIMENSIONS:
        return f"sets of more than {_MOST_DIMENSIONS} dimensions are not looked at"
    bounds = [_along(row, start, kernel) for row in inequalities]
    bounds = [bound for bound in bounds if any(bound.slope) or bound.constant < 0]
    inside = _solution([bound._replace(strict=True) for bound in bounds], len(kernel))
    return "the inequalities leave less of it" if inside is None else Polyhedron(start, kernel, bounds, inside)


def all_fixed(function: Rectified, where: Polyhedron) -> tuple[Outcome, str]:
    """Whether F vanishes on a polyhedron, and why not or why that is not known."""
    centre, size = where.state(where.inside), len(where.kernel)
    pattern = [margin > 0 for margin in function.margins(centre)]
    piece = function.piece(pattern)
    for direction in where.kernel:
        if any((piece.J * direction).entries()):
            ends = [_near(where, direction, side, k) for side in (1, -1) for k in range(_HALVINGS)]
            return _refuted(function, where, ends)
    if any(function.image(centre)):
        return _refuted(function, where, [centre])
    for active, row, number in zip(pattern, piece.G, piece.g, strict=True):
        margin = _along((row, number), where.start, where.kernel)
        sign = fmpq(-1 if active else 1)  # a solution has the margin on the other side
        beyond = _Bound(tuple(sign * a for a in margin.slope), sign * margin.constant, strict=True)
        other = _solution([*where.bounds, beyond], size)
        if other is not None:
            return _refuted(function, where, [where.state(other)])
    return Outcome.HOLDS, ""


def _refuted(function: Rectified, where: Polyhedron, states: Sequence[list[fmpq]]) -> tuple[Outcome, str]:
    for state in states:
        if any(function.image(state)):
            return Outcome.FAILS, f"({', '.join(map(str, state)):.60}) is none"
    return Outcome.NOT_ESTABLISHED, "the set lies in several regions"


def _near(where: Polyhedron, direction: fmpq_mat, side: int, halvings: int) -> list[fmpq]:
    """A state of the polyhedron beside its inner point, or that point where the step is still too long."""
    step = fmpq(side, 2**halvings)
    t = [a + step * (d is direction) for a, d in zip(where.inside, where.kernel, strict=True)]
    return where.state(t if all(_value(bound, t) >= 0 for bound in where.bounds) else where.inside)


def _along(row: Affine, start: fmpq_mat, kernel: Sequence[fmpq_mat]) -> _Bound:
    """A function of the states as one of t."""
    a, b = row
    products = [sum((x * d[j, 0] for j, x in enumerate(a) if x), _ZERO) for d in (start, *kernel)]
    return _Bound(tuple(products[1:]), products[0] + b, strict=False)


def _value(bound: _Bound, t: Sequence[fmpq]) -> fmpq:
    return sum((a * x for a, x in zip(bound.slope, t, strict=True)), bound.constant)


def _solution(bounds: Sequence[_Bound], size: int) -> tuple[fmpq, ...] | None:
    """A point within all bounds, in `size` coordinates; None where there is none."""
    if size == 0:
        return () if all(b.constant > 0 or (b.constant == 0 and not b.strict) for b in bounds) else None
    below, above = ([b for b in bounds if s * b.slope[-1] > 0] for s in (1, -1))  # bounds of the last coordinate
    left = [b._replace(slope=b.slope[:-1]) for b in bounds if b.slope[-1] == 0]
    first = _solution([*left, *(_without_last(p, q) for p in below for q in above)], size - 1)
    if first is None:
        return None
    lowest, highest = (
        [-_value(b._replace(slope=b.slope[:-1]), first) / b.slope[-1] for b in s] for s in (below, above)
    )
    if lowest and highest:
        return (*first, (max(lowest) + min(highest)) / 2)
    return (*first, max(lowest) + 1 if lowest else min(highest) - 1 if highest else _ZERO)


def _without_last(low: _Bound, high: _Bound) -> _Bound:
    p, q = -high.slope[-1], low.slope[-1]
    slope = tuple(p * a + q * c for a, c in zip(low.slope[:-1], high.slope[:-1], strict=True))
    return _Bound(slope, p * low.constant + q * high.constant, low.strict or high.strict)
