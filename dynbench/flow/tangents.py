"""Orbits side by side with tangent vectors that are made orthonormal again and again, each at its own pace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench.systems import System

__all__ = ["Lanes", "advance"]

Array = NDArray[np.float64]

#: An orbit is given up where an interval takes more steps than this.
_MOST_STEPS = 20_000
#: The step size changes by factors between these, with this factor of safety (Hairer, Norsett & Wanner, II.4).
_SHRINK, _GROW, _SAFETY = 0.2, 8.0, 0.9


@dataclass(frozen=True, eq=False)
class Lanes:
    """K orbits and their tangent vectors, at a common time.

    Attributes
    ----------
    x : (K, n) array
        States; nan where an orbit could not be followed.
    frames : (K, k, n) array
        For each orbit k orthonormal tangent vectors, its rows.
    steps : (K,) array
        The step size that each orbit would take next; maps do not use it.
    """

    x: Array
    frames: Array
    steps: Array

    def part(self, chosen: NDArray[np.intp]) -> Lanes:
        """Some of the orbits.

        Parameters
        ----------
        chosen : array of int
            Their numbers.
        """
        return Lanes(self.x[chosen], self.frames[chosen], self.steps[chosen])


def advance(
    system: System, lanes: Lanes, intervals: int, interval: float | Array, rtol: float, atol: float
) -> tuple[Lanes, Array, Array]:
    """Follow orbits for some intervals of time, and make the tangent vectors orthonormal after each.

    Every orbit takes the steps that its own local error asks for (Dormand and Prince's method of order 8, the error
    of the state and of the tangent vectors controlled together), so that it does not matter which others are in the
    batch.

    Parameters
    ----------
    system : System
        A flow or a map, with a value for every parameter.
    lanes : Lanes
        Where to start.
    intervals : int
        How many intervals.
    interval : float or (K,) array
        How long each is: a time, for every orbit one of its own if need be; or a number of steps.
    rtol, atol : float
        Tolerances of the local error of flows.

    Returns
    -------
    lanes : Lanes
        The orbits at the end.
    growth : (intervals, K, k) array
        The logarithms of the diagonal of R in the decomposition Q R of the tangent vectors after each interval.
    states : (intervals, K, n) array
        The states after each interval.

    References
    ----------
    G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Meccanica 15 (1980) 9; K. Geist, U. Parlitz, W. Lauterborn,
    Prog. Theor. Phys. 83 (1990) 875 (by QR). E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential
    Equations I (1993), section II.5 (the method of order 8).
    """
    growth = np.full((intervals, *lanes.frames.shape[:2]), np.nan)
    states = np.full((intervals, *lanes.x.shape), np.nan)
    record = _Record(lanes.x.copy(), lanes.frames.copy(), growth, states)
    alive = np.flatnonzero(np.isfinite(lanes.x).all(axis=-1))
    with np.errstate(all="ignore"):
        if system.kind == "map":
            _iterate(system, record, alive, int(np.max(interval)))
            return Lanes(record.x, record.frames, lanes.steps), growth, states
        spans = np.broadcast_to(np.asarray(interval, dtype=float), (len(lanes.x),))
        steps = lanes.steps.copy()
        _integrate(system, record, alive, spans, steps, (rtol, atol))
    return Lanes(record.x, record.frames, steps), growth, states


class _Record:
    """Orbits at the ends of their intervals; how many of these each has behind it."""

    def __init__(self, x: Array, frames: Array, growth: Array, states: Array) -> None:
        self.x, self.frames, self.growth, self.states = x, frames, growth, states
        self.count = np.zeros(len(x), dtype=np.intp)

    def close(self, lanes: NDArray[np.intp], x: Array, frames: Array) -> None:
        """End an interval of some orbits at the states `x`: make their tangent vectors orthonormal."""
        usable = np.isfinite(np.concatenate([x, frames.reshape(len(lanes), -1)], axis=1)).all(axis=-1)
        self.x[lanes[~usable]] = np.nan
        lanes, x = lanes[usable], x[usable]
        q, r = np.linalg.qr(frames[usable].swapaxes(-1, -2))
        self.x[lanes], self.frames[lanes] = x, q.swapaxes(-1, -2)
        self.growth[self.count[lanes], lanes] = np.log(np.abs(np.diagonal(r, axis1=-2, axis2=-1)))
        self.states[self.count[lanes], lanes] = x
        self.count[lanes] += 1

    def open(self, lanes: NDArray[np.intp]) -> NDArray[np.intp]:
        """Those of some orbits that go on."""
        return lanes[np.isfinite(self.x[lanes]).all(axis=-1) & (self.count[lanes] < len(self.growth))]


def _iterate(system: System, record: _Record, going: NDArray[np.intp], steps: int) -> None:
    while len(going):
        x, frames = record.x[going], record.frames[going]
        for _ in range(steps):
            frames = _pushed(system, x, frames)
            x = system(x)
        record.close(going, x, frames)
        going = record.open(going)


def _pushed(system: System, x: Array, frames: Array) -> Array:
    """The Jacobian at x (L, n) times the tangent vectors (L, k, n)."""
    if system.matrix_form is not None and frames.shape[-2] < x.shape[-1]:
        return system.jvp(np.broadcast_to(x[:, None], frames.shape), frames)
    return frames @ system.jacobian_at(x).swapaxes(-1, -2)


def _integrate(
    system: System,
    record: _Record,
    going: NDArray[np.intp],
    spans: Array,
    steps: Array,
    tolerances: tuple[float, float],
) -> None:
    """Take every orbit through its intervals with the steps that suit it; none waits for the others."""
    count, n = record.x.shape
    shape = record.frames.shape[1:]

    def rate(z: Array) -> Array:
        x, frames = z[:, :n], z[:, n:].reshape(len(z), *shape)
        return np.concatenate([system(x), _pushed(system, x, frames).reshape(len(z), -1)], axis=1)

    y = np.concatenate([record.x, record.frames.reshape(count, -1)], axis=1)
    first = np.full_like(y, np.nan)
    if len(going):
        first[going] = rate(y[going])
    elapsed, taken = np.zeros(count), np.zeros(count, dtype=np.intp)
    while len(going):
        remaining = spans[going] - elapsed[going]
        h = np.minimum(steps[going], remaining)
        y_new, first_new, error = _step(rate, y[going], first[going], h, *tolerances)
        accepted = error <= 1
        done = going[accepted]
        y[done], first[done] = y_new[accepted], first_new[accepted]
        elapsed[done] += h[accepted]
        taken[going] += 1
        steps[going] = _next_steps(steps[going], h, error)
        ended = going[accepted & (h == remaining)]
        if len(ended):
            record.close(ended, y[ended, :n], y[ended, n:].reshape(len(ended), *shape))
            y[ended, n:] = record.frames[ended].reshape(len(ended), -1)
            first[ended] = rate(y[ended])
            elapsed[ended], taken[ended] = 0.0, 0
        record.x[going[(steps[going] < 1e-13 * spans[going]) | (taken[going] > _MOST_STEPS)]] = np.nan
        going = record.open(going)


def _next_steps(steps: Array, h: Array, error: Array) -> Array:
    """The step sizes to try next, after steps `h` with these errors."""
    accepted = error <= 1
    factor = np.where(error > 0, _SAFETY * error ** (-1 / 8), _GROW)
    factor = np.clip(np.where(np.isfinite(error), factor, _SHRINK), _SHRINK, np.where(accepted, _GROW, 1.0))
    # A step that only the end of the interval cut short says little about how long the next one may be.
    return np.where(accepted & (h < steps), np.maximum(steps, h * factor), h * factor)


def _step(
    rate: Callable[[Array], Array], y: Array, first: Array, h: Array, rtol: float, atol: float
) -> tuple[Array, Array, Array]:
    """One step of the Dormand-Prince method of order 8 for each lane; the error is at most 1 where it will do."""
    from scipy.integrate import DOP853

    stages = np.empty((13, *y.shape))
    flat = stages.reshape(13, -1)
    stages[0] = first
    column = h[:, None]
    for s in range(1, 12):
        stages[s] = rate(y + column * (DOP853.A[s, :s] @ flat[:s]).reshape(y.shape))
    y_new = y + column * (DOP853.B @ flat[:12]).reshape(y.shape)
    stages[12] = rate(y_new)
    scale = atol + rtol * np.maximum(np.abs(y), np.abs(y_new))
    fifth = np.sum(((DOP853.E5 @ flat).reshape(y.shape) / scale) ** 2, axis=1)
    third = np.sum(((DOP853.E3 @ flat).reshape(y.shape) / scale) ** 2, axis=1)
    both = fifth + 0.01 * third
    error = np.where(both > 0, h * fifth / np.sqrt(np.where(both > 0, both, 1.0) * y.shape[1]), 0.0)
    return y_new, stages[12], np.where(np.isfinite(y_new).all(axis=1), error, np.inf)
