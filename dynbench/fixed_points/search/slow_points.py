"""Slow points: minima of speed by Levenberg-Marquardt, one state at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dynbench._arrays import as_states
from dynbench.errors import InputError
from dynbench.fixed_points.large.krylov import MOST_DENSE
from dynbench.fixed_points.large.newton import minimise_state, newton_from
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.network_states import random_states
from dynbench.fixed_points.search.paths import follow
from dynbench.systems import System

__all__ = ["SlowPoints"]


class SlowPoints(SearchStrategy):
    """Levenberg-Marquardt on the speed, converged with the full Hessian; roots where it ends at one.

    Parameters
    ----------
    starts : (K, n) array, optional
        States to start from; by default `count` random ones that were followed for a short time.
    count : int
        How many random states.

    References
    ----------
    D. Sussillo, O. Barak: Opening the black box, Neural Computation 25 (2013), 626-649.
    """

    def __init__(self, starts: ArrayLike | None = None, *, count: int = 8) -> None:
        self.starts, self.count = starts, count

    def __repr__(self) -> str:
        return "SlowPoints()"

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """One start after the other: minimise, and Newton's method at the end."""
        if system.dimension > MOST_DENSE:
            raise InputError(f"SlowPoints forms dense matrices, which is done up to {MOST_DENSE} states.")
        if self.starts is None:
            starts = follow(system, random_states(system, self.count, rng), 5.0)
        else:
            starts = as_states(self.starts, system.dimension, name="starts").reshape(-1, system.dimension)
        roots, minima = [np.empty((0, system.dimension))], [np.empty((0, system.dimension))]
        failed = 0
        for k, x in enumerate(starts):
            end, stationary = minimise_state(system, x)
            root, converged = newton_from(system, end[None])
            near = converged[0] and np.abs(root[0] - end).max() <= 1e-3 * max(1.0, np.abs(end).max())
            if converged[0]:
                roots.append(root)
            if stationary and not near:
                minima.append(end[None])
            failed += int(not converged[0] and not stationary)
            if progress is not None:
                progress("minimising speed", k + 1, len(starts))
        return Findings(
            candidates=np.concatenate(roots),
            minima=np.concatenate(minima),
            failed=failed,
            argument=f"minima of speed from {len(starts)} starts prove nothing about points that were not met",
        )
