"""Newton's method for many states: float32 factorisations, float64 residuals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench.fixed_points.large.newton import newton_from
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.network_states import given_or_random
from dynbench.systems import System

__all__ = ["NewtonStarts", "newton_each"]

Array = NDArray[np.float64]


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
        starts = given_or_random(system, self.starts, self.count, rng)
        found, failed = newton_each(system, starts, "Newton from starts", progress)
        return Findings(
            candidates=found,
            failed=failed,
            argument=f"Newton's method from {len(starts)} starts proves nothing about points that it did not meet",
        )


def newton_each(system: System, starts: Array, stage: str, progress: Progress | None) -> tuple[Array, int]:
    """Newton's method from each row of `starts` (K, n), with progress: where it converged, and how often it did not."""
    found, failed = [np.empty((0, system.dimension))], 0
    for k, x in enumerate(starts):
        end, converged = newton_from(system, x[None])
        found.append(end[converged])
        failed += int(not converged[0])
        if progress is not None:
            progress(stage, k + 1, len(starts))
    return np.concatenate(found), failed
