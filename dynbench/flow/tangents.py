"""Orbits side by side with tangent vectors that are made orthonormal again and again, each at its own pace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

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
    spans = np.broadcast_to(np.asarray(interval, dtype=float), (len(lanes.x),))
    with np.errstate(all="ignore"):
        for i in range(intervals):
            alive = np.flatnonzero(np.isfinite(lanes.x).all(axis=-1))
            if not len(alive):
                break
            moved = _one_interval(system, lanes.part(alive), spans[alive], rtol, atol)
            lanes, growth[i, alive] = _orthonormal(lanes, moved, alive)
            states[i] = lanes.x
    return lanes, growth, states


def _one_interval(system: System, lanes: Lanes, interval: Array, rtol: float, atol: float) -> Lanes:
    if system.kind == "flow":
        return _flown(system, lanes, interval, rtol, atol)
    x, frames = lanes.x, lanes.frames
    for _ in range(int(interval[0])):
        frames = _pushed(system, x, frames)
        x = system(x)
    return replace(lanes, x=x, frames=frames)


def _orthonormal(lanes: Lanes, moved: Lanes, alive: NDArray[np.intp]) -> tuple[Lanes, Array]:
    """The lanes with those of them that moved put in place, orthonormal again; and how much each vector grew."""
    everything = np.concatenate([moved.x, moved.frames.reshape(len(alive), -1)], axis=1)
    usable = np.isfinite(everything).all(axis=-1)
    columns = np.where(usable[:, None, None], moved.frames, lanes.frames[alive]).swapaxes(-1, -2)
    q, r = np.linalg.qr(columns)
    x, frames, steps = lanes.x.copy(), lanes.frames.copy(), lanes.steps.copy()
    x[alive] = np.where(usable[:, None], moved.x, np.nan)
    frames[alive], steps[alive] = q.swapaxes(-1, -2), moved.steps
    grown = np.log(np.abs(np.diagonal(r, axis1=-2, axis2=-1)))
    return Lanes(x, frames, steps), np.where(usable[:, None], grown, np.nan)


def _pushed(system: System, x: Array, frames: Array) -> Array:
    """The Jacobian at x (L, n) times the tangent vectors (L, k, n)."""
    if system.matrix_form is not None and frames.shape[-2] < x.shape[-1]:
        return system.jvp(np.broadcast_to(x[:, None], frames.shape), frames)
    return frames @ system.jacobian_at(x).swapaxes(-1, -2)


def _flown(system: System, lanes: Lanes, interval: Array, rtol: float, atol: float) -> Lanes:
    """Integrate every lane over one interval with the steps that suit it."""
    count, n = lanes.x.shape
    y = np.concatenate([lanes.x, lanes.frames.reshape(count, -1)], axis=1)
    steps, elapsed = lanes.steps.copy(), np.zeros(count)
    shape = lanes.frames.shape[1:]

    def rate(z: Array) -> Array:
        x, frames = z[:, :n], z[:, n:].reshape(len(z), *shape)
        return np.concatenate([system(x), _pushed(system, x, frames).reshape(len(z), -1)], axis=1)

    first = rate(y)
    going = np.arange(count)
    for _ in range(_MOST_STEPS):
        remaining = interval[going] - elapsed[going]
        h = np.minimum(steps[going], remaining)
        y_new, first_new, error = _step(rate, y[going], first[going], h, rtol, atol)
        accepted = error <= 1
        done = going[accepted]
        y[done], first[done] = y_new[accepted], first_new[accepted]
        elapsed[done] = np.where(h[accepted] == remaining[accepted], interval[done], elapsed[done] + h[accepted])
        factor = np.where(error > 0, _SAFETY * error ** (-1 / 8), _GROW)
        factor = np.clip(np.where(np.isfinite(error), factor, _SHRINK), _SHRINK, np.where(accepted, _GROW, 1.0))
        # A step that only the end of the interval cut short says little about how long the next one may be.
        steps[going] = np.where(accepted & (h < steps[going]), np.maximum(steps[going], h * factor), h * factor)
        going = going[(elapsed[going] < interval[going]) & (steps[going] > 1e-13 * interval[going])]
        if not len(going):
            break
    y[elapsed < interval] = np.nan
    return Lanes(y[:, :n], y[:, n:].reshape(count, *shape), steps)


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
