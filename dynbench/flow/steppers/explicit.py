"""Explicit Runge-Kutta methods of fixed step, by their tableaux."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import given_array, readonly
from dynbench.errors import InputError
from dynbench.flow.steppers.method import StepMethod, Stepper, components_where_small
from dynbench.systems import System

__all__ = ["CLASSICAL", "EULER", "HEUN", "MIDPOINT", "ExplicitRungeKutta"]

Array = NDArray[np.float64]


class ExplicitRungeKutta(StepMethod):
    """k_i = f(x + h sum_{j < i} a_ij k_j), x + h sum_i b_i k_i (Hairer, Norsett & Wanner, section II.1).

    Parameters
    ----------
    name : str
        What to call it.
    a : (s, s) array
        The coefficients of the stages, strictly lower triangular.
    b : (s,) array
        The weights; they add up to 1.
    order : int
        The order, which is taken on trust.

    Raises
    ------
    InputError
        If `a` and `b` are no tableau of an explicit method.
    """

    def __init__(self, name: str, a: ArrayLike, b: ArrayLike, *, order: int) -> None:
        self.name, self.order = name, order
        self.a, self.b = readonly(given_array(a, "a")), readonly(given_array(b, "b"))
        stages = self.b.size
        if self.b.shape != (stages,) or self.a.shape != (stages, stages) or np.triu(self.a).any():
            raise InputError(
                f"The tableau of {name!r:.40} has a of shape {self.a.shape} and b of shape {self.b.shape}; expected "
                "a strictly lower triangular (s, s) array and s weights."
            )
        if not abs(self.b.sum() - 1) < 1e-12:
            raise InputError(f"The weights of {name!r:.40} add up to {self.b.sum():.6g}; expected 1.")

    def bind(self, system: System, x: Array) -> Stepper:
        """A stepper for any flow."""
        return _Explicit(self, system)


class _Explicit(Stepper):
    def __init__(self, method: ExplicitRungeKutta, system: System) -> None:
        self._rate = components_where_small(system)
        self._stages = [[(j, w) for j, w in enumerate(row.tolist()) if w] for row in method.a]
        self._weights = [(i, w) for i, w in enumerate(method.b.tolist()) if w]

    def step(self, x: Array, h: float) -> Array:
        rates: list[Array] = []
        for row in self._stages:
            rates.append(self._rate(_advanced(x, h, row, rates)))
        return _advanced(x, h, self._weights, rates)


def _advanced(x: Array, h: float, terms: list[tuple[int, float]], rates: list[Array]) -> Array:
    if not terms:
        return x
    (first, weight), *rest = terms
    change = rates[first] if weight == 1 else weight * rates[first]
    for j, w in rest:
        change = change + w * rates[j]
    return x + h * change


#: Forward Euler: |x| grows by the factor sqrt(1 + h^2 w^2) a step where the flow is a rotation of frequency w.
EULER = ExplicitRungeKutta("euler", [[0]], [1], order=1)
#: The explicit midpoint rule (Runge 1895).
MIDPOINT = ExplicitRungeKutta("midpoint", [[0.0, 0.0], [0.5, 0.0]], [0, 1], order=2)
#: Heun's method of order 2, the explicit trapezoidal rule.
HEUN = ExplicitRungeKutta("heun", [[0, 0], [1, 0]], [0.5, 0.5], order=2)
#: The classical method of order 4 (Kutta 1901).
CLASSICAL = ExplicitRungeKutta(
    "rk4",
    [[0.0, 0.0, 0.0, 0.0], [0.5, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]],
    [1 / 6, 1 / 3, 1 / 3, 1 / 6],
    order=4,
)
