"""Polylines that are said to be manifolds of a piecewise-linear map: whether the map carries them along themselves.

In doubles: what is checked is that nothing contradicts the claim, up to the error that is stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.verification.piecewise.rows import Rectified, Row

__all__ = ["largest_gap"]

Array = NDArray[np.float64]

#: Corners compared of one manifold; more are sampled evenly.
_MOST_CORNERS = 2000
_AT_ONCE = 64


class _InDoubles(NamedTuple):
    """The map in doubles: arguments of the units and components over states, units and 1."""

    arguments: Array
    rows: Array

    def margins(self, z: Array) -> Array:
        """The arguments at states (m, n); returns (m, H)."""
        return self._of(z)[1]

    def image(self, z: Array) -> Array:
        """F at states (m, n)."""
        return self._of(z)[0]

    def _of(self, z: Array) -> tuple[Array, Array]:
        values, n, found = z, z.shape[1], []
        for i, row in enumerate(self.arguments):
            found.append(values @ row[: n + i] + row[-1])
            values = np.column_stack([values, np.maximum(found[-1], 0.0)])
        return values @ self.rows[:, :-1].T + self.rows[:, -1], np.column_stack(found)


def largest_gap(system: Rectified, which: str, lines: Sequence[Array]) -> float:
    """How far the polylines are from being invariant, relative to max(1, |x|).

    An unstable manifold lies in its own image, and the image of a stable one in it: the largest distance of a corner of
    the first from the second.
    """
    function = _in_doubles(system)
    images = [_image(function, line) for line in lines]
    inner, outer = (lines, images) if which == "unstable" else (images, lines)
    corners = np.concatenate(inner)
    corners = corners[np.unique(np.linspace(0, len(corners) - 1, _MOST_CORNERS).astype(int))]
    starts = np.concatenate([line[:-1] for line in outer])
    ends = np.concatenate([line[1:] for line in outer])
    size = np.maximum(1.0, np.abs(corners).max(axis=1))
    return float((_distances(corners, starts, ends) / size).max())


def _in_doubles(system: Rectified) -> _InDoubles:
    width = system.dimension + len(system.arguments) + 1
    return _InDoubles(_matrix(system.arguments, width), _matrix(system.rows, width))


def _matrix(rows: Sequence[Row], width: int) -> Array:
    matrix = np.zeros((len(rows), width))
    for i, row in enumerate(rows):
        for j, c in row.terms.items():
            matrix[i, j] = int(c.p) / int(c.q)
        matrix[i, -1] = int(row.constant.p) / int(row.constant.q)
    return matrix


def _image(function: _InDoubles, line: Array) -> Array:
    """The image of a polyline, with a corner where it crosses a border.

    Nested margins are not linear between the corners that earlier ones make: each pass adds the crossings that the last
    one shows, and there are no more passes than units.
    """
    for _ in range(function.arguments.shape[0]):
        margins = function.margins(line)
        first, second = margins[:-1], margins[1:]
        crossed = (first * second < 0) & (np.minimum(np.abs(first), np.abs(second)) > 1e-13 * (1 + np.abs(line).max()))
        if not crossed.any():
            break
        segment, unit = np.nonzero(crossed)
        share = (first / np.where(crossed, first - second, 1.0))[segment, unit]
        order = np.lexsort((share, segment))
        segment, share = segment[order], share[order, None]
        added = line[segment] + share * (line[segment + 1] - line[segment])
        line = np.insert(line, segment + 1, added, axis=0)
    return function.image(line)


def _distances(points: Array, starts: Array, ends: Array) -> Array:
    """The distance of each point from the nearest segment."""
    along = ends - starts
    squares = np.maximum((along**2).sum(axis=1), 1e-300)
    found = []
    for k in range(0, len(points), _AT_ONCE):
        offset = points[k : k + _AT_ONCE, None] - starts
        share = np.clip((offset * along).sum(axis=-1) / squares, 0.0, 1.0)
        found.append(np.linalg.norm(offset - share[..., None] * along, axis=-1).min(axis=1))
    return np.concatenate(found)
