"""The run that the indicators look at: equally spaced samples of orbits, and the growth of a tangent vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.flow.tangents import Lanes, advance
from dynbench.systems import System

__all__ = ["SAMPLES_PER_TURN", "Follower"]

Array = NDArray[np.float64]

#: Samples while the velocity turns once: the strong lines lie well below half of that.
SAMPLES_PER_TURN = 16
#: The pilot takes so many samples, so many while the velocity of the initial state turns by one radian.
_PILOT, _PER_RADIAN = 400, 2


class Follower:
    """A batch of orbits, first through a transient and then through the run that is looked at.

    The time is measured by the mean rate at which the velocity f changes, |J f| / |f|, along a pilot run; for a
    harmonic oscillation that is its frequency.

    Parameters
    ----------
    system : System
        A flow.
    x0 : (K, n) array
        Initial states.
    rng : numpy.random.Generator
        For the first tangent vectors.
    rtol, atol : float
        Tolerances of the local error.

    Attributes
    ----------
    dt : (K,) array
        The time between two samples, for every orbit one of its own.
    time : (K,) array
        How long the orbits have been followed.
    last : (K, n) array
        The last finite states.
    """

    def __init__(self, system: System, x0: Array, rng: np.random.Generator, rtol: float, atol: float) -> None:
        self.system, self.tolerances = system, (rtol, atol)
        vectors = rng.normal(size=(len(x0), 1, x0.shape[1]))
        vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
        # Where the field is all but constant its Jacobian says nothing: then the time to cover the distance |x| does.
        size = np.linalg.norm(x0, axis=-1)
        crossing = np.linalg.norm(system(x0), axis=-1) / np.where(size > 0, size, np.inf)
        start = np.maximum(np.nan_to_num(_rates(system, x0)), crossing)
        self.dt = 1 / (_PER_RADIAN * np.where(start > 0, start, 1.0))
        self.lanes, self.last, self.time = Lanes(x0, vectors, self.dt), x0.copy(), np.zeros(len(x0))
        pilot, _ = self._go(_PILOT)
        self.dt = 2 * np.pi / (SAMPLES_PER_TURN * _mean_rate(system, pilot))

    def keep(self, chosen: NDArray[np.intp]) -> None:
        """Go on with these orbits only.

        Parameters
        ----------
        chosen : array of int
            Their numbers.
        """
        self.lanes = self.lanes.part(chosen)
        self.dt, self.last, self.time = self.dt[chosen], self.last[chosen], self.time[chosen]

    def go(self, turns: int) -> tuple[Array, Array]:
        """Follow the orbits for so many turns of the velocity.

        Parameters
        ----------
        turns : int
            How many.

        Returns
        -------
        states : (m, K, n) array
            Samples; nan from where an orbit could not be followed.
        growth : (m, K) array
            The logarithm of the growth of a tangent vector from sample to sample.
        """
        return self._go(turns * SAMPLES_PER_TURN)

    def _go(self, samples: int) -> tuple[Array, Array]:
        self.lanes, growth, states = advance(self.system, self.lanes, samples, self.dt, *self.tolerances)
        count = np.isfinite(states).all(axis=-1).sum(axis=0)
        some = np.flatnonzero(count)
        self.last[some] = states[count[some] - 1, some]
        self.time = self.time + samples * self.dt
        return states, growth[..., 0]


def _rates(system: System, x: Array) -> Array:
    """|J f| / |f|; nan at rest."""
    f = system(x)
    return np.linalg.norm(system.jvp(x, f), axis=-1) / np.linalg.norm(f, axis=-1)


def _mean_rate(system: System, states: Array) -> Array:
    """The mean of |J f| / |f| along samples of orbits; 1 where there is none."""
    with np.errstate(all="ignore"):
        rates = _rates(system, states)
    usable = np.isfinite(rates)
    mean = np.where(usable, rates, 0.0).sum(axis=0) / np.maximum(1, usable.sum(axis=0))
    return np.where(mean > 0, mean, 1.0)
