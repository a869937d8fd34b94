"""The map that takes a state once round a cycle, with its derivatives: F^k of a map, the flow over a period."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dynbench.flow import integrate
from dynbench.flow.variational import propagate
from dynbench.systems import System

__all__ = ["ReturnMap"]

Array = NDArray[np.float64]

#: The step of the second differences of a flow, relative to max(1, |x|).
_STEP = 1e-4


class ReturnMap:
    """F^k of a map, or the flow over the time T: the states of a cycle of that period are its fixed points.

    Parameters
    ----------
    system : System
        The system.
    period : int or float
        k or T.
    """

    kind: ClassVar[str] = "map"

    def __init__(self, system: System, period: float) -> None:
        self.system, self.period = system, period
        self.dimension = system.dimension

    def __call__(self, x: Array) -> Array:
        """Where states (..., n) come to."""
        steps = int(self.period) if self.system.kind == "map" else self.period
        flat = x.reshape(-1, self.dimension)
        return np.asarray(integrate(self.system, flat, steps, rtol=1e-11, atol=1e-12).final).reshape(x.shape)

    def jacobian_at(self, x: Array) -> Array:
        """The derivative at one state (n,); for a flow the monodromy matrix."""
        return propagate(self.system, x, self.period)[1]

    def jvp(self, x: Array, v: Array) -> Array:
        """The derivative at one state along vectors (..., n)."""
        return np.asarray(v @ self.jacobian_at(x).T)

    def second_derivative(self, x: Array, u: Array, v: Array) -> Array:
        """The second derivative at one state along pairs of vectors (..., n); of flows by differences, for u = v."""
        if self.system.kind == "flow":
            step = _STEP * max(1.0, float(np.abs(x).max()))
            ahead, behind = self(x + step * u), self(x - step * u)
            return np.asarray((ahead - 2 * self(x) + behind) / step**2)
        second = np.zeros(u.shape)
        for state in integrate(self.system, x, int(self.period)).x[:-1]:
            second = self.system.second_derivative(state, u, v) + self.system.jvp(state, second)
            u, v = self.system.jvp(state, u), self.system.jvp(state, v)
        return np.asarray(second)
