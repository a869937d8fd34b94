"""Running an echo state network from its memories through pulses of input, many at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.networks.driven import Euler
from dynbench.transitions.memories import Memories

__all__ = ["PulseRuns"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

#: Numbers that the states of one batch hold together.
_NUMBERS = 512_000
#: Steps between two looks at where the states are.
_LOOK = 10


class PulseRuns:
    """Pulses of one length given to a network at rest in its memories.

    Parameters
    ----------
    euler : Euler
        Steps of the network.
    memories : Memories
        Its memories.
    rest : (p,) array
        Its input at rest.
    duration : int
        The length of a pulse, in steps.
    steps : int
        So many steps the network is followed afterwards.
    """

    def __init__(self, euler: Euler, memories: Memories, *, rest: Array, duration: int, steps: int) -> None:
        self.memories = memories
        self._euler, self._rest, self._duration, self._steps = euler, rest, duration, steps

    def ends(self, starts: Indices, columns: Indices, amplitudes: Array) -> Indices:
        """The memories that pulses lead to; -1 where the network has not arrived at any.

        Parameters
        ----------
        starts, columns : (R,) arrays of int
            The memory to start from, by position, and the column of B.
        amplitudes : (R,) array
            With sign.
        """
        # Where F(-x) = -F(x), a pulse takes -x where the opposite one takes x, mirrored: one of the two is run.
        images = self.memories.images
        image = images[starts]
        other = (image >= 0) & ((image < starts) | ((image == starts) & (amplitudes < 0)))
        rows = np.column_stack([np.where(other, image, starts), columns, np.where(other, -amplitudes, amplitudes)])
        rows, inverse = np.unique(rows, axis=0, return_inverse=True)
        size = max(1, _NUMBERS // self.memories.x.shape[-1])
        parts = [self._run(rows[k : k + size]) for k in range(0, len(rows), size)]
        found = np.concatenate([np.empty(0, dtype=np.intp), *parts])[inverse.ravel()]
        return np.where(other & (found >= 0), images[found], found)

    def _run(self, rows: Array) -> Indices:
        x = self.memories.x[rows[:, 0].astype(np.intp)]
        u = np.tile(self._rest, (len(rows), 1))
        u[np.arange(len(rows)), rows[:, 1].astype(np.intp)] += rows[:, 2]
        with np.errstate(all="ignore"):  # unbounded activations may overflow: such a run arrives nowhere
            for _ in range(self._duration):
                x = self._euler.advance(x, u)
            return self._settled(x)

    def _settled(self, x: Array) -> Indices:
        """Where the network, its input at rest again, arrives."""
        ends = np.full(len(x), -1, dtype=np.intp)
        under_way = np.arange(len(x))
        for _ in range(0, self._steps, _LOOK):
            for _ in range(_LOOK):
                x = self._euler.advance(x)
            ends[under_way] = self.memories.holding(x)
            on = (ends[under_way] < 0) & np.isfinite(x).all(axis=-1)
            under_way, x = under_way[on], x[on]
            if not len(under_way):
                break
        return ends
