"""Polylines that are said to be manifolds of a piecewise-linear map: whether the map carries them along themselves.

In doubles: what is checked is that nothing contradicts the claim, up to the error that is stated.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from dynbench.verification.piecewise.rows import Rectified, Row

__all__ = ["MOST_UNITS", "InDoubles", "comes_from_outside", "doubles", "largest_gap"]

Array = NDArray[np.float64]

#: Corners compared of one manifold; more are sampled evenly.
_MOST_CORNERS = 2000
#: Units up to which preimages are looked for region by region.
MOST_UNITS = 8
#: Corners this near are not asked where they come from.
_NEAR = 1e-8


class InDoubles(NamedTuple):
    """The map in doubles: arguments of the units and components over states, units and 1."""

    arguments: Array
    rows: Array

    @classmethod
    def of(cls, system: Rectified) -> InDoubles:
        """The function of a report, rounded."""
        width = system.dimension + len(system.arguments) + 1
        return cls(_matrix(system.arguments, width), _matrix(system.rows, width))

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


def largest_gap(system: Rectified, which: str, lines: Sequence[Array], box: Array) -> float | None:
    """How far the polylines are from being invariant, relative to max(1, |x|).

    An unstable manifold lies in its own image, and the image of a stable one in it: the largest distance of a corner of
    the first from the second. Polylines are cut where they leave the region that they were traced in: of a stable one
    only the parts of images in the box are judged, and of an unstable one no corner that has a preimage outside. None
    where nothing is left to judge.

    Parameters
    ----------
    system : Rectified
    which : "stable" or "unstable"
    lines : sequence of (m, n) arrays
    box : (n, 2) array
        A box within that region.
    """
    function = InDoubles.of(system)
    images = [_image(function, line) for line in lines]
    inner, outer = (lines, images) if which == "unstable" else (images, lines)
    corners = np.concatenate([_within(line, box) for line in inner] if which == "stable" else inner)
    if not len(corners):
        return None
    corners = corners[np.unique(np.linspace(0, len(corners) - 1, _MOST_CORNERS).astype(int))]
    starts = np.concatenate([line[:-1] for line in outer])
    ends = np.concatenate([line[1:] for line in outer])
    gaps = _distances(corners, starts, ends) / np.maximum(1.0, np.abs(corners).max(axis=1))
    if which == "unstable" and len(system.arguments) <= MOST_UNITS:
        for worst in np.argsort(-gaps):
            if gaps[worst] <= _NEAR or not comes_from_outside(system, corners[worst], *box.T):
                return float(gaps[worst])
        return None
    return float(gaps.max())


def comes_from_outside(system: Rectified, state: Array, low: Array, high: Array) -> bool:
    """Whether a state has a preimage that is not inside a box; of no more than `MOST_UNITS` units.

    Parameters
    ----------
    system : Rectified
    state : (n,) array
    low, high : (n,) arrays
        The corners of the box.
    """
    for piece in _pieces(system):
        before = np.asarray(np.linalg.lstsq(piece.J, state - piece.c, rcond=None)[0], dtype=np.float64)
        size = 1e-9 * (1.0 + np.abs(before).max())
        if np.abs(piece.J @ before + piece.c - state).max() > size:
            continue  # a singular matrix, and the state is not in its image
        if any(not ((z > low) & (z < high)).all() for z in _ends(piece, before, size)):
            return True
    return False


class _Piece(NamedTuple):
    """F(z) = J z + c where G z + g >= 0, and J is zero on the columns of `kernel`."""

    J: Array
    c: Array
    G: Array
    g: Array
    kernel: Array


def _ends(piece: _Piece, before: Array, size: float) -> list[Array]:
    """The preimages in the region of a piece that lie farthest out, from one of them or one beside it.

    Of a singular matrix they are the ends of a line of preimages; of a larger set of them one at infinity is returned.
    """
    margins, along = piece.G @ before + piece.g + size, piece.kernel
    if along.shape[1] > 1:
        return [np.full_like(before, np.inf)]
    slopes = (piece.G @ along)[:, 0] if along.size else np.zeros_like(margins)
    level = np.abs(slopes) <= 1e-12 * np.abs(piece.G).sum(axis=1)
    if (margins[level] < 0).any():
        return []
    bounds, rising = -margins[~level] / slopes[~level], slopes[~level] > 0
    first, last = bounds[rising].max(initial=-np.inf), bounds[~rising].min(initial=np.inf)
    if not along.size:
        return [before]
    if first > last:
        return []
    return [before + t * along[:, 0] if np.isfinite(t) else np.full_like(before, np.inf) for t in (first, last)]


@functools.lru_cache(maxsize=4)
def _pieces(system: Rectified) -> list[_Piece]:
    """The affine functions of all patterns, in doubles."""
    found = []
    for pattern in itertools.product((False, True), repeat=len(system.arguments)):
        piece = system.piece(pattern)
        J, c, G, g = (doubles(rows) for rows in (piece.J.tolist(), piece.c.tolist(), piece.G, [piece.g]))
        signs = np.where(pattern, 1.0, -1.0)
        _, values, directions = np.linalg.svd(J)
        kernel = directions[values <= len(J) * np.finfo(float).eps * values.max(initial=0.0)].T
        found.append(_Piece(J, c[:, 0], signs[:, None] * G.reshape(len(signs), len(J)), signs * g[0], kernel))
    return found


def doubles(rows: Sequence[Sequence[fmpq]]) -> Array:
    """Rows of rational numbers, rounded."""
    return np.array([[int(e.p) / int(e.q) for e in row] for row in rows])


def _matrix(rows: Sequence[Row], width: int) -> Array:
    matrix = np.zeros((len(rows), width))
    for i, row in enumerate(rows):
        for j, c in row.terms.items():
            matrix[i, j] = int(c.p) / int(c.q)
        matrix[i, -1] = int(row.constant.p) / int(row.constant.q)
    return matrix


def _image(function: InDoubles, line: Array) -> Array:
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


def _within(line: Array, box: Array) -> Array:
    """The corners of the parts of a polyline in a box, the ends at its sides among them."""
    start, along = line[:-1], np.diff(line, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.sort((box.T[:, None] - start) / along, axis=0)
    held = (along == 0) & (start >= box[:, 0]) & (start <= box[:, 1])
    shares = np.where(along != 0, shares, np.where(held, [[[-np.inf]], [[np.inf]]], [[[np.inf]], [[-np.inf]]]))
    low, high = np.maximum(shares[0].max(axis=1), 0.0), np.minimum(shares[1].min(axis=1), 1.0)
    met = high >= low
    ends = [start[met] + share[met, None] * along[met] for share in (low, high)]
    return np.concatenate(ends)


def _distances(points: Array, starts: Array, ends: Array) -> Array:
    """The distance of each point from the nearest segment."""
    first, along = np.ascontiguousarray(starts.T), np.ascontiguousarray((ends - starts).T)
    squares = np.maximum((along**2).sum(axis=0), 1e-300)
    nearest = []
    for point in points:  # one at a time: arrays over all segments are large enough
        offset = point[:, None] - first
        share = np.clip((offset * along).sum(axis=0) / squares, 0.0, 1.0)
        nearest.append(((offset - share * along) ** 2).sum(axis=0).min())
    return np.sqrt(np.array(nearest))
