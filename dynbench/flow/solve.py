"""Integrating batches of states with SciPy's solvers, orbit by orbit to their ends."""

from __future__ import annotations

import math
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.flow.blow_up import time_to_infinity
from dynbench.flow.events import Event, EventLog
from dynbench.flow.steppers import STEP_METHODS
from dynbench.flow.times import output_times
from dynbench.flow.trajectories import Outcome, Parts
from dynbench.systems import System

__all__ = ["solve_flow"]

Array = NDArray[np.float64]

_EXPLICIT = ("DOP853", "RK45", "RK23")
_IMPLICIT = ("LSODA", "BDF", "Radau")
#: Points written for each step of the solver where the user named no output times.
_POINTS_PER_STEP = 4
#: SciPy's solvers accept no smaller relative tolerance.
_SMALLEST_RTOL = 100 * np.finfo(float).eps
#: An orbit that has to stop blows up if it would be at infinity within this part of the time it took so far.
_IMMINENT = 1e-6
#: An orbit is given up if, at the pace of so many last steps, the rest would take a thousand times as many.
_PACE, _HOPELESS = 10_000, 1000
#: How many steps back the growth of |x| is looked at.
_LOOK_BACK = 64


def solve_flow(
    system: System,
    states: Array,
    t: Any,
    *,
    method: str | None,
    step: float | None,
    rtol: float,
    atol: float,
    events: Sequence[Event],
    max_steps: int | None = None,
) -> Parts:
    """Integrate a flat batch of states (K, n); see `dynbench.integrate`.

    The batch is one ravelled system. The solvers bound the root mean square of the scaled errors over all its
    components, so the tolerances are divided by sqrt(K): then every orbit keeps those that were asked for.
    Where the solver cannot go on, the orbits at fault are ended there, and the others go on from the same
    time.
    """
    method = method or "DOP853"
    if method not in (*_EXPLICIT, *_IMPLICIT):
        known = ", ".join((*_EXPLICIT, *_IMPLICIT, *STEP_METHODS))
        raise InputError(f"method is {method!r:.60}; expected one of {known}.")
    if step is not None:
        raise InputError(
            f"step is {step!r:.60}, but {method} chooses its steps itself; methods of fixed step are "
            f"{', '.join(STEP_METHODS)}."
        )
    run = _Run(system, states, *output_times(t), method, rtol, atol, events, max_steps)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        # SciPy's LSODA warns when it gives up; how an orbit ended is in its outcome.
        warnings.filterwarnings("ignore", message="lsoda", category=UserWarning)
        run.go()
    return run.parts()


class _Run:
    """One integration: where it is, what it has written, and the orbits that still go on."""

    def __init__(
        self,
        system: System,
        states: Array,
        outputs: Array,
        free: bool,
        method: str,
        rtol: float,
        atol: float,
        events: Sequence[Event],
        max_steps: int | None,
    ) -> None:
        self.system = system
        self.left = math.inf if max_steps is None else max_steps
        self.free, self.outputs = free, outputs
        self.method, self.rtol, self.atol = method, rtol, atol
        self.t, self.end = float(self.outputs[0]), float(self.outputs[-1])
        self.x = states.copy()
        self.alive = np.arange(len(states))
        self.recent: deque[Array] = deque([self.x], maxlen=_LOOK_BACK)
        self.outcomes = [Outcome.COMPLETED] * len(states)
        self.reasons = [""] * len(states)
        self.blow_up_time = np.full(len(states), np.nan)
        self.times, self.pieces = [self.outputs[:1]], [self.x[:, None]]
        self.log = EventLog(events, self.t, self.x[0]) if events else None

    def go(self) -> None:
        """Integrate to the end, restarting without the orbits that end before it."""
        while len(self.alive) and self.t != self.end:
            defined = np.isfinite(self.system(self.x[self.alive])).all(axis=-1)
            if not defined.all():
                self._fail(self.alive[~defined], "the right-hand side is not finite")
                continue
            why = self._follow()
            if why:
                self._end_orbits(why)

    def parts(self) -> Parts:
        """Everything written, in one piece."""
        return Parts(
            np.concatenate(self.times),
            np.concatenate(self.pieces, axis=1),
            self.outcomes,
            self.blow_up_time,
            self.reasons,
            self.log.results(self.system.dimension) if self.log else (),
        )

    def _follow(self) -> str:
        """Take the solver's steps to the end (then return nothing) or as far as it gets (then return why)."""
        solver = self._solver()
        steps, mark = 0, self.t
        while solver.status == "running":
            if self.left <= 0:
                return "the largest number of steps was taken"
            self.left -= 1
            why = _step(solver)
            if why:
                return why
            if self._accept(solver):
                return ""
            steps += 1
            if steps % _PACE == 0:
                if abs(self.end - self.t) > _HOPELESS * abs(self.t - mark):
                    return f"the rest would take more than {_PACE * _HOPELESS:.0e} steps"
                mark = self.t
        return ""

    def _solver(self) -> Any:
        """A solver for the orbits that still go on."""
        import scipy.integrate

        count, n = len(self.alive), self.system.dimension
        options: dict[str, Any] = {}
        if self.method in _IMPLICIT:
            options["jac"] = self._jacobian
        if self.method == "LSODA" and count > 1:
            options |= {"lband": n - 1, "uband": n - 1}
        return getattr(scipy.integrate, self.method)(
            self._rate,
            self.t,
            self.x[self.alive].ravel(),
            self.end,
            rtol=max(self.rtol / np.sqrt(count), _SMALLEST_RTOL),
            atol=self.atol / np.sqrt(count),
            **options,
        )

    def _rate(self, _: float, y: Array) -> Array:
        return self.system(y.reshape(-1, self.system.dimension) if len(self.alive) > 1 else y).ravel()

    def _jacobian(self, _: float, y: Array) -> Any:
        """The Jacobian of the ravelled batch: dense for one orbit, else banded (LSODA) or block sparse."""
        blocks = self.system.jacobian_at(y.reshape(-1, self.system.dimension))
        if len(blocks) == 1:
            return blocks[0]
        if self.method == "LSODA":
            return _banded(blocks)
        from scipy.sparse import bsr_array

        count = len(blocks)
        return bsr_array((blocks, np.arange(count), np.arange(count + 1))).tocsc()

    def _accept(self, solver: Any) -> bool:
        """Record a step; True where an event ends the orbit in it."""
        start = self.t
        self.t = float(solver.t)
        self.x = self.x.copy()
        self.x[self.alive] = solver.y.reshape(len(self.alive), -1)
        extension = _Lazy(solver)
        ended = self.log.advance(start, self.t, self.x[0], extension) if self.log else None
        if ended is not None:
            self.t, self.x = ended, np.array(extension(ended))[None]
            self.outcomes, self.reasons = [Outcome.EVENT], [f"a terminal event at t = {ended:.6g}"]
            self.alive = self.alive[:0]
        self.recent.append(self.x)
        self._write(start, extension, keep_end=ended is not None)
        return ended is not None

    def _write(self, start: float, extension: Callable[[Array], Array], *, keep_end: bool) -> None:
        """Write the states at the output times after `start` and up to now."""
        if self.free:
            times = start + (self.t - start) * np.arange(1, _POINTS_PER_STEP + 1) / _POINTS_PER_STEP
            times[-1] = self.t
        else:
            low, high = min(start, self.t), max(start, self.t)
            times = self.outputs[(self.outputs >= low) & (self.outputs <= high) & (self.outputs != start)]
            if keep_end and (not len(times) or times[-1] != self.t):
                times = np.append(times, self.t)
        if not len(times):
            return
        piece = np.full((len(self.x), len(times), self.system.dimension), np.nan)
        going = self.alive if len(self.alive) else slice(None)
        inner = times[:-1] if times[-1] == self.t else times
        if len(inner):
            values = extension(inner).reshape(-1, self.system.dimension, len(inner))
            piece[going, : len(inner)] = np.swapaxes(values, 1, 2)
        if len(inner) < len(times):
            piece[going, -1] = self.x[going]
        # Next to overflow the interpolant can fail before the solver does.
        usable = np.isfinite(piece[going]).all(axis=(0, 2)) if self.free else np.full(len(times), True)
        self.times.append(times[usable])
        self.pieces.append(piece[:, usable])

    def _end_orbits(self, why: str) -> None:
        """End the orbits that stopped the solver: those that blow up, or else the one that moves fastest."""
        states = self.x[self.alive]
        direction = float(np.sign(self.end - self.t))
        remaining, exponent = time_to_infinity(self.system, states, self.recent[0][self.alive], direction)
        blown = remaining <= _IMMINENT * abs(self.t - self.outputs[0]) + 1000 * np.spacing(abs(self.t))
        for k in np.flatnonzero(blown):
            orbit, time = self.alive[k], self.t + direction * remaining[k]
            self.outcomes[orbit], self.blow_up_time[orbit] = Outcome.BLOW_UP, time
            self.reasons[orbit] = f"|x| grows like |x|^{exponent[k]:.3g}: it is infinite at t = {time:.6g}"
        if blown.any():
            self._leave(self.alive[blown])
        else:
            speed = np.abs(self.system(states)).max(axis=-1) / (1 + np.abs(states).max(axis=-1))
            self._fail(self.alive[[np.argmax(np.where(np.isfinite(speed), speed, np.inf))]], why)

    def _fail(self, orbits: NDArray[Any], why: str) -> None:
        for orbit in orbits:
            self.outcomes[orbit] = Outcome.STEP_FAILURE
            self.reasons[orbit] = f"{why} at t = {self.t:.6g}, |x| = {np.abs(self.x[orbit]).max():.3g}"
        self._leave(orbits)

    def _leave(self, orbits: NDArray[Any]) -> None:
        """Drop orbits that have ended; the end of a single orbit is part of what is written."""
        if len(self.x) == 1 and self.times[-1][-1] != self.t:
            self.times.append(np.array([self.t]))
            self.pieces.append(self.x[:, None])
        self.alive = np.setdiff1d(self.alive, orbits)
        self.x = self.x.copy()
        self.x[orbits] = np.nan


class _Lazy:
    """The continuous extension of a solver's last step, made when it is first needed."""

    def __init__(self, solver: Any) -> None:
        self._solver = solver
        self._extension: Callable[[Any], Array] | None = None

    def __call__(self, t: Any) -> Array:
        if self._extension is None:
            self._extension = self._solver.dense_output()
        return self._extension(t)


def _step(solver: Any) -> str:
    """Take one step; return why that failed, or nothing."""
    try:
        solver.step()
    except (ValueError, np.linalg.LinAlgError):
        # SciPy's linear algebra refuses the matrices of an implicit step that have overflowed.
        return "the equations of an implicit step have overflowed"
    if solver.status == "failed" or solver.t == solver.t_old:
        return "the step size has fallen to rounding level"
    if not np.isfinite(solver.y).all():
        return "the state has overflowed"
    return ""


def _banded(blocks: Array) -> Array:
    """A block-diagonal matrix in LINPACK's band storage: [i - j + n - 1, j] holds entry (i, j)."""
    count, n, _ = blocks.shape
    packed = np.zeros((2 * n - 1, count * n))
    for i in range(n):
        for j in range(n):
            packed[i - j + n - 1, j::n] = blocks[:, i, j]
    return packed
