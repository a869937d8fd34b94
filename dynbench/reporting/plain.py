"""The cover, the transition graph and the manifolds of an analysis as plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dynbench._arrays import readonly
from dynbench.cycles import Cycles
from dynbench.cycles.plain import cycle_from_dict, cycle_to_dict
from dynbench.fixed_points import FixedPoints
from dynbench.fixed_points.attraction import AttractionBall
from dynbench.fixed_points.cover import Cover
from dynbench.manifolds import Manifold
from dynbench.manifolds.meshes import Mesh
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


#: Polygons of a surface, and corners of a branch, that are written; growing one adds those near its point first.
_MOST_POLYGONS, _MOST_CORNERS = 2000, 100_000


def cover_to_dict(cover: Cover | None) -> dict[str, Any] | None:
    """The boxes of a proof of completeness."""
    return None if cover is None else {"boxes": cover.boxes.tolist(), "owners": cover.owners.tolist()}


def cover_from_dict(data: Mapping[str, Any] | None) -> Cover | None:
    """What `cover_to_dict` was given."""
    return None if data is None else Cover(readonly(data["boxes"]), readonly(data["owners"], np.int64))


def graph_to_dict(graph: nx.MultiDiGraph, cycles: Cycles | None = None) -> dict[str, Any]:
    """Nodes by their number in the list of fixed points, where the points themselves are, and edges.

    A cycle of the list `cycles` stands as its number there.
    """
    nodes = [_node_to_dict(node, data, cycles) for node, data in graph.nodes(data=True)]
    edges = [
        {"source": source, "target": target} | data | {"path": data["path"].tolist()}
        for source, target, data in graph.edges(data=True)
    ]
    return {"name": graph.name, "nodes": nodes, "edges": edges}


def graph_from_dict(
    data: Mapping[str, Any], points: FixedPoints, system: System, cycles: Cycles | None = None
) -> TransitionGraph:
    """What `graph_to_dict` was given: points are taken from `points`, cycles from `cycles`, readouts from `system`."""
    graph = TransitionGraph(name=data["name"], incomplete=points.incomplete)
    for node in data["nodes"]:
        number = node["id"]
        point = points[number] if node["fixed_point"] else None
        graph.add_node(
            number,
            point=point,
            cycle=_cycle_of(node["cycle"], cycles),
            kind=node["kind"],
            unstable=node["unstable"],
            attraction=None if node["attraction"] is None else _ball_from_dict(node["attraction"]),
            skipped=node["skipped"],
            exponent=None if node.get("exponent") is None else tuple(node["exponent"]),
            readout=None if point is None else readout_at(system, point.x),
        )
    for edge in data["edges"]:
        attributes = {k: v for k, v in edge.items() if k not in ("source", "target", "path")}
        graph.add_edge(edge["source"], edge["target"], **attributes, path=readonly(edge["path"]))
    return graph


def manifold_to_dict(manifold: Manifold, points: FixedPoints, cycles: Cycles | None = None) -> dict[str, Any]:
    """A manifold of dimension 1 or 2; its point or cycle by its place in the list."""
    mesh, note = _mesh_to_dict(manifold)
    of_cycle = manifold.cycle is not None
    listed = [c.points[0] for c in cycles or ()] if of_cycle else [p.x for p in points]
    number = next(k for k, x in enumerate(listed) if np.array_equal(x, manifold.point))
    return {
        "point": None if of_cycle else number,
        "cycle": number if of_cycle else None,
        "which": manifold.which,
        "branches": [branch[:_MOST_CORNERS].tolist() for branch in manifold.branches],
        "attached": manifold.attached,
        "error": manifold.error,
        "delta": manifold.delta,
        "exact": manifold.exact,
        "method": manifold.method,
        "note": note,
        "dimension": manifold.dimension,
        "mesh": mesh,
    }


def _mesh_to_dict(manifold: Manifold) -> tuple[dict[str, Any] | None, str]:
    """The polygons of a surface, the first ones of very many, and the note, which says so, and so of branches."""
    mesh, note = manifold.mesh, manifold.note
    longest = max(map(len, manifold.branches), default=0)
    if longest > _MOST_CORNERS:
        note = _also(note, f"of branches of up to {longest} corners the first {_MOST_CORNERS} are in the report")
    if mesh is None:
        return None, note
    if len(mesh) > _MOST_POLYGONS:
        note = _also(note, f"the first {_MOST_POLYGONS} of {len(mesh)} polygons are in the report")
        sheets = None if mesh.sheets is None else mesh.sheets[:_MOST_POLYGONS]
        mesh = Mesh.of(mesh.corners()[:_MOST_POLYGONS], mesh.vertices.shape[1], sheets)
    data = {"vertices": mesh.vertices.tolist(), "faces": [polygon.tolist() for polygon in mesh.polygons]}
    return data | ({} if mesh.sheets is None else {"sheets": mesh.sheets.tolist()}), note


def _also(note: str, more: str) -> str:
    return f"{note}; {more}" if note else more


def manifold_from_dict(data: Mapping[str, Any], points: FixedPoints, cycles: Cycles | None = None) -> Manifold:
    """What `manifold_to_dict` was given."""
    cycle = None if data["cycle"] is None else (cycles or ())[data["cycle"]]
    return Manifold(
        point=points[data["point"]].x if cycle is None else readonly(cycle.points[0]),
        which=data["which"],
        branches=tuple(map(readonly, data["branches"])),
        error=np.inf if data["error"] is None else data["error"],
        exact=data["exact"],
        delta=data["delta"],
        cycle=cycle,
        method=data["method"],
        attached=data["attached"],
        note=data["note"],
        dimension=data.get("dimension", 1),
        mesh=None if data.get("mesh") is None else _mesh_from_dict(data["mesh"]),
    )


def _mesh_from_dict(data: Mapping[str, Any]) -> Mesh:
    faces, sheets = data["faces"], data.get("sheets")  # written of cycles only
    return Mesh(
        readonly(data["vertices"]),
        tuple(np.array(face, dtype=np.intp) for face in faces),
        None if sheets is None else readonly(sheets, np.intp),
    )


def _cycle_of(data: Mapping[str, Any] | int | None, cycles: Cycles | None) -> Any:
    if isinstance(data, int):
        return (cycles or ())[data]
    return None if data is None else cycle_from_dict(data)


def _node_to_dict(node: int, data: Mapping[str, Any], cycles: Cycles | None) -> dict[str, Any]:
    cycle, ball = data["cycle"], data["attraction"]
    listed = next((k for k, c in enumerate(cycles or ()) if c is cycle), None)
    exponent = {} if data.get("exponent") is None else {"exponent": list(data["exponent"])}
    return {
        "id": node,
        "fixed_point": data["point"] is not None,
        "kind": data["kind"],
        "unstable": data["unstable"],
        "skipped": data["skipped"],
        "cycle": None if cycle is None else cycle_to_dict(cycle) if listed is None else listed,
        "attraction": None if ball is None else _ball_to_dict(ball),
    } | exponent


def _ball_to_dict(ball: AttractionBall) -> dict[str, Any]:
    return {"matrix": ball.matrix.tolist(), "radius": ball.radius, "level": ball.level, "center": ball.center.tolist()}


def _ball_from_dict(data: Mapping[str, Any]) -> AttractionBall:
    return AttractionBall(
        center=readonly(data["center"]), matrix=readonly(data["matrix"]), radius=data["radius"], level=data["level"]
    )
