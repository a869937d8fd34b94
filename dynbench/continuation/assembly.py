"""From pieces along single homotopies to the paths of fixed points through the whole sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.continuation.changes import Event, events_of, turning_fold
from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.known_points import KnownPoints
from dynbench.continuation.pieces import Arc, Node, Owner, Piece, Sweep
from dynbench.continuation.records import Crossing
from dynbench.continuation.results import Doubt, FixedPointPath, FixedPointPaths
from dynbench.systems import System

__all__ = ["assembled"]

Array = NDArray[np.float64]


class _Row(NamedTuple):
    """A station of a path: t, x, the unstable directions there, and the crossing that it comes to."""

    t: float
    x: Array
    unstable: int
    crossing: Crossing | None


def assembled(
    systems: Sequence[System],
    homotopies: Sequence[Homotopy],
    known: Sequence[KnownPoints],
    sweep: Sweep,
    *,
    interrupted: bool,
) -> FixedPointPaths:
    """The result, from what a sweep did."""
    events = events_of(homotopies, sweep)
    finished = [points.finished() for points in known]
    chains = _Chains(known, sweep.pieces, events)
    numbers: dict[Owner, int] = {node: k for k, nodes in enumerate(chains.nodes) for node in nodes}
    paths = []
    for nodes in chains.nodes:
        positions: list[int | None] = [None] * len(systems)
        for i, k in nodes:
            positions[i] = finished[i][1][k]
        paths.append(chains.path(nodes, tuple(positions)))
    for arc in sweep.arcs:
        for end, path in enumerate(chains.arc_paths(arc)):
            paths.append(path)
            numbers |= {(arc, k): len(paths) - 1 for k in range(end, 2)}
    changes = [replace(e.change, paths=tuple(dict.fromkeys(numbers[owner] for owner in e.owners))) for e in events]
    return FixedPointPaths(
        systems=tuple(systems),
        sets=tuple(points for points, _ in finished),
        paths=tuple(paths),
        changes=tuple(changes),
        left_out=tuple((i, finished[i][1][k]) for i, k in sweep.left_out()),
        doubts=tuple(Doubt(step, i, finished[i][1][k], reason) for step, (i, k), reason in sweep.doubts),
        interrupted=interrupted,
    )


class _Chains:
    """Points of successive systems that are one point followed, and what its path is made of."""

    def __init__(self, known: Sequence[KnownPoints], pieces: Sequence[Piece], events: Sequence[Event]) -> None:
        self._known, self._events = known, events
        self._left: dict[Node, Piece] = {}
        self._right: dict[Node, Piece] = {}
        for piece in pieces:
            for node in (piece.start, piece.end):
                if node is not None:
                    (self._right if node[0] == piece.step else self._left).setdefault(node, piece)
        nodes = sorted({*self._left, *self._right})
        linked = {node for node in nodes if self._beyond(node, self._left) is not None}
        self.nodes = [self._chain(node) for node in nodes if node not in linked]

    def _beyond(self, node: Node, side: dict[Node, Piece]) -> Node | None:
        """The node of the next system that a node's path leads to, where both agree on the path between them."""
        piece = side.get(node)
        if piece is None or piece.end is None:
            return None
        other = piece.end if piece.start == node else piece.start
        back = self._right if side is self._left else self._left
        return other if other[0] != node[0] and back.get(other) is piece else None

    def _chain(self, node: Node) -> list[Node]:
        chain = [node]
        while (following := self._beyond(chain[-1], self._right)) is not None:
            chain.append(following)
        return chain

    def path(self, nodes: Sequence[Node], positions: tuple[int | None, ...]) -> FixedPointPath:
        """The record of a chain."""
        born, first = self._end(nodes[0], self._left.get(nodes[0]))
        died, last = self._end(nodes[-1], self._right.get(nodes[-1]))
        rows = first[::-1]
        for node in nodes[:-1]:
            piece = self._right[node]
            rows += self._rows(piece) if piece.start == node else self._rows(piece)[::-1]
        rows += last
        if not rows:
            i, k = nodes[0]
            rows = [_Row(float(i), self._known[i].points[k].x, self._known[i].unstable(k), None)]
        return _path(positions, rows, born, died)

    def arc_paths(self, arc: Arc) -> list[FixedPointPath]:
        """The record of an arc; two where its pitchforks have the pair on one side, so that it turns in between."""
        rows = self._rows(arc)
        nowhere = (None,) * len(self._known)
        first, last = (self._number(fork.crossing) for fork in arc.forks)
        sides = [fork.emergence.side for fork in arc.forks if fork.emergence is not None]
        fold = turning_fold(arc)
        if sides[0] != sides[1] or fold is None:
            return [_path(nowhere, rows, first, last) if sides[0] > 0 else _path(nowhere, rows[::-1], last, first)]
        cut, turn = next(k for k, row in enumerate(rows) if row.crossing is fold) + 1, self._number(fold)
        if sides[0] > 0:
            return [_path(nowhere, rows[:cut], first, turn), _path(nowhere, rows[cut:][::-1], last, turn)]
        return [_path(nowhere, rows[:cut][::-1], turn, first), _path(nowhere, rows[cut:], turn, last)]

    def _end(self, node: Node, piece: Piece | None) -> tuple[int | None, list[_Row]]:
        """At which change a chain ends with a node, and the stations from the node to there."""
        if piece is None:
            return None, []
        rows = self._rows(piece)
        if piece.fork is not None:
            return self._number(piece.fork.crossing), rows
        fold = turning_fold(piece)
        if fold is None or (piece.end is not None and piece.start[0] != piece.end[0]):
            return None, rows if piece.start == node else []
        cut = next(k for k, row in enumerate(rows) if row.crossing is fold) + 1
        return self._number(fold), rows[:cut] if piece.start == node else rows[cut:][::-1]

    def _number(self, crossing: Crossing) -> int | None:
        return next((k for k, e in enumerate(self._events) if any(c is crossing for c in e.crossings)), None)

    def _rows(self, piece: Piece | Arc) -> list[_Row]:
        """The stations of a piece and, twice, the places of its crossings, with the counts that follow from these."""
        path = piece.path
        if isinstance(piece, Arc):
            count = next(counted for counted in path.unstable if counted is not None)
        else:
            count = self._known[piece.start[0]].unstable(piece.start[1])
        rows: list[_Row] = []
        for k, (s, x, counted) in enumerate(zip(path.s, path.x, path.unstable, strict=True)):
            count = count if counted is None else counted
            rows.append(_Row(piece.step + float(s), x, count, None))
            for crossing in path.crossings:
                if crossing.station == k:
                    place = piece.step + crossing.s
                    rows.append(_Row(place, crossing.x, crossing.before, crossing))
                    rows.append(_Row(place, crossing.x, crossing.after, None))
                    count = crossing.after
        return rows


def _path(
    positions: tuple[int | None, ...], rows: Sequence[_Row], born: int | None, died: int | None
) -> FixedPointPath:
    t, x = readonly([row.t for row in rows]), readonly([row.x for row in rows])
    return FixedPointPath(positions, t, x, tuple(row.unstable for row in rows), born, died)
