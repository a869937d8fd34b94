"""Closed orbits of piecewise-linear flows as the solutions of equations: where each leg starts, and how long it takes.

A leg is the part of an orbit in one region. With the legs' patterns and the units that switch between them given, a
cycle solves

    exp(tau_j J_j) x_j + ... = x_(j + 1),    margin of unit u_j at x_j = 0,

k (n + 1) equations for the k states and durations (multiple shooting on the Poincare map from border to border).

References
----------
M. di Bernardo et al., Piecewise-smooth Dynamical Systems (Springer 2008), section 2.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise import PiecewiseLinear
from dynbench.piecewise.legs import Follower

__all__ = ["Loop", "loops_near", "refined"]

Array = NDArray[np.float64]

_STEPS = 20
#: Newton's method has converged when its step is below this, relative to the states and the durations.
_SETTLED = 1e-13
#: How far a loop followed may be from closing, relative to its extent, to be tried.
_NEARLY = 0.5
_MOST_LEGS = 200
#: A leg that takes less, relative to the period, is there by rounding: units switch together.
_INSTANT = 1e-11
#: Only so many of the last switches of an orbit are looked at, when it has settled.
_MOST_SWITCHES = 400


@dataclass(frozen=True, eq=False)
class Loop:
    """A closed chain of legs.

    Attributes
    ----------
    patterns : (k, H) bool array
        The region of each leg.
    units : (k,) int array
        The unit that has just switched at the start of each leg.
    states : (k, n) array
        Where the legs start.
    durations : (k,) array
    """

    patterns: NDArray[np.bool_]
    units: NDArray[np.int64]
    states: Array
    durations: Array

    @property
    def period(self) -> float:
        """The time of one turn."""
        return float(self.durations.sum())

    def legs(self, kept: NDArray[np.bool_]) -> Loop:
        """The loop without some of its legs."""
        return Loop(self.patterns[kept], self.units[kept], self.states[kept], self.durations[kept])

    @property
    def one_by_one(self) -> bool:
        """Whether neighbouring legs differ in the unit named and in no other."""
        changed = self.patterns != np.roll(self.patterns, 1, axis=0)
        return bool((changed.sum(axis=1) == 1).all() and changed[np.arange(len(self.units)), self.units].all())

    @property
    def reversed(self) -> Loop:
        """The same orbit as one of the reversed field."""
        return Loop(
            self.patterns[::-1],
            np.roll(self.units, -1)[::-1],
            np.roll(self.states, -1, axis=0)[::-1],
            self.durations[::-1],
        )

    def turned(self, legs: int) -> Loop:
        """The same loop from another leg on."""
        return Loop(
            np.roll(self.patterns, -legs, axis=0),
            np.roll(self.units, -legs),
            np.roll(self.states, -legs, axis=0),
            np.roll(self.durations, -legs),
        )

    @property
    def once(self) -> Loop:
        """The loop of the shortest period of which this one is a repetition."""
        k = len(self.durations)
        size = max(1.0, float(np.abs(self.states).max()))
        for part in (p for p in range(1, k) if k % p == 0):
            same = (self.patterns == np.roll(self.patterns, part, axis=0)).all() and (
                self.units == np.roll(self.units, part)
            ).all()
            if same and np.abs(self.states - np.roll(self.states, part, axis=0)).max() < 1e-8 * size:
                return Loop(self.patterns[:part], self.units[:part], self.states[:part], self.durations[:part])
        return self

    def states_at(self, form: PiecewiseLinear, legs: NDArray[np.intp], times: Array) -> Array:
        """States on legs (m,) at times (m,) since their starts; returns (m, n)."""
        flows = _flows(form, self.patterns[legs], times)
        n = form.dimension
        return np.einsum("mij,mj->mi", flows[:, :n, :n], self.states[legs]) + flows[:, :n, n]

    def gap(self, form: PiecewiseLinear) -> float:
        """How far the end of a leg is from the start of the next, at most."""
        ends = self.states_at(form, np.arange(len(self.units)), self.durations)
        return float(np.abs(ends - np.roll(self.states, -1, axis=0)).max())


def loops_near(form: PiecewiseLinear, state: Array, time: float, longest: float) -> Iterator[Loop]:
    """The loops that an orbit nearly closes, one for each chain of regions: those of few legs first.

    Parameters
    ----------
    form : PiecewiseLinear
        Of a flow.
    state : (n,) array
    time : float
        For which the orbit is followed.
    longest : float
        No loop takes longer.
    """
    with np.errstate(all="ignore"):
        patterns, units, states, times = _crossings(form, state, time)
    if len(times) < 2:
        return
    found: dict[bytes, tuple[float, Loop]] = {}
    extent = max(float(np.ptp(states, axis=0).max()), 1e-300)
    for i in range(max(0, len(times) - _MOST_SWITCHES), len(times)):
        for j in range(i + 1, min(len(times), i + _MOST_LEGS + 1)):
            if times[j] - times[i] > longest:
                break
            if units[i] != units[j] or (patterns[i] != patterns[j]).any():
                continue
            gap = float(np.abs(states[j] - states[i]).max() / extent)
            if gap >= _NEARLY:
                continue
            loop = Loop(patterns[i:j], units[i:j], states[i:j], np.diff(times[i : j + 1]))
            key = _turned(loop)
            if key not in found or gap < found[key][0]:
                found[key] = gap, loop
    for _, loop in sorted(found.values(), key=lambda pair: (len(pair[1].units), pair[0])):
        yield loop


def refined(form: PiecewiseLinear, loop: Loop) -> Loop | None:
    """Newton's method for the legs' states and durations; None where it does not converge to positive durations."""
    k, n = loop.states.shape
    states, durations = loop.states.copy(), loop.durations.copy()
    for _ in range(_STEPS):
        residual, matrix = _equations(form, loop, states, durations)
        if not (np.isfinite(residual).all() and np.isfinite(matrix).all()):
            return None
        step = -np.linalg.lstsq(matrix, residual, rcond=1e-14)[0]
        states, durations = states + step[: k * n].reshape(k, n), durations + step[k * n :]
        if not (durations > 0).all():
            return None
        scale = max(1.0, float(np.abs(states).max()), loop.period)
        if np.abs(step).max() <= _SETTLED * scale:
            closed = Loop(loop.patterns, loop.units, states, durations)
            lasting = durations > _INSTANT * closed.period
            return closed.once if lasting.all() else refined(form, closed.legs(lasting))
    return None


def _crossings(
    form: PiecewiseLinear, state: Array, longest: float
) -> tuple[NDArray[np.bool_], NDArray[np.int64], Array, Array]:
    """The switches of an orbit: the pattern after each, the unit, the state and the time."""
    rows: list[tuple[NDArray[np.bool_], int, Array, float]] = []
    gone, crossing, x = 0.0, -1, state
    for stretch in Follower(form, longest).follow(state):
        if crossing >= 0 and (not rows or (rows[-1][0] != stretch.pattern).any()):
            rows.append((stretch.pattern, crossing, x, gone))
        gone, crossing, x = gone + stretch.duration, stretch.crossing, stretch.end
        if gone > longest or not stretch.duration > 0:
            break
    patterns = np.array([row[0] for row in rows], dtype=bool).reshape(-1, form.units)
    states = np.array([row[2] for row in rows]).reshape(-1, form.dimension)
    return patterns, np.array([row[1] for row in rows], dtype=int), states, np.array([row[3] for row in rows])


def _turned(loop: Loop) -> bytes:
    """What the patterns and units are known by, wherever the loop is taken to start."""
    legs = [pattern.tobytes() + int(unit).to_bytes(4) for pattern, unit in zip(loop.patterns, loop.units, strict=True)]
    return min(b"".join(legs[i:] + legs[:i]) for i in range(len(legs)))


def _equations(form: PiecewiseLinear, loop: Loop, states: Array, durations: Array) -> tuple[Array, Array]:
    """The residual of the equations, and their derivative."""
    k, n = states.shape
    region = form.region(loop.patterns)
    flows = _flows(form, loop.patterns, durations)
    ends = np.einsum("kij,kj->ki", flows[:, :n, :n], states) + flows[:, :n, n]
    borders = region.G[np.arange(k), loop.units], region.g[np.arange(k), loop.units]
    residual = np.concatenate(
        [(ends - np.roll(states, -1, axis=0)).ravel(), np.einsum("kj,kj->k", borders[0], states) + borders[1]]
    )
    matrix = np.zeros((k * (n + 1), k * (n + 1)))
    for j, following in pairwise([*range(k), 0]):
        rows = slice(j * n, (j + 1) * n)
        matrix[rows, following * n : (following + 1) * n] -= np.eye(n)
        matrix[rows, rows] += flows[j, :n, :n]
        matrix[rows, k * n + j] = region.J[j] @ ends[j] + region.c[j]
        matrix[k * n + j, rows] = borders[0][j]
    return residual, matrix


def _flows(form: PiecewiseLinear, patterns: NDArray[np.bool_], times: Array) -> Array:
    """The matrices (m, n + 1, n + 1) that take (x, 1) along the affine flows of patterns for times."""
    from scipy.linalg import expm

    region, n = form.region(patterns), form.dimension
    augmented = np.zeros((len(times), n + 1, n + 1))
    augmented[:, :n, :n], augmented[:, :n, n] = region.J, region.c
    return np.asarray(expm(times[:, None, None] * augmented))
