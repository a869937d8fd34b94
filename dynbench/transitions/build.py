"""Building the transition graph: which branches are followed, and how their limits become edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import as_generator, check_tolerances
from dynbench.cycles import Cycle
from dynbench.fixed_points import FixedPoint, Status
from dynbench.fixed_points.large import is_large
from dynbench.fixed_points.search import Progress
from dynbench.systems import System, as_system
from dynbench.transitions.approach import confirmed
from dynbench.transitions.backward import descents
from dynbench.transitions.barrier import Energy
from dynbench.transitions.chaos import ChaoticSets
from dynbench.transitions.connections import arcs, bisected
from dynbench.transitions.follow import Follower
from dynbench.transitions.given import check_points, numbered_cycles
from dynbench.transitions.graph import TransitionGraph
from dynbench.transitions.limits import Limit, Targets
from dynbench.transitions.orbits import Way
from dynbench.transitions.readouts import readout_at
from dynbench.transitions.recorder import Recorder
from dynbench.transitions.recurrence import Recurrences
from dynbench.transitions.sources import cycle_source, point_sources
from dynbench.transitions.symmetry import followed_once, images_of, moved_limit, with_images

__all__ = ["transition_graph"]

Array = NDArray[np.float64]

#: Tolerance with which neighbouring orbits are told apart, in looking for connections.
_FINE = 1e-12
#: What looks like a connection is followed again with these, to see whether it is one.
_TIGHT = (1e-11, 1e-13)
#: Orbits integrated as one batch: no more than the first number, no fewer than the second, and between the two as many
#: as make so many numbers.
_MOST, _FEWEST, _NUMBERS = 256, 16, 64_000


def transition_graph(
    system: System,
    fixed_points: Sequence[FixedPoint],
    *,
    cycles: Sequence[Cycle] | None = None,
    time: float | None = None,
    samples: int = 16,
    rng: Any = 0,
    rtol: float = 1e-9,
    atol: float = 1e-10,
    progress: Progress | None = None,
) -> TransitionGraph:
    """Join each fixed point and cycle that has unstable directions to the limits of its unstable manifold.

    Of a point with one unstable direction both branches are followed; of the others both branches along each real
    unstable eigenvector and a sample of the unstable sphere. Between sampled directions with different limits the
    direction of an orbit to a saddle in between is looked for by bisection, and saddles with a stable manifold of
    dimension 1 are followed back to the source it comes from. The unstable directions are eigenvectors of the Jacobian
    at the certified point, as many as are proved to be unstable.

    Cycles are followed in the same way, from one of their states: the unstable directions are those of F^k (maps) or of
    the flow over a period, and the branches of the other states are images of these. Cycles are taken for what they
    are said to be. In piecewise-linear maps branches start on the segment (or disc) that lies in the unstable manifold
    exactly, as no state of it has another pattern than the point or cycle.

    In matrix forms of more than 30 states (networks of a thousand, say) orbits are integrated in batches, no
    connections are looked for between samples, there are half of `samples` a point, and points with more than 4
    unstable directions are not followed: their node says so.

    Branches that a symmetry of the system takes to each other (``system.symmetries()``) are followed once: the others
    are its images, and are not integrated again where they end in a fixed point. What was met by sampling the unstable
    sphere of a point is completed by its images under the symmetries that keep the point.

    Parameters
    ----------
    system : System
        The system.
    fixed_points : sequence of FixedPoint
        Its fixed points, as `dynbench.find_fixed_points` returns them.
    cycles : sequence of Cycle, optional
        Cycles that are known, such as `dynbench.find_cycles` returns. Those of period 1 that are among the fixed points
        are left out.
    time : float, optional
        How long to follow a branch: a duration for flows, a number of steps for maps. By default 200 times the
        slowest time scale of the points involved (at least 500) but at most 2,500 steps of the solver, or 10,000
        steps of a map.
    samples : int
        Directions sampled from an unstable sphere for each of its dimensions.
    rng : int or numpy.random.Generator
        The seed of the sample.
    rtol, atol : float
        Tolerances of the integration.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    TransitionGraph
        Its docstring says what nodes and edges hold. The limit is infinity where the system is linear, a flow is seen
        to blow up in finite time, or a map overflows; a branch that goes far otherwise is undecided. A branch that
        comes near a saddle ends there if it misses the saddle's stable manifold by no more than the error of the
        integration, which two runs with tighter tolerances show; else it is followed on. A branch of a map that stays
        bounded, settles on nothing and has a positive Lyapunov exponent ends in a chaotic set. The branches are
        integrated in doubles: that an attractor is the limit is evidence, not proof.

    Raises
    ------
    InputError
        If `time` or a tolerance is not positive and finite, `rtol` is not below 1, `samples` is no positive integer,
        or `fixed_points` or `cycles` are not fixed points or cycles of the system.
    """
    check_points(as_system(system), fixed_points, time, samples)
    check_tolerances(rtol, atol)
    points = {i: p for i, p in enumerate(fixed_points) if p.status in (Status.CERTIFIED, Status.CONVERGED)}
    orbits = numbered_cycles(system, cycles, points, len(fixed_points))
    incomplete = getattr(fixed_points, "incomplete", "")
    graph = TransitionGraph(name=system.name or type(system).__name__, incomplete=incomplete)
    builder = _Builder(system, points, orbits, graph, len(fixed_points) + len(orbits), time, rtol, atol)
    builder.run(samples, as_generator(rng), progress)
    return graph


class _Builder:
    """What all branches share while the graph grows."""

    def __init__(
        self,
        system: System,
        points: Mapping[int, FixedPoint],
        cycles: Mapping[int, Cycle],
        graph: TransitionGraph,
        free: int,
        time: float | None,
        rtol: float,
        atol: float,
    ) -> None:
        self.system, self.points = system, points
        self.many = is_large(system)
        targets = Targets(system, points, cycles, rtol=rtol)
        met = Recurrences(system, targets.attracting), ChaoticSets(system)
        self.follower = Follower(system, targets, *met, time=time, rtol=rtol, atol=atol)
        self.fine = Follower(system, targets, None, time=time, paths=False, rtol=_FINE, atol=_FINE / 10)
        self.middle, self.tight = (Follower(system, targets, *met, time=time, rtol=r, atol=r / 10) for r in _TIGHT)
        self.images = images_of(system, points)
        self.sources = point_sources(system, points, self.images) | {i: cycle_source(system, cycles[i]) for i in cycles}
        self.directions = {i: s.directions for i, s in self.sources.items() if s.directions is not None}
        firsts = {i: self.images.carriers[i][0] for i in self.directions if i in points}
        self.seconds = [i for i, first in firsts.items() if first != i and first in self.directions]
        self.recorder = Recorder(graph, free, Energy(system), *met)
        for i, source in self.sources.items():
            readout = readout_at(system, points[i].x) if i in points else None
            self.recorder.add_source(i, source, points.get(i), cycles.get(i), targets.balls.get(i), readout)

    def run(self, samples: int, rng: np.random.Generator, progress: Progress | None) -> None:
        sphere: dict[int, list[tuple[Way, Limit]]] = {i: [] for i in self.directions}
        for way, limit in self._led(samples, rng, progress):
            if way.side:
                self.recorder.add_edge(way.branch.source, limit, way.side, way.name)
            else:
                sphere[way.branch.source].append((way, limit))
        connections = [*descents(self.system, self.points, self.follower), *self._bisected(sphere)]
        for i, pairs in sphere.items():
            limits = [limit for _, limit in pairs] + [limit for source, limit in connections if source == i]
            limits = with_images(self.system, i, limits, self.images) if i in self.points else limits
            self.recorder.add_merged(i, limits)
        self.recorder.lighten(self.system.dimension)
        if progress is not None and connections:
            progress("following saddle-to-saddle connections", len(connections), len(connections))

    def _led(self, samples: int, rng: np.random.Generator, progress: Progress | None) -> list[tuple[Way, Limit]]:
        """The ways out of all sources and where they lead; of the images of a way under symmetries one is followed."""
        flips = self.system.kind == "map"
        ways = [
            way
            for i, source in self.sources.items()
            if i not in self.seconds
            for way in source.ways(i, samples, rng, many=self.many, doubled=flips or i not in self.points)
        ]
        of_points = [way for way in ways if way.branch.source in self.points]
        of_cycles = [way for way in ways if way.branch.source not in self.points]
        led = followed_once(
            self.system,
            of_points,
            self.seconds,
            self.directions,
            self.images,
            lambda some: self._followed(some, progress),
        )
        return [*led, *zip(of_cycles, self._followed(of_cycles, progress), strict=True)]

    def _followed(self, ways: Sequence[Way], progress: Progress | None) -> list[Limit]:
        limits: list[Limit] = []
        origins = {i: directions.x for i, directions in self.directions.items()}
        size = int(np.clip(_NUMBERS // self.system.dimension, _FEWEST, _MOST))
        for k in range(0, len(ways), size):
            branches = [way.branch for way in ways[k : k + size]]
            met = self.follower.follow(branches)
            limits += confirmed(branches, met, origins, self.middle.follow, self.tight.follow)
            if progress is not None:
                progress("following unstable manifolds", min(k + size, len(ways)), len(ways))
        return limits

    def _bisected(self, sphere: dict[int, list[tuple[Way, Limit]]]) -> list[tuple[int, Limit]]:
        """Connections between samples; of points that symmetries take to each other one is asked for all."""
        first = [i for i in sphere if i not in self.seconds]
        found = self._bisected_of(first, sphere)
        left = []
        for j in self.seconds:
            source, carrier = self.images.carriers[j]
            moved = [moved_limit(limit, carrier, self.images) for i, limit in found if i == source]
            if any(limit is None for limit in moved):
                left.append(j)
            else:
                found += [(j, limit) for limit in moved if limit is not None]
        return [*found, *self._bisected_of(left, sphere)]

    def _bisected_of(
        self, sources: Sequence[int], sphere: dict[int, list[tuple[Way, Limit]]]
    ) -> list[tuple[int, Limit]]:
        wanted = [
            arc
            for i in sources
            if sphere[i] and not self.many
            for arc in arcs(i, np.array([way.direction for way, _ in sphere[i]]), [limit for _, limit in sphere[i]])
        ]
        return bisected(self.fine, self.directions, wanted)
