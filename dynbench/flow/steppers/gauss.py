"""The Gauss-Legendre methods: implicit, symmetric, symplectic, of order 2 s with s stages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.flow.steppers.equations import ImplicitEquations
from dynbench.flow.steppers.method import StepMethod, Stepper, at_stages, components_where_small
from dynbench.systems import System

__all__ = ["GaussLegendre"]

Array = NDArray[np.float64]
_NAMES = {1: "implicit midpoint", 2: "gauss4", 3: "gauss6"}


class GaussLegendre(StepMethod):
    """Collocation at the zeros of the Legendre polynomial (Hairer, Lubich & Wanner, sections II.1 and IV.2).

    It conserves every quadratic invariant, with b_i a_ij + b_j a_ji = b_i b_j (Cooper 1987), up to rounding.

    Parameters
    ----------
    stages : int
        1 (the implicit midpoint rule), 2 or 3.

    Raises
    ------
    InputError
        If it is something else.
    """

    def __init__(self, stages: int) -> None:
        if stages not in _NAMES:
            raise InputError(f"stages is {stages!r:.60}; expected 1, 2 or 3.")
        self.name, self.order = _NAMES[stages], 2 * stages
        nodes, weights = np.polynomial.legendre.leggauss(stages)
        self.c, self.b = (1 + nodes) / 2, weights / 2
        powers = np.arange(stages)
        # a_ij is the integral of the j-th Lagrange polynomial from 0 to c_i.
        self._vandermonde = self.c[:, None] ** powers
        self.a = (self.c[:, None] ** (powers + 1) / (powers + 1)) @ np.linalg.inv(self._vandermonde)

    @property
    def extrapolation(self) -> Array:
        """The rates at the stages of one step -> a guess of those at the next one's, (s, s)."""
        return ((1 + self.c)[:, None] ** np.arange(len(self.c))) @ np.linalg.inv(self._vandermonde)

    def bind(self, system: System, x: Array) -> Stepper:
        """A stepper for any flow."""
        return _Gauss(self, system)


class _Gauss(Stepper):
    def __init__(self, method: GaussLegendre, system: System) -> None:
        self._rate = components_where_small(system)
        self._a, self._b, self._extrapolation = method.a, method.b, method.extrapolation
        self._equations = ImplicitEquations(self._rate, method.a)
        self._small = system.algebraic
        self._last: tuple[float, Array] | None = None

    def step(self, x: Array, h: float) -> Array:
        def rates(k: Array) -> Array:
            return at_stages(self._rate, x[..., None, :] + h * (self._a @ k), small=self._small)

        if self._last is not None and abs(h - self._last[0]) < 0.1 * abs(h):
            guess = self._extrapolation @ self._last[1]
        else:
            guess = np.repeat(self._rate(x)[..., None, :], len(self._b), axis=-2)
        k, residual = self._equations.solve(rates, guess, x, h)
        self.residual = max(self.residual, residual)
        self._last = h, k
        return x + h * (self._b @ k)
