"""Orbits of piecewise-linear flows in closed form, region by region: the engine "piecewise" of `integrate`.

What is guaranteed, up to rounding: the states are those of the exponential series, of which nothing but rounding is
left out; switches come in order, and none is passed over: on each stretch Bernstein's coefficients, with a bound of
their rounding, show that no margin changes its sign before the switch that is found. A margin that comes so near to
zero that rounding decides is a touch, not a switch, and is reported; the two orbits that it could mean differ by less
than rounding. Errors of rounding are not enclosed: they grow with the orbit's own sensitivity.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.errors import InputError
from dynbench.flow.events import Event, EventLog
from dynbench.flow.switches import Switches
from dynbench.flow.times import output_times
from dynbench.flow.trajectories import Outcome, Parts
from dynbench.piecewise import PiecewiseLinear, piecewise_linear
from dynbench.piecewise.legs import Follower, Stretch
from dynbench.systems import System

__all__ = ["directed_form", "piecewise_propagate", "solve_piecewise"]

Array = NDArray[np.float64]

#: Output times of a duration: so many to the time scale 1 / ||A|| + ||W1|| ||W2||.
_PER_SCALE = 4
#: More numbers than this are not written for a duration.
_MOST_WRITTEN = 400_000_000
#: Switches in a row without headway, relative to the time, before an orbit is given up, for each unit.
_CROWDED = 8


def solve_piecewise(
    system: System, states: Array, t: Any, *, events: Sequence[Event] = (), max_steps: int | None = None
) -> Parts:
    """Follow a flat batch of states (K, n), orbit by orbit; see `dynbench.integrate`.

    Raises
    ------
    InputError
        If the system is not recognised as a piecewise-linear flow, or the times do not fit.
    """
    outputs, free = output_times(t)
    backward = bool(outputs[-1] < outputs[0])
    form = directed_form(system, backward=backward)
    if free:
        outputs = _equal_steps(form, outputs, states.size)
    follower = Follower(form, max(abs(float(outputs[-1] - outputs[0])), np.finfo(float).tiny))
    log = EventLog(events, float(outputs[0]), states[0]) if events else None
    limit = math.inf if max_steps is None else max_steps
    runs = [_Run(follower, k, x, outputs, log, limit) for k, x in enumerate(states)]
    with np.errstate(all="ignore"):
        for run in runs:
            run.go()
    times, written = _written(runs, outputs, states.shape[-1])
    return Parts(
        times,
        written,
        [run.outcome for run in runs],
        np.full(len(runs), np.nan),
        [run.reason for run in runs],
        log.results(system.dimension) if log else (),
        switches=_joined(runs, form),
    )


def directed_form(system: System, *, backward: bool) -> PiecewiseLinear:
    """The form of a piecewise-linear flow, or of the field reversed.

    Raises
    ------
    InputError
        If the system is none, or not recognised as one.
    """
    form = piecewise_linear(system)
    if form is None:
        raise InputError(
            "engine is 'piecewise', but the system is not recognised as piecewise linear: it needs a right-hand side "
            "of linear terms, relu, Abs, Max, Min and continuous Piecewise. Use the default engine."
        )
    if form.kind == "map":
        raise InputError("engine is 'piecewise', but a map is iterated, not integrated.")
    return replace(form, A=-form.A, W1=-form.W1, h1=-form.h1) if backward else form


def piecewise_propagate(system: System, start: Array, t: float) -> tuple[Array, Array]:
    """The state at time `t` on the orbit of a state (n,), and its derivative by it, in closed form.

    The derivative is the product of the exponentials of the regions' matrices. At a switch nothing has to be added:
    the field is continuous, so the saltation matrix is the identity.
    """
    from scipy.linalg import expm

    form = directed_form(system, backward=t < 0)
    run = _Run(Follower(form, max(abs(t), np.finfo(float).tiny)), 0, start, np.array([0.0, t]), None, math.inf)
    derivative = np.eye(len(start))
    with np.errstate(all="ignore"):
        run.go()
        if run.outcome is not Outcome.COMPLETED:
            return np.full(len(start), np.nan), np.full_like(derivative, np.nan)
        for pattern, duration in run.legs:
            derivative = expm(duration * form.region(pattern).J) @ derivative
    return run.x, derivative


class _Run:
    """One orbit: what it writes, its switches, and how it ended."""

    def __init__(
        self, follower: Follower, number: int, x: Array, outputs: Array, log: EventLog | None, limit: float
    ) -> None:
        self.follower, self.number, self.x, self.outputs, self.log = follower, number, x, outputs, log
        self.left = limit
        self.sign = -1.0 if outputs[-1] < outputs[0] else 1.0
        self.t, self.span = float(outputs[0]), abs(float(outputs[-1] - outputs[0]))
        self.due = np.abs(outputs - outputs[0])
        self.rows = 1
        self.pieces: list[Array] = [x[None]]
        self.start: NDArray[np.bool_] | None = None
        self.legs: list[tuple[NDArray[np.bool_], float]] = []
        self.switches: list[tuple[float, Array, int, NDArray[np.bool_]]] = []
        self.touches: list[tuple[int, float, int]] = []
        self.outcome, self.reason = Outcome.COMPLETED, ""

    def go(self) -> None:
        """Follow the orbit to its end."""
        gone, crowded = 0.0, 0
        pattern: NDArray[np.bool_] | None = None
        for stretch in self.follower.follow(self.x):
            pattern = self._entered(pattern, stretch, gone)
            if self.left <= 0:
                return self._fail("the largest number of steps was taken")
            self.left -= 1
            last = gone + stretch.duration >= self.span
            duration = self.span - gone if last else stretch.duration
            end = stretch.at(np.array([duration]))[0] if last else stretch.end
            ended = self._advance(stretch, gone, duration, end)
            if ended or (last and np.isfinite(end).all()):
                return None
            if last:
                break
            crowded = 0 if stretch.duration > 1e-15 * self.span else crowded + 1
            if crowded > _CROWDED * (len(pattern) + 2):
                return self._fail("the switches accumulate to rounding")
            gone += stretch.duration
        return self._fail("the state has overflowed")

    def _entered(self, before: NDArray[np.bool_] | None, stretch: Stretch, gone: float) -> NDArray[np.bool_]:
        """Note the switches at the start of a stretch, and the touches in it."""
        pattern, time = stretch.pattern, self._time(gone)
        if before is None:
            self.start = pattern
        else:
            changed = np.flatnonzero(pattern != before)
            self.switches += [(time, self.x, int(unit), pattern) for unit in changed]
        self.touches += [
            (self.number, self._time(gone + at), unit) for unit, at in stretch.touches if gone + at < self.span
        ]
        return pattern

    def _advance(self, stretch: Stretch, gone: float, duration: float, end: Array) -> bool:
        """Write what is due in a stretch; True where an event ends the orbit."""
        if not np.isfinite(end).all():
            return False
        start, time = self.t, self._time(gone + duration)
        ended = None
        if self.log is not None and time != start:
            ended = self.log.advance(
                start, time, end, lambda t: stretch.at(np.array([abs(t - float(self.outputs[0])) - gone]))[0]
            )
        if ended is not None:
            duration = abs(ended - float(self.outputs[0])) - gone
            time, end = ended, stretch.at(np.array([duration]))[0]
            self.outcome, self.reason = Outcome.EVENT, f"a terminal event at t = {ended:.6g}"
        if self.legs and self.legs[-1][0] is stretch.pattern:
            self.legs[-1] = (stretch.pattern, self.legs[-1][1] + duration)
        else:
            self.legs.append((stretch.pattern, duration))
        stop = int(np.searchsorted(self.due, gone + duration, side="right"))
        if stop > self.rows:
            self.pieces.append(stretch.at(self.due[self.rows : stop] - gone))
            self.rows = stop
        self.t, self.x = time, end
        return ended is not None

    def _time(self, gone: float) -> float:
        return float(self.outputs[-1]) if gone == self.span else float(self.outputs[0]) + self.sign * gone

    def _fail(self, why: str) -> None:
        self.outcome = Outcome.STEP_FAILURE
        self.reason = f"{why} at t = {self.t:.6g}, |x| = {np.abs(self.x).max():.3g}"


def _equal_steps(form: PiecewiseLinear, outputs: Array, size: int) -> Array:
    """Output times for a duration: equal steps, short against the time scales of every region."""
    rate = np.linalg.norm(form.A, 2) + np.linalg.norm(form.W1, 2) * np.linalg.norm(form.W2, 2)
    if outputs[0] == outputs[-1]:
        return outputs[:1]
    count = max(1, math.ceil(_PER_SCALE * rate * abs(outputs[-1] - outputs[0])))
    if count * size > _MOST_WRITTEN:
        raise InputError(
            f"{float(count):.3g} states of {size} numbers would be written: give t as the times at which states are "
            "wanted."
        )
    return np.linspace(outputs[0], outputs[-1], count + 1)


def _written(runs: list[_Run], outputs: Array, dimension: int) -> tuple[Array, Array]:
    """Times and states (K, m, n); a single orbit ends where it could not be continued, in a batch nan follows."""
    if len(runs) == 1:
        run = runs[0]
        times, states = outputs[: run.rows], np.concatenate(run.pieces)
        if run.outcome is not Outcome.COMPLETED and times[-1] != run.t and np.isfinite(run.x).all():
            times, states = np.append(times, run.t), np.concatenate([states, run.x[None]])
        return times, states[None]
    written = np.full((len(runs), len(outputs), dimension), np.nan)
    for row, run in zip(written, runs, strict=True):
        row[: run.rows] = np.concatenate(run.pieces)
    return outputs, written


def _joined(runs: list[_Run], form: PiecewiseLinear) -> Switches:
    rows = [(run.number, *switch) for run in runs for switch in run.switches]
    units = form.units
    return Switches(
        orbit=readonly([row[0] for row in rows], int),
        t=readonly([row[1] for row in rows]),
        x=readonly(np.array([row[2] for row in rows]).reshape(-1, form.dimension)),
        unit=readonly([row[3] for row in rows], int),
        start=readonly(np.array([run.start for run in runs]).reshape(-1, units), bool),
        pattern=readonly(np.array([row[4] for row in rows]).reshape(-1, units), bool),
        touches=tuple(touch for run in runs for touch in run.touches),
    )
