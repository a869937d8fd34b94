"""What following one fixed point along a homotopy led to."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief

__all__ = ["Crossing", "CrossingKind", "Ending", "PointPath"]


class Ending(enum.Enum):
    """How the path of a fixed point ended."""

    ACROSS = "it reached the other end"
    BACK = "it turned back, to the end that it came from"
    PITCHFORK = "it ended in a symmetric pitchfork"
    TURNED = "it came to a fold, beyond which it was not to be followed"
    SINGULAR = "it ended early: its first state is singular"
    SHORT = "it ended early: its steps became too short"
    SPENT = "it ended early: the steps given were done"
    MISSED = "it ended early: at the end of the homotopy Newton's method led elsewhere"
    TANGLED = "it ended early: it turned back too often"
    AWAY = "it ended early: it went out of reach"


class CrossingKind(enum.Enum):
    """How eigenvalues came to lie on the imaginary axis (a flow) or the unit circle (a map)."""

    FOLD = "fold"  #: the path turns back in s: an eigenvalue is 0 (a map: 1)
    REAL = "real eigenvalue"  #: a real eigenvalue passes 0 (a map: 1) without a fold
    HOPF = "Hopf"  #: a pair passes the axis (a map: the circle, Neimark-Sacker)
    FLIP = "flip"  #: of a map: an eigenvalue passes -1
    UNRESOLVED = "unresolved"  #: no eigenvalue on the axis was found: the path may have jumped to another one


@dataclass(frozen=True, eq=False)
class Crossing:
    """A place on a path at which eigenvalues lie on the axis, in doubles: nothing is proved.

    Attributes
    ----------
    kind : CrossingKind
        What happens there.
    s : float
        Where on the homotopy.
    x : (n,) array
        The fixed point there.
    eigenvalue : complex
        The crossing eigenvalue there, of a pair the one of positive imaginary part.
    residual : float
        max |J v - eigenvalue v| for its vector v of length 1.
    vector : (n,) complex array
        That vector.
    before, after : int
        The numbers of unstable directions on both sides, in the sense of travel.
    rising : bool
        Whether the path comes to it with s rising.
    station : int
        It lies between this station of the path and the next.
    """

    kind: CrossingKind
    s: float
    x: NDArray[np.float64] = field(repr=False)
    eigenvalue: complex
    residual: float
    vector: NDArray[np.complex128] = field(repr=False)
    before: int
    after: int
    rising: bool
    station: int


@dataclass(frozen=True, eq=False, repr=False)
class PointPath:
    """The path of one fixed point along a homotopy. It is numerical: nothing of it is proved.

    Attributes
    ----------
    s : (m,) array
        The stations, in the sense of travel; at an end of the homotopy exactly 0 or 1.
    x : (m, n) array
        The fixed point at each of them.
    unstable : tuple of (int or None)
        The number of its unstable directions at each station; None where no eigenvalues were taken.
    ending : Ending
        How the path ended.
    crossings : tuple of Crossing
        The folds and the changes of index, in the sense of travel. Of a pair of changes that cancel each other
        between two stations at which eigenvalues were taken, nothing is seen.
    """

    s: NDArray[np.float64]
    x: NDArray[np.float64]
    unstable: tuple[int | None, ...]
    ending: Ending
    crossings: tuple[Crossing, ...]

    @property
    def folds(self) -> tuple[Crossing, ...]:
        """The folds among the crossings."""
        return tuple(c for c in self.crossings if c.kind is CrossingKind.FOLD)

    def __repr__(self) -> str:
        changes = "".join(f"; {c.kind.value} at s = {c.s:.6g} ({c.before} -> {c.after})" for c in self.crossings)
        return f"PointPath(from {brief(self.x[0])}, {len(self.s)} stations: {self.ending.value}{changes})"
