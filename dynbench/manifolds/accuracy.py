"""How far the corners of a polyline are from the manifold of a piecewise-linear map, by balls of 1000 bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import flint
import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from dynbench.manifolds.balls import BallMap, column, dot, length, solved, turned
from dynbench.manifolds.reach import Part, Reach
from dynbench.manifolds.seeds import Anchor, Seed
from dynbench.piecewise.rational import RationalForm
from dynbench.symbolic.balls import identity

__all__ = ["errors"]

Array = NDArray[np.float64]
_T = TypeVar("_T")

#: Bits of the balls. A step of the map, or of inverse iteration, costs a few of them or adds about 50.
_BITS = 1000
#: Corners that are measured, at two states; fewer at more states. Of so many of them delta is measured as well.
_SAMPLE, _LEAST, _DELTAS = 48, 12, 6
#: Corners farther than so many steps from the seed are not measured.
_MOST_STEPS = 300
#: A corner is carried towards the seed until rounding has grown so much. It goes on as a corner of a double would, off
#: the manifold, and is soon in other regions than the manifold's states are.
_GROWN = 1e7
#: The place of a corner on the seed is known up to this part: its neighbours lie on the two sides of it.
_PLACE = 2.0**-42


class _Corner(NamedTuple):
    state: Array
    place: float
    steps: int
    side: int
    branch: int


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
    u, as a corner has two tangents). For delta this is carried back by the inverses of the regions' affine maps.
    Stable: the corner is carried forward, and what is off the manifold there is carried back: the part of it across the
    tangent is the error. All m steps lead to the seed; after fewer, where rounding would lead another way, the manifold
    is the polyline that was pulled back so many times less, whose own error is as much smaller on the way back.

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
        The error is infinite where none of the corners can be measured, as their regions' matrices are singular; then
        delta is None.
    """
    corners = _sample(parts, reach, max(_LEAST, 2 * _SAMPLE // form.dimension))
    with flint.ctx.workprec(_BITS):
        exact = _Exact(form, anchor, seed)
        if which == "unstable":
            transversal = [exact.unstable(corner) for corner in corners]
            deltas = [exact.unstable_delta(corner) for corner in _spread(corners, _DELTAS)]
        else:
            found = [exact.stable(corner, parts[corner.branch]) for corner in corners]
            transversal, deltas = [error for error, _ in found], [delta for _, delta in found]
    return _largest_known(transversal, np.inf), _largest_known(deltas, None)


def _largest_known(values: Sequence[float], unknown: Any) -> Any:
    """The largest that is a number; 0 of none at all, as for a branch without a corner beyond the seed."""
    known = [value for value in values if np.isfinite(value)]
    return max(known) if known else (unknown if values else 0.0)


def _sample(branches: Sequence[Sequence[Part]], reach: Reach, count: int) -> list[_Corner]:
    """Corners in the box, spread over the branches."""
    chosen = []
    for owner in _spread(range(len(branches)), count):
        branch = branches[owner]
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
            chosen.append(_Corner(corner[:-1], float(corner[-1]), steps, side, owner))
    return chosen


def _spread(items: Sequence[_T], count: int) -> list[_T]:
    """At most so many of them, evenly."""
    return [items[i] for i in np.unique(np.linspace(0, len(items) - 1, count).astype(int))] if items else []


class _Exact:
    """The map, the point and its eigenvectors in balls."""

    def __init__(self, form: RationalForm, anchor: Anchor, seed: Seed) -> None:
        self.step = BallMap(form).step
        product, offset = turned(form, anchor.patterns)
        self.x = (identity(form.dimension) - product).solve(offset)
        start = column(seed.vector)
        value = seed.value
        self.vector = _eigenvector(product, value, start)
        left = _eigenvector(product.transpose(), value, start)
        self.dual = left.transpose() * (1 / dot(left, self.vector))
        self.size = max(seed.extents)
        # After so many steps a state of a branch is on the same branch again, nearer to its beginning.
        self.turn = len(anchor.points) * (2 if seed.value < 0 else 1)

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
        return min(self._carried_back(corner, shift) for shift in (0.0, _PLACE, -_PLACE)) / self.size

    def _carried_back(self, corner: _Corner, shift: float) -> float:
        """How far the corner is from the tangent after steps back from region to region, not all where much grows."""
        point, tangent = self.x + self.vector * (arb(corner.side * corner.place) * (1 + arb(shift))), self.vector
        unit, route = identity(point.nrows()), []
        for _ in range(corner.steps):
            image, following, matrix = self.step(point, tangent, unit)
            route.append((tangent, matrix))
            point, tangent = image, following * (1 / _largest(following))
        off, grown = column(corner.state) - point, unit
        for before, matrix in reversed(route):
            further = solved(matrix, grown)
            if not float(_largest(further)) < _GROWN:
                break
            off, tangent, grown = solved(matrix, off), before, further
        return length(_across(off, tangent))

    def stable(self, corner: _Corner, branch: Sequence[Part]) -> tuple[float, float]:
        """The transversal error, and how far the corner is from the manifold when it has been carried forward."""
        point, carried, left = column(corner.state), identity(len(corner.state)), corner.steps
        while left and not float(_largest(carried)) > _GROWN:
            for _ in range(min(left, self.turn)):
                point, carried = self.step(point, carried)
            left -= min(left, self.turn)
        lines = [part.line[:-1] for part in branch if part.steps == left] if left else []
        if left and not lines:
            return np.inf, np.inf
        off, tangent = self._from_polylines(point, lines) if left else self._from_seed(point)
        error = length(_across(solved(carried, off), solved(carried, tangent)))
        return error, length(_across(off, tangent)) / self.size

    def _from_seed(self, point: arb_mat) -> tuple[arb_mat, arb_mat]:
        off = point - self.x
        return off - self.vector * (self.dual * off)[0, 0], self.vector

    def _from_polylines(self, point: arb_mat, lines: Sequence[Array]) -> tuple[arb_mat, arb_mat]:
        """The way from the nearest state of polylines, parted by nan, and the tangent there."""
        state = np.array([float(e.mid()) for e in point.entries()])
        start = np.concatenate([line[:, :-1] for line in lines], axis=1)
        step = np.concatenate([np.diff(line, axis=1) for line in lines], axis=1)
        sizes = np.sum(step * step, axis=0)
        start, step, sizes = start[:, sizes > 0], step[:, sizes > 0], sizes[sizes > 0]
        share = np.clip(np.sum((state[:, None] - start) * step, axis=0) / sizes, 0.0, 1.0)
        distance = np.linalg.norm(start + share * step - state[:, None], axis=0)
        nearest = int(np.argmin(distance))
        foot = column(start[:, nearest]) + column(step[:, nearest]) * arb(float(share[nearest]))
        return point - foot, column(step[:, nearest] / np.sqrt(sizes[nearest]))


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
