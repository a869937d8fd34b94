"""The state of one run of the plan for networks: the points known, and what each strategy contributed."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.search.base import Contribution, Progress, SearchStrategy, Stage
from dynbench.fixed_points.search.neighbours import joined_by
from dynbench.fixed_points.search.pool import Pool
from dynbench.fixed_points.symmetry import is_mirrored
from dynbench.systems import System

__all__ = ["NetworkRun"]

Array = NDArray[np.float64]

#: How long a saddle is followed to see which attractors it joins.
_FALL = 120.0


class NetworkRun:
    """The state of one search: the points known, and what each strategy contributed."""

    def __init__(self, system: System, rng: np.random.Generator, budget: float, progress: Progress | None) -> None:
        self.system, self.rng, self.budget, self.progress = system, rng, budget, progress
        self.pool = Pool(system, odd=is_mirrored(system))
        self.contributions: list[Contribution] = []
        self.history: list[Stage] = []
        self.failed = 0
        self.left: dict[int, int] = {}
        self._settled: set[tuple[int, int]] = set()
        self._asked: set[int] = set()
        self._start = time.process_time()

    def spent(self) -> float:
        """CPU seconds since the start."""
        return time.process_time() - self._start

    def settled(self, a: Array, b: Array) -> bool:
        """Whether the edge between two attractors, or its mirror image, was tracked or is known to have a saddle."""
        return self._edge(a, b) in self._settled

    def settle(self, a: Array, b: Array) -> None:
        """Note that."""
        i, j = self._edge(a, b)
        self._settled.add((i, j))
        if self.pool.odd:
            self._settled.add((-j, -i))

    def _edge(self, a: Array, b: Array) -> tuple[int, int]:
        i, j = sorted((self.pool.number(a), self.pool.number(b)))
        return i, j

    def note_joined(self, attractors: Array) -> None:
        """Note between which attractors the saddles of index 1 lie that were not asked yet."""
        new = [i for i in range(len(self.pool.states)) if i not in self._asked and self.pool.unstable(i) == 1]
        if not new:
            return
        self._asked |= set(new)
        saddles = np.array([self.pool.states[i] for i in new])
        for i, j in joined_by(self.system, saddles, attractors, _FALL, self.rng):
            if i >= 0 and j >= 0:
                self.settle(attractors[i], attractors[j])

    def use(self, k: int, name: str, make: Callable[[], SearchStrategy | None]) -> None:
        """Run a strategy of round k, made at the last moment from what is known by then; note what is known after."""
        start = time.process_time()
        strategy = make()
        if strategy is None:
            return
        found = strategy.search(self.system, rng=self.rng)
        self.failed += found.failed
        self.add(name, found.candidates, time.process_time() - start)
        counts, total = self.pool.counts(), self.pool.index_sum()
        self.history.append(Stage(k + 1, name, round(self.spent(), 1), tuple(counts.items()), total))

    def add(self, name: str, candidates: Array, seconds: float = 0.0) -> None:
        """Add states to the pool, and note how many were new."""
        before = len(self.pool)
        for x in candidates:
            self.pool.add(x)
        new = len(self.pool) - before
        for k, known in enumerate(self.contributions):
            if known.strategy == name:
                self.contributions[k] = Contribution(name, known.points + new, known.seconds + seconds)
                break
        else:
            self.contributions.append(Contribution(name, new, seconds))
        if self.progress is not None:
            self.progress(f"{name}: {len(self.pool)} points", round(min(self.spent(), self.budget)), round(self.budget))
