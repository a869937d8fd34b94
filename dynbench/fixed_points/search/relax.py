"""Relaxation to attractors, then Newton's method."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dynbench.fixed_points.large.newton import newton_from
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.network_states import given_or_random
from dynbench.fixed_points.search.paths import follow
from dynbench.systems import System

__all__ = ["Relax"]


class Relax(SearchStrategy):
    """Follow states until they have settled, then Newton's method: finds attractors that are fixed points.

    Parameters
    ----------
    starts : (K, n) array, optional
        States to start from; by default `count` random ones.
    count : int
        How many random states.
    duration : float
        How long they are followed, in the time of the system (steps, for a map).
    """

    def __init__(self, starts: ArrayLike | None = None, *, count: int = 32, duration: float = 40.0) -> None:
        self.starts, self.count, self.duration = starts, count, duration

    def __repr__(self) -> str:
        return f"Relax(duration={self.duration:g})"

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """Follow all states together, then Newton's method from each end that no other end has come to."""
        starts = given_or_random(system, self.starts, self.count, rng)
        ends = follow(system, starts, self.duration)
        ends = ends[np.isfinite(ends).all(-1)]
        chosen: list[np.ndarray] = []
        for x in ends:
            if not any(np.abs(x - y).max() <= 1e-3 * max(1.0, np.abs(x).max()) for y in chosen):
                chosen.append(x)
        x, converged = newton_from(system, np.array(chosen).reshape(-1, system.dimension))
        if progress is not None:
            progress("relaxing", len(starts), len(starts))
        return Findings(
            candidates=x[converged],
            failed=int(np.count_nonzero(~converged)),
            argument=f"relaxation from {len(starts)} states finds attractors only, and only those it was led to",
        )
