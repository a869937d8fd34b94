"""Newton's method for many states: float32 factorisations, float64 residuals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dynbench._arrays import as_states
from dynbench.fixed_points.large.newton import newton_from
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.network_states import random_states
from dynbench.systems import System

__all__ = ["NewtonStarts"]


class NewtonStarts(SearchStrategy):
    """Damped Newton from each start, and nothing where it stalls; `SlowPoints` says what lies there.

    Parameters
    ----------
    starts : (K, n) array, optional
        States to start from; by default `count` random ones.
    count : int
        How many random states.
    """

    def __init__(self, starts: ArrayLike | None = None, *, count: int = 64) -> None:
        self.starts, self.count = starts, count

    def __repr__(self) -> str:
        return "NewtonStarts()"

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """One start after the other."""
        if self.starts is None:
            starts = random_states(system, self.count, rng)
        else:
            starts = as_states(self.starts, system.dimension, name="starts").reshape(-1, system.dimension)
        found, failed = [np.empty((0, system.dimension))], 0
        for k, x in enumerate(starts):
            end, converged = newton_from(system, x[None])
            found.append(end[converged])
            failed += int(not converged[0])
            if progress is not None:
                progress("Newton from starts", k + 1, len(starts))
        return Findings(
            candidates=np.concatenate(found),
            failed=failed,
            argument=f"Newton's method from {len(starts)} starts proves nothing about points that it did not meet",
        )
