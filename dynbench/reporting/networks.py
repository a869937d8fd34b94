"""What a report reads of an echo state network beside the numbers: its memories, and what can be drawn of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from dynbench.fixed_points import FixedPoint
from dynbench.networks import EchoStateNetwork

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["drawn_coordinates", "drawn_graph", "has_hypercube", "memories", "readouts_of"]

#: From so many states on a network is seen in other coordinates than its states; so many points are needed for them.
_MANY, _POINTS = 4, 3
#: A tesseract is the last that can be drawn.
_MOST_BITS = 4
#: Nodes that no edge meets, as their manifold was not followed, are left out of figures where they are more than this.
_ALONE = 6


def readouts_of(analysis: Analysis) -> int:
    """How many readouts the network has; 0 where the system is none that has readouts."""
    system = analysis.system
    return int(system.parameters["W_o"].shape[0]) if isinstance(system, EchoStateNetwork) else 0


def memories(analysis: Analysis) -> list[tuple[int, FixedPoint]]:
    """The attracting fixed points of a network with readouts, numbered."""
    return [(i, p) for i, p in enumerate(analysis.fixed_points) if readouts_of(analysis) and p.kind.attracting]


def has_hypercube(analysis: Analysis) -> bool:
    """Whether the transition graph can be drawn on the hypercube of the bits that the memories hold."""
    return len(memories(analysis)) > 1 and readouts_of(analysis) <= _MOST_BITS


def drawn_coordinates(analysis: Analysis) -> tuple[str, ...]:
    """The coordinates in which the state space is drawn in place of a phase portrait; () where a portrait is better."""
    count = readouts_of(analysis)
    if not count or analysis.system.dimension < _MANY or len(analysis.graph) < _POINTS:
        return ()
    return ("readout", "points") if count > 1 else ("points",)


def drawn_graph(analysis: Analysis) -> nx.MultiDiGraph:
    """The transition graph as figures need it: without the many points that were not followed."""
    graph = analysis.graph.copy()
    alone = [node for node, data in graph.nodes(data=True) if data["skipped"] and not graph.degree(node)]
    if len(alone) > _ALONE:
        graph.remove_nodes_from(alone)
    return graph
