"""Chaotic sets of maps as limits: orbits that stay bounded, settle on nothing, and part exponentially.

That is evidence from a finite run in doubles, no proof: a long transient looks the same. Orbits of flows, for which the
growth of a tangent vector alone says less, are left to `dynbench.classify_orbits`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.spatial
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.flow import integrate, lyapunov_spectrum
from dynbench.systems import System

__all__ = ["ChaoticSet", "ChaoticSets"]

Array = NDArray[np.float64]

#: The exponent is above zero by so many standard errors, and neighbours have parted by more than a growth like t^8.
_ERRORS, _GROWN = 3.0, 8 * math.log(2)
#: Nothing is tried beyond so many states.
_MOST_STATES = 100
#: States kept of a set, from a run of so many Lyapunov times. Two sets are one if the median distance between them is
#: no more than this part of their extent.
_SAMPLE, _LYAPUNOV_TIMES, _ONE = 500, 200, 0.05
#: So many orbits that look chaotic are tested in all.
_MOST_TESTS = 12


@dataclass(frozen=True, eq=False)
class ChaoticSet:
    """A set that looks chaotic.

    Attributes
    ----------
    states : (m, n) array
        States of an orbit on it.
    exponent, error : float
        Its largest Lyapunov exponent and the standard error, as `dynbench.lyapunov_spectrum` gives them.
    """

    states: Array
    exponent: float
    error: float


class ChaoticSets:
    """The chaotic sets met so far.

    Parameters
    ----------
    system : System
        The system.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.sets: list[ChaoticSet] = []
        self._tests = 0

    def met(self, states: Array) -> int | None:
        """The position in `sets` of the set on which an orbit is, or None where nothing shows one.

        Parameters
        ----------
        states : (m, n) array
            The last part of an orbit that stays bounded.
        """
        if self.system.kind == "flow" or self.system.dimension > _MOST_STATES or not np.isfinite(states).all():
            return None
        recent = states[-(len(states) // 4 + 1) :]
        known = next((k for k, other in enumerate(self.sets) if _near(recent, other.states)), None)
        if known is not None or self._tests >= _MOST_TESTS:
            return known
        self._tests += 1
        exponent, error = self._growth(states[-1])
        if not exponent > _ERRORS * error:
            return None
        cloud = self._visited(states[-1], exponent)
        if not np.isfinite(cloud).all():
            return None
        for k, other in enumerate(self.sets):
            if _near(cloud, other.states) and _near(other.states, cloud):
                return k
        self.sets.append(ChaoticSet(readonly(cloud), exponent, error))
        return len(self.sets) - 1

    def _visited(self, state: Array, exponent: float) -> Array:
        """States of the orbit of a state, without the first quarter of the run, in which it may still come near."""
        run = integrate(self.system, state, max(int(_LYAPUNOV_TIMES / exponent), 4 * _SAMPLE)).x
        return run[np.linspace(len(run) // 4, len(run) - 1, _SAMPLE).astype(int)]

    def _growth(self, state: Array) -> tuple[float, float]:
        """The largest exponent and its error; nan where neighbours have not parted."""
        spectrum = lyapunov_spectrum(self.system, state, k=1, rng=0)
        exponent, error = float(spectrum.exponents[0]), float(spectrum.errors[0])
        return (exponent, error) if exponent * spectrum.time > _GROWN else (math.nan, math.nan)


def _near(cloud: Array, other: Array) -> bool:
    """Whether the states of one orbit lie as near to those of the other as on one set."""
    distances = scipy.spatial.KDTree(other).query(cloud)[0]
    return bool(np.median(distances) <= _ONE * float(np.ptp(other, axis=0).max()))
