"""The record that describes a periodic orbit."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points import Status

__all__ = ["Cycle", "CycleKind"]


class CycleKind(enum.Enum):
    """The kind of a cycle, by its nontrivial Floquet multipliers (flows) or its multipliers (maps)."""

    STABLE = "stable cycle"
    SADDLE = "saddle cycle"
    UNSTABLE = "unstable cycle"
    NONHYPERBOLIC = "nonhyperbolic cycle"

    @property
    def attracting(self) -> bool:
        """True for cycles that attract a neighbourhood."""
        return self is CycleKind.STABLE


@dataclass(frozen=True, eq=False)
class Cycle:
    """A periodic orbit, as Newton's method found it in doubles; nothing about it is proved.

    Attributes
    ----------
    period : float or int
        The smallest period that was found: a time (flows), a number of steps (maps).
    points : (k, n) array
        Flows: 128 states, equally spaced in time. Maps: the `period` states.
    multipliers : (n,) complex array
        Eigenvalues of the derivative of the flow over one period (of F^k, for a map) by descending modulus. For a
        flow the trivial multiplier 1 is among them.
    stability : (int, int, int)
        Numbers of stable, central and unstable multipliers, the trivial one of a flow left out. A multiplier within
        the tolerance that the note names of the unit circle counts as central.
    kind : CycleKind
        The kind of the cycle.
    status : Status
        `Status.CONVERGED`.
    residual : float
        max |phi_T(x) - x| after Newton's method.
    note : str
        What else there is to say.
    """

    period: float
    points: NDArray[np.float64]
    multipliers: NDArray[np.complex128]
    stability: tuple[int, int, int]
    kind: CycleKind
    status: Status
    residual: float
    note: str = ""
