"""Nodes and edges of the transition graph, and the attributes that they hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.cycles import Cycle
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.attraction import AttractionBall
from dynbench.flow.polylines import thinned
from dynbench.transitions.barrier import Energy
from dynbench.transitions.chaos import ChaoticSet, ChaoticSets
from dynbench.transitions.graph import TransitionGraph
from dynbench.transitions.limits import Limit
from dynbench.transitions.recurrence import Recurrences
from dynbench.transitions.sources import Source

__all__ = ["Recorder"]

Array = NDArray[np.float64]

#: Numbers that the paths of all edges hold together.
_PATHS = 4e6


class Recorder:
    """Writes what was found into a transition graph.

    Parameters
    ----------
    graph : TransitionGraph
        The graph, empty at first.
    free : int
        From which number on nodes are neither points nor cycles that were given.
    energy : Energy
        Of the system, for the barriers.
    recurrences : Recurrences
        The cycles that limits count.
    chaos : ChaoticSets
        The chaotic sets that they count.
    """

    def __init__(
        self, graph: TransitionGraph, free: int, energy: Energy, recurrences: Recurrences, chaos: ChaoticSets
    ) -> None:
        self.graph, self._energy, self._recurrences, self._chaos = graph, energy, recurrences, chaos
        self._free = free
        self._sources: dict[int, Source] = {}
        self._met: dict[tuple[str, int | None], int] = {}

    def add_source(
        self,
        number: int,
        source: Source,
        point: FixedPoint | None,
        cycle: Cycle | None,
        attraction: AttractionBall | None,
        readout: Array | None,
    ) -> None:
        """A node for a fixed point or cycle that was given.

        Parameters
        ----------
        number : int
            Its number.
        source : Source
            Its directions.
        point, cycle : FixedPoint and Cycle, one of them None
            What it is.
        attraction : AttractionBall or None
            Of a point.
        readout : array or None
            Of a point.
        """
        record = point if point is not None else cycle
        assert record is not None
        self._sources[number] = source
        self.graph.add_node(
            number,
            point=point,
            cycle=cycle,
            kind=record.kind.value,
            unstable=source.unstable,
            attraction=attraction,
            skipped=source.skipped,
            readout=readout,
            exponent=None,
        )

    def add_edge(self, source: int, limit: Limit, side: int, name: str, samples: int = 1) -> None:
        """An edge for a branch.

        Parameters
        ----------
        source : int
            The node that it leaves.
        limit : Limit
            Where it ends.
        side : int
            Along the eigenvector, or 0.
        name : str
            The direction.
        samples : int
            Branches that the edge stands for.
        """
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

    def add_merged(self, source: int, limits: Sequence[Limit]) -> None:
        """One edge for all sampled branches with one limit; the quickest stands for them.

        Parameters
        ----------
        source : int
            The node that they leave.
        limits : sequence of Limit
            Where they end.
        """
        groups: dict[tuple[str, int | None], list[Limit]] = {}
        for limit in limits:
            groups.setdefault(limit.label, []).append(limit)
        along_eigenvector = {
            target for _, target, how in self.graph.out_edges(source, data="how") if how == "connection"
        }
        for group in groups.values():
            if group[0].how != "connection" or group[0].index not in along_eigenvector:
                quickest = min(group, key=lambda limit: limit.time)
                self.add_edge(source, quickest, 0, "sphere", samples=len(group))

    def lighten(self, dimension: int) -> None:
        """Thin all paths alike where together they hold more numbers than a report should.

        Parameters
        ----------
        dimension : int
            The number of states.
        """
        most = int(_PATHS // max(1, self.graph.number_of_edges() * dimension))
        for *_, data in self.graph.edges(data=True):
            data["path"] = readonly(thinned(data["path"], max(2, most)))

    def _node(self, limit: Limit) -> int:
        """The node for a limit; what was not given gets one when it is first met."""
        if limit.kind == "point":
            assert limit.index is not None
            return limit.index
        cycle: Cycle | None = None
        if limit.kind == "cycle":
            assert limit.index is not None
            cycle = self._recurrences.cycles[limit.index]
            for node, known in self.graph.nodes(data="cycle"):
                if known is cycle:
                    return int(node)
        if limit.label not in self._met:
            self._met[limit.label] = self._add_limit(limit, cycle)
        return self._met[limit.label]

    def _add_limit(self, limit: Limit, cycle: Cycle | None) -> int:
        node = max([self._free - 1, *self.graph.nodes]) + 1
        chaotic: ChaoticSet | None = None
        if limit.kind == "chaotic set":
            assert limit.index is not None
            chaotic = self._chaos.sets[limit.index]
        self.graph.add_node(
            node,
            point=None,
            cycle=cycle,
            kind=cycle.kind.value if cycle is not None else limit.kind,
            unstable=cycle.stability[2] if cycle is not None else None,
            attraction=None,
            skipped="",
            readout=None,
            exponent=None if chaotic is None else (chaotic.exponent, chaotic.error),
        )
        return int(node)

    def _barrier(self, source: int, target: int) -> tuple[float | None, str]:
        """How far the source lies above the limit, and what is meant by that."""
        start, data = self._sources[source].states, self.graph.nodes[target]
        if data["point"] is not None and self.graph.nodes[source]["point"] is not None:
            energy = self._energy.above(start[0], data["point"].x)
            if energy is not None:
                return energy, "energy"
        if data["point"] is None and data["cycle"] is None:
            return None, ""
        ends = data["point"].x[None] if data["point"] is not None else data["cycle"].points
        return float(np.linalg.norm(start[:, None] - ends, axis=-1).min()), "distance"
