"""Orbits from initial states: what is integrated, and how it ended."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, check_count, check_tolerances, readonly
from dynbench.errors import InputError
from dynbench.flow.events import Event
from dynbench.flow.steppers import STEP_METHODS, StepMethod
from dynbench.flow.switches import Switches
from dynbench.systems import System, as_system

if TYPE_CHECKING:
    from dynbench.flow.conservation import InvariantDrift

__all__ = ["Outcome", "Trajectory", "integrate"]

Array = NDArray[np.float64]
#: A map's state beyond this has overflowed when its next value is not a number (inf - inf).
_HUGE = 1e100


class Outcome(enum.Enum):
    """How an orbit ended, the mildest outcome first."""

    COMPLETED = "completed"  #: all the time (or all the steps) asked for
    EVENT = "event"  #: at a terminal event
    BLOW_UP = "blow-up"  #: flows: |x| grows superlinearly, to infinity in finite time; maps: overflow
    STEP_FAILURE = "step failure"  #: it could not be continued for another reason


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One orbit, or a batch of orbits at common times.

    Attributes
    ----------
    t : (m,) array
        Times (flows) or step numbers (maps).
    x : (..., m, n) array
        States. A single orbit ends where it could not be continued; in a batch nan stands for what comes
        after an orbit's end.
    outcomes : array of Outcome, of the batch's shape
        How each orbit ended.
    blow_up_time : float array of the batch's shape
        For `Outcome.BLOW_UP` the estimated time at which |x| is infinite (maps: the step that overflowed),
        else nan.
    reasons : array of str, of the batch's shape
        Why an orbit ended before its time, in a phrase; "" where it did not.
    events : tuple of (times, states)
        For each event function the (k,) times and (k, n) states of its zero crossings.
    residual : float array of the batch's shape
        Implicit methods of fixed step: the largest residual with which the equations of a step were left, relative to
        the states, over the orbits that were integrated together; 0 for all other methods.
    system : System, optional
        Whose orbits these are; None where the trajectory was put together by hand.
    switches : Switches, optional
        With ``engine="piecewise"`` where the orbits pass from region to region.
    """

    t: Array
    x: Array
    outcomes: NDArray[Any]
    blow_up_time: Array
    reasons: NDArray[Any]
    events: tuple[tuple[Array, Array], ...] = ()
    residual: Array = field(default_factory=lambda: readonly(0.0))
    system: System | None = field(default=None, repr=False)
    switches: Switches | None = None

    @property
    def outcome(self) -> Outcome:
        """How the orbit ended; for a batch the worst outcome in it."""
        order = list(Outcome)
        return max(self.outcomes.ravel().tolist(), key=order.index, default=Outcome.COMPLETED)

    @property
    def final(self) -> Array:
        """The last states, (..., n): nan for an orbit of a batch that ended before the others."""
        return self.x[..., -1, :]

    def drift(self, invariants: Any = None) -> tuple[InvariantDrift, ...]:
        """How far each known invariant is from its initial value along the orbit; computed when asked for.

        Parameters
        ----------
        invariants : Invariant or sympy expression, or a sequence of them, optional
            By default every invariant in ``system.invariants()`` that holds at the system's parameter values.

        Raises
        ------
        InputError
            If the trajectory is no orbit of a system (it was put together by hand).
        """
        from dynbench.flow.conservation import drift_along

        if self.system is None:
            raise InputError("The trajectory does not know its system: dynbench.integrate returns one that does.")
        return drift_along(self.system, self.x, invariants)


def integrate(
    system: System,
    x0: ArrayLike,
    t: float | ArrayLike,
    *,
    method: str | StepMethod | None = None,
    step: float | None = None,
    engine: str | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-9,
    events: Sequence[Event] = (),
    max_steps: int | None = None,
) -> Trajectory:
    """Follow the orbits of initial states: integrate a flow, iterate a map.

    Parameters
    ----------
    system : System
        The system, with a value for every parameter.
    x0 : (n,) or (..., n) array
        Initial states. A batch is integrated as one system, with common steps.
    t : float or (m,) array
        Flows: a duration (negative for backward time), which gives the solver's own steps with three points
        between (methods of fixed step: every step); or the increasing or decreasing times at which the states are
        wanted, the first being the initial time. Maps: the number of steps.
    method : str or StepMethod, optional
        A method of `scipy.integrate.solve_ivp`: "DOP853" (default), "RK45", "RK23", "LSODA", "BDF" or
        "Radau". Or a method of fixed step: "euler", "midpoint", "heun", "rk4" (explicit); "implicit midpoint",
        "gauss4", "gauss6" (conserve quadratic invariants); "discrete gradient" (conserves every invariant known);
        "stormer-verlet", "yoshida4", "suzuki4" (symplectic, where the Hamiltonian separates); or a
        `dynbench.flow.StepMethod`, such as ``DiscreteGradient(H)``.
    step : float, optional
        Methods of fixed step: the length of a step, positive for backward time too. Every interval between output
        times is divided into the fewest equal steps that are not longer; steps of just this length are taken where
        it divides the interval.
    engine : str, optional
        "scipy" (default); or "piecewise", for piecewise-linear flows (`dynbench.piecewise`): the orbit in closed form
        in each region, every switch in order and to rounding, in `Trajectory.switches`. It has no tolerances, and for
        a duration gives equally spaced times.
    rtol, atol : float
        Tolerances of the local error; both are positive, and `rtol` is below 1. Methods of fixed step have none:
        implicit ones solve their equations to rounding.
    events : sequence of callables
        ``event(t, x) -> float`` with optional attributes ``terminal`` and ``direction``, for flows and a
        single initial state. Methods of fixed step locate them on the cubic through the ends of a step, to h^4.
    max_steps : int, optional
        Flows: an orbit is given up (`Outcome.STEP_FAILURE`) after so many steps of the solver; by default only where
        it makes no headway.

    Returns
    -------
    Trajectory
        With read-only arrays. An orbit that cannot be continued ends there, and `Trajectory.outcomes` says
        why.

    Raises
    ------
    InputError
        If an argument does not fit; the message says what was expected.
    """
    if engine not in (None, "scipy", "piecewise"):
        raise InputError(f"engine is {engine!r:.60}; expected 'scipy' or 'piecewise'.")
    states = as_states(x0, as_system(system).dimension, name="x0")
    check_tolerances(rtol, atol)
    if max_steps is not None:
        check_count(max_steps, name="max_steps")
    batch = states.shape[:-1]
    flat = states.reshape(-1, system.dimension)
    if events and (system.kind == "map" or batch):
        raise InputError("events need a flow and a single initial state of shape (n,).")
    if engine == "piecewise":
        parts = _piecewise(system, flat, t, method, step, tuple(events), max_steps)
    elif system.kind == "map":
        if method is not None or step is not None:
            given = f"method is {method!r}" if method is not None else f"step is {step!r}"
            raise InputError(f"{given}, but a map is iterated, not integrated.")
        parts = _iterate(system, flat, t)
    elif isinstance(method, StepMethod) or (isinstance(method, str) and method in STEP_METHODS):
        from dynbench.flow.fixed_step import solve_fixed_step

        chosen = method if isinstance(method, StepMethod) else STEP_METHODS[method]
        parts = solve_fixed_step(system, flat, t, method=chosen, step=step, events=tuple(events), max_steps=max_steps)
    else:
        from dynbench.flow.solve import solve_flow

        parts = solve_flow(
            system,
            flat,
            t,
            method=method,
            step=step,
            rtol=rtol,
            atol=atol,
            events=tuple(events),
            max_steps=max_steps,
        )
    return Trajectory(
        t=readonly(parts.t),
        x=readonly(parts.x.reshape(*batch, *parts.x.shape[1:])),
        outcomes=readonly(np.array(parts.outcomes, dtype=object).reshape(batch), object),
        blow_up_time=readonly(np.reshape(parts.blow_up_time, batch)),
        reasons=readonly(np.array(parts.reasons, dtype=object).reshape(batch), object),
        events=tuple((readonly(times), readonly(found)) for times, found in parts.events),
        residual=readonly(np.zeros(batch) if parts.residual is None else np.reshape(parts.residual, batch)),
        system=system,
        switches=parts.switches,
    )


@dataclass(eq=False)
class Parts:
    """The pieces of a `Trajectory`, for a flat batch of K states: x is (K, m, n)."""

    t: Array
    x: Array
    outcomes: list[Outcome]
    blow_up_time: Array
    reasons: list[str]
    events: tuple[tuple[Array, Array], ...] = ()
    residual: Array | None = None
    switches: Switches | None = None


def _piecewise(
    system: System,
    states: Array,
    t: Any,
    method: Any,
    step: Any,
    events: tuple[Event, ...],
    max_steps: int | None,
) -> Parts:
    from dynbench.flow.piecewise_engine import solve_piecewise

    if method is not None or step is not None:
        given = f"method is {method!r:.60}" if method is not None else f"step is {step!r:.60}"
        raise InputError(f"{given}, but the engine 'piecewise' takes no steps: it solves each region in closed form.")
    return solve_piecewise(system, states, t, events=events, max_steps=max_steps)


def _iterate(system: System, states: Array, steps: Any) -> Parts:
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 0:
        raise InputError(f"t is {steps!r:.60}; for a map it is the number of steps, an integer of at least 0.")
    x = np.full((len(states), int(steps) + 1, system.dimension), np.nan)
    x[:, 0] = states
    outcomes, reasons = [Outcome.COMPLETED] * len(states), [""] * len(states)
    overflow = np.full(len(states), np.nan)
    alive, reached = np.arange(len(states)), 0
    while len(alive) and reached < int(steps):
        following = system(x[alive, reached])
        finite = np.isfinite(following).all(axis=-1)
        for k in np.flatnonzero(~finite):
            orbit, last = alive[k], np.abs(x[alive[k], reached]).max()
            if np.isinf(following[k]).any() or last > _HUGE:
                outcomes[orbit], overflow[orbit] = Outcome.BLOW_UP, reached + 1
                reasons[orbit] = f"overflow at step {reached + 1}"
            else:
                outcomes[orbit] = Outcome.STEP_FAILURE
                reasons[orbit] = f"the map is not defined at the state of step {reached}"
        alive = alive[finite]
        if len(alive):
            reached += 1
            x[alive, reached] = following[finite]
    written = reached + 1 if len(states) == 1 else int(steps) + 1
    return Parts(np.arange(written, dtype=float), x[:, :written], outcomes, overflow, reasons)
