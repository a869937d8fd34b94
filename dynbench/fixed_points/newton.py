"""Batched iterations on G(x) = 0 and on the speed q = |G|^2 / 2, many states at a time, in doubles.

Nothing is proved here: these find candidates, `dynbench.fixed_points.certificates` proves them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.systems import System

__all__ = ["damped_newton", "minimise_speed", "nearby_root", "newton_distance"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: An iteration has converged when its step is below this, relative to max(1, |x|).
STEP_TOLERANCE = 1e-11
#: A root is nearby where so many full steps lead to it, the last of them this part of the whole way.
_NEARBY_STEPS, _NEARBY_LAST = 4, 1e-3


def damped_newton(system: System, starts: Array, *, steps: int = 80) -> tuple[Array, Mask]:
    """Newton's method with backtracking on |G|, from each row of `starts` (K, n).

    Returns
    -------
    x : (K, n) array
        Where each row ended.
    converged : (K,) bool array
        Whether its last full step was at rounding level.
    """
    x = np.array(starts, dtype=float)
    converged = np.zeros(len(x), dtype=bool)
    active = np.arange(len(x))
    for _ in range(steps):
        value, jacobian = system.residual_and_jacobian(x[active])
        usable = np.isfinite(value).all(-1) & np.isfinite(jacobian).all((-2, -1))
        active, value, jacobian = active[usable], value[usable], jacobian[usable]
        if not len(active):
            break
        step, solved = _newton_step(jacobian, value)
        done = solved & (np.abs(step).max(-1) <= STEP_TOLERANCE * _scale(x[active]))
        converged[active[done]] = True
        last = x[active[done]] + step[done]
        better = system.speed(last) <= system.speed(x[active[done]])
        x[active[done][better]] = last[better]
        active, value, step = active[~done], value[~done], step[~done]
        moved, accepted = _backtrack(system, x[active], value, step)
        x[active] = moved
        active = active[accepted]
    return x, converged


def minimise_speed(system: System, starts: Array, *, steps: int = 300) -> tuple[Array, Mask]:
    """Levenberg-Marquardt on q = |G|^2 / 2, then Newton on grad q, from each row of `starts` (K, n).

    Returns
    -------
    x : (K, n) array
        Where each row ended.
    stationary : (K,) bool array
        Whether grad q vanishes there at rounding level, relative to |G'| |G|.

    References
    ----------
    J. J. More, The Levenberg-Marquardt algorithm: implementation and theory, LNM 630 (1978) 105-116.
    """
    x = np.array(starts, dtype=float)
    identity = np.eye(x.shape[1])
    damping = np.full(len(x), np.nan)
    active = np.arange(len(x))
    for _ in range(steps):
        value, jacobian = system.residual_and_jacobian(x[active])
        usable = np.isfinite(value).all(-1) & np.isfinite(jacobian).all((-2, -1))
        active, value, jacobian = active[usable], value[usable], jacobian[usable]
        if not len(active):
            break
        gradient = np.einsum("kij,ki->kj", jacobian, value)
        gram = np.einsum("kij,kil->kjl", jacobian, jacobian)
        fresh = np.isnan(damping[active])
        damping[active[fresh]] = 1e-3 * np.maximum(np.einsum("kii->k", gram[fresh]), 1e-12)
        step, _ = _newton_step(gram + damping[active][:, None, None] * identity, gradient)
        # q may only fall: a step that does not lower it is refused, and the damping raised.
        before = 0.5 * np.sum(value**2, axis=-1)
        after = system.speed(x[active] + step)
        better = after < before
        x[active[better]] += step[better]
        damping[active] *= np.where(better, 0.2, 4.0)
        settled = np.abs(step).max(-1) <= STEP_TOLERANCE * _scale(x[active])
        active = active[~settled & (damping[active] < 1e30)]
    return _polish_minima(system, x)


def newton_distance(system: System, x: Array) -> Array:
    """The length (sup norm) of a Newton step at each row of `x`, an estimate of the distance to the root; or inf."""
    value, jacobian = system.residual_and_jacobian(x)
    step, solved = _newton_step(jacobian, value)
    return np.where(solved, np.abs(step).max(-1), np.inf)


def nearby_root(system: System, x: Array, within: float) -> Array | None:
    """The root to which a few full Newton steps lead from one state (n,), if they converge without going far.

    Parameters
    ----------
    system : System
        The system.
    x : (n,) array
        The state.
    within : float
        How far (sup norm) the steps may lead.

    Returns
    -------
    (n,) array or None
        None where they do not converge, or lead farther: near the ghost of a root, say.
    """
    end, step = np.array(x, dtype=np.float64), np.zeros(len(x))
    with np.errstate(all="ignore"):
        for _ in range(_NEARBY_STEPS):
            value, jacobian = system.residual_and_jacobian(end)
            if not (np.isfinite(value).all() and np.isfinite(jacobian).all()):
                return None
            step = np.asarray(np.linalg.lstsq(jacobian, value, rcond=None)[0], dtype=np.float64)
            end = end - step
        moved = float(np.abs(end - x).max())
        converged = np.abs(step).max() <= _NEARBY_LAST * max(moved, 1e-12)
    return end if moved <= within and converged else None


def _polish_minima(system: System, x: Array) -> tuple[Array, Mask]:
    """A few Newton steps on grad q with its full Hessian, kept where they shrink the gradient."""
    stationary = np.zeros(len(x), dtype=bool)
    for i in range(len(x)):
        for _ in range(8):
            gradient, hessian = system.speed_gradient(x[i]), system.speed_hessian(x[i], gauss_newton=False)
            if not (np.isfinite(gradient).all() and np.isfinite(hessian).all()):
                break
            moved = x[i] + _newton_step(hessian[None], gradient[None])[0][0]
            if not np.linalg.norm(system.speed_gradient(moved)) < np.linalg.norm(gradient):
                break
            if system.speed(moved) > system.speed(x[i]) * (1 + 1e-9):
                break
            x[i] = moved
        value, jacobian = system.residual_and_jacobian(x[i])
        size = np.linalg.norm(jacobian) * np.linalg.norm(value)
        stationary[i] = bool(np.linalg.norm(jacobian.T @ value) <= 1e-7 * size)
    return x, stationary


def _newton_step(jacobian: Array, value: Array) -> tuple[Array, Mask]:
    """-J^-1 G for a batch, and whether it solves G + J step = 0; where J is singular it is a least-squares step."""
    try:
        step = -np.linalg.solve(jacobian, value[..., None])[..., 0]
    except np.linalg.LinAlgError:
        step = -np.einsum("kij,kj->ki", np.linalg.pinv(jacobian), value)
    left = value + np.einsum("kij,kj->ki", jacobian, step)
    return np.asarray(step, dtype=np.float64), np.abs(left).max(-1) <= 1e-6 * np.abs(value).max(-1)


def _backtrack(system: System, x: Array, value: Array, step: Array) -> tuple[Array, Mask]:
    """Halve each step until |G| falls; returns the new states and which of them moved."""
    before = np.linalg.norm(value, axis=-1)
    moved = x.copy()
    waiting = np.arange(len(x))
    length = 1.0
    for _ in range(12):
        if not len(waiting):
            break
        trial = x[waiting] + length * step[waiting]
        size = np.linalg.norm(system.residual(trial), axis=-1)
        lower = size < (1 - 1e-4 * length) * before[waiting]
        moved[waiting[lower]] = trial[lower]
        waiting = waiting[~lower]
        length /= 2
    accepted = np.ones(len(x), dtype=bool)
    accepted[waiting] = False
    return moved, accepted


def _scale(x: Array) -> Array:
    return np.asarray(np.maximum(1.0, np.abs(x).max(-1)), dtype=np.float64)
