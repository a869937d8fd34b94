"""On which side of directed curves of the plane states lie: by the nearest crossing along a straight line from each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.manifolds.intersections import crossings

__all__ = ["CONTRADICTED", "Sides"]

Array = NDArray[np.float64]
Labels = NDArray[np.intp]

#: Label of states between two curves that say different things about them.
CONTRADICTED = -3
#: Lines from states to a curve that are followed at once.
_AT_ONCE = 20_000
#: States further away are taken to be so far away.
_FAR = 1e100


class _Rows(NamedTuple):
    """Crossings of horizontal lines with the curves: those of row r from `start[r]` to `start[r + 1]`, by x."""

    start: Labels
    x: Array
    before: Labels
    after: Labels


class Sides:
    """Directed curves of the plane with a label on their left and on their right.

    A state gets the label of the side of the curves that are next to it on the horizontal line through it, to the left
    and to the right, if these two agree; where that line meets no curve, on the vertical line; else on the line to the
    middle of a segment. Where the two disagree a curve is missing: the label is `CONTRADICTED`.

    Parameters
    ----------
    curves : sequence of (m, 2) arrays
        Their corners.
    left, right : sequences of int
        The labels on the two sides of each.
    """

    def __init__(self, curves: Sequence[Array], left: Sequence[int], right: Sequence[int]) -> None:
        self.start = np.concatenate([np.zeros((0, 2)), *(curve[:-1] for curve in curves)])
        self.end = np.concatenate([np.zeros((0, 2)), *(curve[1:] for curve in curves)])
        counts = [len(curve) - 1 for curve in curves]
        self.left = np.repeat(np.asarray(left, dtype=np.intp), counts)
        self.right = np.repeat(np.asarray(right, dtype=np.intp), counts)

    def labels(self, states: Array) -> Labels:
        """A label for each of the states (m, 2)."""
        if not len(self.start):
            return np.full(len(states), CONTRADICTED)
        labels, met = self._along(states, 0)
        rest = np.flatnonzero(~met)
        labels[rest], met = self._along(states[rest], 1)
        rest = rest[~met]
        for piece in range(0, len(rest), _AT_ONCE):
            here = rest[piece : piece + _AT_ONCE]
            labels[here] = self._towards(states[here])
        return labels

    def _along(self, states: Array, axis: int) -> tuple[Labels, NDArray[np.bool_]]:
        """Labels by the line along an axis, and whether it meets any curve."""
        heights, row = np.unique(states[:, 1 - axis], return_inverse=True)
        rows = self._rows(heights, axis)
        place, low, high = states[:, axis], rows.start[row], rows.start[row + 1]
        first, last = low, high
        while (low < high).any():
            middle = (low + high) // 2
            beyond = (low < high) & (rows.x[np.minimum(middle, len(rows.x) - 1)] <= place)
            low, high = np.where(beyond, middle + 1, low), np.where(beyond | (low >= high), high, middle)
        met = last > first
        if not met.any():
            return np.full(len(states), CONTRADICTED), met
        behind = rows.after[np.maximum(low - 1, 0)]
        ahead = rows.before[np.minimum(low, len(rows.x) - 1)]
        behind, ahead = np.where(low > first, behind, ahead), np.where(low < last, ahead, behind)
        return np.where(met & (behind == ahead), behind, CONTRADICTED), met

    def _rows(self, heights: Array, axis: int) -> _Rows:
        """The crossings of the lines along an axis at ascending heights."""
        bottom, top = self.start[:, 1 - axis], self.end[:, 1 - axis]
        low = np.searchsorted(heights, np.minimum(bottom, top))
        counts = np.searchsorted(heights, np.maximum(bottom, top)) - low
        segment = np.repeat(np.arange(len(counts)), counts)
        row = np.arange(len(segment)) - np.repeat(np.cumsum(counts) - counts, counts) + low[segment]
        begin, rise = bottom[segment], (top - bottom)[segment]
        run = (self.end - self.start)[segment, axis]
        x = self.start[segment, axis] + (heights[row] - begin) / rise * run
        order = np.lexsort((x, row))
        # Upward, the left of a segment is where x is smaller; along the other axis the plane is mirrored.
        upward = (rise > 0) == (axis == 0)
        before = np.where(upward, self.left[segment], self.right[segment])
        after = np.where(upward, self.right[segment], self.left[segment])
        start = np.searchsorted(row[order], np.arange(len(heights) + 1))
        return _Rows(start, x[order], before[order], after[order])

    def _towards(self, states: Array) -> Labels:
        """Labels by the first crossing on the line to the middle of the longest segment, and a little beyond."""
        longest = int(np.argmax(np.linalg.norm(self.end - self.start, axis=1)))
        aim = (self.start[longest] + self.end[longest]) / 2
        # From so far away the curves are a point: nearer on the same ray products do not overflow.
        states = states * np.minimum(1.0, _FAR / np.maximum(np.abs(states).max(axis=1, keepdims=True), 1.0))
        gaps = np.full((len(states), 2), np.nan)
        lines = np.stack([states, aim + 1e-6 * (aim - states), gaps], axis=1).reshape(-1, 2)
        curves = np.stack([self.start, self.end, np.full_like(self.start, np.nan)], axis=1).reshape(-1, 2)
        found = crossings(lines, curves)
        labels = np.full(len(states), CONTRADICTED)
        which, first = np.unique(found.first // 3, return_index=True)
        segment = found.second[first] // 3
        along, sight = (self.end - self.start)[segment], states[which] - found.states[first]
        left = along[:, 0] * sight[:, 1] - along[:, 1] * sight[:, 0] > 0
        labels[which] = np.where(left, self.left[segment], self.right[segment])
        return labels
