"""What one round of the plan for networks does: strategies, each made from what is known by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states
from dynbench.fixed_points.large.krylov import MOST_DENSE
from dynbench.fixed_points.search.base import SearchStrategy
from dynbench.fixed_points.search.edge_tracking import EdgeTracking
from dynbench.fixed_points.search.fibers import DirectionalFibers
from dynbench.fixed_points.search.neighbours import relative_neighbours
from dynbench.fixed_points.search.network_run import NetworkRun
from dynbench.fixed_points.search.network_states import random_states
from dynbench.fixed_points.search.newton_starts import NewtonStarts
from dynbench.fixed_points.search.readouts import Readouts
from dynbench.fixed_points.search.relax import Relax
from dynbench.fixed_points.search.speed_minima import SpeedMinima
from dynbench.fixed_points.search.unstable_seeds import UnstableSeeds
from dynbench.networks import EchoStateNetwork
from dynbench.symbolic.matrices.operators import dense

__all__ = ["FEW", "round_of"]

Array = NDArray[np.float64]

#: Up to so many states Newton's method is cheap.
FEW = 60
#: The effort of the first round, in starts; doubled in each round.
_FIRST = 8
#: Pairs of attractors that are tracked in one round.
_PAIRS = 16
#: Steps of a fiber each way in the first round: from an attractor, and from another point.
_SHORT_FIBER, _LONG_FIBER = 48, 512
#: Attractors that fibers leave in one round, and how many of the other points they are chosen from.
_LEFT, _FEWEST = 8, 4
#: Random readouts are uniform in cubes of sizes uniform between these.
_SIZES = (0.5, 2.0)

Step = tuple[str, Callable[[], SearchStrategy | None]]


def round_of(run: NetworkRun, starts: ArrayLike | None, k: int) -> Iterator[Step]:
    """The strategies of round k, by name."""
    system, rng, effort = run.system, run.rng, _FIRST * 2**k
    few, echo = system.dimension <= FEW, isinstance(system, EchoStateNetwork)
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


def _fibers(run: NetworkRun, k: int) -> SearchStrategy | None:
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


def _long_fibers(run: NetworkRun, k: int) -> SearchStrategy:
    """Long fibers in random directions from the most unstable points, where others are near; or from random states."""
    steps = _LONG_FIBER * 2**k
    most = sorted(range(len(run.pool.states)), key=run.pool.unstable)[-_FEWEST:]
    if not most or not run.pool.unstable(most[-1]):
        return DirectionalFibers(count=_FEWEST, steps=steps)
    chosen = most if run.system.dimension <= FEW else [int(run.rng.choice(most))]
    return DirectionalFibers(np.array([run.pool.states[i] for i in chosen]), steps=steps)


def _random_readouts(network: EchoStateNetwork, count: int, rng: np.random.Generator) -> Array:
    m = int(network.parameters["W_o"].shape[0])
    return rng.uniform(*_SIZES, size=(count, 1)) * rng.uniform(-1, 1, size=(count, m))


def _edges(run: NetworkRun) -> SearchStrategy | None:
    """Edge tracking between neighbouring attractors, but those that were tracked before or that a saddle joins."""
    points = run.pool.points(0)
    if len(points) < 2:
        return None
    run.note_joined(points)
    chosen: list[tuple[int, int]] = []
    for i, j in relative_neighbours(points):
        if not run.settled(points[i], points[j]):
            run.settle(points[i], points[j])
            chosen.append((i, j))
        if len(chosen) == _PAIRS:
            break
    return EdgeTracking(points, chosen=chosen) if chosen else None


def _leave(run: NetworkRun, k: int) -> SearchStrategy | None:
    """Leave the points of the lowest indices that were not left with so much effort before."""
    directions = 2 * 2 ** min(k, 4)
    candidates = [
        (run.pool.unstable(i), i)
        for i in range(len(run.pool.states))
        if run.pool.unstable(i) > 0 and run.left.get(i, 0) < min(directions, run.pool.unstable(i))
    ]
    chosen = [i for _, i in sorted(candidates)][: _FIRST if run.system.dimension <= FEW else _FEWEST]
    for i in chosen:
        run.left[i] = directions
    return UnstableSeeds(np.array([run.pool.states[i] for i in chosen]), directions=directions) if chosen else None


def _between(run: NetworkRun, effort: int) -> SearchStrategy | None:
    """Trajectories from random convex combinations of known points."""
    points = run.pool.points()
    if len(points) < 2:
        return None
    weights = run.rng.dirichlet(np.full(min(4, len(points)), 0.7), size=effort)
    chosen = np.array([run.rng.choice(len(points), size=weights.shape[1], replace=False) for _ in range(effort)])
    return SpeedMinima(np.einsum("ek,ekn->en", weights, points[chosen]))
