"""The transition graph: where the unstable branches of the saddles lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx

from dynbench.fixed_points import FixedPoint
from dynbench.reporting.blocks import Block, Bullets, Figure, Paragraph, Section, Table, Text
from dynbench.reporting.numbers import plural, short
from dynbench.transitions import attractor_transitions

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["transitions_section"]


def transitions_section(analysis: Analysis) -> Section:
    """The graph as a figure and as a table."""
    graph = analysis.graph
    blocks: list[Block] = [Paragraph((_summary(analysis),))]
    if graph.number_of_edges():
        blocks += [_figure(), _table(graph)]
    skipped = [(node, data["skipped"]) for node, data in graph.nodes(data=True) if data.get("skipped")]
    if skipped:
        items = tuple((f"Point {node} was not followed: {reason}.",) for node, reason in skipped)
        blocks.append(Bullets(items))
    return Section("transitions", "Transitions", tuple(blocks))


def _summary(analysis: Analysis) -> str:
    graph = analysis.graph
    if not graph.number_of_edges():
        return "No branch was followed: no point is proved to have exactly one unstable direction."
    sources = plural(len({source for source, _ in graph.edges()}), "point")
    branches = plural(graph.number_of_edges(), "unstable branch", "unstable branches")
    text = f"{branches} of {sources} with one unstable direction were followed to their limits."
    between = [edge for edge in attractor_transitions(graph).edges() if edge[0] != edge[1]]
    if between:
        pairs = plural(len({frozenset(edge) for edge in between}), "pair")
        text += f" {pairs} of attractors {'is' if pairs.startswith('1 ') else 'are'} joined in this way."
    if not all(data.get("proved") for *_, data in graph.edges(data=True)):
        text += " The branches are integrated in double precision: their limits are evidence, not proof."
    return text


def _node_name(node: Any, data: dict[str, Any]) -> str:
    """A node as the tables call it."""
    point = data.get("point")
    kind = data.get("kind")
    what = str(getattr(kind, "value", kind))
    return f"{node} ({what})" if isinstance(point, FixedPoint) else what


def _side(side: int | None) -> str:
    return "\u2014" if side is None else "+" if side > 0 else "\N{MINUS SIGN}"


def _figure() -> Figure:
    caption = "Transition graph. Height is the number of unstable directions; attractors are at the bottom."
    return Figure("graph", caption, f"{caption} Its edges are in the table of branches.")


def _table(graph: nx.MultiDiGraph) -> Table:
    headers: tuple[Text, ...] = (("from",), ("side",), ("to",), ("time",), ("limit identified",))
    rows = []
    for source, target, data in graph.edges(data=True):
        time = data.get("time")
        rows.append(
            (
                *((_node_name(source, graph.nodes[source]),), (_side(data.get("side")),)),
                (_node_name(target, graph.nodes[target]),),
                ("\u2014" if time is None else short(float(time), 4),),
                (str(data.get("reason", "")),),
            )
        )
    return Table("Unstable branches and their limits", headers, tuple(rows), numeric=(3,))
