"""Edge tracking: saddles on the boundary between the basins of two attractors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states
from dynbench.fixed_points.large.newton import newton_from
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.neighbours import distances, relative_neighbours, where_to
from dynbench.fixed_points.search.paths import follow
from dynbench.fixed_points.search.pool import Pool
from dynbench.fixed_points.search.relax import Relax
from dynbench.systems import System

__all__ = ["EdgeTracking"]

Array = NDArray[np.float64]

#: Bisections (of two bits each) to the edge, before it is followed.
_BISECTIONS = 5
#: How often the edge is followed for a while, and how long; then the two ends are brought together again, to _APART.
_ROUNDS, _STRIDE, _APART = 8, 8.0, 3e-3
#: A saddle is reached when it lies this close to the edge followed, relative to max(1, |x|).
_ARRIVED = 0.1
#: Newton's method is tried again where the speed has fallen by this factor.
_SLOWER = 0.7


class EdgeTracking(SearchStrategy):
    """Bisect the segment between two attractors to the edge of a basin, and follow the edge to a saddle.

    Two states close to each other, one on either side of the edge of a basin, are followed for a while, and brought
    together again by bisection when they have come apart: so they stay at the edge, and approach a saddle whose stable
    manifold the edge is. After every stretch Newton's method starts between them.

    Parameters
    ----------
    attractors : (K, n) array, optional
        Attracting fixed points; by default those that `Relax` finds.
    pairs : int
        At most so many pairs of neighbours, the closest first; see `relative_neighbours`.
    duration : float
        How long states are followed to tell which attractor they go to.
    chosen : list of pairs, optional
        The pairs (i, j) of attractors to take, instead of neighbours.

    References
    ----------
    J. D. Skufca, J. A. Yorke, B. Eckhardt, Edge of chaos in a parallel shear flow, Phys. Rev. Lett. 96 (2006) 174101.
    """

    def __init__(
        self,
        attractors: ArrayLike | None = None,
        *,
        pairs: int = 28,
        duration: float = 60.0,
        chosen: list[tuple[int, int]] | None = None,
    ) -> None:
        self.attractors, self.pairs, self.duration, self.chosen = attractors, pairs, duration, chosen

    def __repr__(self) -> str:
        return f"EdgeTracking(pairs={self.pairs})"

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """All pairs together: bisect, follow, Newton; deeper where that does not converge."""
        if self.attractors is None:
            pool = Pool(system, odd=False)
            for x in Relax(duration=self.duration).search(system, rng=rng).candidates:
                pool.add(x)
            ends = pool.points(0)
        else:
            ends = as_states(self.attractors, system.dimension, name="attractors").reshape(-1, system.dimension)
        pairs = self.chosen if self.chosen is not None else relative_neighbours(ends)[: self.pairs]
        found = [np.empty((0, system.dimension))]
        if pairs:
            tracks = _Tracks(system, ends, pairs, self.duration)
            for k in range(_ROUNDS):
                found.append(tracks.advance())
                if progress is not None:
                    progress("edge tracking", k + 1, _ROUNDS)
                if tracks.finished:
                    break
        return Findings(
            candidates=np.concatenate(found),
            argument=f"edges between {len(pairs)} pairs of attractors were tracked; other saddles may be missed",
        )


class _Tracks:
    """States on both sides of the edges between pairs of attractors, followed together."""

    def __init__(self, system: System, attractors: Array, pairs: list[tuple[int, int]], duration: float) -> None:
        self._system, self._attractors, self._duration = system, attractors, duration
        self._owner = np.array([i for i, _ in pairs])
        self._low, self._high = (attractors[[pair[side] for pair in pairs]] for side in (0, 1))
        self._tried = np.full(len(pairs), np.inf)
        for _ in range(_BISECTIONS):
            self._quarter(np.arange(len(pairs)))

    @property
    def finished(self) -> bool:
        """Whether no pair is followed on."""
        return not len(self._owner)

    def advance(self) -> Array:
        """Follow all pairs for a while; the fixed points that Newton's method finds there, their pairs being done."""
        both = follow(self._system, np.concatenate([self._low, self._high]), _STRIDE)
        usable = np.asarray(np.isfinite(both).all(-1).reshape(2, -1).all(axis=0))
        self._low, self._high = np.split(both, 2)
        self._keep(usable)
        for _ in range(2 * _BISECTIONS):
            apart = np.abs(self._high - self._low).max(-1, initial=0.0)
            (far,) = np.nonzero(apart > _APART * np.maximum(1.0, np.abs(self._low).max(-1, initial=0.0)))
            if not len(far):
                break
            self._quarter(far)
        middle = 0.5 * (self._low + self._high)
        # Where the speed has not fallen since the last trial there is no reason to expect more of another.
        speed = self._system.speed(middle)
        worth = speed < _SLOWER * self._tried
        self._tried = np.where(worth, speed, self._tried)
        x, converged = middle.copy(), np.zeros(len(middle), dtype=bool)
        if worth.any():
            x[worth], converged[worth] = newton_from(self._system, middle[worth])
        away = distances(x, self._attractors).min(axis=1, initial=np.inf)
        saddle = converged & (away > 1e-6 * np.maximum(1.0, np.abs(x).max(-1)))
        # A root far away is a fixed point too, but not yet the one that the edge leads to.
        near = np.abs(x - middle).max(-1) <= _ARRIVED * np.maximum(1.0, np.abs(x).max(-1))
        self._keep(~(saddle & near))
        return x[saddle]

    def _keep(self, rows: NDArray[np.bool_]) -> None:
        """Follow on these pairs only."""
        self._low, self._high = self._low[rows], self._high[rows]
        self._owner, self._tried = self._owner[rows], self._tried[rows]

    def _quarter(self, rows: NDArray[np.intp]) -> None:
        """Reduce segments to a quarter whose lower end lies in the basin of the owner, and whose upper end does not."""
        low, high = self._low[rows], self._high[rows]
        shares = np.array([0.25, 0.5, 0.75])
        inner = low[:, None, :] + shares[:, None] * (high - low)[:, None, :]
        goes = where_to(self._system, inner.reshape(-1, low.shape[-1]), self._attractors, self._duration)
        goes = goes.reshape(len(low), 3)
        # The first of the inner points that does not go to the owner is the upper end.
        leaves = goes != self._owner[rows][:, None]
        first = np.where(leaves.any(axis=1), leaves.argmax(axis=1), 3)
        ladder = np.concatenate([low[:, None, :], inner, high[:, None, :]], axis=1)
        each = np.arange(len(low))
        self._low[rows], self._high[rows] = ladder[each, first], ladder[each, first + 1]
