"""The itineraries of homoclinic and heteroclinic points: which regions their orbits pass, from saddle to saddle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.flow.polylines import arclength
from dynbench.manifolds.saddles import Saddle
from dynbench.piecewise.polylines import mapped

__all__ = ["Itineraries", "UnstableLine", "itineraries"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]

#: A state is on the local stable manifold where moving the point by this, relative to its size, takes it there.
_ARRIVED = 1e-9
#: Steps after which a state is not followed any longer, forward and backward.
_MOST_STEPS, _MOST_TURNS = 120, 400


class Itineraries(NamedTuple):
    """Words of orbits, without what only repeats the words of the two saddles.

    Attributes
    ----------
    known : (m,) bool array
        Whether the itinerary was found.
    words : (m, T, H) bool array
        Patterns of the orbit's states.
    begin, end : (m,) arrays of int
        Before `begin` and from `end` on the patterns are those of the source and of the target, for ever.
    leaving, arriving : (m,) arrays of int
        The phase of the source at `begin`, and of the target at `end`.
    here : (m,) array of int
        The step at which the point itself is.
    """

    known: Mask
    words: Mask
    begin: Indices
    end: Indices
    leaving: Indices
    arriving: Indices
    here: Indices


class UnstableLine:
    """One side of the unstable manifold of one point of a saddle, with the places from where its states come.

    One turn around the cycle maps the manifold onto itself, monotonically in arclength: positions of preimages are
    interpolated, and every step backward makes them more accurate.

    Parameters
    ----------
    saddle : Saddle
    phase : int
        The point where the line starts.
    line : (m, n) array
        The polyline.
    """

    def __init__(self, saddle: Saddle, phase: int, line: Array) -> None:
        self.saddle, self.phase, self.line = saddle, phase, line
        self.position = _positions(line)
        image = np.concatenate([line, self.position[:, None]], axis=1).T
        for _ in range(len(saddle.points)):
            image = mapped(saddle.form, image)
        self.before, self.after = image[-1], _positions(image[:-1].T)

    @property
    def side(self) -> int:
        """On which side of the saddle it starts, 1 or -1."""
        return 1 if (self.line[1] - self.line[0]) @ self.saddle.right[self.phase] > 0 else -1

    def at(self, segment: Indices, share: Array) -> Array:
        """Positions of points on its segments."""
        return self.position[segment] + share * np.diff(self.position)[segment]

    def states(self, positions: Array) -> Array:
        """The states at positions (m,)."""
        return np.stack([np.interp(positions, self.position, row) for row in self.line.T], axis=-1)

    def origins(self, positions: Array) -> Array:
        """Positions on this line of what one turn maps to `positions` on the line of its image; NaN beyond."""
        return np.where(positions <= self.after[-1], np.interp(positions, self.after, self.before), np.nan)


def itineraries(lines: Sequence[UnstableLine], line: UnstableLine, positions: Array, target: Saddle) -> Itineraries:
    """The itineraries of states of the unstable manifold that are on the stable manifold of a saddle, too.

    Parameters
    ----------
    lines : sequence of UnstableLine
        All sides of the unstable manifold.
    line : UnstableLine
        The one that they are on.
    positions : (m,) array
        Where.
    target : Saddle
        Where the orbits go.
    """
    source, size = line.saddle, len(line.saddle.points)
    past, known = _past(lines, line, positions)
    states = line.states(positions)
    future, steps, phase = _future(source, target, states)
    known &= steps >= 0
    words = np.concatenate([past, future], axis=1)
    here, time = past.shape[1], np.arange(words.shape[1])
    astray = (words != source.word[(line.phase + time) % size]).any(axis=-1)
    begin = np.where(astray.any(axis=1), np.argmax(astray, axis=1), here)
    shifted = (phase[:, None] + time - here - steps[:, None]) % len(target.points)
    astray = (words != target.word[shifted]).any(axis=-1)
    end = np.maximum(begin, np.where(astray.any(axis=1), words.shape[1] - np.argmax(astray[:, ::-1], axis=1), 0))
    return Itineraries(
        known=known,
        words=words,
        begin=begin,
        end=end,
        leaving=(line.phase + begin) % size,
        arriving=(phase + end - here - steps) % len(target.points),
        here=np.full(len(positions), here),
    )


def _past(lines: Sequence[UnstableLine], line: UnstableLine, positions: Array) -> tuple[Mask, Mask]:
    """The patterns of the states before, back to where the manifold is straight, by whole turns."""
    saddle = line.saddle
    turns: list[Mask] = []
    sides = {other.side: other for other in lines if other.phase == line.phase}
    known = np.ones(len(positions), dtype=bool)
    straight = min(arclength(other.line[:2]) for other in sides.values())
    while not turns or (len(turns) < _MOST_TURNS and (positions[known] > straight).any()):
        origin = sides.get(int(line.side * np.sign(saddle.multiplier)))
        if origin is None:  # the other side was not traced
            return np.zeros((len(positions), 1, saddle.form.units), dtype=bool), np.zeros(len(positions), dtype=bool)
        positions, line = origin.origins(positions), origin
        known &= np.isfinite(positions)
        states, patterns = line.states(positions), []
        for _ in range(len(saddle.points)):
            patterns.append(saddle.form.pattern(states))
            states = saddle.form(states)
        turns.append(np.stack(patterns, axis=1))
    return np.concatenate(turns[::-1], axis=1), known


def _future(source: Saddle, target: Saddle, states: Array) -> tuple[Mask, Indices, Indices]:
    """The patterns from the states on, after how many steps they are on the local stable manifold, and at which phase.

    The unstable coordinate that a state has after j steps, divided by the derivative of it, says how far the state
    itself would have to be moved: as long as that is nothing but rounding, the orbit has arrived. Steps are -1 where it
    never did.
    """
    form, count = target.form, len(states)
    steps, phases = np.full(count, -1), np.zeros(count, dtype=np.intp)
    derivative = np.broadcast_to(np.eye(form.dimension), (count, form.dimension, form.dimension))
    now, patterns, near = states, [], _ARRIVED * (1.0 + np.abs(states).max(axis=-1, initial=0.0))
    for step in range(_MOST_STEPS):
        for phase in range(len(target.points)):
            slope = np.linalg.norm(target.left[phase] @ derivative, axis=-1)
            arrived = (steps < 0) & (np.abs(target.heights(now, phase)) <= near * slope)
            arrived[arrived] = target.stays(now[arrived], phase)
            steps[arrived], phases[arrived] = step, phase
        if (steps >= 0).all():
            break
        pattern = form.pattern(now)
        patterns.append(pattern)
        derivative = form.region(pattern).J @ derivative
        now = form(now)
    future = np.stack(patterns, axis=1) if patterns else np.zeros((count, 0, form.units), dtype=bool)
    time = np.arange(future.shape[1])
    after = (steps[:, None] >= 0) & (time >= steps[:, None])
    words = target.word[(phases[:, None] + time - steps[:, None]) % len(target.points)]
    return np.where(after[..., None], words, future), steps, phases


def _positions(line: Array) -> Array:
    """Arclength from the start to each corner."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
