"""The smallest pulses that lead from a memory to another: brackets of amplitudes, narrowed for all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dynbench.transitions.pulse_runs import PulseRuns

__all__ = ["Bracket", "BracketSearch"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

#: Pulses that are run in one round, about.
_ROWS = 240
#: A bracket is divided by at most so many amplitudes a round.
_MOST = 7


@dataclass(frozen=True)
class Bracket:
    """Between which amplitudes a pulse begins to lead to a memory.

    Attributes
    ----------
    start, column, sign : int
        The memory to start from, by position, the column of B, and 1 or -1.
    end : int
        The memory it leads to; -1 where it arrives at none.
    low, high : float
        The pulse of amplitude `low` ends elsewhere, that of `high` there.
    least : bool
        Whether no amplitude of the grid below leaves the memory.
    """

    start: int
    column: int
    sign: int
    end: int
    low: float
    high: float
    least: bool


class BracketSearch:
    """Brackets for each memory, column and sign, and each end that is met on a grid of amplitudes.

    Parameters
    ----------
    runs : PulseRuns
        Runs the pulses.
    memories, columns : int
        How many there are.
    grid : (A,) array
        Amplitudes, ascending.

    Attributes
    ----------
    start, column, sign : (R,) arrays of int
        All that is tried; memories by position.
    ends : (R, k) array of int
        Where the first k amplitudes of the grid lead.
    brackets : list of Bracket
        Those found so far.
    """

    def __init__(self, runs: PulseRuns, memories: int, columns: int, grid: Array) -> None:
        self._runs, self._grid = runs, grid
        self.start, self.column, self.sign = (
            part.ravel() for part in np.meshgrid(np.arange(memories), np.arange(columns), [1, -1], indexing="ij")
        )
        self.ends = np.empty((len(self.start), 0), dtype=np.intp)
        self.brackets: list[Bracket] = []

    @property
    def stays(self) -> NDArray[np.bool_]:
        """(R,) array: where the whole grid was tried and no amplitude of it leaves the memory."""
        return np.asarray((self.ends == self.start[:, None]).all(axis=1) & (self.ends.shape[1] == len(self._grid)))

    def on_grid(self) -> Iterator[tuple[int, int]]:
        """Try the grid, from the smallest amplitudes on; yields how many have been tried, and of how many."""
        size = max(1, _ROWS // len(self.start))
        for k in range(0, len(self._grid), size):
            signed = self.sign[:, None] * self._grid[k : k + size]
            ends = np.column_stack([self.ends, self._ends(self.start, self.column, signed)])
            self.brackets = [bracket for row in range(len(ends)) for bracket in self._met(row, ends[row])]
            self.ends = ends
            yield ends.shape[1], len(self._grid)

    def narrowed(self, width: float) -> Iterator[tuple[int, int]]:
        """Narrow all brackets, each to the first amplitude that leads there; yields how many are done, of how many."""
        while wide := [k for k, b in enumerate(self.brackets) if b.high - b.low > max(width, 2 * np.spacing(b.high))]:
            yield len(self.brackets) - len(wide), len(self.brackets)
            count = int(np.clip(_ROWS // len(wide), 1, _MOST))
            self._divide(wide, np.arange(1, count + 1) / (count + 1))
        yield len(self.brackets), len(self.brackets)

    def _met(self, row: int, ends: Indices) -> Iterator[Bracket]:
        """A bracket for each end but the start."""
        low, seen = 0.0, {start := int(self.start[row])}
        for high, end in zip(self._grid.tolist(), ends.tolist(), strict=False):
            if end not in seen:
                yield Bracket(start, int(self.column[row]), int(self.sign[row]), end, low, high, len(seen) == 1)
                seen.add(end)
            low = high

    def _divide(self, wide: Sequence[int], shares: Array) -> None:
        chosen = [self.brackets[k] for k in wide]
        start, column, sign = (np.array([getattr(b, name) for b in chosen]) for name in ("start", "column", "sign"))
        low, high = (np.array([getattr(b, name) for b in chosen])[:, None] for name in ("low", "high"))
        inner = low + shares * (high - low)
        ends = self._ends(start, column, sign[:, None] * inner)
        for k, bracket, ladder, met in zip(wide, chosen, np.hstack([low, inner, high]).tolist(), ends, strict=True):
            first = int(np.argmax([*(met == bracket.end), True]))
            self.brackets[k] = replace(bracket, low=ladder[first], high=ladder[first + 1])

    def _ends(self, start: Indices, column: Indices, amplitudes: Array) -> Indices:
        count = amplitudes.shape[1]
        ends = self._runs.ends(np.repeat(start, count), np.repeat(column, count), amplitudes.ravel())
        return ends.reshape(amplitudes.shape)
