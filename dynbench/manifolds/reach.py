"""How far the branch of a manifold is followed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Branch", "Part", "Reach"]

Array = NDArray[np.float64]

#: A polyline that lies beyond one face of the box by so many of its widths is given up.
_FAR = 1e3


@dataclass(frozen=True, eq=False)
class Reach:
    """The region of interest and the arclength to be followed in it.

    Attributes
    ----------
    box : (n, 2) array
        The region; infinite where every state counts.
    length : float
        The arclength inside the box at which a branch ends.
    """

    box: Array
    length: float

    @property
    def bounded(self) -> bool:
        """Whether there is a box."""
        return bool(np.isfinite(self.box).all())

    @property
    def cap(self) -> float:
        """A length of seeds that is enough."""
        if not self.bounded:
            return self.length
        return min(self.length, 2 * float(np.linalg.norm(self.box[:, 1] - self.box[:, 0])))

    def inside(self, path: Array) -> NDArray[np.bool_]:
        """Which states (m, n) are in the box."""
        return np.asarray(((path >= self.box[:, 0]) & (path <= self.box[:, 1])).all(axis=-1))

    def trimmed(self, line: Array) -> Array:
        """A polyline (n, m) from where it enters the box first to where it leaves it last; empty where it does not."""
        low, high = self.clipped(line)
        met = np.flatnonzero(high > low)
        if not len(met):
            return line[:, :0]
        first, last = met[0], met[-1]
        ends = _at(line, first, low[first]), _at(line, last, high[last])
        return np.column_stack([ends[0], line[:, first + 1 : last + 1], ends[1]])

    def gone(self, line: Array) -> bool:
        """Whether a polyline (n, m) lies wholly beyond one face of the box, far away."""
        if not self.bounded:
            return False
        far = _FAR * (self.box[:, 1] - self.box[:, 0])
        return bool((line.min(axis=1) > self.box[:, 1] + far).any() or (line.max(axis=1) < self.box[:, 0] - far).any())

    def clipped(self, line: Array) -> tuple[Array, Array]:
        """Which part of each segment of a polyline (n, m) is in the box: from one share to the other, both (m - 1,)."""
        low, high = np.zeros(line.shape[1] - 1), np.ones(line.shape[1] - 1)
        if not self.bounded:
            return low, high
        for row, (least, most) in zip(line, self.box, strict=True):
            for gap in (row - least, most - row):
                before, after = gap[:-1], gap[1:]
                out = np.flatnonzero((before < 0) | (after < 0))
                a, b = before[out], after[out]
                with np.errstate(divide="ignore", invalid="ignore"):
                    share = a / (a - b)
                low[out] = np.where(a < 0, np.where(b < 0, 1.0, np.maximum(low[out], share)), low[out])
                high[out] = np.where(b < 0, np.where(a < 0, 0.0, np.minimum(high[out], share)), high[out])
        return low, high


class Part(NamedTuple):
    """A piece of a branch.

    Attributes
    ----------
    line : (n + 1, m) array
        A corner a column: its state, and the place on the seed that it comes from.
    steps : int
        The number of steps between the two.
    side : int
        The side of the seed, 1 or -1.
    """

    line: Array
    steps: int
    side: int


class Branch:
    """A branch that is grown polyline by polyline; it is cut where its arclength in the box reaches the limit.

    Parameters
    ----------
    reach : Reach
        The limits.

    Attributes
    ----------
    complete : bool
        Whether it has reached its length.
    parts : list of Part
        What it is made of.
    """

    def __init__(self, reach: Reach) -> None:
        self.complete = False
        self.parts: list[Part] = []
        self._reach, self._length = reach, 0.0
        self._last = 0, 0, 0.0

    def append(self, line: Array, steps: int, side: int) -> None:
        """Add a polyline (n + 1, m) that begins where the branch ends."""
        if self.complete or line.shape[1] < 2:
            return
        states = line[:-1]
        size = reduce(np.hypot, (np.abs(np.diff(row)) for row in states))
        low, high = self._reach.clipped(states)
        within = np.maximum(high - low, 0.0) * size
        along = self._length + np.cumsum(within)
        self._length = float(along[-1])
        if self._length >= self._reach.length:
            self.complete = True
            segment = int(np.argmax(along >= self._reach.length))
            excess = float(along[segment]) - self._reach.length
            share = high[segment] - (excess / size[segment] if size[segment] > 0 else 0.0)
            line = _cut(line, segment, float(share))
            self._last = len(self.parts), segment, 1.0
        else:
            met = np.flatnonzero(high > low)
            if len(met):
                self._last = len(self.parts), int(met[-1]), float(high[met[-1]])
        self.parts.append(Part(line, steps, side))

    def finish(self) -> None:
        """Drop what follows the last state in the box."""
        if not self._reach.bounded or self.complete or not self.parts:
            return
        part, segment, share = self._last
        line, steps, side = self.parts[part]
        self.parts[part:] = [Part(_cut(line, segment, share), steps, side)]

    @classmethod
    def of(cls, path: Array, reach: Reach) -> Branch:
        """A polyline (m, n) as a branch: cut at its length in the box, or where it leaves that last."""
        branch = cls(reach)
        branch.append(np.column_stack([path, np.zeros(len(path))]).T, 0, 1)
        branch.finish()
        return branch

    @property
    def path(self) -> Array:
        """The branch, (m, n)."""
        lines = [line[:-1] if number == 0 else line[:-1, 1:] for number, (line, _, _) in enumerate(self.parts)]
        return np.ascontiguousarray(np.concatenate(lines, axis=1).T)


def _cut(line: Array, segment: int, share: float) -> Array:
    """A polyline up to a share of one of its segments."""
    return np.column_stack([line[:, : segment + 1], _at(line, segment, share)])


def _at(line: Array, segment: int, share: float) -> Array:
    return np.asarray(line[:, segment] + share * (line[:, segment + 1] - line[:, segment]))
