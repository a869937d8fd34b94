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
#: The pilot takes so many samples, so many to the time in which the Jacobian stretches a vector by e.
_PILOT, _PER_STRETCH = 400, 2
#: A velocity that turns slower than this, relative to the norm of the Jacobian, is taken to turn so fast.
_SLOWEST = 0.02


class Follower:
    """A batch of orbits, first through a transient and then through the run that is looked at.

    The time is measured by the mean rate at which the direction of the velocity turns, |a - (a.v) v| / |f| with the
    acceleration a = J f and v = f / |f|, along a pilot run; for a harmonic oscillation that is its frequency.

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
        stretch = _norms(system, x0)
        self.dt = 1 / (_PER_STRETCH * np.where(stretch > 0, stretch, 1.0))
        self.lanes, self.last, self.time = Lanes(x0, vectors, self.dt), x0.copy(), np.zeros(len(x0))
        pilot, _ = self._go(_PILOT)
        self.dt = 2 * np.pi / (SAMPLES_PER_TURN * _turning(system, pilot, stretch))

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


def _norms(system: System, x: Array) -> Array:
    """|J f| / |f|, the rate at which the velocity is stretched; 0 at rest."""
    f = system(x)
    speed = np.linalg.norm(f, axis=-1)
    return np.linalg.norm(system.jvp(x, f), axis=-1) / np.where(speed > 0, speed, 1.0)


def _turning(system: System, states: Array, stretch: Array) -> Array:
    """The mean rate at which the velocity turns, or a part of the rate of stretching where it hardly does."""
    with np.errstate(all="ignore"):
        f = system(states)
        speed = np.linalg.norm(f, axis=-1, keepdims=True)
        v, a = f / speed, system.jvp(states, f) / speed
        rates = np.linalg.norm(a - (a * v).sum(axis=-1, keepdims=True) * v, axis=-1)
        largest = np.linalg.norm(a, axis=-1)
    usable = np.isfinite(rates) & (speed[..., 0] > 0)
    count = np.maximum(1, usable.sum(axis=0))
    mean = np.where(usable, rates, 0.0).sum(axis=0) / count
    least = np.where(usable, largest, 0.0).sum(axis=0) / count * _SLOWEST
    turning = np.maximum(mean, least)
    return np.where(turning > 0, turning, np.where(stretch > 0, stretch, 1.0))
