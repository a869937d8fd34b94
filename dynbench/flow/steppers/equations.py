"""The equations of implicit steps, solved to rounding or reported as unsolved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dynbench.flow.steppers.method import UnsolvedStep, at_stages
from dynbench.systems import System

__all__ = ["ImplicitEquations"]

Array = NDArray[np.float64]

_EPS = float(np.finfo(float).eps)
#: Solved: the correction of the states is below this part of them ...
_SOLVED = 2 * _EPS
#: ... or, where rounding in f is larger, corrections have stopped to shrink below this part.
_ROUNDING = 2000 * _EPS
_MOST_ITERATIONS = 50
#: So many iterations a step are expected of a good Jacobian; what takes more wears the kept one out.
_EXPECTED_ITERATIONS = 5
#: Matrices of all orbits with more entries than this are not formed: plain fixed-point iteration takes their place.
_MOST_ENTRIES = 20_000_000
#: Up to this size matrices are inverted, all orbits at once; larger ones are factorised, one by one.
_INVERTED = 100


class ImplicitEquations:
    """Equations k = g(k) for the rates k of one step, solved by simplified Newton iteration.

    The Jacobians of f at the stages of one step stand for all that the iteration meets; the factors are kept from step
    to step while they serve. Iteration goes on until rounding stops it, not to a tolerance: an error of the size of a
    tolerance would add up over many steps (Hairer, McLachlan & Razakarivony 2008).

    Parameters
    ----------
    system : System
        The flow f.
    a : (s, s) array
        g depends on k like f(x + h a k), so far as the iteration knows.
    """

    def __init__(self, system: System, a: Array) -> None:
        self._system = system
        self._a = a
        self._solve: Callable[[Array], Array] | None = None
        self._h = np.nan
        self._excess = 0

    def solve(self, g: Callable[[Array], Array], k: Array, x: Array, h: float) -> tuple[Array, float]:
        """The solution next to `k`, and the largest relative residual.

        Parameters
        ----------
        g : callable
            Of rates (..., s, n).
        k : (..., s, n) array
            Where to start.
        x : (..., n) array
            The states at the beginning of the step.
        h : float
            The step.

        Raises
        ------
        UnsolvedStep
            If the iteration does not converge to rounding.
        """
        kept = self._solve is not None and abs(h - self._h) <= 0.1 * abs(h)
        # Ever more careful: the factors at hand; those at the stages foreseen; those at the start, foreseeing
        # nothing; and Newton's iteration proper, with new ones for every correction.
        attempts = [("kept", k)] if kept else []
        attempts += [("foreseen", k), ("start", np.zeros_like(k)), ("renewed", np.zeros_like(k))]
        for tried, (factors, start) in enumerate(attempts, 1):
            if factors != "kept":
                self._refresh(x, start, h)
            try:
                found, residual, iterations = self._iterate(g, start, x, h, renew=factors == "renewed")
                break
            except UnsolvedStep:
                if tried == len(attempts):
                    raise
        # Factors are worth as much work as they cost: n^3 against n^2 an iteration.
        self._excess += max(0, iterations - _EXPECTED_ITERATIONS)
        if self._excess > x.shape[-1] // 20 or factors == "renewed":
            self._solve = None
        return found, residual

    def _iterate(
        self, g: Callable[[Array], Array], k: Array, x: Array, h: float, *, renew: bool
    ) -> tuple[Array, float, int]:
        step = abs(h)
        scale = np.abs(x).max(axis=-1) + step * np.abs(k).max(axis=(-1, -2))
        before, solved = np.inf, np.zeros(np.shape(scale), dtype=bool)
        for iteration in range(1, _MOST_ITERATIONS + 1):
            if renew and iteration > 1:
                self._refresh(x, k, h)
            assert self._solve is not None
            change = self._solve(g(k) - k)
            size = step * np.abs(change).max(axis=(-1, -2))
            # What corrections at rounding level change is noise, but they are free of bias: they are made too.
            k = k + change if solved.ndim == 0 else np.where(solved[..., None, None], k, k + change)
            solved = solved | (size <= _SOLVED * scale) | ((size >= 0.5 * before) & (size <= _ROUNDING * scale))
            if solved.all():
                return k, float((size / scale).max(initial=0.0, where=scale > 0)), iteration
            if (solved | ~np.isfinite(size)).all():
                break
            before = size
        raise UnsolvedStep(~solved, size / scale)

    def _refresh(self, x: Array, k: Array, h: float) -> None:
        self._h, self._excess = h, 0
        stages, n = len(self._a), x.shape[-1]
        entries = x[..., 0].size * (stages * n) ** 2
        if entries > _MOST_ENTRIES:
            self._solve = _unchanged
            return
        at = x[..., None, :] + h * (self._a @ k)
        jacobians = at_stages(self._system.jacobian_at, at, small=self._system.algebraic)
        product = np.einsum("ij,...ikl->...ikjl", self._a, jacobians)
        matrix = np.eye(stages * n) - h * product.reshape(*x.shape[:-1], stages * n, stages * n)
        if not np.isfinite(matrix).all():
            raise UnsolvedStep(~np.isfinite(matrix).all(axis=(-1, -2)), np.full(x.shape[:-1], np.nan))
        self._solve = _solver(matrix)


def _unchanged(residual: Array) -> Array:
    return residual


def _solver(matrices: Array) -> Callable[[Array], Array]:
    """Right-hand sides (..., s, n) to solutions; where a matrix is singular, the plain iteration."""
    size = matrices.shape[-1]
    try:
        if size <= _INVERTED:
            inverse = np.linalg.inv(matrices)
            if inverse.ndim == 2:
                return lambda r: (inverse @ r.ravel()).reshape(r.shape)
            return lambda r: (inverse @ r.reshape(*r.shape[:-2], size, 1)).reshape(r.shape)
        from scipy.linalg import lu_factor, lu_solve

        factors = [lu_factor(matrix, check_finite=False) for matrix in matrices.reshape(-1, size, size)]
    except np.linalg.LinAlgError:
        return _unchanged

    def solve(r: Array) -> Array:
        rows = r.reshape(len(factors), size)
        return np.stack([lu_solve(f, row, check_finite=False) for f, row in zip(factors, rows, strict=True)]).reshape(
            r.shape
        )

    return solve
