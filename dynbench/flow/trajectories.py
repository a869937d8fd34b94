"""Orbits from initial states: what is integrated, and how it ended."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, readonly
from dynbench.errors import InputError
from dynbench.systems import System

__all__ = ["Event", "Outcome", "Trajectory", "integrate"]

Array = NDArray[np.float64]
#: ``event(t, x)``, whose zero crossings are located; ``terminal`` and ``direction`` attributes as in SciPy.
Event = Callable[[float, Array], float]


class Outcome(enum.Enum):
    """How an orbit ended, the mildest outcome first."""

    COMPLETED = "completed"  #: all the time (or all the steps) asked for
    EVENT = "event"  #: at a terminal event
    BLOW_UP = "blow-up"  #: flows: |x| grows faster than exponentially, to infinity in finite time; maps: overflow
    STEP_FAILURE = "step failure"  #: the step size fell to rounding level, or values overflowed, for another reason


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One orbit, or a batch of orbits at common times.

    Attributes
    ----------
    t : (m,) array
        Times (flows) or step numbers (maps).
    x : (..., m, n) array
        States; nan after an orbit of a batch has ended before the others.
    outcomes : array of Outcome, of the batch's shape
        How each orbit ended.
    blow_up_time : float array of the batch's shape
        For `Outcome.BLOW_UP` the estimated time at which |x| is infinite (maps: the step that overflowed), else nan.
    events : tuple of (times, states)
        For each event function the (k,) times and (k, n) states of its zero crossings.
    """

    t: Array
    x: Array
    outcomes: NDArray[Any]
    blow_up_time: Array
    events: tuple[tuple[Array, Array], ...] = ()

    @property
    def outcome(self) -> Outcome:
        """How the orbit ended; for a batch the worst outcome in it."""
        order = list(Outcome)
        return max(self.outcomes.ravel().tolist(), key=order.index)

    @property
    def final(self) -> Array:
        """The last states, (..., n): nan for an orbit of a batch that ended before the others."""
        return self.x[..., -1, :]


def integrate(
    system: System,
    x0: ArrayLike,
    t: float | ArrayLike,
    *,
    method: str | None = None,
    engine: str | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-9,
    events: Sequence[Event] = (),
) -> Trajectory:
    """Follow the orbits of initial states: integrate a flow, iterate a map.

    Parameters
    ----------
    system : System
        The system, with a value for every parameter.
    x0 : (n,) or (..., n) array
        Initial states. A batch is integrated as one system, with common steps.
    t : float or (m,) array
        Flows: a duration (negative for backward time), which gives the solver's own steps with three points between;
        or the increasing or decreasing times at which the states are wanted, the first being the initial time. Maps:
        the number of steps.
    method : str, optional
        A method of `scipy.integrate.solve_ivp`: "DOP853" (default), "RK45", "RK23", "LSODA", "BDF" or "Radau".
    engine : str, optional
        Only None or "scipy" so far.
    rtol, atol : float
        Tolerances of the local error.
    events : sequence of callables
        ``event(t, x) -> float`` with optional attributes ``terminal`` and ``direction``, for flows and a single
        initial state.

    Returns
    -------
    Trajectory
        With read-only arrays. An orbit that cannot be continued ends there, and `Trajectory.outcomes` says why.

    Raises
    ------
    InputError
        If an argument does not fit; the message says what was expected.
    """
    if engine not in (None, "scipy"):
        raise InputError(f"engine is {engine!r}, but only 'scipy' is available.")
    states = as_states(x0, system.dimension, name="x0")
    batch = states.shape[:-1]
    flat = states.reshape(-1, system.dimension)
    if events and (system.kind == "map" or batch):
        raise InputError("events need a flow and a single initial state of shape (n,).")
    if system.kind == "map":
        if method is not None:
            raise InputError(f"method is {method!r}, but a map is iterated, not integrated.")
        parts = _iterate(system, flat, t)
    else:
        from dynbench.flow.solve import solve_flow

        parts = solve_flow(system, flat, t, method=method, rtol=rtol, atol=atol, events=tuple(events))
    return Trajectory(
        t=readonly(parts.t),
        x=readonly(parts.x.reshape(*batch, *parts.x.shape[1:])),
        outcomes=readonly(np.array(parts.outcomes, dtype=object).reshape(batch), object),
        blow_up_time=readonly(np.reshape(parts.blow_up_time, batch)),
        events=tuple((readonly(times), readonly(found)) for times, found in parts.events),
    )


@dataclass(eq=False)
class Parts:
    """The pieces of a `Trajectory`, for a flat batch of K states: x is (K, m, n)."""

    t: Array
    x: Array
    outcomes: list[Outcome]
    blow_up_time: Array
    events: tuple[tuple[Array, Array], ...] = ()


def _iterate(system: System, states: Array, steps: Any) -> Parts:
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 0:
        raise InputError(f"t is {steps!r:.60}; for a map it is the number of steps, an integer of at least 0.")
    x = np.full((len(states), int(steps) + 1, system.dimension), np.nan)
    x[:, 0] = states
    ended = np.full(len(states), np.nan)
    alive = np.arange(len(states))
    for k in range(1, int(steps) + 1):
        following = system(x[alive, k - 1])
        finite = np.isfinite(following).all(axis=-1)
        ended[alive[~finite]] = k
        alive = alive[finite]
        if not len(alive):
            break
        x[alive, k] = following[finite]
    outcomes = [Outcome.COMPLETED if np.isnan(e) else Outcome.BLOW_UP for e in ended]
    return Parts(np.arange(int(steps) + 1, dtype=float), x, outcomes, ended)
