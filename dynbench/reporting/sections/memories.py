"""The memories of an echo state network: what each holds, how far it is proved, and how slowly it is approached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from dynbench.fixed_points import FixedPoint
from dynbench.networks import EchoStateNetwork
from dynbench.reporting.blocks import Block, Figure, Figures, Paragraph, Section, Table, Text
from dynbench.reporting.networks import has_hypercube, memories, readouts_of
from dynbench.reporting.numbers import at_least, at_most, eigenvalue_list, plural, short
from dynbench.reporting.states import readouts
from dynbench.reporting.tables import NONE, without_empty_columns
from dynbench.transitions import attractor_transitions

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["memories_section"]


def memories_section(analysis: Analysis) -> Section | None:
    """The attracting points of a network with readouts, with their bits and certificates; None where there is none."""
    found = memories(analysis)
    if not found:
        return None
    blocks: list[Block] = [Paragraph((_summary(analysis),)), _table(analysis.system, found)]
    if has_hypercube(analysis):
        blocks += [Figures((_hypercube(analysis),)), _transitions(analysis)]
    return Section("memories", "Memories", tuple(blocks))


def _bits(system: System, point: FixedPoint) -> str:
    assert isinstance(system, EchoStateNetwork), "only these have memories"
    return "".join(str(int(z > 0)) for z in system.readout(point.x))


def _summary(analysis: Analysis) -> str:
    found, count = memories(analysis), readouts_of(analysis)
    patterns = {_bits(analysis.system, p) for _, p in found}
    return (
        f"The attracting points are what the network holds: {plural(len(found), 'memory', 'memories')}. The signs of "
        f"their readouts (1 above 0) make {len(patterns)} of the {2**count} patterns of {plural(count, 'bit')}."
    )


def _table(system: System, found: list[tuple[int, FixedPoint]]) -> Table:
    names = readouts(system, np.zeros(system.dimension))
    headers: tuple[Text, ...] = (
        *(("point",), ("bits",), *((name,) for name in names), ("exists within",), ("unique within",)),
        *(("leading eigenvalue",), ("within",), ("slowest time scale",)),
    )
    caption = (
        "Memories: readouts, radii of existence and uniqueness, leading eigenvalue, and the time scale of the "
        "slowest approach (one over its real part, in units of the network\u2019s time constant)"
    )
    rows = tuple(_row(system, i, p) for i, p in found)
    return without_empty_columns(
        Table(caption, headers, rows, numeric=(*range(2, 4 + len(names)), 5 + len(names), 6 + len(names)))
    )


def _row(system: System, number: int, point: FixedPoint) -> tuple[Text, ...]:
    certificate, values = point.certificate, point.eigenvalues
    radii = certificate.eigenvalue_radii if certificate is not None else None
    pair = values[:2] if len(values) > 1 and values[0].imag else values[:1]
    return (
        *((str(number),), (_bits(system, point),)),
        *((short(value, 4),) for value in readouts(system, point.x).values()),
        (at_most(certificate.radius if certificate is not None else None),),
        (at_least(certificate.uniqueness_radius if certificate is not None else None),),
        (eigenvalue_list(pair),),
        (at_most(None if radii is None else float(np.max(radii))),),
        (short(-1 / float(values[0].real), 3),),
    )


def _hypercube(analysis: Analysis) -> Figure:
    shape = {1: "line", 2: "square", 3: "cube", 4: "tesseract"}[readouts_of(analysis)]
    caption = (
        f"The memories at the corners of the {shape} of their bits, and the saddles of index 1 half-way between the "
        "memories that their branches end in. A pale edge alone joins memories between which no saddle was found."
    )
    return Figure("hypercube", caption, f"{caption} Memories and saddles are in the tables above and below.")


def _transitions(analysis: Analysis) -> Table:
    """The memories that each saddle of index 1 joins, with the bits that differ."""
    headers: tuple[Text, ...] = (("saddle",), ("joins",), ("and",), ("bits that flip",))
    graph = attractor_transitions(analysis.graph)
    edges = sorted(graph.edges(data=True), key=lambda edge: edge[2]["saddle"])
    rows = tuple(_edge(analysis.system, graph, *edge) for edge in edges)
    return Table("Saddles of index 1 and the memories that they join", headers, rows)


def _edge(system: System, graph: nx.MultiGraph, a: int, b: int, data: dict[str, Any]) -> tuple[Text, ...]:
    ends = [(node, graph.nodes[node]["point"]) for node in (a, b)]  # None: a cycle, which holds no bits
    names = [str(node) if point is None else f"{_bits(system, point)} ({node})" for node, point in ends]
    flipped = ", ".join(str(k + 1) for k in data["flips"] or ())
    return (str(data["saddle"]),), (names[0],), (names[1],), (flipped or NONE,)
