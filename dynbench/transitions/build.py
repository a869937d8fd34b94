"""Building the transition graph: which branches are followed, and how their limits become edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import as_generator, check_positive, check_tolerances, readonly
from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint, Status
from dynbench.fixed_points.directions import Directions
from dynbench.fixed_points.large import is_large
from dynbench.fixed_points.search import Progress
from dynbench.flow.polylines import thinned
from dynbench.systems import System, as_system
from dynbench.transitions.approach import confirmed
from dynbench.transitions.backward import descents
from dynbench.transitions.barrier import Energy
from dynbench.transitions.connections import arcs, bisected
from dynbench.transitions.follow import Follower
from dynbench.transitions.graph import TransitionGraph
from dynbench.transitions.limits import Limit, Targets
from dynbench.transitions.orbits import Branch, Way
from dynbench.transitions.readouts import readout_at
from dynbench.transitions.recurrence import Recurrences
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
#: Numbers that the paths of all edges hold together.
_PATHS = 4e6
#: In matrix forms of many states the unstable manifolds of points with up to so many unstable directions are followed.
_MOST_UNSTABLE = 4


def transition_graph(
    system: System,
    fixed_points: Sequence[FixedPoint],
    *,
    time: float | None = None,
    samples: int = 16,
    rng: Any = 0,
    rtol: float = 1e-9,
    atol: float = 1e-10,
    progress: Progress | None = None,
) -> TransitionGraph:
    """Join each fixed point that has unstable directions to the limits of its unstable manifold.

    Of a point with one unstable direction both branches are followed; of the others both branches along each real
    unstable eigenvector and a sample of the unstable sphere. Between sampled directions with different limits the
    direction of an orbit to a saddle in between is looked for by bisection, and saddles with a stable manifold of
    dimension 1 are followed back to the source it comes from. The unstable directions are eigenvectors of the Jacobian
    at the certified point, as many as are proved to be unstable.

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
        integration, which two runs with tighter tolerances show; else it is followed on. The branches are integrated in
        doubles: that an attractor is the limit is evidence, not proof.

    Raises
    ------
    InputError
        If `time` or a tolerance is not positive and finite, `rtol` is not below 1, `samples` is no positive integer,
        or `fixed_points` are not fixed points of the system.
    """
    _check(as_system(system), fixed_points, time, samples)
    check_tolerances(rtol, atol)
    points = {i: p for i, p in enumerate(fixed_points) if p.status in (Status.CERTIFIED, Status.CONVERGED)}
    incomplete = getattr(fixed_points, "incomplete", "")
    builder = _Builder(system, points, len(fixed_points), time, rtol, atol, incomplete)
    builder.run(samples, as_generator(rng), progress)
    return builder.graph


def _check(system: System, fixed_points: Any, time: Any, samples: Any) -> None:
    if time is not None:
        check_positive(time, name="time", what="duration or number of steps")
    if isinstance(samples, bool) or not isinstance(samples, int | np.integer) or samples < 1:
        raise InputError(f"samples is {samples!r:.60}; it must be a positive integer.")
    fits = isinstance(fixed_points, Sequence) and all(
        isinstance(p, FixedPoint) and len(p.x) == system.dimension for p in fixed_points
    )
    if not fits:
        raise InputError(f"fixed_points is {fixed_points!r:.60}; expected the result of find_fixed_points.")


class _Builder:
    """The graph while it grows, with what all branches share."""

    def __init__(
        self,
        system: System,
        points: dict[int, FixedPoint],
        first_free: int,
        time: float | None,
        rtol: float,
        atol: float,
        incomplete: str,
    ) -> None:
        self.system, self.points, self._first_free = system, points, first_free
        self.many = is_large(system)
        self.graph = TransitionGraph(name=system.name or type(system).__name__, incomplete=incomplete)
        self.targets = Targets(system, points, rtol=rtol)
        self.recurrences = Recurrences(system)
        self.energy = Energy(system)
        self.follower = Follower(system, self.targets, self.recurrences, time=time, rtol=rtol, atol=atol)
        self.fine = Follower(system, self.targets, None, time=time, paths=False, rtol=_FINE, atol=_FINE / 10)
        self.middle, self.tight = (
            Follower(system, self.targets, self.recurrences, time=time, rtol=r, atol=r / 10) for r in _TIGHT
        )
        self.directions: dict[int, Directions] = {}
        self.images = images_of(system, points)
        for i, point in points.items():
            proved = point.certificate.n_unstable if point.certificate is not None else None
            doubtful = proved is None and (point.stability[2] or not point.kind.settled)
            skipped = "its number of unstable directions is not proved" if doubtful else ""
            if proved and self.many and proved > _MOST_UNSTABLE:
                skipped = f"it has {proved} unstable directions; of so many states up to {_MOST_UNSTABLE} are followed"
            elif proved:
                first, carrier = self.images.carriers[i]
                twin = self.directions.get(first)
                self.directions[i] = Directions.of(system, point, proved) if twin is None else twin.moved(carrier)
            self.graph.add_node(
                i,
                point=point,
                cycle=None,
                kind=point.kind.value,
                unstable=point.stability[2] if proved is None else proved,
                attraction=self.targets.balls.get(i),
                skipped=skipped,
                readout=readout_at(system, point.x),
            )

        firsts = {i: self.images.carriers[i][0] for i in self.directions}
        self.seconds = [i for i, first in firsts.items() if first != i and first in self.directions]

    def run(self, samples: int, rng: np.random.Generator, progress: Progress | None) -> None:
        sphere: dict[int, list[tuple[Way, Limit]]] = {i: [] for i in self.directions}
        for way, limit in self._led(samples, rng, progress):
            if way.side:
                self._edge(way.branch.source, limit, way.side, way.name)
            else:
                sphere[way.branch.source].append((way, limit))
        connections = [*descents(self.system, self.points, self.follower), *self._bisected(sphere)]
        for i, pairs in sphere.items():
            limits = [limit for _, limit in pairs] + [limit for source, limit in connections if source == i]
            self._merged(i, with_images(self.system, i, limits, self.images))
        self._lighten()
        if progress is not None and connections:
            progress("following saddle-to-saddle connections", len(connections), len(connections))

    def _led(self, samples: int, rng: np.random.Generator, progress: Progress | None) -> list[tuple[Way, Limit]]:
        """The ways out of all points and where they lead; of the images of a way under symmetries one is followed."""
        ways = [way for i in self.directions if i not in self.seconds for way in self._ways(i, samples, rng)]
        return followed_once(
            self.system, ways, self.seconds, self.directions, self.images, lambda some: self._followed(some, progress)
        )

    def _followed(self, ways: Sequence[Way], progress: Progress | None) -> list[Limit]:
        limits: list[Limit] = []
        size = int(np.clip(_NUMBERS // self.system.dimension, _FEWEST, _MOST))
        for k in range(0, len(ways), size):
            branches = [way.branch for way in ways[k : k + size]]
            met = self.follower.follow(branches)
            limits += confirmed(branches, met, self.points, self.middle.follow, self.tight.follow)
            if progress is not None:
                progress("following unstable manifolds", min(k + size, len(ways)), len(ways))
        return limits

    def _lighten(self) -> None:
        """Thin all paths alike where together they hold more numbers than a report should."""
        most = int(_PATHS // max(1, self.graph.number_of_edges() * self.system.dimension))
        for *_, data in self.graph.edges(data=True):
            data["path"] = readonly(thinned(data["path"], max(2, most)))

    def _ways(self, i: int, samples: int, rng: np.random.Generator) -> Iterator[Way]:
        directions = self.directions[i]
        for (value, vector), name in zip(directions.eigenvectors, directions.names, strict=True):
            stride = 2 if self.system.kind == "map" and value < 0 else 1
            for side in (1, -1):
                yield Way(side, name, vector, Branch(i, directions.start(side * vector), stride))
        if directions.basis.shape[1] > 1:
            sample = directions.sample(samples, rng)[: (samples + 1) // 2 if self.many else None]
            for direction, start in zip(sample, directions.start(sample), strict=True):
                yield Way(0, "sphere", direction, Branch(i, start))

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

    def _merged(self, source: int, limits: Sequence[Limit]) -> None:
        """One edge for all sampled branches with one limit; the quickest stands for them."""
        groups: dict[tuple[str, int | None], list[Limit]] = {}
        for limit in limits:
            groups.setdefault(limit.label, []).append(limit)
        along_eigenvector = {
            target for _, target, how in self.graph.out_edges(source, data="how") if how == "connection"
        }
        for group in groups.values():
            if group[0].how != "connection" or group[0].index not in along_eigenvector:
                quickest = min(group, key=lambda limit: limit.time)
                self._edge(source, quickest, 0, "sphere", samples=len(group))

    def _edge(self, source: int, limit: Limit, side: int, name: str, samples: int = 1) -> None:
        target = self._node(limit)
        barrier, barrier_kind = self._barrier(source, target)
        self.graph.add_edge(
            source,
            target,
            side=side,
            direction=name,
            samples=samples,
            time=limit.time,
            length=None if limit.how in ("blow-up", "far") else limit.length,  # else it would measure the cut-off
            barrier=barrier,
            barrier_kind=barrier_kind,
            identified=limit.kind != "undecided",
            how=limit.how,
            reason=limit.reason,
            proved=False,
            path=readonly(limit.path),
        )

    def _node(self, limit: Limit) -> int:
        """The node for a limit; cycles, infinity and the undecided get one when they are first met."""
        if limit.kind == "point":
            assert limit.index is not None
            return limit.index
        cycle: Cycle | None = None
        if limit.kind == "cycle":
            assert limit.index is not None
            cycle = self.recurrences.cycles[limit.index]
        for node, data in self.graph.nodes(data=True):
            if data["point"] is None and data["cycle"] is cycle and (cycle or data["kind"] == limit.kind):
                return int(node)
        node = max([self._first_free - 1, *self.graph.nodes]) + 1
        self.graph.add_node(
            node,
            point=None,
            cycle=cycle,
            kind=cycle.kind.value if cycle is not None else limit.kind,
            unstable=cycle.stability[2] if cycle is not None else None,
            attraction=None,
            skipped="",
            readout=None,
        )
        return int(node)

    def _barrier(self, source: int, target: int) -> tuple[float | None, str]:
        """How far the source lies above the limit, and what is meant by that."""
        start, data = self.points[source].x, self.graph.nodes[target]
        if data["point"] is not None:
            energy = self.energy.above(start, data["point"].x)
            if energy is not None:
                return energy, "energy"
            return float(np.linalg.norm(start - data["point"].x)), "distance"
        if data["cycle"] is not None:
            return float(np.linalg.norm(data["cycle"].points - start, axis=1).min()), "distance"
        return None, ""
