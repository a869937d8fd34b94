"""The record that describes a periodic orbit."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief, record_table
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

    period: float | int
    points: NDArray[np.float64]
    multipliers: NDArray[np.complex128]
    stability: tuple[int, int, int]
    kind: CycleKind
    status: Status
    residual: float
    note: str = ""

    def __repr__(self) -> str:
        return f"Cycle({self.kind.value}, period={self.period:.6g}, {len(self.points)} states, {self.status.value})"

    def _repr_html_(self) -> str:
        rows = {
            "kind": self.kind.value,
            "status": f"{self.status.value}, not proved",
            "period": f"{self.period:.10g}",
            "through": brief(self.points[0]),
            "multipliers": brief(self.multipliers),
            "stable, central, unstable": ", ".join(map(str, self.stability)),
            "residual": f"{self.residual:.2g}",
            "note": self.note,
        }
        return record_table("Cycle", rows)
