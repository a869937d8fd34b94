"""Newton's method and minimisation of speed for many states, one start at a time, in doubles.

Nothing is proved here but that some ends are no roots. Newton's step comes from a factorisation in single precision
of the Jacobian; as residuals are in double precision, the iteration converges to where those lead, at a rate of about
1e-4 a step at the end instead of quadratically, and each step takes little more than half as long.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, LinAlgWarning, cho_factor, cho_solve, lu_factor, lu_solve
from scipy.linalg.blas import dsyrk

from dynbench.fixed_points.large.krylov import MOST_DENSE, newton_krylov
from dynbench.fixed_points.newton import damped_newton
from dynbench.fixed_points.phantoms import is_phantom
from dynbench.systems import System

__all__ = ["factorised", "minimise_state", "newton_from", "newton_state", "solved"]

Array = NDArray[np.float64]

#: Up to this many states Jacobians of many starts are solved in one batch.
_BATCHED = 60
#: An iteration has converged when its step is below this, relative to max(1, |x|).
_STEP = 1e-11
#: A factorisation is used again while steps shrink at least by this factor.
_SHRINKS = 0.1
#: Shorter steps are not taken; after so many steps on end that are no longer than _SHORT the start is given up.
_SHORTEST, _SHORT, _PATIENCE = 2.0**-10, 2.0**-4, 3


def newton_from(system: System, starts: Array, *, steps: int = 40) -> tuple[Array, NDArray[np.bool_]]:
    """Damped Newton from each row of `starts` (K, n): where each ended, and whether it converged to what may be a root.

    Where rounding alone made it converge, and no fixed point is there by proof, it has not.
    """
    if system.dimension <= _BATCHED:
        x, converged = damped_newton(system, starts, steps=steps)
    else:
        solve = newton_state if system.dimension <= MOST_DENSE else newton_krylov
        ends = [solve(system, x, steps=steps) for x in starts]
        x = np.array([end for end, _ in ends]).reshape(-1, system.dimension)
        converged = np.array([done for _, done in ends], dtype=bool)
    for k in np.nonzero(converged)[0]:
        converged[k] = not is_phantom(system, x[k])
    return x, converged


def newton_state(system: System, start: Array, *, steps: int = 40) -> tuple[Array, bool]:
    """Newton's method with backtracking on |G| from one state.

    It gives up where only very short steps lower |G|, or none does, as near a minimum of speed.
    """
    x = np.array(start, dtype=float)
    value = system.residual(x)
    factors, last, short = None, np.inf, 0
    for _ in range(steps):
        if factors is None:
            factors = factorised(system.residual_jacobian(x))
            if factors is None:
                return x, False
        step = solved(factors, value)
        size = float(np.abs(step).max())
        if not np.isfinite(size):
            return x, False
        if size <= _STEP * max(1.0, float(np.abs(x).max())):
            return x - step, True
        moved, after, length = _shorter(system, x, value, step)
        short = short + 1 if length <= _SHORT else 0
        if moved is None or short == _PATIENCE:
            return x, False
        x, value = moved, after
        if length < 1 or size > _SHRINKS * last:
            factors = None
        last = size
    return x, False


def factorised(jacobian: Array) -> Any:
    """LU factors of a matrix, in single precision where it is large; None where it is singular or not finite.

    In single precision they serve an iteration whose residuals are in double precision.
    """
    if not np.isfinite(jacobian).all():
        return None
    kind = np.float32 if len(jacobian) > _BATCHED else np.float64
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)  # a singular matrix is answered by None
        factors = lu_factor(jacobian.astype(kind), overwrite_a=True, check_finite=False)
    return factors if np.all(np.diagonal(factors[0])) else None


def solved(factors: Any, right: Array) -> Array:
    """The solution of a linear system, given what `factorised` returned."""
    return lu_solve(factors, right.astype(factors[0].dtype), check_finite=False).astype(float)


def _shorter(system: System, x: Array, value: Array, step: Array) -> tuple[Array | None, Array, float]:
    """The longest of the steps 1, 1/2, 1/4, ... that lowers |G|, as far as Armijo's rule asks."""
    before = float(value @ value)
    length = 1.0
    while length >= _SHORTEST:
        moved = x - length * step
        after = system.residual(moved)
        if float(after @ after) <= (1 - 0.2 * length) * before:
            return moved, after, length
        length /= 2
    return None, value, 0.0


def minimise_state(system: System, start: Array, *, steps: int = 80) -> tuple[Array, bool]:
    """Levenberg-Marquardt on the speed from one state, then Newton's method on its gradient.

    Returns
    -------
    x : (n,) array
        Where it ended.
    stationary : bool
        Whether the gradient J^T G vanishes there at rounding level, relative to |J| |G|.

    References
    ----------
    J. J. More, The Levenberg-Marquardt algorithm: implementation and theory, LNM 630 (1978) 105-116.
    """
    x = np.array(start, dtype=float)
    value, jacobian = system.residual_and_jacobian(x)
    damping = 1e-3 * float(np.mean(jacobian * jacobian)) * len(x)
    fresh, gram, gradient, shrunk = True, jacobian, value, np.inf
    for _ in range(steps):
        if fresh:
            gradient = jacobian.T @ value
            gram = dsyrk(1.0, jacobian, trans=1)
        try:
            step = cho_solve(cho_factor(gram + damping * np.eye(len(x)), check_finite=False), gradient)
        except LinAlgError:
            damping, fresh = 4 * damping, False
            continue
        size = float(np.abs(step).max())
        if size <= _STEP * max(1.0, float(np.abs(x).max())):
            break
        after = system.residual(x - step)
        fresh = float(after @ after) < float(value @ value)
        if fresh:
            shrunk = 1 - float(after @ after) / float(value @ value)
            x = x - step
            value, jacobian = system.residual_and_jacobian(x)
            if shrunk < 1e-3 and size < 1e-2:
                break
        damping *= 0.2 if fresh else 4.0
        if damping > 1e30:
            break
    return _polish(system, x)


def _polish(system: System, x: Array) -> tuple[Array, bool]:
    """Newton's method on grad q with the full Hessian, while that shrinks the gradient and does not raise q."""
    gradient = system.speed_gradient(x)
    for _ in range(12):
        with np.errstate(all="ignore"):
            factors = lu_factor(system.speed_hessian(x, gauss_newton=False), overwrite_a=True, check_finite=False)
            step = lu_solve(factors, gradient, check_finite=False)
        if not np.isfinite(step).all():
            break
        moved = x - step
        after = system.speed_gradient(moved)
        if not np.linalg.norm(after) < np.linalg.norm(gradient):
            break
        if system.speed(moved) > system.speed(x) * (1 + 1e-9):
            break
        x, gradient = moved, after
    value, jacobian = system.residual_and_jacobian(x)
    level = np.linalg.norm(jacobian) * np.linalg.norm(value)
    return x, bool(np.linalg.norm(gradient) <= 1e-9 * level)
