"""The paths of all fixed points along one homotopy after the other, in both directions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.continuation.branches import Emergence, emerging_pair
from dynbench.continuation.crossings import crossings_on
from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.known_points import KnownPoints
from dynbench.continuation.path import trace, trace_from
from dynbench.continuation.records import Crossing, CrossingKind, Ending, PointPath
from dynbench.fixed_points.large.curve import Station

__all__ = ["Arc", "Fork", "Owner", "Piece", "Sweep", "owners"]

Array = NDArray[np.float64]
#: (system, number of a point).
Node = tuple[int, int]

#: Steps along one homotopy; by how much s may change in one, and where two paths have come to one point.
_STEPS, _WIDEST, _FINER = 400, 0.1, 0.02


@dataclass(frozen=True, eq=False)
class Piece:
    """The path of a point along one homotopy, from the node where it begins to that where it ends, if it is one."""

    step: int
    start: Node
    end: Node | None
    path: PointPath
    fork: Fork | None = None


@dataclass(frozen=True, eq=False)
class Fork:
    """A pitchfork at the origin of an odd system: its crossing, and the pair if one was reached."""

    step: int
    crossing: Crossing
    emergence: Emergence | None


@dataclass(frozen=True, eq=False)
class Arc:
    """The path of one of a pair along one homotopy, from the first of two pitchforks to the second."""

    step: int
    path: PointPath
    forks: tuple[Fork, Fork]


#: What stands for a path before paths are numbered: a node on it; of an arc, the end (0 or 1) that it comes to.
Owner = Node | tuple[Arc, int]


def owners(piece: Piece | Arc) -> list[Owner]:
    """What stands for the paths that a piece or an arc belongs to."""
    if isinstance(piece, Arc):
        return [(piece, 0), (piece, 1)]
    return [node for node in (piece.start, piece.end) if node is not None]


class Sweep:
    """Follow the points of a sequence of systems along the homotopies between them until each has been.

    Parameters
    ----------
    homotopies : sequence of Homotopy
        Between each system and the next.
    known : sequence of KnownPoints
        Of each system.
    most_unstable : int
        Points with more unstable directions are not followed, but the origin of an odd system is.
    progress : callable or None
        Called as ``progress(stage, done, total)``.
    """

    def __init__(
        self,
        homotopies: Sequence[Homotopy],
        known: Sequence[KnownPoints],
        most_unstable: int,
        progress: Callable[[str, int, int | None], None] | None,
    ) -> None:
        self._homotopies, self._known, self._most, self._progress = homotopies, known, most_unstable, progress
        self.pieces: list[Piece] = []
        self.forks: list[Fork] = []
        self.arcs: list[Arc] = []
        self.doubts: list[tuple[int, Node, str]] = []
        self._covered: set[tuple[int, Node]] = set()

    def run(self) -> None:
        """Follow what is to be followed; what that finds is followed too."""
        while (task := next(self._open(), None)) is not None:
            self._follow(*task)
            if self._progress is not None:
                left = sum(1 for _ in self._open())
                self._progress("following", len(self.pieces), len(self.pieces) + left)

    def left_out(self) -> list[Node]:
        """The points that have too many unstable directions to be followed."""
        return [
            (i, k) for i, known in enumerate(self._known) for k in range(len(known.points)) if not self._wanted((i, k))
        ]

    def _wanted(self, node: Node) -> bool:
        known = self._known[node[0]]
        return known.is_origin(node[1]) or known.unstable(node[1]) <= self._most

    def _open(self) -> Iterator[tuple[int, Node]]:
        """(step, node) that are still to be followed, origins first: what leaves them need not be traced twice."""
        for step in range(len(self._homotopies)):
            nodes = [(i, k) for i in (step, step + 1) for k in range(len(self._known[i].points))]
            nodes.sort(key=lambda node: not self._known[node[0]].is_origin(node[1]))
            yield from ((step, node) for node in nodes if (step, node) not in self._covered and self._wanted(node))

    def _follow(self, step: int, start: Node) -> None:
        """Follow a point along a homotopy, and its mirror image with it."""
        homotopy, known = self._homotopies[step], self._known[start[0]]
        x, rising = known.points[start[1]].x, start[0] == step
        stations, ending = trace(homotopy, x, rising=rising, steps=_STEPS, widest=_WIDEST)
        end = self._arrived(step, start, stations, ending)
        if end is not None and (step, end) in self._covered:
            stations, ending = trace(homotopy, x, rising=rising, steps=5 * _STEPS, widest=_FINER)
            end = self._arrived(step, start, stations, ending)
        self._doubt(step, start, end, ending)
        piece = self._piece(step, start, end, stations, ending)
        self._keep(piece)
        if known.is_origin(start[1]):
            self._branch_off(step, piece)

    def _arrived(self, step: int, start: Node, stations: list[Station], ending: Ending) -> Node | None:
        """The point at which a path ended, added where it is new; None where it ended on the way."""
        if ending not in (Ending.ACROSS, Ending.BACK):
            return None
        system = step + int(stations[-1].a)
        k = self._known[system].find_or_add(stations[-1].x)
        return None if k is None or (system, k) == start else (system, k)

    def _doubt(self, step: int, start: Node, end: Node | None, ending: Ending) -> None:
        there = f"followed towards system {2 * step + 1 - start[0]}, led to"
        if end is None:
            self.doubts.append((step, start, f"{there} no point: {ending.value}"))
        elif (step, end) in self._covered:
            self.doubts.append(
                (step, start, f"{there} a point that another path had come to: one of them left its own")
            )

    def _piece(
        self,
        step: int,
        start: Node,
        end: Node | None,
        stations: list[Station],
        ending: Ending,
        fork: Fork | None = None,
    ) -> Piece:
        """The record of a path, with its crossings; of one that led nowhere up to its first fold."""
        if end is None and fork is None:
            turned = (k + 2 for k, (a, b) in enumerate(itertools.pairwise(stations)) if a.da * b.da < 0)
            stations = stations[: next(turned, len(stations))]
        counts = {0: self._known[start[0]].unstable(start[1])}
        if end is not None:
            counts[len(stations) - 1] = self._known[end[0]].unstable(end[1])
        many = min(counts.values()) > self._most
        crossings, unstable = crossings_on(self._homotopies[step], stations, counts, pairs=not many)
        s, x = readonly([station.a for station in stations]), readonly([station.x for station in stations])
        return Piece(step, start, end, PointPath(s, x, unstable, ending, crossings), fork)

    def _keep(self, piece: Piece) -> None:
        """Note a piece and its mirror image."""
        self.pieces.append(piece)
        self._covered |= {(piece.step, node) for node in (piece.start, piece.end) if node is not None}
        known = self._known[piece.start[0]]
        if not known.odd or known.is_origin(piece.start[1]):
            return
        start, end = (None if node is None else self._mirror(node) for node in (piece.start, piece.end))
        if start is not None and start != piece.end:
            self.pieces.append(replace(piece, start=start, end=end, path=_mirrored(piece.path)))
            self._covered |= {(piece.step, node) for node in (start, end) if node is not None}

    def _mirror(self, node: Node) -> Node | None:
        known = self._known[node[0]]
        k = known.find(-known.points[node[1]].x)
        return None if k is None else (node[0], k)

    def _branch_off(self, step: int, trunk: Piece) -> None:
        """The pairs that leave the origin along its path; those of few unstable directions are followed to a system."""
        homotopy = self._homotopies[step]
        forks = [
            Fork(step, crossing, emerging_pair(homotopy, crossing.s, np.real(crossing.vector)))
            for crossing in trunk.path.crossings
            if crossing.kind is CrossingKind.REAL
        ]
        self.forks += forks
        for fork in forks:
            if fork.emergence is None:
                where = step + fork.crossing.s
                self.doubts.append((step, trunk.start, f"bifurcates at {where:.6g}, but no pair was reached"))
                continue
            if any(fork in arc.forks for arc in self.arcs):
                continue
            place = fork.emergence.place
            values = homotopy.eigenvalues(place.x, place.a)
            if homotopy.count_unstable(values) <= self._most:
                self._follow_pair(step, fork, place)

    def _follow_pair(self, step: int, fork: Fork, place: Station) -> None:
        """The path of one of a pair: from the system that it comes to back to the pitchfork, or to another one."""
        rising = place.a > fork.crossing.s
        others = [other for other in self.forks if other.step == step and other is not fork]

        def at_fork(station: Station) -> bool:
            return _fork_at(station, others) is not None

        stations, ending = trace_from(
            self._homotopies[step], place, rising=rising, steps=_STEPS, widest=_WIDEST, at_fork=at_fork
        )
        other = _fork_at(stations[-1], others) if ending is Ending.PITCHFORK else None
        if other is not None:
            arc = self._arc(step, (fork, other), stations)
            self.arcs += [arc, replace(arc, path=_mirrored(arc.path))]
            return
        system = step + int(stations[-1].a)
        k = self._known[system].find_or_add(stations[-1].x) if ending in (Ending.ACROSS, Ending.BACK) else None
        if k is None or (step, (system, k)) in self._covered:
            what = f"no point: {ending.value}" if k is None else "a point that another path had come to"
            origin = self._known[step].find(np.zeros_like(place.x)) or 0
            self.doubts.append(
                (step, (step, origin), f"bifurcates at {step + fork.crossing.s:.6g}, but its pair led to {what}")
            )
            return
        back = [Station(p.x, p.a, -p.dx, -p.da, p.sign) for p in reversed(stations)]
        piece = self._piece(step, (system, k), None, back, Ending.PITCHFORK, fork)
        path = piece.path
        s, x = np.append(path.s, fork.crossing.s), np.vstack([path.x, fork.crossing.x])
        whole = replace(path, s=readonly(s), x=readonly(x), unstable=(*path.unstable, None))
        self._keep(replace(piece, path=whole))

    def _arc(self, step: int, forks: tuple[Fork, Fork], stations: list[Station]) -> Arc:
        """The record of a path from pitchfork to pitchfork, with these as its first and last stations."""
        homotopy, place = self._homotopies[step], stations[0]
        count = homotopy.count_unstable(homotopy.eigenvalues(place.x, place.a))
        crossings, unstable = crossings_on(homotopy, stations, {0: count})
        crossings = tuple(replace(crossing, station=crossing.station + 1) for crossing in crossings)
        first, last = (fork.crossing for fork in forks)
        s = readonly([first.s, *(station.a for station in stations), last.s])
        x = readonly([first.x, *(station.x for station in stations), last.x])
        return Arc(step, PointPath(s, x, (None, count, *unstable[1:], None), Ending.PITCHFORK, crossings), forks)


def _fork_at(station: Station, forks: Sequence[Fork]) -> Fork | None:
    """The pitchfork to which the pair has come at a station."""
    for fork in forks:
        if fork.emergence is not None and fork.emergence.holds(fork.crossing.s, station):
            return fork
    return None


def _mirrored(path: PointPath) -> PointPath:
    crossings = tuple(
        replace(c, x=readonly(0.0 - c.x), vector=readonly(0.0 - c.vector, complex)) for c in path.crossings
    )
    return replace(path, x=readonly(0.0 - path.x), crossings=crossings)
