"""The cover, the transition graph and the manifolds of an analysis as plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dynbench._arrays import readonly
from dynbench.cycles import Cycle, CycleKind
from dynbench.fixed_points import FixedPoints, Status
from dynbench.fixed_points.attraction import AttractionBall
from dynbench.fixed_points.cover import Cover
from dynbench.manifolds import Manifold
from dynbench.systems import System
from dynbench.transitions import TransitionGraph
from dynbench.transitions.readouts import readout_at

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "cover_from_dict",
    "cover_to_dict",
    "graph_from_dict",
    "graph_to_dict",
    "manifold_from_dict",
    "manifold_to_dict",
]


def cover_to_dict(cover: Cover | None) -> dict[str, Any] | None:
    """The boxes of a proof of completeness."""
    return None if cover is None else {"boxes": cover.boxes.tolist(), "owners": cover.owners.tolist()}


def cover_from_dict(data: Mapping[str, Any] | None) -> Cover | None:
    """What `cover_to_dict` was given."""
    return None if data is None else Cover(readonly(data["boxes"]), readonly(data["owners"], np.int64))


def graph_to_dict(graph: nx.MultiDiGraph) -> dict[str, Any]:
    """Nodes by their number in the list of fixed points, where the points themselves are, and edges."""
    nodes = [_node_to_dict(node, data) for node, data in graph.nodes(data=True)]
    edges = [
        {"source": source, "target": target} | data | {"path": data["path"].tolist()}
        for source, target, data in graph.edges(data=True)
    ]
    return {"name": graph.name, "nodes": nodes, "edges": edges}


def graph_from_dict(data: Mapping[str, Any], points: FixedPoints, system: System) -> TransitionGraph:
    """What `graph_to_dict` was given, with its points taken from `points`, and their readouts from `system`."""
    graph = TransitionGraph(name=data["name"], incomplete=points.incomplete)
    for node in data["nodes"]:
        number = node["id"]
        point = points[number] if node["fixed_point"] else None
        graph.add_node(
            number,
            point=point,
            cycle=None if node["cycle"] is None else _cycle_from_dict(node["cycle"]),
            kind=node["kind"],
            unstable=node["unstable"],
            attraction=None if node["attraction"] is None else _ball_from_dict(node["attraction"]),
            skipped=node["skipped"],
            readout=None if point is None else readout_at(system, point.x),
        )
    for edge in data["edges"]:
        attributes = {k: v for k, v in edge.items() if k not in ("source", "target", "path")}
        graph.add_edge(edge["source"], edge["target"], **attributes, path=readonly(edge["path"]))
    return graph


def manifold_to_dict(manifold: Manifold, points: FixedPoints) -> dict[str, Any]:
    """A manifold; its point by number."""
    number = next(k for k, p in enumerate(points) if np.array_equal(p.x, manifold.point))
    return {
        "point": number,
        "which": manifold.which,
        "branches": [branch.tolist() for branch in manifold.branches],
        "error": manifold.error,
        "exact": manifold.exact,
    }


def manifold_from_dict(data: Mapping[str, Any], points: FixedPoints) -> Manifold:
    """What `manifold_to_dict` was given."""
    return Manifold(
        point=points[data["point"]].x,
        which=data["which"],
        branches=tuple(map(readonly, data["branches"])),
        error=data["error"],
        exact=data["exact"],
    )


def _node_to_dict(node: int, data: Mapping[str, Any]) -> dict[str, Any]:
    cycle, ball = data["cycle"], data["attraction"]
    return {
        "id": node,
        "fixed_point": data["point"] is not None,
        "kind": data["kind"],
        "unstable": data["unstable"],
        "skipped": data["skipped"],
        "cycle": None if cycle is None else _cycle_to_dict(cycle),
        "attraction": None if ball is None else _ball_to_dict(ball),
    }


def _cycle_to_dict(cycle: Cycle) -> dict[str, Any]:
    return {
        "period": cycle.period,
        "points": cycle.points.tolist(),
        "multipliers": [[float(m.real), float(m.imag)] for m in cycle.multipliers],
        "stability": list(cycle.stability),
        "kind": cycle.kind.value,
        "status": cycle.status.value,
        "residual": cycle.residual,
        "note": cycle.note,
    }


def _cycle_from_dict(data: Mapping[str, Any]) -> Cycle:
    pairs = np.array(data["multipliers"], dtype=float).reshape(-1, 2)
    stable, central, unstable = data["stability"]
    return Cycle(
        period=data["period"],
        points=readonly(data["points"]),
        multipliers=readonly(pairs[:, 0] + 1j * pairs[:, 1], complex),
        stability=(stable, central, unstable),
        kind=CycleKind(data["kind"]),
        status=Status(data["status"]),
        residual=data["residual"],
        note=data["note"],
    )


def _ball_to_dict(ball: AttractionBall) -> dict[str, Any]:
    return {"matrix": ball.matrix.tolist(), "radius": ball.radius, "level": ball.level, "center": ball.center.tolist()}


def _ball_from_dict(data: Mapping[str, Any]) -> AttractionBall:
    return AttractionBall(
        center=readonly(data["center"]), matrix=readonly(data["matrix"]), radius=data["radius"], level=data["level"]
    )
