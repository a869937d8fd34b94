"""Seeds along the unstable directions of fixed points already found."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states
from dynbench.fixed_points.large.krylov import unstable_eigenvectors
from dynbench.fixed_points.large.newton import newton_from
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.paths import slow_states
from dynbench.systems import System

__all__ = ["UnstableSeeds"]

Array = NDArray[np.float64]


class UnstableSeeds(SearchStrategy):
    """Leave each saddle along its unstable directions, both ways, and start Newton's method where the way is slow.

    Trajectories on the unstable manifold of a saddle of index k run by saddles of lower index.

    Parameters
    ----------
    points : (K, n) array
        Fixed points to leave from.
    directions : int
        At most so many directions of each, the fastest, and as many random combinations of them.
    distance : float
        How far from the point the seeds are, in the sup norm.
    duration : float
        How long they are followed.
    """

    def __init__(
        self, points: ArrayLike, *, directions: int = 4, distance: float = 1e-2, duration: float = 60.0
    ) -> None:
        self.points, self.directions = points, directions
        self.distance, self.duration = distance, duration

    def __repr__(self) -> str:
        return f"UnstableSeeds(directions={self.directions})"

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """One point after the other: its seeds together, then Newton's method from the minima of speed."""
        points = as_states(self.points, system.dimension, name="points").reshape(-1, system.dimension)
        found, failed = [np.empty((0, system.dimension))], 0
        for k, x in enumerate(points):
            minima = self._minima(system, x, rng)
            ends, converged = newton_from(system, minima)
            found.append(ends[converged])
            failed += int(np.count_nonzero(~converged))
            if progress is not None:
                progress("leaving saddles", k + 1, len(points))
        return Findings(
            candidates=np.concatenate(found),
            failed=failed,
            argument=f"the unstable manifolds of {len(points)} fixed points were sampled, not covered",
        )

    def _minima(self, system: System, x: Array, rng: np.random.Generator) -> Array:
        rows = _fastest(system, x, self.directions)
        if len(rows) > 1:
            rows = np.concatenate([rows, rng.normal(size=(len(rows), len(rows))) @ rows])
        if not len(rows):
            return np.empty((0, len(x)))
        rows = self.distance * rows / np.abs(rows).max(axis=-1, keepdims=True)
        minima, _, _ = slow_states(system, np.concatenate([x + rows, x - rows]), self.duration, most=2)
        away = np.abs(minima - x).max(-1, initial=0.0) > 3 * self.distance
        return minima[away][: 4 * self.directions]


def _fastest(system: System, x: Array, most: int) -> Array:
    """Up to `most` real unit vectors (d, n) along the fastest unstable directions of a fixed point."""
    values, vectors = unstable_eigenvectors(system, x)
    rows: list[Array] = []
    for i in np.nonzero(values.imag >= 0)[0]:
        rows.append(vectors[:, i].real)
        if values[i].imag > 0:
            rows.append(vectors[:, i].imag)
        if len(rows) >= most:
            break
    unit = [row / np.linalg.norm(row) for row in rows[:most] if np.linalg.norm(row) > 0]
    return np.array(unit).reshape(-1, system.dimension)
