"""How the drift of invariants depends on the method and on the step."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_generator, as_states, check_positive, given_array, readonly
from dynbench.errors import InputError
from dynbench.flow.known import known_invariants
from dynbench.flow.steppers import STEP_METHODS, StepMethod
from dynbench.flow.trajectories import Outcome, Trajectory, integrate
from dynbench.systems import System, as_system

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DriftStudy", "drift"]

Array = NDArray[np.float64]

_EPS = float(np.finfo(float).eps)
#: An order is fitted to drifts above so many roundings of H a square root of steps: rounding has no order.
_ROUNDING = 30.0
_COLUMNS = ("method", "step", "steps", "CPU s", "outcome", "invariant", "drift", "relative drift", "order")


@dataclass(frozen=True, eq=False)
class DriftStudy:
    """The drift of I invariants under M methods with S steps each, from the same initial states.

    Attributes
    ----------
    methods : tuple of str
        Their names.
    steps : (S,) array
        The lengths of the steps that were taken, descending: those asked for, but the duration is a whole number of
        them.
    expressions : tuple of sympy expressions
        The invariants.
    initial : (I,) array
        For each the largest size |H(x(0))| among the initial states.
    absolute : (M, S, I) array
        The largest |H(x(t)) - H(x(0))| along the orbits; to the end of an orbit that ended before its time.
    seconds : (M, S) array
        CPU time of the integration.
    outcomes : (M, S) array of Outcome
        How the worst orbit ended.
    x0 : (..., n) array
        The initial states.
    duration : float
        The time.
    """

    methods: tuple[str, ...]
    steps: Array
    expressions: tuple[Any, ...]
    initial: Array
    absolute: Array
    seconds: Array
    outcomes: NDArray[Any]
    x0: Array
    duration: float

    @property
    def relative(self) -> Array:
        """`absolute` as parts of `initial`; inf or nan where that is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.absolute / self.initial

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many steps make up the duration, (S,)."""
        return np.rint(abs(self.duration) / self.steps).astype(np.int64)

    @cached_property
    def orders(self) -> Array:
        """The exponents p of drift ~ step^p, (M, I): least squares over the runs that completed.

        Runs whose drift is at rounding level are left out; nan where fewer than two are left, as for a method that
        conserves the invariant.
        """
        orders = np.full((len(self.methods), len(self.expressions)), np.nan)
        floor = _ROUNDING * _EPS * np.sqrt(self.counts)[:, None] * self.initial
        for m, i in np.ndindex(orders.shape):
            drifts = self.absolute[m, :, i]
            used = np.array([o is Outcome.COMPLETED for o in self.outcomes[m]]) & (drifts > floor[:, i])
            if used.sum() >= 2:
                orders[m, i] = np.polyfit(np.log(self.steps[used]), np.log(drifts[used]), 1)[0]
        return readonly(orders)

    def rows(self) -> list[dict[str, Any]]:
        """One row a method, step and invariant."""
        found = []
        for m, s, i in np.ndindex(self.absolute.shape):
            run = (self.methods[m], float(self.steps[s]), int(self.counts[s]), float(self.seconds[m, s]))
            ended = (self.outcomes.item(m, s).value, str(self.expressions[i]))
            drifts = (self.absolute[m, s, i], self.relative[m, s, i], self.orders[m, i])
            found.append(dict(zip(_COLUMNS, (*run, *ended, *map(float, drifts)), strict=True)))
        return found

    def to_frame(self) -> pd.DataFrame:
        """`rows` as a pandas DataFrame (pandas comes with the extra ``frames``)."""
        import pandas as pd

        return pd.DataFrame(self.rows(), columns=list(_COLUMNS))

    def __repr__(self) -> str:
        lines = []
        for i, expression in enumerate(self.expressions):
            lines.append(f"largest drift of {expression!s:.80} over t = {self.duration:g}, by step:")
            head = "".join(f"{h:>10.4g}" for h in self.steps)
            lines.append(f"  {'method':<18}{head}  order   CPU s")
            for m, name in enumerate(self.methods):
                cells = "".join(map(_cell, self.absolute[m, :, i], self.outcomes[m]))
                order = f"{self.orders[m, i]:7.2f}" if np.isfinite(self.orders[m, i]) else f"{'-':>7}"
                lines.append(f"  {name:<18}{cells}{order}{self.seconds[m].sum():8.2f}")
        return "\n".join(lines)


def _cell(drift: float, outcome: Outcome) -> str:
    return f"{drift:>10.1e}" if outcome is Outcome.COMPLETED else f"{outcome.value.split()[0]:>10}"


def drift(
    system: System,
    methods: Sequence[str | StepMethod] | str | StepMethod,
    steps: ArrayLike,
    *,
    x0: ArrayLike | None = None,
    t: float = 100.0,
    invariants: Any = None,
    rng: Any = None,
) -> DriftStudy:
    """Measure how far methods of fixed step let invariants drift, for steps of several lengths.

    Parameters
    ----------
    system : System
        A flow, with a value for every parameter.
    methods : sequence of str or StepMethod
        Methods of fixed step, as `dynbench.integrate` knows them.
    steps : (S,) array
        Lengths of steps. The duration is divided into the fewest equal steps that are not longer.
    x0 : (n,) or (..., n) array, optional
        Initial states; by default one with independent standard normal components.
    t : float
        The duration, negative for backward time.
    invariants : Invariant or sympy expression, or a sequence of them, optional
        By default every invariant in ``system.invariants()`` that holds at the system's parameter values. Any function
        of the state will do, also one that is not conserved.
    rng : int or numpy Generator, optional
        For the default of `x0`; by default the seed 0, so that two studies agree.

    Returns
    -------
    DriftStudy
        Drifts, CPU times, outcomes and the fitted order of each drift in the step.

    Raises
    ------
    InputError
        If an argument does not fit, a method is not for the system, or no invariant is known.
    """
    if as_system(system).kind != "flow":
        raise InputError("system is a map, which takes no steps in time: drift is for flows.")
    chosen = _methods(methods)
    lengths = _lengths(steps, t)
    if x0 is None:
        x0 = as_generator(0 if rng is None else rng).normal(size=system.dimension)
    states = as_states(x0, system.dimension, name="x0")
    if invariants is None:
        invariants = known_invariants(system)
    elif not isinstance(invariants, Sequence):
        invariants = (invariants,)
    if not len(invariants):
        raise InputError("No invariant of the system was found, so there is no drift to measure: give invariants.")
    shape = len(chosen), len(lengths)
    absolute, seconds = np.empty((*shape, len(invariants))), np.empty(shape)
    outcomes = np.empty(shape, dtype=object)
    initial = np.empty(len(invariants))
    for m, s in np.ndindex(shape):
        begun = time.process_time()
        orbit = integrate(system, states, t, method=chosen[m], step=float(lengths[s]))
        seconds[m, s] = time.process_time() - begun
        outcomes[m, s] = orbit.outcome
        absolute[m, s], initial[:] = _largest(orbit, invariants)
    return DriftStudy(
        methods=tuple(method.name for method in chosen),
        steps=readonly(lengths),
        expressions=tuple(getattr(i, "expression", i) for i in invariants),
        initial=readonly(initial),
        absolute=readonly(absolute),
        seconds=readonly(seconds),
        outcomes=readonly(outcomes, object),
        x0=readonly(states),
        duration=float(t),
    )


def _methods(methods: Any) -> list[StepMethod]:
    given = [methods] if isinstance(methods, str | StepMethod) else list(methods)
    for method in given:
        if not (isinstance(method, StepMethod) or (isinstance(method, str) and method in STEP_METHODS)):
            raise InputError(f"method is {method!r:.60}; expected one of fixed step: {', '.join(STEP_METHODS)}.")
    if not given:
        raise InputError("methods is empty; expected methods of fixed step.")
    return [method if isinstance(method, StepMethod) else STEP_METHODS[method] for method in given]


def _lengths(steps: ArrayLike, t: float) -> Array:
    """The steps that divide the duration, descending."""
    asked = np.atleast_1d(given_array(steps, "steps"))
    if asked.ndim != 1 or not asked.size:
        raise InputError(f"steps has shape {asked.shape}; expected a list of lengths.")
    for length in asked.tolist():
        check_positive(length, name="step", what="length of a step")
    check_positive(abs(t), name="t", what="duration")
    return np.unique(abs(t) / np.maximum(1, np.ceil(abs(t) / asked - 1e-6)))[::-1]


def _largest(orbit: Trajectory, invariants: Any) -> tuple[list[float], list[float]]:
    """For each invariant its largest deviation, and the largest size that it begins with."""
    records = orbit.drift(invariants)
    for record in records:
        if not np.isfinite(record.initial).all():
            raise InputError(f"The invariant {record.expression!s:.60} is not defined at x0: choose other states.")
    return [float(r.largest.max()) for r in records], [float(np.abs(r.initial).max()) for r in records]
