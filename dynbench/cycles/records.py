"""The record that describes a periodic orbit."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench._arrays import brief, record_table
from dynbench.fixed_points import Status
from dynbench.piecewise.words import Word, written

__all__ = ["Cycle", "CycleKind"]


class CycleKind(enum.Enum):
    """The kind of a cycle, by its nontrivial Floquet multipliers (flows) or its multipliers (maps)."""

    STABLE = "stable cycle"
    SADDLE = "saddle cycle"
    UNSTABLE = "unstable cycle"
    NONHYPERBOLIC = "nonhyperbolic cycle"
    NONSMOOTH = "nonsmooth cycle"

    @property
    def attracting(self) -> bool:
        """True for cycles that attract a neighbourhood."""
        return self is CycleKind.STABLE


@dataclass(frozen=True, eq=False)
class Cycle:
    """A periodic orbit: proved, or as Newton's method found it in doubles.

    Attributes
    ----------
    period : float or int
        The smallest period that was found: a time (flows), a number of steps (maps). It is proved to be the smallest
        where the status is `Status.CERTIFIED`.
    points : (k, n) array
        Flows: 128 states, equally spaced in time. Maps: the `period` states.
    multipliers : (n,) complex array
        Eigenvalues of the derivative of the flow over one period (of F^k, for a map) by descending modulus. For a
        flow the trivial multiplier 1 is among them.
    stability : (int, int, int)
        Numbers of stable, central and unstable multipliers, the trivial one of a flow left out. A multiplier that
        cannot be told from the unit circle, as the note says, counts as central.
    kind : CycleKind
        The kind of the cycle.
    status : Status
        `Status.CERTIFIED` where the orbit was verified in exact arithmetic (flows: in ball arithmetic), else
        `Status.CONVERGED`.
    residual : float
        max |phi_T(x) - x| of `points` in doubles.
    note : str
        What else there is to say.
    word : tuple of tuples of bool, or None
        Of a piecewise-linear map: which units are active at each of the points; of a flow: on each leg between
        switches.
    exact : tuple of tuples of sympy numbers, or None
        The points exactly, where they are rational and their digits are not too many.
    character : str
        "node", "focus", "saddle" or "saddle-focus", with "flip" before it where one of the largest multipliers, of a
        saddle one of the unstable ones, is real and negative; empty where it is not known. The largest are all whose
        moduli are the same to a part in 1e9: 1/2 and -1/2 make a flip node.
    proved : bool
        True where the stability is proved, by enclosures of the multipliers.
    """

    period: float | int
    points: NDArray[np.float64]
    multipliers: NDArray[np.complex128]
    stability: tuple[int, int, int]
    kind: CycleKind
    status: Status
    residual: float
    note: str = ""
    word: Word | None = None
    exact: tuple[tuple[sp.Rational, ...], ...] | None = None
    character: str = ""
    proved: bool = False

    def __repr__(self) -> str:
        states = f"{len(self.points)} state{'s' if len(self.points) != 1 else ''}"
        return f"Cycle({self.kind.value}, period={self.period:.6g}, {states}, {self.status.value})"

    def _repr_html_(self) -> str:
        proved = self.status is Status.CERTIFIED
        rows = {
            "kind": self.kind.value,
            "character": self.character,
            "status": self.status.value if proved else f"{self.status.value}, not proved",
            "period": f"{self.period:.10g}",
            "through": brief(self.points[0]),
            "word": "" if self.word is None else written(self.word),
            "multipliers": brief(self.multipliers),
            "stable, central, unstable": ", ".join(map(str, self.stability)),
            "residual": f"{self.residual:.2g}",
            "note": self.note,
        }
        return record_table("Cycle", {name: text for name, text in rows.items() if text or name == "note"})
