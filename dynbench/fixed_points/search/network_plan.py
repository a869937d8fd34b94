"""The default plan for networks: every strategy in turn, with doubled effort, until that adds nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states
from dynbench.errors import InputError
from dynbench.fixed_points.large.krylov import MOST_DENSE
from dynbench.fixed_points.mirror import is_mirrored
from dynbench.fixed_points.search.base import Contribution, Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.edge_tracking import EdgeTracking
from dynbench.fixed_points.search.fibers import DirectionalFibers
from dynbench.fixed_points.search.neighbours import joined_by, relative_neighbours
from dynbench.fixed_points.search.network_states import random_states
from dynbench.fixed_points.search.newton_starts import NewtonStarts
from dynbench.fixed_points.search.pool import Pool
from dynbench.fixed_points.search.readouts import Readouts
from dynbench.fixed_points.search.relax import Relax
from dynbench.fixed_points.search.speed_minima import SpeedMinima
from dynbench.fixed_points.search.unstable_seeds import UnstableSeeds
from dynbench.networks import EchoStateNetwork
from dynbench.symbolic.matrices.operators import dense
from dynbench.systems import System

__all__ = ["NetworkPlan"]

Array = NDArray[np.float64]

#: The effort of the first round, in starts; doubled in each round.
_FIRST = 8
#: So many rounds on end must add nothing, each of twice the effort, before the search ends; for few states two.
_IDLE = 1
#: Up to so many states Newton's method is cheap.
_FEW = 60
#: Pairs of attractors that are tracked in one round, and how long a saddle is followed to see which ones it joins.
_PAIRS, _FALL = 16, 120.0
#: Steps of a fiber each way in the first round: from an attractor, and from another point.
_SHORT_FIBER, _LONG_FIBER = 48, 512
#: Attractors that fibers leave in one round, and how many of the other points they are chosen from.
_LEFT, _FEWEST = 8, 4
#: Random readouts are uniform in cubes of sizes uniform between these.
_SIZES = (0.5, 2.0)


class NetworkPlan(SearchStrategy):
    """Attractors, the saddles between them, then whatever more effort brings; each round twice the effort of the last.

    A round relaxes random states, holds random readouts (of an `EchoStateNetwork`, the lattice first), follows
    directional fibers from the attractors and from very unstable points, tracks the edges between neighbouring
    attractors that no saddle found joins yet, leaves the saddles along their unstable directions, and starts Newton's
    method at the minima of speed along trajectories. Points in mirror pairs are found once.

    Parameters
    ----------
    starts : (K, n) array, optional
        States to relax and to follow in the first round, beside the random ones.
    budget : float
        CPU seconds after which no further strategy is started.
    rounds : int
        At most so many rounds.
    index : int, optional
        The search ends before where a round (up to 60 states two on end) adds no point with at most so many unstable
        directions. By default 1 above 60 states: attractors and the saddles between them; below, any number.

    Notes
    -----
    Above g = 1 a random network of many units has exponentially many equilibria, nearly all with many unstable
    directions (Wainrib & Touboul, Phys. Rev. Lett. 110 (2013) 118101): then no search lists them all, and what the plan
    aims at is the attractors, the saddles of index 1 between them, then rising index as far as the budget goes.
    """

    def __init__(
        self,
        starts: ArrayLike | None = None,
        *,
        budget: float = 200.0,
        rounds: int = 8,
        index: int | None = None,
    ) -> None:
        if not budget > 0 or rounds < 1:
            raise InputError(f"budget is {budget} and rounds {rounds}; both must be positive.")
        if index is not None and index < 0:
            raise InputError(f"index is {index}; expected a number of unstable directions.")
        self.starts, self.budget, self.rounds, self.index = starts, budget, rounds, index

    def __repr__(self) -> str:
        return f"NetworkPlan(budget={self.budget:g})"

    def within(self, box: object, starts: ArrayLike | None) -> SearchStrategy:
        """Return this plan with the caller's starts, where it has none."""
        if self.starts is not None or starts is None:
            return self
        return NetworkPlan(starts, budget=self.budget, rounds=self.rounds, index=self.index)

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """Run the rounds; an interruption keeps what was found by then."""
        run = _Run(system, rng, self.budget, progress)
        few = system.dimension <= _FEW
        index = self.index if self.index is not None or few else 1
        patience = 2 * _IDLE if few else _IDLE
        interrupted, history, ended, idle = False, [], "the rounds given were done", 0
        try:
            if run.pool.odd:
                run.add("symmetry", np.zeros((1, system.dimension)))
            for k in range(self.rounds):
                before = run.pool.up_to(index)
                for name, strategy in _round(run, self.starts, k):
                    if run.spent() >= self.budget:
                        break
                    run.use(name, strategy)
                history.append((run.spent(), run.pool.counts()))
                if run.spent() >= self.budget:
                    ended = f"the budget of {self.budget:g} CPU seconds was spent"
                    break
                idle = idle + 1 if run.pool.up_to(index) == before else 0
                if idle == patience:
                    what = "nothing" if index is None else f"no point with at most {index} unstable directions"
                    rounds = "a round" if patience == 1 else f"{patience} rounds on end, each"
                    ended = f"{rounds} of twice the effort of the last added {what}"
                    break
        except KeyboardInterrupt:
            interrupted = True
        return Findings(
            candidates=run.pool.points(),
            failed=run.failed,
            argument=_argument(history, ended),
            contributions=tuple(run.contributions),
            interrupted=interrupted,
        )


class _Run:
    """The state of one search: the points known, and what each strategy contributed."""

    def __init__(self, system: System, rng: np.random.Generator, budget: float, progress: Progress | None) -> None:
        self.system, self.rng, self.budget, self.progress = system, rng, budget, progress
        self.pool = Pool(system, odd=is_mirrored(system))
        self.contributions: list[Contribution] = []
        self.failed = 0
        self.left: dict[int, int] = {}
        self._settled: set[tuple[int, int]] = set()
        self._asked: set[int] = set()
        self._start = time.process_time()

    def spent(self) -> float:
        """CPU seconds since the start."""
        return time.process_time() - self._start

    def settled(self, a: int, b: int) -> bool:
        """Whether the edge between two attractors, or its mirror image, was tracked or is known to have a saddle."""
        return (min(a, b), max(a, b)) in self._settled

    def settle(self, a: int, b: int) -> None:
        """Note that; the numbers are those of `_identity`."""
        self._settled.add((min(a, b), max(a, b)))
        if self.pool.odd:
            self._settled.add((min(-a, -b), max(-a, -b)))

    def note_joined(self, attractors: Array, numbers: list[int]) -> None:
        """Note between which attractors the saddles of index 1 lie that were not asked yet."""
        new = [i for i in range(len(self.pool.states)) if i not in self._asked and self.pool.unstable(i) == 1]
        if not new:
            return
        self._asked |= set(new)
        saddles = np.array([self.pool.states[i] for i in new])
        for i, j in joined_by(self.system, saddles, attractors, _FALL, self.rng):
            if i >= 0 and j >= 0:
                self.settle(numbers[i], numbers[j])

    def use(self, name: str, make: Callable[[], SearchStrategy | None]) -> None:
        """Run a strategy, made at the last moment from what is known by then."""
        start = time.process_time()
        strategy = make()
        if strategy is None:
            return
        found = strategy.search(self.system, rng=self.rng)
        self.failed += found.failed
        self.add(name, found.candidates, time.process_time() - start)

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


Step = tuple[str, Callable[[], SearchStrategy | None]]


def _round(run: _Run, starts: ArrayLike | None, k: int) -> Iterator[Step]:
    """The strategies of round k, by name."""
    system, rng, effort = run.system, run.rng, _FIRST * 2**k
    few, echo = system.dimension <= _FEW, isinstance(system, EchoStateNetwork)
    given = np.empty((0, system.dimension)) if starts is None else as_states(starts, system.dimension, name="starts")
    given = given.reshape(-1, system.dimension) if k == 0 else np.empty((0, system.dimension))
    yield "relaxation", lambda: Relax(np.concatenate([given, random_states(system, effort, rng)]))
    if echo and k == 0:
        yield "readout lattice", Readouts
    if system.dimension <= MOST_DENSE:
        yield "fibers from attractors", lambda: _fibers(run, k)
    yield "edge tracking", lambda: _edges(run)
    if system.dimension <= MOST_DENSE:
        yield "fibers from other points", lambda: _long_fibers(run, k)
    if isinstance(system, EchoStateNetwork):
        readouts = _random_readouts(system, effort, rng)
        yield "random readouts", lambda: Readouts(readouts, duration=(20.0, 5.0)[k % 2])
    yield "leaving saddles", lambda: _leave(run, k)
    if len(given):
        yield "minima of speed from the starts", lambda: SpeedMinima(given)
    yield "minima of speed from random states", lambda: SpeedMinima(random_states(system, effort, rng))
    if few:
        yield "minima of speed between points", lambda: _between(run, effort)
        yield "Newton from random states", lambda: NewtonStarts(random_states(system, 4 * effort, rng))
    yield "edge tracking", lambda: _edges(run)


def _fibers(run: _Run, k: int) -> SearchStrategy | None:
    """Fibers from attractors; of an echo state network along what it feeds back, first one readout at a time."""
    system, rng = run.system, run.rng
    attractors = np.array([x for i, x in enumerate(run.pool.states) if run.pool.unstable(i) == 0])
    if not len(attractors):
        return None
    chosen = attractors if len(attractors) <= _LEFT else rng.choice(attractors, _LEFT, replace=False)
    directions = rng.normal(size=(2, system.dimension))
    if isinstance(system, EchoStateNetwork):
        feedback = dense(system.parameters["W_fb"]).T
        directions = feedback if k == 0 else rng.normal(size=(3, len(feedback))) @ feedback
    return DirectionalFibers(chosen, directions, steps=_SHORT_FIBER * 2**k)


def _long_fibers(run: _Run, k: int) -> SearchStrategy:
    """Long fibers in random directions from the most unstable points, where others are near; or from random states."""
    steps = _LONG_FIBER * 2**k
    most = sorted(range(len(run.pool.states)), key=run.pool.unstable)[-_FEWEST:]
    if not most or not run.pool.unstable(most[-1]):
        return DirectionalFibers(count=_FEWEST, steps=steps)
    chosen = most if run.system.dimension <= _FEW else [int(run.rng.choice(most))]
    return DirectionalFibers(np.array([run.pool.states[i] for i in chosen]), steps=steps)


def _random_readouts(network: EchoStateNetwork, count: int, rng: np.random.Generator) -> Array:
    m = int(network.parameters["W_o"].shape[0])
    return rng.uniform(*_SIZES, size=(count, 1)) * rng.uniform(-1, 1, size=(count, m))


def _edges(run: _Run) -> SearchStrategy | None:
    """Edge tracking between neighbouring attractors, but those that were tracked before or that a saddle joins."""
    points = run.pool.points(0)
    if len(points) < 2:
        return None
    numbers = [_identity(run.pool, x) for x in points]
    run.note_joined(points, numbers)
    chosen: list[tuple[int, int]] = []
    for i, j in relative_neighbours(points):
        if run.settled(numbers[i], numbers[j]):
            continue
        run.settle(numbers[i], numbers[j])
        chosen.append((i, j))
        if len(chosen) == _PAIRS:
            break
    return EdgeTracking(points, chosen=chosen) if chosen else None


def _identity(pool: Pool, x: Array) -> int:
    """A number for a point that stays the same while the pool grows; that of its mirror image is its negative."""
    k = pool.find(x)
    assert k is not None, "the points come from the pool"
    return k + 1 if np.abs(pool.states[k] - x).max() <= np.abs(pool.states[k] + x).max() else -(k + 1)


def _leave(run: _Run, k: int) -> SearchStrategy | None:
    """Leave the points of the lowest indices that were not left with so much effort before."""
    directions = 2 * 2 ** min(k, 4)
    candidates = [
        (run.pool.unstable(i), i)
        for i in range(len(run.pool.states))
        if run.pool.unstable(i) > 0 and run.left.get(i, 0) < min(directions, run.pool.unstable(i))
    ]
    chosen = [i for _, i in sorted(candidates)][:_FIRST]
    for i in chosen:
        run.left[i] = directions
    return UnstableSeeds(np.array([run.pool.states[i] for i in chosen]), directions=directions) if chosen else None


def _between(run: _Run, effort: int) -> SearchStrategy | None:
    """Trajectories from random convex combinations of known points."""
    points = run.pool.points()
    if len(points) < 2:
        return None
    weights = run.rng.dirichlet(np.full(min(4, len(points)), 0.7), size=effort)
    chosen = np.array([run.rng.choice(len(points), size=weights.shape[1], replace=False) for _ in range(effort)])
    return SpeedMinima(np.einsum("ek,ekn->en", weights, points[chosen]))


def _argument(history: list[tuple[float, dict[int, int]]], ended: str) -> str:
    """What was found by when, in a sentence."""
    counts = [f"{sum(c.values())} points at {t:.0f} s" for t, c in history]
    lowest = ""
    if history:
        last = list(history[-1][1].items())
        shown = ", ".join(f"{count} with {index}" for index, count in last[:6])
        lowest = f"; unstable directions: {shown}" + (f", {len(last) - 6} more kinds" if len(last) > 6 else "")
    return f"a search that proves nothing about points that it did not meet ({', '.join(counts)}{lowest}); {ended}"
