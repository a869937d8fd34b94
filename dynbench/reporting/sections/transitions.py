"""The transition graph: where the unstable manifolds of saddles and repellers lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx

from dynbench.reporting.blocks import Block, Bullets, Figure, Figures, Heading, Paragraph, Section, Table, Text
from dynbench.reporting.networks import drawn_graph
from dynbench.reporting.numbers import at_most, plural, readable, short
from dynbench.reporting.tables import NONE, without_empty_columns
from dynbench.transitions import attractor_transitions, morse_consistency

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.fixed_points.attraction import AttractionBall

__all__ = ["transitions_section"]

#: How a limit was identified: (what the table says, what that means).
_HOW = {
    "attraction ball": "the orbit entered an ellipsoid that is proved to lie in the basin of the point",
    "uniqueness ball": "the orbit converged inside the ball in which the point is proved to be the only fixed point",
    "connection": "the orbit came very close to the saddle, inside its uniqueness ball: evidence of a saddle-to-saddle "
    "connection, not proof",
    "cycle ball": "the orbit entered an ellipsoid around a state of the cycle, proved to lie in the cycle\u2019s basin",
    "recurrence": "the orbit returned to a section until Newton\u2019s method found the cycle",
    "chaos": "the orbit stays bounded and settles on nothing, and its largest Lyapunov exponent is above zero by three "
    "standard errors: evidence of a chaotic set, not proof",
    "blow-up": "the solution grew beyond all bounds in finite time",
    "far": "the orbit left the region of the fixed points by far",
    "undecided": "no limit was identified; the reason stands in the last column",
}

#: The same of a map, whose time is a number of steps.
_OVERFLOW = "the orbit left every bound met, until its numbers overflowed"


def transitions_section(analysis: Analysis) -> Section:
    """The graph as a figure and as two tables, and what must hold between its numbers."""
    graph = analysis.graph
    blocks: list[Block] = [Paragraph((_summary(analysis),))]
    if graph.number_of_edges():
        blocks += [Figures((_figure(analysis),)), _node_table(graph), *_edge_blocks(graph, analysis.system.kind)]
    elif any(reason for _, reason in graph.nodes(data="skipped")):
        blocks += [_node_table(graph)]
    if graph.number_of_nodes():
        blocks += _consistency(analysis)
    return Section("transitions", "Transition graph", tuple(blocks))


def _summary(analysis: Analysis) -> str:
    graph = analysis.graph
    if not graph.number_of_edges():
        return "No unstable branch was followed, so that there is no transition to show."
    sources = {source for source, _ in graph.edges()}
    cycles = sum(graph.nodes[source]["cycle"] is not None for source in sources)
    counted = ((len(sources) - cycles, "fixed point"), (cycles, "cycle"))
    whose = " and ".join(plural(count, noun) for count, noun in counted if count)
    followed = sum(data["samples"] for *_, data in graph.edges(data=True))
    branches = plural(followed, "branch", "branches")
    manifolds = "manifold" if len(sources) == 1 else "manifolds"
    done = "was followed to its limit" if followed == 1 else "were followed to their limits"
    text = f"{branches} of the unstable {manifolds} of {whose} {done}."
    between = [edge for edge in attractor_transitions(graph).edges() if edge[0] != edge[1]]
    if between:
        pairs = len({frozenset(edge) for edge in between})
        text += f" In this way {plural(pairs, 'pair')} of attractors {'is' if pairs == 1 else 'are'} joined."
    if not all(data["proved"] for *_, data in graph.edges(data=True)):
        done = "iterated" if analysis.system.kind == "map" else "integrated"
        text += f" Orbits are {done} in double precision: their limits are evidence, not proof."
    return text


def _figure(analysis: Analysis) -> Figure:
    from dynbench.plotting.graph_layout import rungs  # here, as it brings Matplotlib

    graph = drawn_graph(analysis)
    to_scale = all(dimension == height for dimension, height in rungs(graph).items())
    scale = "is" if to_scale else "goes, not to scale, by"
    caption = f"Transition graph: height {scale} the number of unstable directions, attractors are at the bottom."
    missing = len(analysis.graph) - len(graph)
    if missing:
        caption += f" {plural(missing, 'point')} whose unstable manifolds were not followed are left out."
    return Figure("graph", caption, f"{caption} Its nodes and edges are in the tables below.")


def _node_table(graph: nx.MultiDiGraph) -> Table:
    headers: tuple[Text, ...] = (
        *(("node",), ("kind",), ("unstable directions",), ("edges in",), ("edges out",)),
        *(("basin proved to hold",), ("not followed because",)),
    )
    rows = tuple(
        (
            *((str(node),), (str(data["kind"]),)),
            (NONE if data["unstable"] is None else str(data["unstable"]),),
            *((str(graph.in_degree(node)),), (str(graph.out_degree(node)),)),
            (_ball(data["attraction"]),),
            (readable(data["skipped"]),),
        )
        for node, data in graph.nodes(data=True)
    )
    return without_empty_columns(Table("Nodes of the transition graph", headers, rows, numeric=(2, 3, 4)))


def _ball(ball: AttractionBall | None) -> str:
    return NONE if ball is None else f"an ellipsoid in the box of half-width {at_most(ball.radius)}"


def _edge_blocks(graph: nx.MultiDiGraph, kind: str) -> list[Block]:
    edges = list(graph.edges(data=True))
    headers: tuple[Text, ...] = (
        *(("from",), ("side",), ("direction",), ("to",), ("branches",)),
        *(("steps" if kind == "map" else "time",), ("length",), ("barrier",), ("identified by",), ("reason",)),
    )
    table = Table(
        "Edges of the transition graph",
        headers,
        tuple(_edge(graph, source, target, data) for source, target, data in edges),
        numeric=(4, 5, 6, 7),
    )
    used = [how for how in _HOW if any(data["how"] == how for *_, data in edges)]
    said = _HOW | ({"blow-up": _OVERFLOW} if kind == "map" else {})
    items: list[Text] = [(f"{how[:1].upper()}{how[1:]}: {said[how]}.",) for how in used]
    barriers = {data["barrier_kind"] for *_, data in edges}
    if "energy" in barriers:
        items.append(("Barrier: the potential at the source minus the potential at the limit (a gradient flow).",))
    elif "distance" in barriers:
        items.append(("Barrier: the distance in state space from the source to its limit.",))
    if any(data["side"] for *_, data in edges):
        items.append(
            (
                "Directions v1, v2, \u2026: along the unstable eigenvectors, the strongest first; the side is + where "
                "their largest component grows.",
            )
        )
    if any(data["side"] == 0 for *_, data in edges):
        items.append(("Direction \u201csphere\u201d: sampled in the unstable subspace, not along an eigenvector.",))
    return [without_empty_columns(table), Bullets(tuple(items))]


def _edge(graph: nx.MultiDiGraph, source: int, target: int, data: dict[str, Any]) -> tuple[Text, ...]:
    return (
        *((_node_name(graph, source),), (_SIDES[data["side"]],), (data["direction"],), (_node_name(graph, target),)),
        (str(data["samples"]),),
        *((_number(data["time"]),), (_number(data["length"]),), (_number(data["barrier"]),)),
        (data["how"],),
        ("" if data["identified"] else readable(data["reason"]),),
    )


_SIDES = {1: "+", -1: "\N{MINUS SIGN}", 0: NONE}


def _number(value: float | None) -> str:
    return NONE if value is None else short(float(value), 4)


def _node_name(graph: nx.MultiDiGraph, node: int) -> str:
    """A node as the tables call it: by its number, which infinity and the undecided do not need."""
    data = graph.nodes[node]
    numbered = data["point"] is not None or data["cycle"] is not None
    return f"{node} ({data['kind']})" if numbered else str(data["kind"])


def _consistency(analysis: Analysis) -> list[Block]:
    """Counts of attractors, saddles and repellers, and what agrees between them and what does not."""
    found = morse_consistency(analysis.graph, analysis.fixed_points)
    counts = ((found.attractors, "attractor"), (found.saddles, "saddle"), (found.repellers, "repeller"))
    items: list[Text] = [(f"{', '.join(plural(n, noun) for n, noun in counts)}.",)]
    if found.index_sum is not None and found.expected_index_sum is None:
        items.append(
            (readable(f"The indices add up to {short(found.index_sum)}; what they must add up to is not known."),)
        )
    items += [(readable(remark),) for remark in found.remarks]
    return [Heading("Consistency"), Bullets(tuple(items))]
