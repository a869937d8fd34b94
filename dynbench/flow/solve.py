"""Integrating batches of states with SciPy, orbit by orbit to their ends."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.flow.trajectories import Event, Outcome, Parts
from dynbench.systems import System

__all__ = ["solve_flow"]

Array = NDArray[np.float64]

_EXPLICIT = ("DOP853", "RK45", "RK23")
_IMPLICIT = ("LSODA", "BDF", "Radau")
#: Points written for each step of the solver where the user named no output times.
_POINTS_PER_STEP = 4
#: An orbit blows up if it grows like |x|' ~ |x|^p with p above this ...
_SUPERLINEAR = 1.05
#: ... and would be at infinity within this time, relative to max(1, |t|), of where the solver had to stop.
_IMMINENT = 1e-6


def solve_flow(
    system: System,
    states: Array,
    t: Any,
    *,
    method: str | None,
    rtol: float,
    atol: float,
    events: tuple[Event, ...],
) -> Parts:
    """Integrate a flat batch of states (K, n); see `dynbench.integrate`.

    The batch is one ravelled system. Where the solver cannot go on, the orbits at fault are ended there and the
    others go on from the same time.
    """
    method = method or "DOP853"
    if method not in (*_EXPLICIT, *_IMPLICIT):
        raise InputError(f"method is {method!r}; expected one of {', '.join((*_EXPLICIT, *_IMPLICIT))}.")
    if not (rtol > 0 and atol > 0):
        raise InputError(f"rtol = {rtol} and atol = {atol} must be positive.")
    outputs = _output_times(t)
    run = _Run(system, states, outputs, {"method": method, "rtol": rtol, "atol": atol})
    with np.errstate(all="ignore"):
        run.go(events)
    return run.parts()


def _output_times(t: Any) -> Array:
    """The times asked for; two times and no more for a duration."""
    try:
        times = np.asarray(t, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"t is {t!r:.60}; expected a duration or an array of times.") from error
    if not np.isfinite(times).all() or times.ndim > 1:
        raise InputError("t must be a finite duration or a one-dimensional array of finite times.")
    if times.ndim == 0:
        return np.array([0.0, float(times), np.nan])
    steps = np.diff(times)
    if len(times) < 2 or not (np.all(steps > 0) or np.all(steps < 0)):
        raise InputError("t must hold at least two times, in strictly increasing or decreasing order.")
    return times


class _Run:
    """One integration: the pieces written so far, and the orbits that still go on."""

    def __init__(self, system: System, states: Array, outputs: Array, options: dict[str, Any]) -> None:
        self.system = system
        self.free = bool(np.isnan(outputs[-1]))
        self.outputs = outputs[:2] if self.free else outputs
        self.options = options
        self.count = len(states)
        self.alive = np.arange(self.count)
        self.outcomes = [Outcome.COMPLETED] * self.count
        self.blow_up_time = np.full(self.count, np.nan)
        self.times = [self.outputs[:1]]
        self.pieces = [states[:, None, :]]
        self.events: tuple[tuple[Array, Array], ...] = ()

    def go(self, events: tuple[Event, ...]) -> None:
        """Integrate to the end, restarting without the orbits that end before it."""
        from scipy.integrate import solve_ivp

        start, end = float(self.outputs[0]), float(self.outputs[-1])
        current = self.pieces[0][:, 0]
        while len(self.alive) and start != end:
            solution = solve_ivp(
                self._rate,
                (start, end),
                current[self.alive].ravel(),
                dense_output=True,
                events=[_adapted(event) for event in events] or None,
                **({"jac": self._jacobian} if self.options["method"] in _IMPLICIT else {}),
                **self.options,
            )
            self._write(solution, start)
            start = float(solution.t[-1])
            current = np.full_like(current, np.nan)
            current[self.alive] = solution.y[:, -1].reshape(len(self.alive), -1)
            if events:
                self.events = tuple(zip(solution.t_events, solution.y_events, strict=True))
            if solution.status == 1:
                self.outcomes = [Outcome.EVENT] * self.count
            if solution.status != -1:
                return
            self._end_orbits(current, start, np.sign(end - start))

    def parts(self) -> Parts:
        """Everything written, in one piece."""
        return Parts(
            np.concatenate(self.times),
            np.concatenate(self.pieces, axis=1),
            self.outcomes,
            self.blow_up_time,
            tuple((times, states.reshape(-1, self.system.dimension)) for times, states in self.events),
        )

    def _rate(self, _: float, y: Array) -> Array:
        return self.system(y.reshape(-1, self.system.dimension) if len(self.alive) > 1 else y).ravel()

    def _jacobian(self, _: float, y: Array) -> Array:
        from scipy.linalg import block_diag

        return block_diag(*self.system.jacobian_at(y.reshape(-1, self.system.dimension)))

    def _write(self, solution: Any, start: float) -> None:
        """Write the states at the output times that this piece has reached."""
        reached = float(solution.t[-1])
        if self.free:
            fractions = np.arange(1, _POINTS_PER_STEP + 1) / _POINTS_PER_STEP
            times = (solution.t[:-1, None] + np.diff(solution.t)[:, None] * fractions).ravel()
            times[-1:] = reached
        else:
            low, high = min(start, reached), max(start, reached)
            inside = (self.outputs >= low) & (self.outputs <= high) & (self.outputs != start)
            times = self.outputs[inside]
            if solution.status != 0 and (not len(times) or times[-1] != reached) and self.count == 1:
                times = np.append(times, reached)  # where a single orbit ends is part of it
        if not len(times):
            return
        values = solution.sol(times)
        if times[-1] == reached:
            values[:, -1] = solution.y[:, -1]
        if self.free:
            finite = np.isfinite(values).all(axis=0)  # near overflow the interpolant fails before the solver does
            times, values = times[finite], values[:, finite]
        piece = np.full((self.count, len(times), self.system.dimension), np.nan)
        values = values.reshape(len(self.alive), self.system.dimension, len(times))
        piece[self.alive] = np.swapaxes(values, 1, 2)
        self.times.append(times)
        self.pieces.append(piece)

    def _end_orbits(self, current: Array, t: float, direction: float) -> None:
        """End the orbits that stopped the solver: those that blow up, or else the fastest one."""
        states = current[self.alive]
        remaining = _time_to_infinity(self.system, states, direction)
        blown = remaining <= _IMMINENT * max(1.0, abs(t))
        if not blown.any():
            speed = np.abs(self.system(states)).max(axis=-1)
            fastest = int(np.argmax(np.where(np.isfinite(speed), speed, np.inf)))
            self.outcomes[self.alive[fastest]] = Outcome.STEP_FAILURE
            self.alive = np.delete(self.alive, fastest)
            return
        for orbit, time in zip(self.alive[blown], remaining[blown], strict=True):
            self.outcomes[orbit] = Outcome.BLOW_UP
            self.blow_up_time[orbit] = t + direction * time
        self.alive = self.alive[~blown]


def _time_to_infinity(system: System, x: Array, direction: float) -> Array:
    """For each state the time after which |x| is infinite if it keeps growing like |x|' ~ |x|^p; inf where p <= 1.

    With r = |x| the local exponent is p = r r'' / r'^2, and r' = c r^p is infinite after r / ((p - 1) r').
    """
    field = direction * system(x)
    curvature = direction * system.jvp(x, np.where(np.isfinite(field), field, 0.0))
    radius = np.linalg.norm(x, axis=-1)
    rate = np.sum(x * field, axis=-1) / radius
    second = (np.sum(field * field, axis=-1) + np.sum(x * curvature, axis=-1)) / radius - rate**2 / radius
    exponent = radius * second / rate**2
    remaining = radius / ((exponent - 1) * rate)
    return np.where((exponent > _SUPERLINEAR) & (rate > 0), remaining, np.inf)


def _adapted(event: Event) -> Event:
    """The event as SciPy wants it, its attributes kept."""

    def adapted(t: float, y: Array) -> float:
        return float(event(t, y))

    adapted.terminal = getattr(event, "terminal", False)  # type: ignore[attr-defined]
    adapted.direction = getattr(event, "direction", 0.0)  # type: ignore[attr-defined]
    return adapted
