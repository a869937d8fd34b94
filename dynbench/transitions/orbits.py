"""What is kept of an orbit while it is followed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.flow.polylines import arclength, thinned
from dynbench.transitions.limits import Hit, Limit

__all__ = ["Branch", "Orbit", "Way"]

Array = NDArray[np.float64]

#: States kept of the path of a branch: no more than the first number, no fewer than the second, and between the two
#: as many as make so many numbers.
_MOST, _FEWEST, _NUMBERS = 256, 32, 64_000


@dataclass(frozen=True, eq=False)
class Branch:
    """A state to start from near a fixed point; with stride 2 every second iterate of a map lies on the branch.

    Saddles in `passes` are known to be passed: they are not its limit.
    """

    source: int
    start: Array
    stride: int = 1
    passes: frozenset[int] = frozenset()


class Way(NamedTuple):
    """One direction out of a point: what its edge will say of it, and where to start."""

    side: int
    name: str
    direction: Array
    branch: Branch


@dataclass(eq=False)
class Orbit:
    """An orbit so far: its last part in full, what lies before it thinned.

    Attributes
    ----------
    branch : Branch
        Where it starts.
    times, states : lists of arrays
        The last pieces, each (m,) and (m, n).
    old : list of arrays
        Earlier pieces, thinned.
    length : float
        Arclength.
    ending : Hit or None
        The limit, where it is known but the orbit is followed on for its picture.
    limit : Limit or None
        The limit, once nothing more is to be done.
    known_at : float or None
        When the limit was known.
    number : int
        Another one for every orbit.
    """

    branch: Branch
    times: list[Array] = field(default_factory=lambda: [np.zeros(1)])
    states: list[Array] = field(default_factory=list)
    old: list[Array] = field(default_factory=list)
    length: float = 0.0
    ending: Hit | None = None
    limit: Limit | None = None
    known_at: float | None = None
    number: int = field(default_factory=itertools.count().__next__)
    _before: float = 0.0

    def __post_init__(self) -> None:
        self.states.append(self.branch.start[None])

    @property
    def _kept(self) -> int:
        return int(np.clip(_NUMBERS // len(self.branch.start), _FEWEST, _MOST))

    @property
    def last(self) -> Array:
        """The last state."""
        return self.states[-1][-1]

    @property
    def time(self) -> float:
        """The time of the last state."""
        return float(self.times[-1][-1])

    def add(self, times: Array, states: Array, window: int) -> None:
        """Append a piece, and thin what is older than so many states."""
        if not len(states):
            return
        self._before = self.length
        self.length += arclength(np.concatenate([self.last[None], states]))
        self.times.append(times)
        self.states.append(states)
        while sum(map(len, self.states[1:])) > window:
            self.old.append(thinned(self.states.pop(0), self._kept // 4))
            self.times.pop(0)

    def cut(self, row: int) -> None:
        """End the orbit at a row of its last piece."""
        piece = self.states[-1][: row + 1]
        start = self.states[-2][-1:] if len(self.states) > 1 else piece[:1]
        self.length = self._before + arclength(np.concatenate([start, piece]))
        self.states[-1], self.times[-1] = piece, self.times[-1][: row + 1]

    def arrive(self, x: Array) -> None:
        """End the orbit at its limit."""
        self.length += float(np.linalg.norm(x - self.last))
        self.times.append(self.times[-1][-1:])
        self.states.append(x[None])

    def end(
        self, kind: str, index: int | None, how: str, reason: str, *, path: bool = True, unstable: float = 0.0
    ) -> None:
        """Note the limit."""
        time = self.time if self.known_at is None else self.known_at
        states = self.last[None]
        if path:
            whole = np.concatenate([*self.old, *self.states])
            along = whole[:: self.branch.stride]
            # The state by which a point was identified belongs to the path, on whichever side of the branch it lies.
            if kind == "point" and (len(whole) - 1) % self.branch.stride:
                along = np.concatenate([along, whole[-1:]])
            states = thinned(along, self._kept)
        self.limit = Limit(kind, index, how, reason, time, self.length, states, unstable)  # type: ignore[arg-type]
