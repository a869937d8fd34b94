"""How well an orbit that was computed keeps what the system conserves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.flow.known import known_invariants
from dynbench.invariants.evaluate import invariant_function
from dynbench.systems import System

__all__ = ["InvariantDrift", "drift_along"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class InvariantDrift:
    """The values of one invariant along an orbit, or along each of a batch.

    Attributes
    ----------
    invariant : Invariant or sympy expression
        What should be constant.
    initial : float array of the batch's shape
        Its value at the initial state.
    values : (..., m) array
        Its values at the states of the trajectory; nan where there is none.
    """

    invariant: Any
    initial: Array
    values: Array

    @property
    def expression(self) -> Any:
        """The invariant's expression."""
        return getattr(self.invariant, "expression", self.invariant)

    @property
    def largest(self) -> Array:
        """The largest deviation from the initial value, of the batch's shape; nan where that is not defined."""
        with np.errstate(invalid="ignore"):
            deviations = np.abs(self.values - self.initial[..., None])
        largest = np.where(np.isnan(deviations), -1.0, deviations).max(axis=-1)
        return np.where(largest < 0, np.nan, largest)[()]

    @property
    def relative(self) -> Array:
        """`largest` as a part of the initial value; inf or nan where that is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.largest / np.abs(self.initial)

    def __repr__(self) -> str:
        worst = np.max(self.largest, initial=0.0)
        return f"<InvariantDrift of {self.expression!s:.60}: at most {worst:.3g}>"


def drift_along(system: System, x: Array, invariants: Any = None) -> tuple[InvariantDrift, ...]:
    """The drift of each invariant along states in order.

    Parameters
    ----------
    system : System
        The flow.
    x : (..., m, n) array
        States; nan after an orbit's end.
    invariants : Invariant or sympy expression, or a sequence of them, optional
        By default those of the system that hold at its parameter values.
    """
    if invariants is None:
        chosen: Sequence[Any] = known_invariants(system)
    else:
        chosen = invariants if isinstance(invariants, Sequence) else (invariants,)
    found = []
    for invariant in chosen:
        values = readonly(invariant_function(system, invariant)(x))
        found.append(InvariantDrift(invariant, readonly(values[..., 0]), values))
    return tuple(found)
