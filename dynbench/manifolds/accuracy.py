"""How far the corners of a polyline are from the manifold of a piecewise-linear map, by balls of 1000 bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeVar

import flint
import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from dynbench.manifolds.balls import BallMap, column, dot, identity, length, solved
from dynbench.manifolds.reach import Part, Reach
from dynbench.manifolds.seeds import Anchor, Seed
from dynbench.piecewise.rational import RationalForm

__all__ = ["errors"]

Array = NDArray[np.float64]
_T = TypeVar("_T")

#: Bits of the balls. A step of the map, or of inverse iteration, costs a few of them or adds about 50.
_BITS = 1000
#: Corners that are measured, at two states; fewer at more states. Of so many of them delta is measured as well.
_SAMPLE, _LEAST, _DELTAS = 48, 12, 6
#: Corners farther than so many steps from the seed are not measured.
_MOST_STEPS = 300
#: The place of a corner on the seed is known up to this part: its neighbours lie on the two sides of it.
_PLACE = 2.0**-42


class _Corner(NamedTuple):
    state: Array
    place: float
    steps: int
    side: int


def errors(
    form: RationalForm,
    anchor: Anchor,
    seed: Seed,
    parts: Sequence[Sequence[Part]],
    which: Literal["stable", "unstable"],
    reach: Reach,
) -> tuple[float, float | None]:
    """The transversal error and delta of exact polylines, each the largest of a sample of the corners.

    Unstable: the place u of a corner on the seed is known, so the manifold has a point F^m(x + u v) near it, with a
    tangent; the transversal error is the distance of the corner from the tangent (of the nearest of three neighbouring
    u, as a corner has two tangents). For delta the corner is carried back by the inverses of the regions' affine maps.
    Stable: the corner is carried forward m steps to the seed, what is off the eigenline there is carried back, and the
    part of it across the tangent is the error.

    Parameters
    ----------
    form : RationalForm
        The declared map.
    anchor, seed : Anchor, Seed
    parts : sequence of sequences of Part
        What each branch is made of.
    which : "stable" or "unstable"
    reach : Reach
        Corners outside its box are not measured: what is far away is rounded to fewer places.

    Returns
    -------
    float, float or None
        delta is None where it is too large for a double, or a region's matrix is singular.
    """
    corners = _sample(parts, reach, max(_LEAST, 2 * _SAMPLE // form.dimension))
    with flint.ctx.workprec(_BITS):
        exact = _Exact(form, anchor, seed)
        measured = _spread(corners, _DELTAS)
        transversal = [exact.unstable(c) if which == "unstable" else exact.stable(c) for c in corners]
        deltas = [exact.unstable_delta(c) if which == "unstable" else exact.stable_delta(c) for c in measured]
    delta = max(deltas, default=0.0)
    return max(transversal, default=0.0), delta if np.isfinite(delta) else None


def _sample(branches: Sequence[Sequence[Part]], reach: Reach, count: int) -> list[_Corner]:
    """Corners in the box, spread over the branches."""
    chosen = []
    for branch in _spread(branches, count):
        parts = [
            Part(part.line[:, reach.inside(part.line[:-1].T)], part.steps, part.side)
            for part in branch
            if 0 < part.steps <= _MOST_STEPS
        ]
        counts = np.cumsum([0, *(part.line.shape[1] for part in parts)])
        each = max(2, count // len(branches))
        for number in np.unique(np.linspace(0, counts[-1] - 1, each).astype(int)) if counts[-1] else ():
            part = int(np.searchsorted(counts, number, side="right")) - 1
            line, steps, side = parts[part]
            corner = line[:, number - counts[part]]
            chosen.append(_Corner(corner[:-1], float(corner[-1]), steps, side))
    return chosen


def _spread(items: Sequence[_T], count: int) -> list[_T]:
    """At most so many of them, evenly."""
    return [items[i] for i in np.unique(np.linspace(0, len(items) - 1, count).astype(int))] if items else []


class _Exact:
    """The map, the point and its eigenvectors in balls."""

    def __init__(self, form: RationalForm, anchor: Anchor, seed: Seed) -> None:
        self.step = BallMap(form).step
        n = form.dimension
        product, offset = identity(n), arb_mat(n, 1)
        for pattern in anchor.patterns:
            region = form.region(pattern)
            J = arb_mat(region.J)
            product, offset = J * product, J * offset + arb_mat(region.c)
        self.x = (identity(n) - product).solve(offset)
        start = column(seed.vector)
        value = seed.value
        self.vector = _eigenvector(product, value, start)
        left = _eigenvector(product.transpose(), value, start)
        self.dual = left.transpose() * (1 / dot(left, self.vector))
        self.size = max(seed.extents)

    def _orbit(self, corner: _Corner, shift: float) -> tuple[arb_mat, arb_mat]:
        """The manifold's point that belongs to a place on the seed, and its tangent."""
        point, tangent = self.x + self.vector * (arb(corner.side * corner.place) * (1 + arb(shift))), self.vector
        for _ in range(corner.steps):
            point, tangent = self.step(point, tangent)
            tangent = tangent * (1 / _largest(tangent))
        return point, tangent

    def unstable(self, corner: _Corner) -> float:
        z = column(corner.state)
        return min(
            length(_across(z - point, tangent))
            for point, tangent in (self._orbit(corner, s) for s in (0.0, _PLACE, -_PLACE))
        )

    def unstable_delta(self, corner: _Corner) -> float:
        best = np.inf
        for shift in (0.0, _PLACE, -_PLACE):
            start = point = self.x + self.vector * (arb(corner.side * corner.place) * (1 + arb(shift)))
            carried = identity(point.nrows())
            for _ in range(corner.steps):
                point, carried = self.step(point, carried)
            best = min(best, self._off(start + solved(carried, column(corner.state) - point)))
        return best

    def stable(self, corner: _Corner) -> float:
        point, carried = self._forward(corner)
        off = point - self.x
        off = off - self.vector * (self.dual * off)[0, 0]
        return length(_across(solved(carried, off), solved(carried, self.vector)))

    def stable_delta(self, corner: _Corner) -> float:
        return self._off(self._forward(corner)[0])

    def _forward(self, corner: _Corner) -> tuple[arb_mat, arb_mat]:
        point, carried = column(corner.state), identity(len(corner.state))
        for _ in range(corner.steps):
            point, carried = self.step(point, carried)
        return point, carried

    def _off(self, state: arb_mat) -> float:
        """How far a state is off the eigenline, against the length of the seed."""
        seen = state - self.x
        return length(seen - self.vector * (self.dual * seen)[0, 0]) / self.size


def _eigenvector(matrix: arb_mat, value: float, start: arb_mat) -> arb_mat:
    """The unit eigenvector by inverse iteration at the rounded eigenvalue."""
    # A little off, lest the rounded eigenvalue be the eigenvalue itself.
    inverse = (matrix - identity(matrix.nrows()) * (arb(value) + arb(2) ** -60)).inv()
    vector = start
    for _ in range(_BITS // 25):
        vector = inverse * vector
        vector = _middle(vector * (1 / _largest(vector)))
    vector = vector * (1 / dot(vector, vector).sqrt())
    return vector if dot(vector, start) > 0 else -vector


def _middle(vector: arb_mat) -> arb_mat:
    return arb_mat(vector.nrows(), 1, [e.mid() for e in vector.entries()])


def _across(vector: arb_mat, tangent: arb_mat) -> arb_mat:
    """The part of a vector normal to a tangent."""
    return vector - tangent * (dot(tangent, vector) / dot(tangent, tangent))


def _largest(vector: arb_mat) -> arb:
    return max((abs(e.mid()) for e in vector.entries()), key=float)
