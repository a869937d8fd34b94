"""The record of what an orbit is, with all that was measured."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Closure", "Growth", "Orbit", "OrbitKind", "Spectrum"]

Array = NDArray[np.float64]


class OrbitKind(enum.Enum):
    """What an orbit is, as far as a run of finite length shows."""

    AT_REST = "at rest"  #: the state is a fixed point
    TO_REST = "converges to rest"  #: the orbit has come to a fixed point that attracts it
    PERIODIC = "periodic"  #: the orbit closes
    TO_CYCLE = "converges to a cycle"  #: the orbit has come to a periodic orbit, on which it did not start
    QUASIPERIODIC = "quasi-periodic"  #: two or more independent frequencies, the same at all times
    CHAOTIC = "chaotic"  #: nearby orbits part exponentially, and the frequencies do not settle
    DIVERGENT = "divergent"  #: the orbit has left every bound, or could not be followed
    UNDECIDED = "undecided"  #: the indicators disagree, or one of them is neither here nor there


@dataclass(frozen=True)
class Growth:
    """How fast a tangent vector grows.

    Attributes
    ----------
    exponent : float
        The mean rate of growth over the run: the largest Lyapunov exponent.
    error : float
        Its standard error by batch means.
    log_growth : float
        The logarithm of the growth over the second half. A vector that grows like t^p gives p log 2 = 0.69 p
        there, whatever the length of the run; regular orbits have p = 1.
    """

    exponent: float
    error: float
    log_growth: float


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The frequencies of the orbit in the two halves of the run.

    Attributes
    ----------
    frequencies, amplitudes : (m,) arrays
        The lines that both halves show, the strongest first: angular frequencies, and amplitudes relative to the
        standard deviation of the states.
    drift : float
        The largest change of a strong line (a tenth of the strongest at least) from one half to the other, in units
        of 2 pi over the time of a half.
    residual : float
        The part of the signal that is left beside the lines, in the worse of the halves.
    basis : (d,) array
        The independent ones among `frequencies`.
    order, tolerance : int, float
        Independent: no integer relation up to this order holds within the tolerance times the order.
    base : float
        Where `basis` is one frequency, that of which all are multiples; else nan.
    """

    frequencies: Array
    amplitudes: Array
    drift: float
    residual: float
    basis: Array
    order: int
    tolerance: float
    base: float


@dataclass(frozen=True)
class Closure:
    """A periodic orbit, refined by Newton's method on a section.

    Attributes
    ----------
    period : float
        The least period.
    period_error : float
        How much an integration with other tolerances would shift it.
    gap : float
        By how much the refined orbit does not close in that integration, relative to its extent.
    moved : float
        How far Newton's method went from the orbit followed, relative to its extent.
    """

    period: float
    period_error: float
    gap: float
    moved: float


@dataclass(frozen=True, eq=False)
class Orbit:
    """What an orbit is, and every indicator that says so. It is evidence from a run in doubles, no proof.

    Attributes
    ----------
    kind : OrbitKind
        The verdict.
    reason : str
        Why, in a sentence.
    x0 : (n,) array
        The initial state.
    time : float
        The time of the run, after the transient.
    growth : Growth or None
        Of a tangent vector; None where the orbit is at rest or diverges.
    spectrum : Spectrum or None
        The frequencies; None as before.
    closure : Closure or None
        Where the orbit is, or comes to, a periodic one.
    limit : (n,) array or None
        The fixed point at which it is, or to which it comes.
    invariants : tuple of (expression, float)
        Each known invariant and its drift along the run, relative to what it changes by across the orbit's extent.
    """

    kind: OrbitKind
    reason: str
    x0: Array
    time: float
    growth: Growth | None = None
    spectrum: Spectrum | None = None
    closure: Closure | None = None
    limit: Array | None = None
    invariants: tuple[tuple[Any, float], ...] = ()

    @property
    def period(self) -> float | None:
        """The period; None unless the orbit is periodic or comes to a cycle."""
        return None if self.closure is None else self.closure.period

    @property
    def frequencies(self) -> Array:
        """Independent frequencies, (d,); empty where there are none."""
        return np.empty(0) if self.spectrum is None else self.spectrum.basis

    def __repr__(self) -> str:
        return f"Orbit({self.kind.value}: {self.reason})"
