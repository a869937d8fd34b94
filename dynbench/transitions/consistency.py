"""What a transition graph and its fixed points must satisfy together, if nothing is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from dynbench._arrays import shown
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.transitions.graph import attractor_transitions

__all__ = ["Consistency", "morse_consistency"]


@dataclass(frozen=True)
class Consistency:
    """Counts of a transition graph, and what they say about it.

    Attributes
    ----------
    attractors, saddles, repellers : int
        Numbers of nodes (fixed points and cycles) that attract, that do both, and that repel in every direction.
    index_sum, expected_index_sum : int or None
        Of the fixed points, as `dynbench.FixedPoints` has them.
    connected : bool
        Whether the attractors are connected by the saddles of index 1 between them: whether basins that meet along
        the stable manifold of a saddle that was found make up one piece.
    components : int
        The number of such pieces.
    remarks : tuple of str
        Sentences: what agrees, what does not, and what may be the reason.
    """

    attractors: int
    saddles: int
    repellers: int
    index_sum: int | None
    expected_index_sum: int | None
    connected: bool
    components: int
    remarks: tuple[str, ...]


def morse_consistency(graph: nx.MultiDiGraph, fixed_points: Sequence[FixedPoint]) -> Consistency:
    """Check the counts of a transition graph against each other.

    Parameters
    ----------
    graph : TransitionGraph
        As `transition_graph` returns it.
    fixed_points : FixedPoints
        The fixed points that it was made of.

    Returns
    -------
    Consistency
        None of the checks is a proof that something is missing or that nothing is: the remarks say what may be the
        reason where a count is off.

    Raises
    ------
    InputError
        If `graph` is no transition graph, or `fixed_points` are not the points that its nodes hold.

    References
    ----------
    J. Milnor, Morse Theory (1963), section 5; J. Palis and W. de Melo, Geometric Theory of Dynamical Systems (1982).
    """
    between = attractor_transitions(graph)
    _check(graph, fixed_points)
    counts = _counts(graph)
    found = getattr(fixed_points, "index_sum", None)
    expected = getattr(fixed_points, "expected_index_sum", None)
    components = nx.number_connected_components(between) if len(between) else 0
    return Consistency(
        *counts,
        index_sum=found,
        expected_index_sum=expected,
        connected=components == 1,
        components=components,
        remarks=tuple(_remarks(graph, counts, found, expected, components)),
    )


def _check(graph: nx.MultiDiGraph, fixed_points: Any) -> None:
    if not (isinstance(fixed_points, Sequence) and all(isinstance(p, FixedPoint) for p in fixed_points)):
        raise InputError(f"fixed_points is {shown(fixed_points)}; expected the result of find_fixed_points.")
    for node, point in graph.nodes(data="point"):
        if point is not None and not (
            node in range(len(fixed_points)) and np.array_equal(fixed_points[node].x, point.x)
        ):
            raise InputError(
                f"fixed_points does not hold the point of the graph's node {node}; expected the points that the graph "
                "was made of."
            )


def _counts(graph: nx.MultiDiGraph) -> tuple[int, int, int]:
    """Attractors, saddles and repellers among the points and cycles whose stability leaves no doubt."""
    totals = [0, 0, 0]
    for _, data in graph.nodes(data=True):
        record = data["point"] if data["point"] is not None else data.get("cycle")
        if record is None or record.stability[1] or not sum(record.stability):
            continue
        if data["point"] is not None and not data["point"].kind.settled:
            continue
        stable, _, unstable = record.stability
        totals[0 if not unstable else 1 if stable else 2] += 1
    return totals[0], totals[1], totals[2]


def _remarks(
    graph: nx.MultiDiGraph, counts: tuple[int, int, int], found: int | None, expected: int | None, components: int
) -> list[str]:
    remarks = []
    if found is not None and expected is not None:
        if found == expected:
            remarks.append(f"The indices of the fixed points add up to {found}, as they must.")
        else:
            remarks.append(f"The indices add up to {found}, but {expected} is expected: a fixed point is missing.")
    if components > 1:
        remarks.append(
            f"The attractors fall into {components} groups that no saddle of index 1 found here joins: their basins "
            "meet along something else (a cycle, a saddle that was not found, infinity), or not at all."
        )
    elif components == 1 and counts[0] > 1:
        remarks.append("The saddles of index 1 join all attractors to one piece.")
    if not counts[0]:
        remarks.append("No hyperbolic attractor (fixed point or cycle) was found.")
    undecided = sum(not identified for *_, identified in graph.edges(data="identified"))
    if undecided:
        remarks.append(f"The limits of {_many(undecided, 'edge')} are undecided.")
    chaotic = sum(graph.nodes[b]["kind"] == "chaotic set" for _, b in graph.edges())
    if chaotic:
        remarks.append(
            f"{_many(chaotic, 'edge')} {'ends' if chaotic == 1 else 'end'} in what looks like a chaotic set."
        )
    infinite = sum(graph.nodes[b]["kind"] == "infinity" for _, b in graph.edges())
    if infinite:
        remarks.append(f"{_many(infinite, 'edge')} {'leads' if infinite == 1 else 'lead'} to infinity.")
    skipped = sum(bool(text) for _, text in graph.nodes(data="skipped"))
    if skipped:
        cycles = sum(bool(data["skipped"]) and data["point"] is None for _, data in graph.nodes(data=True))
        noun = "cycle" if cycles == skipped else "point or cycle" if cycles else "point"
        remarks.append(f"Of {_many(skipped, noun)} the unstable manifold was not followed.")
    records = ((n, d["point"] or d.get("cycle")) for n, d in graph.nodes(data=True))
    attracting = (n for n, record in records if record is not None and record.kind.attracting)
    isolated = sum(not graph.in_degree(n) for n in attracting)
    if isolated and len(graph) > 1:
        remarks.append(f"{_many(isolated, 'attractor')} {'is' if isolated == 1 else 'are'} reached by no branch.")
    return remarks


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
