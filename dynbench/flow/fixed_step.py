"""Taking steps of fixed length, orbit by orbit to their ends."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import check_positive
from dynbench.errors import InputError
from dynbench.flow.events import Event, EventLog
from dynbench.flow.hermite import Hermite
from dynbench.flow.solve import solve_flow
from dynbench.flow.steppers import StepMethod, Stepper, UnsolvedStep
from dynbench.flow.times import output_times
from dynbench.flow.trajectories import Outcome, Parts
from dynbench.systems import System

__all__ = ["solve_fixed_step"]

Array = NDArray[np.float64]

#: An interval that is a whole number of steps to so much of a step is taken in that number.
_WHOLE = 1e-6
#: More numbers than this are not written for a duration: then the user has to say at which times.
_MOST_WRITTEN = 400_000_000
#: An orbit that has to stop blows up if from so many steps back ...
_LOOK_BACK = 4
#: ... to so many steps ahead it does so under error control, in at most so many steps of that.
_AHEAD = 5.0
_MOST_STEPS = 5000


def solve_fixed_step(
    system: System,
    states: Array,
    t: Any,
    *,
    method: StepMethod,
    step: float | None,
    events: Sequence[Event],
    max_steps: int | None = None,
) -> Parts:
    """Take steps from a flat batch of states (K, n); see `dynbench.integrate`."""
    if step is None:
        raise InputError(f"method is {method.name!r}, which takes steps of fixed length: give it, as step=0.01.")
    check_positive(step, name="step", what="length of a step")
    run = _Run(system, states, *output_times(t), method, float(step), events, max_steps)
    with np.errstate(all="ignore"):
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
        method: StepMethod,
        step: float,
        events: Sequence[Event],
        max_steps: int | None,
    ) -> None:
        self.system, self.method = system, method
        self.left = math.inf if max_steps is None else max_steps
        self.times, self.counts, self.lengths = _written(outputs, free, step, states.size)
        self.x = states.copy()
        self.alive = np.arange(len(states))
        self.t = float(outputs[0])
        self.out = np.full((len(self.times), *states.shape), np.nan)
        self.out[0] = states
        self.rows = 1
        self.recent: deque[tuple[float, Array]] = deque(maxlen=_LOOK_BACK)
        self.outcomes = [Outcome.COMPLETED] * len(states)
        self.reasons = [""] * len(states)
        self.blow_up_time = np.full(len(states), np.nan)
        self.residual = np.zeros(len(states))
        self.log = EventLog(events, self.t, states[0]) if events else None

    def go(self) -> None:
        """Step to the end, restarting without the orbits that end before it."""
        defined = np.isfinite(self.system(self.x)).all(axis=-1)
        self._end(np.flatnonzero(~defined), "the right-hand side is not finite", 0.0)
        while len(self.alive) and self.rows < len(self.times):
            stepper = self.method.bind(self.system, self._going())
            self._follow(stepper)
            self.residual[self.alive] = np.maximum(self.residual[self.alive], stepper.residual)

    def parts(self) -> Parts:
        """Everything written, in one piece."""
        return Parts(
            self.times[: self.rows],
            np.swapaxes(self.out[: self.rows], 0, 1),
            self.outcomes,
            self.blow_up_time,
            self.reasons,
            self.log.results(self.system.dimension) if self.log else (),
            self.residual,
        )

    def _going(self) -> Array:
        """The states of the orbits that go on; of a single orbit without the batch's axis, which is faster."""
        return self.x[0] if len(self.x) == 1 else self.x[self.alive]

    def _follow(self, stepper: Stepper) -> None:
        """Take steps to the end, or until an orbit ends."""
        x = self._going()
        while self.rows < len(self.times):
            start, end = float(self.times[self.rows - 1]), float(self.times[self.rows])
            count, h = self.counts[self.rows - 1], self.lengths[self.rows - 1]
            done = round((self.t - start) / h)
            for k in range(done, count):
                new = self._step(stepper, x, h)
                if new is None:
                    return
                before, x = x, new
                self.recent.append((self.t, before))
                self.x[self.alive] = x
                stepped_from, self.t = self.t, end if k == count - 1 else start + (k + 1) * h
                if self.log and self._met_event(stepped_from, before):
                    return
            self.out[self.rows, self.alive] = x
            self.rows += 1

    def _step(self, stepper: Stepper, x: Array, h: float) -> Array | None:
        """The states after a step; None, and the orbits at fault ended, where there is none."""
        if self.left <= 0:
            self._end(self.alive, "the largest number of steps was taken", h)
            return None
        self.left -= 1
        try:
            new = stepper.step(x, h)
        except UnsolvedStep as unsolved:
            failed = np.flatnonzero(unsolved.orbits)
            self.residual[self.alive[failed]] = unsolved.residual[unsolved.orbits]
            left = float(np.max(unsolved.residual[unsolved.orbits]))
            self._end(self.alive[failed], f"the equations of a step are not solved (relative residual {left:.1e})", h)
            return None
        # A sum is finite where all are: one pass in place of two, in every step.
        if math.isfinite(float(np.add.reduce(new, axis=None))):
            return new
        finite = np.isfinite(new).all(axis=-1)
        if finite.all():
            return new
        self._end(self.alive[np.flatnonzero(~finite)], "the state has overflowed or is not defined", h)
        return None

    def _met_event(self, start: float, before: Array) -> bool:
        """Log the crossings in the last step; True where one ends the orbit."""
        assert self.log is not None
        extension = Hermite(start, self.t, before, self.x[0], self.system(before), self.system(self.x[0]))
        ended = self.log.advance(start, self.t, self.x[0], extension)
        if ended is None:
            return False
        self.t, self.x = ended, extension(ended)[None]
        self.outcomes, self.reasons = [Outcome.EVENT], [f"a terminal event at t = {ended:.6g}"]
        self._leave(self.alive)
        return True

    def _end(self, orbits: NDArray[Any], why: str, h: float) -> None:
        """End orbits that cannot be continued: at infinity, if they are on their way there."""
        if not len(orbits):
            return
        followed = self._followed(orbits, h)
        for k, orbit in enumerate(orbits):
            if followed.outcomes[k] is Outcome.BLOW_UP:
                self.outcomes[orbit], self.blow_up_time[orbit] = Outcome.BLOW_UP, followed.blow_up_time[k]
                self.reasons[orbit] = followed.reasons[k]
            else:
                self.outcomes[orbit] = Outcome.STEP_FAILURE
                size = np.abs(self.x[orbit]).max()
                self.reasons[orbit] = f"{why} at t = {self.t:.6g}, |x| = {size:.3g}"
        self._leave(orbits)

    def _followed(self, orbits: NDArray[Any], h: float) -> Parts:
        """The orbits from a few steps ago as a method with error control follows them to a few steps ahead.

        That a fixed step overflows or has no solution says little: it may be unstable, or too long for a close
        encounter.
        """
        places = np.searchsorted(self.alive, orbits)
        t, x = self.recent[0] if self.recent else (self.t, self._going())
        states = x.reshape(len(self.alive), -1)[places]
        ahead = self.t + _AHEAD * (h or 1.0)
        return solve_flow(
            self.system,
            states,
            [t, ahead],
            method=None,
            step=None,
            rtol=1e-8,
            atol=1e-8,
            events=(),
            max_steps=_MOST_STEPS,
        )

    def _leave(self, orbits: NDArray[Any]) -> None:
        """Drop orbits that have ended; the end of a single orbit is part of what is written."""
        if len(self.x) == 1 and self.times[self.rows - 1] != self.t:
            self.times = np.append(self.times[: self.rows], self.t)
            self.out = np.concatenate([self.out[: self.rows], self.x[None]])
            self.rows += 1
        going = ~np.isin(self.alive, orbits)
        self.alive = self.alive[going]
        if len(self.x) > 1:
            self.recent = deque(((t, x[going]) for t, x in self.recent), maxlen=_LOOK_BACK)


def _written(outputs: Array, free: bool, step: float, size: int) -> tuple[Array, list[int], list[float]]:
    """The times at which states are written, and the number and the length of the steps to each from the one before."""
    spans = np.diff(outputs).tolist()
    counts = [max(1, math.ceil(abs(span) / step - _WHOLE)) for span in spans]
    lengths = [span / count for span, count in zip(spans, counts, strict=True)]
    if outputs[0] == outputs[-1]:
        return outputs[:1], [], []
    written = counts[0] + 1 if free else len(outputs)
    if written * size > _MOST_WRITTEN:
        raise InputError(
            f"{written} states of {size} numbers would be written: give t as the times at which states are wanted."
        )
    if free:
        times = np.linspace(outputs[0], outputs[-1], written)
        return times, [1] * counts[0], lengths * counts[0]
    return outputs, counts, lengths
