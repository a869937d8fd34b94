"""Newton's method for one periodic orbit, from a state near it and an estimate of its period."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, is_real, readonly, shown
from dynbench.cycles.exact import kind_of
from dynbench.cycles.piecewise_flow import piecewise_flow_cycle
from dynbench.cycles.records import Cycle
from dynbench.errors import ConvergenceError, InputError
from dynbench.fixed_points import Status
from dynbench.flow import Outcome, integrate
from dynbench.flow.variational import propagate
from dynbench.piecewise import piecewise_linear
from dynbench.systems import System, as_system

__all__ = ["refine_cycle"]

Array = NDArray[np.float64]
Multipliers = NDArray[np.complex128]

_STEPS = 12
_STATES = 128
#: Steps of a map whose derivatives are multiplied out, one by one.
_LONGEST = 1_000_000
#: Newton's method has converged when |phi_T(x) - x| is below this, relative to max(1, |x|).
_CLOSED = 1e-9
#: A cycle further from the state than this, relative to its size, is not near it: the iteration has lost its way.
_FAR = 10.0
#: States of a cycle that differ by less than this, relative to its size, are one: its period is shorter.
_SAME = 1e-6
#: A multiplier so near the unit circle cannot be told from it.
_CENTRAL = 1e-6


def refine_cycle(system: System, state: ArrayLike, period: float) -> Cycle | None:
    """Find the periodic orbit near a state by Newton's method.

    For flows the unknowns are the state x and the period T, the equations phi_T(x) = x and that x lies on the section
    through `state` normal to the field (Newton's method on the Poincare map, with the variational equations); for
    maps F^k(x) = x. Of a piecewise-linear flow the cycle is solved for in closed form, region by region, and proved in
    ball arithmetic where its entries are rational.

    Parameters
    ----------
    system : System
        The system, with a value for every parameter.
    state : (n,) array
        A state near the cycle.
    period : float or int
        An estimate of the period (flows), or the period (maps).

    Returns
    -------
    Cycle or None
        With the smallest period that was seen; None where Newton's method does not converge, or converges to a fixed
        point of a flow.

    Raises
    ------
    InputError
        If `state` is not one finite state or `period` is not positive.

    References
    ----------
    Yu. A. Kuznetsov, Elements of Applied Bifurcation Theory (2004), section 10.2.1 (Poincare maps, shooting).
    """
    start = as_states(state, as_system(system).dimension, name="state")
    if start.ndim != 1:
        raise InputError(f"state has shape {start.shape}; expected one state of shape ({system.dimension},).")
    _check_period(system, period)
    form = piecewise_linear(system) if system.kind == "flow" else None
    if form is not None:
        cycle = piecewise_flow_cycle(form, start, float(period))
        if cycle is not None:
            return cycle
    try:
        return _of_map(system, start, int(period)) if system.kind == "map" else _of_flow(system, start, float(period))
    except ConvergenceError:
        return None


def _check_period(system: System, period: Any) -> None:
    """Refuse what is no time (flows), or no number of steps (maps) that Newton's method can take."""
    good = is_real(period) and 0 < period < math.inf
    if system.kind == "flow" and not good:
        raise InputError(f"period is {shown(period)}; expected a positive time.")
    if system.kind == "map" and not (good and period == int(period) <= _LONGEST):
        raise InputError(f"period is {shown(period)}; expected a positive integer, at most {_LONGEST}.")


def _of_flow(system: System, start: Array, period: float) -> Cycle | None:
    normal = system(start)
    if not (normal.any() and np.isfinite(normal).all()):
        return None
    x, time = start, _return_time(system, start, period, normal)
    for _ in range(_STEPS):
        image, derivative = propagate(system, x, time)
        residual = float(np.abs(image - x).max())
        if residual <= 1e-3 * _CLOSED * _scale(x):
            break
        step = _solve(
            np.block([[derivative - np.eye(len(x)), system(image)[:, None]], [normal[None, :], np.zeros((1, 1))]]),
            np.append(x - image, normal @ (start - x)),
        )
        moved, longer = x + step[:-1], time + float(step[-1])
        if not (np.abs(moved - start).max() < _FAR * _scale(start) and 0.2 * period < longer < 5 * period):
            return None
        if np.abs(step[:-1]).max() <= 1e-13 * _scale(x):
            break
        x, time = moved, longer
    image, derivative = propagate(system, x, time)
    residual = float(np.abs(image - x).max())
    if not residual <= _CLOSED * _scale(x):
        return None
    points = _along(system, x, time)
    if points is None or not _moves(system, points, time):
        return None
    parts = _shorter(system, x, time, points)
    if parts > 1:
        return _of_flow(system, x, time / parts)
    values = np.linalg.eigvals(derivative).astype(complex)
    trivial = int(np.argmin(np.abs(values - 1)))
    return _record(time, points, values, np.delete(values, trivial), residual)


def _return_time(system: System, start: Array, period: float, normal: Array) -> float:
    """The estimate, moved to where the orbit crosses the section again: in a family of cycles that is the period."""
    time = period
    for _ in range(3):
        gap = integrate(system, start, [0.0, time], rtol=1e-11, atol=1e-12).final - start
        step = -float(normal @ gap) / float(normal @ normal)
        if not abs(step) < period / 4:
            return period
        time += step
    return time


def _of_map(system: System, start: Array, period: int) -> Cycle | None:
    x = start
    for _ in range(_STEPS):
        image, derivative = propagate(system, x, period)
        step = _solve(derivative - np.eye(len(x)), x - image)
        if not np.isfinite(step).all():
            return None
        x = x + step
        if np.abs(step).max() <= 1e-14 * _scale(x):
            break
    image, derivative = propagate(system, x, period)
    residual = float(np.abs(image - x).max())
    if not residual <= _CLOSED * _scale(x):
        return None
    points = integrate(system, x, period).x[:-1]
    for divisor in (k for k in range(1, period) if period % k == 0):
        if np.abs(points[divisor] - x).max() <= _SAME * _scale(x):
            return _of_map(system, x, divisor)
    values = np.linalg.eigvals(derivative).astype(complex)
    return _record(period, points, values, values, residual)


def _record(period: float | int, points: Array, values: Multipliers, transverse: Multipliers, residual: float) -> Cycle:
    modulus = np.abs(transverse)
    central = np.abs(modulus - 1) <= _CENTRAL
    counts = ~central & (modulus < 1), central, ~central & (modulus > 1)
    stable, neutral, unstable = (int(count.sum()) for count in counts)
    order = np.lexsort((values.imag, values.real, -np.round(np.abs(values), 12)))
    return Cycle(
        period=period,
        points=readonly(points),
        multipliers=readonly(values[order], complex),
        stability=(stable, neutral, unstable),
        kind=kind_of(stable, neutral, unstable),
        status=Status.CONVERGED,
        residual=residual,
        note=f"multipliers within {_CENTRAL:g} of the unit circle count as central" if central.any() else "",
    )


def _along(system: System, x: Array, period: float) -> Array | None:
    """States equally spaced over one period."""
    times = np.linspace(0.0, period, _STATES + 1)
    orbit = integrate(system, x, times, rtol=1e-11, atol=1e-12)
    return orbit.x[:-1] if orbit.outcome is Outcome.COMPLETED else None


def _moves(system: System, points: Array, period: float) -> bool:
    """Whether it is a cycle and no fixed point: the orbit has an extent, and nowhere on it the field vanishes."""
    extent = float(np.ptp(points, axis=0).max())
    slowest = float(np.linalg.norm(system(points), axis=1).min())
    return extent > 1e-6 * _scale(points[0]) and slowest * period > 1e-6 * extent


def _shorter(system: System, x: Array, period: float, points: Array) -> int:
    """The number of times that the orbit runs round in `period`."""
    candidates = [7, 5, 3, 2]
    times = [0.0, *(period / k for k in candidates)]
    orbit = integrate(system, x, times, rtol=1e-10, atol=1e-11)
    extent = float(np.ptp(points, axis=0).max())
    closed = np.abs(orbit.x[1:] - x).max(axis=1) <= _SAME * extent
    return next((k for k, c in zip(candidates, closed, strict=True) if c), 1)


def _solve(matrix: Array, right: Array) -> Array:
    """The least-squares solution of least norm: cycles of a conservative flow come in families."""
    if not (np.isfinite(matrix).all() and np.isfinite(right).all()):
        return np.full(len(right), np.nan)
    return np.asarray(np.linalg.lstsq(matrix, right, rcond=1e-10)[0], dtype=np.float64)


def _scale(x: Array) -> float:
    return max(1.0, float(np.abs(x).max()))
