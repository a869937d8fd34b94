"""The records that describe fixed points and the evidence for them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench._arrays import brief, record_table
from dynbench.fixed_points.spectrum import Spectrum
from dynbench.symbolic.typesetting import latex

#: Coordinates written in a line of LaTeX.
_MOST = 12
#: Fractions that take more characters are shown as decimals.
_LONGEST = 12

__all__ = ["Certificate", "FixedPoint", "Kind", "Status", "Verdict"]


class Status(enum.Enum):
    """How far a fixed point is established."""

    CERTIFIED = "certified"  #: existence and local uniqueness proved in rigorous (ball or exact) arithmetic
    CONVERGED = "converged"  #: the residual is at rounding level, but nothing is proved
    SLOW_POINT = "slow point"  #: a local minimum of speed that is proved not to be a fixed point
    FAILED = "failed"  #: the iteration did not converge


class Verdict(enum.Enum):
    """What a certificate proves about its centre."""

    FIXED_POINT = "fixed point"
    NO_FIXED_POINT = "no fixed point"
    UNDECIDED = "undecided"


class Kind(enum.Enum):
    """The kind of a fixed point, by its eigenvalues (flows) or multipliers (maps).

    A point with a complex pair is a focus (or saddle-focus), one with real eigenvalues only a node (or saddle).
    """

    STABLE_NODE = "stable node"
    STABLE_FOCUS = "stable focus"
    UNSTABLE_NODE = "unstable node"
    UNSTABLE_FOCUS = "unstable focus"
    SADDLE = "saddle"
    SADDLE_FOCUS = "saddle-focus"
    CENTER = "center"
    NONHYPERBOLIC = "nonhyperbolic"
    NONSMOOTH = "nonsmooth"
    UNKNOWN = "unknown"

    @property
    def attracting(self) -> bool:
        """True for the kinds whose points attract a neighbourhood."""
        return self in (Kind.STABLE_NODE, Kind.STABLE_FOCUS)

    @property
    def repelling(self) -> bool:
        """True for the kinds whose points repel in every direction."""
        return self in (Kind.UNSTABLE_NODE, Kind.UNSTABLE_FOCUS)

    @property
    def settled(self) -> bool:
        """False for the kinds of which eigenvalues prove nothing: an estimate of the stability says little there."""
        return self not in (Kind.NONSMOOTH, Kind.UNKNOWN)

    @property
    def saddle(self) -> bool:
        """True for the kinds with both stable and unstable directions."""
        return self in (Kind.SADDLE, Kind.SADDLE_FOCUS)


@dataclass(frozen=True, eq=False, repr=False)
class Certificate:
    """What was proved about one state, and by which inequality. All norms are sup norms.

    Attributes
    ----------
    center : (n,) array
        The state that the statements below refer to, exactly these doubles.
    verdict : Verdict
        A fixed point exists near `center`, none does, or neither could be proved.
    radius : float or None
        A fixed point lies within this distance of `center`.
    uniqueness_radius : float or None
        No second fixed point lies within this distance of `center`.
    exclusion_radius : float or None
        For `Verdict.NO_FIXED_POINT`: no fixed point lies within this distance of `center`.
    index : int or None
        The proved sign of det(-G'(x*)), G = F for a flow and F - id for a map: the fixed point's contribution to
        the Poincare-Hopf or Lefschetz sum. For a flow it is (-1)**n_unstable. Where regions of a piecewise-linear
        system meet it is the degree of -G around the point, which may be 0, or 2.
    spectrum : Spectrum or None
        Discs that are proved to hold the eigenvalues at the fixed point, and what follows from them; None where
        there is no fixed point, or the system is not smooth there.
    inverse : (n, n) array or None
        R rounded to doubles: the approximate inverse of G'(c) with which the inequality holds.
    contraction : float or None
        A bound for |I - R G'| on the ball of `proof_radius`; below 1.
    proof_radius : float or None
        The radius about the refined point for which the inequality was checked.
    inequality : str
        The inequality that was checked, with its numbers; or what was shown in exact arithmetic.
    precision : int
        Bits of the ball arithmetic that checked it; 0 where the proof is in exact rational arithmetic, region by region
        (`dynbench.fixed_points.regional`), and `inverse`, `contraction` and `proof_radius` are None.
    """

    center: NDArray[np.float64]
    verdict: Verdict
    radius: float | None = None
    uniqueness_radius: float | None = None
    exclusion_radius: float | None = None
    index: int | None = None
    spectrum: Spectrum | None = None
    inverse: NDArray[np.float64] | None = None
    contraction: float | None = None
    proof_radius: float | None = None
    inequality: str = ""
    precision: int = 0

    def __repr__(self) -> str:
        radii = {
            "radius": self.radius,
            "uniqueness_radius": self.uniqueness_radius,
            "exclusion_radius": self.exclusion_radius,
        }
        proved = [f"{name}={value:.3g}" for name, value in radii.items() if value is not None]
        proved += [f"{n}={v}" for n, v in (("index", self.index), ("stability", self.stability)) if v is not None]
        return f"Certificate({', '.join([f'{self.verdict.value} at {brief(self.center)}', *proved])})"

    @property
    def stability(self) -> tuple[int, int, int] | None:
        """The proved numbers of stable, central and unstable eigenvalues; None where they are not proved."""
        return self.spectrum.stability if self.spectrum is not None and self.spectrum.decided else None

    @property
    def n_unstable(self) -> int | None:
        """The proved number of unstable eigenvalues, with multiplicity; None where it is not proved."""
        return None if self.stability is None else self.stability[2]

    @property
    def eigenvalues(self) -> NDArray[np.complex128] | None:
        """Midpoints of the discs of `spectrum`."""
        return None if self.spectrum is None else self.spectrum.midpoints

    @property
    def eigenvalue_radii(self) -> NDArray[np.float64] | None:
        """Radii of the discs of `spectrum`."""
        return None if self.spectrum is None else self.spectrum.radii


@dataclass(frozen=True, eq=False, repr=False)
class FixedPoint:
    """A fixed point (or slow point) of a system.

    Attributes
    ----------
    x : (n,) array
        The state.
    residual : float
        max |F(x)| for a flow, max |F(x) - x| for a map, in double precision.
    status : Status
        How far the point is established.
    eigenvalues : (n,) complex array
        Eigenvalues of the Jacobian at `x` (multipliers, for a map), by descending real part (modulus, for a map).
    stability : (int, int, int)
        Numbers of stable, central and unstable eigenvalues. Proved where `certificate.stability` is not None;
        otherwise an estimate, in which an eigenvalue that cannot be told from the axis counts as central.
    kind : Kind
        The kind of the point.
    certificate : Certificate or None
        The proof, where certification was asked for.
    exact : tuple of sympy numbers, or None
        Exact coordinates that satisfy the equations identically, where they are known.
    note : str
        What else there is to say: "degenerate", "star", "flips", why a claim is missing.
    """

    x: NDArray[np.float64]
    residual: float
    status: Status
    eigenvalues: NDArray[np.complex128]
    stability: tuple[int, int, int]
    kind: Kind
    certificate: Certificate | None = None
    exact: tuple[sp.Expr, ...] | None = None
    note: str = ""

    def __repr__(self) -> str:
        note = f"; {self.note}" if self.note else ""
        return f"FixedPoint({self.kind.value}, {self.status.value}, at {self._state}{note})"

    @property
    def _state(self) -> str:
        """Exact coordinates where they are known, long fractions as decimals; else the doubles."""
        if self.exact is None:
            return brief(self.x)
        return f"({', '.join(f'{float(v):.6g}' if _long(v) else str(v) for v in self.exact)})"

    def _repr_html_(self) -> str:
        c = self.certificate
        rows = {
            "kind": self.kind.value,
            "status": self.status.value,
            "state": self._state,
            "eigenvalues": brief(self.eigenvalues)[1:-1],
            "stable, central, unstable": ", ".join(map(str, self.stability)),
            "residual": f"{self.residual:.2g}",
            "exists within": "" if c is None or c.radius is None else f"{c.radius:.2g}",
            "unique within": "" if c is None or c.uniqueness_radius is None else f"{c.uniqueness_radius:.2g}",
            "note": self.note,
        }
        return record_table("Fixed point", rows)

    def _repr_latex_(self) -> str:
        state = (
            [f"{value:.6g}" for value in self.x]
            if self.exact is None
            else [f"{float(v):.6g}" if _long(v) else latex(v) for v in self.exact]
        )
        if len(state) > _MOST:
            state[_MOST:] = [r"\ldots"]
        return f"$\\left({', '.join(state)}\\right)$"


def _long(value: sp.Expr) -> bool:
    return bool(value.is_Rational) and len(str(value)) > _LONGEST
