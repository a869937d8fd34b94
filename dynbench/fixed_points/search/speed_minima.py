"""Minima of speed along trajectories, then Newton's method."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.network_states import given_or_random
from dynbench.fixed_points.search.newton_starts import newton_each
from dynbench.fixed_points.search.paths import slow_states
from dynbench.systems import System

__all__ = ["SpeedMinima"]


class SpeedMinima(SearchStrategy):
    """Follow states, note where the speed has a local minimum on the way, and start Newton's method there.

    A trajectory that passes a saddle slows down near it, so this finds saddles that relaxation passes by.

    Parameters
    ----------
    starts : (K, n) array, optional
        States to start from; by default `count` random ones.
    count : int
        How many random states.
    duration : float
        How long they are followed.
    most : int
        At most so many minima of each trajectory are used, the slowest.

    References
    ----------
    D. Sussillo, O. Barak: Opening the black box, Neural Computation 25 (2013), 626-649.
    """

    def __init__(
        self, starts: ArrayLike | None = None, *, count: int = 32, duration: float = 40.0, most: int = 3
    ) -> None:
        self.starts, self.count, self.duration, self.most = starts, count, duration, most

    def __repr__(self) -> str:
        return f"SpeedMinima(duration={self.duration:g}, most={self.most})"

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """Follow all states together, then Newton's method from the minima, the slowest first."""
        starts = given_or_random(system, self.starts, self.count, rng)
        minima, _, _ = slow_states(system, starts, self.duration, most=self.most)
        found, failed = newton_each(system, minima, "Newton from minima of speed", progress)
        return Findings(
            candidates=found,
            failed=failed,
            argument=f"minima of speed along {len(starts)} trajectories lead to some fixed points, not to all",
        )
