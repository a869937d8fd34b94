"""An orbit together with its derivative by the initial state: the variational equations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, check_tolerances
from dynbench.errors import ConvergenceError, InputError
from dynbench.flow.piecewise_engine import piecewise_propagate
from dynbench.systems import System, as_system

__all__ = ["propagate"]

Array = NDArray[np.float64]


def propagate(
    system: System,
    x: ArrayLike,
    t: float,
    *,
    rtol: float = 1e-12,
    atol: float = 1e-13,
    engine: str | None = None,
) -> tuple[Array, Array]:
    """The state at time `t` on the orbit of `x`, and its derivative by `x`.

    For a flow M' = F'(x) M, M(0) = 1 is integrated along with the orbit (DOP853, one error control for both); for a
    map the Jacobians along the orbit are multiplied.

    Parameters
    ----------
    system : System
        The system, with a value for every parameter.
    x : (n,) array
        The initial state.
    t : float or int
        The time, negative for backward (flows); or the number of steps (maps).
    rtol, atol : float
        Tolerances of the local error (flows).
    engine : str, optional
        "scipy" (default); or "piecewise" for a piecewise-linear flow: both in closed form, region by region.

    Returns
    -------
    state : (n,) array
        phi_t(x).
    derivative : (n, n) array
        Its derivative by x.

    Raises
    ------
    ConvergenceError
        If the orbit cannot be followed for so long.
    InputError
        If an argument does not fit.
    """
    start = as_states(x, as_system(system).dimension, name="x")
    if start.ndim != 1:
        raise InputError(f"x has shape {start.shape}; expected one state of shape ({system.dimension},).")
    check_tolerances(rtol, atol)
    if not np.isfinite(t):
        raise InputError(f"t is {t!r}; expected a finite time.")
    if engine == "piecewise":
        state, derivative = piecewise_propagate(system, start, float(t))
    elif engine not in (None, "scipy"):
        raise InputError(f"engine is {engine!r:.60}; expected 'scipy' or 'piecewise'.")
    elif system.kind == "map":
        state, derivative = _iterated(system, start, t)
    else:
        state, derivative = _flown(system, start, t, rtol, atol)
    if not (np.isfinite(state).all() and np.isfinite(derivative).all()):
        raise ConvergenceError(f"The orbit of x cannot be followed to t = {t:.6g} with its derivative.")
    return state, derivative


def _iterated(system: System, state: Array, steps: Any) -> tuple[Array, Array]:
    if int(steps) != steps or steps < 0:
        raise InputError(f"t is {steps!r}; for a map it is the number of steps, an integer of at least 0.")
    derivative = np.eye(len(state))
    with np.errstate(all="ignore"):
        for _ in range(int(steps)):
            derivative = system.jacobian_at(state) @ derivative
            state = system(state)
    return state, derivative


def _flown(system: System, start: Array, t: float, rtol: float, atol: float) -> tuple[Array, Array]:
    from scipy.integrate import solve_ivp

    n = len(start)
    if t == 0:
        return start.copy(), np.eye(n)

    def rate(_: float, y: Array) -> Array:
        state = y[:n]
        return np.concatenate([system(state), (system.jacobian_at(state) @ y[n:].reshape(n, n)).ravel()])

    with np.errstate(all="ignore"):
        if not np.isfinite(rate(0.0, np.concatenate([start, np.eye(n).ravel()]))).all():
            return np.full(n, np.nan), np.full((n, n), np.nan)
        solution = solve_ivp(
            rate, (0.0, t), np.concatenate([start, np.eye(n).ravel()]), method="DOP853", rtol=rtol, atol=atol
        )
    if not solution.success:
        return np.full(n, np.nan), np.full((n, n), np.nan)
    return solution.y[:n, -1], solution.y[n:, -1].reshape(n, n)
