"""The record of saddle-mediated transitions: a networkx graph with documented attributes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import networkx as nx

from dynbench._arrays import brief
from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.transitions.readouts import flips

__all__ = ["TransitionGraph", "attractor_transitions", "check_graph"]

#: Rows of an HTML table beyond this are counted, not shown.
_MOST_ROWS = 60


class TransitionGraph(nx.MultiDiGraph):
    """Fixed points, cycles and other limits, joined by the branches of unstable manifolds that run between them.

    Nodes are integers: fixed points by their position in the list given, then the cycles given, in their order but for
    those that are fixed points; then other cycles that were met, "chaotic set", "infinity" and "undecided".

    Node attributes: ``point`` (FixedPoint or None), ``cycle`` (Cycle or None), ``kind`` (text), ``unstable`` (number of
    unstable directions, or None), ``attraction`` (AttractionBall of a point, or None), ``skipped`` (why the unstable
    manifold was not followed, or ""), ``readout`` (of an echo state network (m,) array, read-only: the readout at the
    point; else None), ``exponent`` (of a chaotic set its largest Lyapunov exponent and the standard error: evidence
    from a finite run; else None).

    Edge attributes: ``side`` (+1 or -1 along an eigenvector whose largest component is positive, else 0), ``direction``
    ("v1", "v2", ... by strength, or "sphere"), ``samples`` (how many followed branches the edge stands for), ``time``,
    ``length`` (arclength; None where the branch went far or blew up), ``barrier`` and ``barrier_kind`` ("energy",
    "distance" or ""), ``identified`` (False where the limit is undecided), ``how`` ("attraction ball", "uniqueness
    ball", "connection", "cycle ball", "recurrence", "chaos", "blow-up", "far", "undecided"; "far" with the limit
    infinity in linear systems, else with an undecided one), ``reason`` (text), ``proved`` (False: orbits are integrated
    in doubles) and ``path`` (m, n).

    Graph attributes: ``name`` and ``incomplete`` (that fixed points are missing, in a sentence, where their index sum
    shows it; else "").
    """

    def __repr__(self) -> str:
        nodes, edges = len(self), self.number_of_edges()
        counts = f"{nodes} node{'s' if nodes != 1 else ''}, {edges} edge{'s' if edges != 1 else ''}{self._wanting}"
        return f"TransitionGraph({str(self.name)!r:.60}, {counts})"

    @property
    def _wanting(self) -> str:
        return f"; {self.graph['incomplete']}" if self.graph.get("incomplete") else ""

    def _repr_html_(self) -> str:
        """Two small tables, of the nodes and of the edges, for notebooks."""
        readouts = {node: brief(z) for node, z in self.nodes(data="readout") if z is not None}
        head = ["node", "kind", "not followed", *(["readout"] if readouts else [])]
        nodes = [
            (node, data.get("kind", ""), data.get("skipped", ""), readouts.get(node, ""))[: len(head)]
            for node, data in self.nodes(data=True)
        ]
        edges = [
            (a, b, d.get("direction", ""), d.get("side", ""), f"{d.get('time', 0):.4g}", d.get("how", ""))
            for a, b, d in self.edges(data=True)
        ]
        title = f"{self.name or 'Transition graph'}: {len(nodes)} nodes, {len(edges)} edges{self._wanting}"
        return _table(title, head, nodes) + _table(
            "Transitions", ("from", "to", "direction", "side", "time", "identified by"), edges
        )


def attractor_transitions(graph: nx.MultiDiGraph, pulses: nx.MultiDiGraph | None = None) -> nx.MultiGraph:
    """Attractors, joined by the saddles of index 1 (fixed points or cycles) between them.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        As `transition_graph` returns it.
    pulses : networkx.MultiDiGraph, optional
        What `pulse_transitions` made of the same graph, or a part of it, such as ``pulses.edge_subgraph(...)``.

    Returns
    -------
    networkx.MultiGraph
        Nodes are the attracting fixed points and cycles; for each point or cycle with one unstable direction whose two
        branches both end in attractors an edge between these (a loop, if they are the same), with attributes ``saddle``
        (the node of that point or cycle) and ``flips``: the numbers, from 0, of the readouts whose sign differs between
        the two, None where the system has no readout. With `pulses` also ``pulses``: the amplitudes of the smallest
        pulses, along any column, that take the network from the lower-numbered of the two to the other, and back, each
        None where none was found.

    Raises
    ------
    InputError
        If `graph` is no transition graph, or `pulses` were not made of it.
    """
    transitions = nx.MultiGraph()
    check_graph(graph)
    thresholds = None if pulses is None else _thresholds(graph, pulses)
    for node, data in graph.nodes(data=True):
        record = data["point"] if data["point"] is not None else data.get("cycle")
        if record is not None and record.kind.attracting:
            transitions.add_node(node, **data)
    for saddle, data in graph.nodes(data=True):
        ends = sorted(target for _, target in graph.out_edges(saddle))
        if data.get("unstable") == 1 and len(ends) == 2 and all(end in transitions for end in ends):
            a, b = ends
            more = {} if thresholds is None else {"pulses": (thresholds.get((a, b)), thresholds.get((b, a)))}
            readouts = (graph.nodes[end].get("readout") for end in ends)
            transitions.add_edge(a, b, saddle=saddle, flips=flips(*readouts), **more)
    return transitions


def _thresholds(graph: nx.MultiDiGraph, pulses: Any) -> dict[tuple[int, int], float]:
    """(memory, memory) -> the amplitude of the smallest pulse from the one to the other."""
    fits = isinstance(pulses, nx.MultiDiGraph) and all(
        graph.nodes.get(node, {}).get("point") is data.get("point") for node, data in pulses.nodes(data=True)
    )
    if not fits or any("amplitude" not in data for *_, data in pulses.edges(data=True)):
        raise InputError(f"pulses is {pulses!r:.60}; expected what pulse_transitions made of this graph.")
    least: dict[tuple[int, int], float] = {}
    for a, b, amplitude in pulses.edges(data="amplitude"):
        least[a, b] = min(amplitude, least.get((a, b), amplitude))
    return least


def check_graph(graph: Any, name: str = "graph", expected: str = "what transition_graph returned") -> None:
    """Refuse what is no transition graph.

    Parameters
    ----------
    graph : object
        What the user gave.
    name, expected : str
        The argument's name and what it may be, for the message.

    Raises
    ------
    InputError
        If it is no directed multigraph whose nodes hold fixed points, cycles or neither.
    """
    fits = isinstance(graph, nx.MultiDiGraph) and all(
        "point" in data and isinstance(data["point"], FixedPoint | None) and isinstance(data.get("cycle"), Cycle | None)
        for _, data in graph.nodes(data=True)
    )
    if not fits:
        raise InputError(f"{name} is {graph!r:.60}; expected {expected}.")


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    def row(cells: Sequence[Any], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"

    shown = "".join(row(cells, "td") for cells in rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        shown += row([f"and {len(rows) - _MOST_ROWS} more"], "td")
    return f"<table><caption>{html.escape(title)}</caption>{row(head, 'th')}{shown}</table>"
