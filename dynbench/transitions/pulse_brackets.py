"""The smallest pulses that leave a memory: brackets of their amplitudes, narrowed for all memories together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dynbench.transitions.pulse_runs import PulseRuns

__all__ = ["Brackets"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

#: Pulses that are tried in one round, about.
_ROWS = 240
#: A bracket is divided by at most so many amplitudes a round.
_MOST = 7


class Brackets:
    """For each memory, column and sign: up to where pulses were seen to stay, and where they leave.

    Parameters
    ----------
    runs : PulseRuns
        Runs the pulses.
    memories, columns : int
        How many there are.

    Attributes
    ----------
    start, column, sign : (R,) arrays
        What each bracket belongs to; memories by position.
    low, high : (R,) arrays
        No amplitude tried up to `low` leaves the memory, that of `high` does; inf while none is known to.
    end : (R,) array of int
        The memory in which `high` ends, -1 for none at which it arrives.
    """

    def __init__(self, runs: PulseRuns, memories: int, columns: int) -> None:
        self._runs = runs
        self.start, self.column, self.sign = (
            part.ravel() for part in np.meshgrid(np.arange(memories), np.arange(columns), [1, -1], indexing="ij")
        )
        self.low, self.high = np.zeros(len(self.start)), np.full(len(self.start), np.inf)
        self.end = np.full(len(self.start), -1, dtype=np.intp)

    def search(self, grid: Array, tolerance: float) -> Iterator[tuple[int, int]]:
        """Narrow the brackets to neighbours on a grid, then to a width; yields how many are done, and of how many.

        Parameters
        ----------
        grid : (A,) array
            Amplitudes, ascending.
        tolerance : float
            The width.
        """
        while len(grid) and (rows := np.flatnonzero(np.isinf(self.high))).size:
            count = max(1, _ROWS // len(rows))
            self._try(rows, np.tile(grid[:count], (len(rows), 1)))
            grid = grid[count:]
            yield self._done(tolerance, len(grid))
        while (rows := np.flatnonzero(self._wide(tolerance))).size:
            shares = np.arange(1, (count := int(np.clip(_ROWS // len(rows), 1, _MOST))) + 1) / (count + 1)
            low, high = self.low[rows, None], self.high[rows, None]
            self._try(rows, low + shares * (high - low))
            yield self._done(tolerance, 0)

    def _try(self, rows: Indices, amplitudes: Array) -> None:
        """Run ascending amplitudes (len(rows), A), and narrow to the first of them that leaves."""
        count = amplitudes.shape[1]
        signed = (self.sign[rows, None] * amplitudes).ravel()
        ends = self._runs.ends(np.repeat(self.start[rows], count), np.repeat(self.column[rows], count), signed)
        ends = ends.reshape(-1, count)
        leaves = ends != self.start[rows, None]
        first = np.where(leaves.any(axis=1), leaves.argmax(axis=1), count)
        each = np.arange(len(rows))
        low = np.column_stack([self.low[rows], amplitudes])[each, first]
        high = np.column_stack([amplitudes, self.high[rows]])[each, first]
        end = np.column_stack([ends, self.end[rows]])[each, first]
        self.low[rows], self.high[rows], self.end[rows] = low, high, end

    def _wide(self, tolerance: float) -> NDArray[np.bool_]:
        # Neighbouring doubles have none between them, whatever the tolerance.
        width = np.maximum(tolerance, 2 * np.spacing(self.low))
        return np.isfinite(self.high) & (self.high - self.low > width)

    def _done(self, tolerance: float, ahead: int) -> tuple[int, int]:
        under_way = self._wide(tolerance) | (np.isinf(self.high) & (ahead > 0))
        return int(np.count_nonzero(~under_way)), len(under_way)
