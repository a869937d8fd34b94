"""From an analysis to the one document that HTML and Markdown render."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from dynbench.fixed_points import Status
from dynbench.invariants import Invariants
from dynbench.reporting.alerts import alerts
from dynbench.reporting.blocks import Document, Fact
from dynbench.reporting.cycles import met_cycles, of_periods
from dynbench.reporting.homoclinic import proofs_of
from dynbench.reporting.matrix_systems import with_sizes
from dynbench.reporting.numbers import plural, readable
from dynbench.reporting.sections import (
    cycles_section,
    derived_section,
    homoclinic_section,
    invariants_section,
    manifolds_section,
    memories_section,
    not_established_section,
    pictures_section,
    piecewise_section,
    points_section,
    provenance_section,
    references_section,
    system_section,
    transitions_section,
)
from dynbench.reporting.sections.symmetries import order_of
from dynbench.reporting.states import in_full
from dynbench.reporting.verdict import count_kinds, settled, verdict

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.cycles import Cycles
    from dynbench.systems import System

__all__ = ["build_document"]

_SECTIONS = (
    *(system_section, derived_section, piecewise_section, invariants_section, points_section, memories_section),
    *(pictures_section, cycles_section, manifolds_section, homoclinic_section, transitions_section),
    *(not_established_section, provenance_section, references_section),
)


def build_document(analysis: Analysis) -> Document:
    """Write an analysis up as plain structured text: verdict first, evidence after, gaps named."""
    system = with_sizes(analysis.system)
    analysis = replace(analysis, system=system)
    kind = "Map" if system.kind == "map" else "Flow"
    counts = [plural(system.dimension, "state")]
    if system.parameters:
        counts.append(plural(len(system.parameters), "parameter"))
    return Document(
        title=system.name or _title(system, kind),
        subtitle=f"{kind} with {' and '.join(counts)}",
        verdict=verdict(analysis),
        settled=settled(analysis),
        alerts=alerts(analysis),
        facts=tuple(_facts(analysis)),
        sections=tuple(section for make in _SECTIONS if (section := make(analysis)) is not None),
    )


def _title(system: System, kind: str) -> str:
    """What a system without a name is called."""
    if in_full(system):
        return f"{kind} in {', '.join(system.state_names)}"
    return f"{type(system).__name__} of {plural(system.dimension, 'state')}"


def _facts(analysis: Analysis) -> Iterator[Fact]:
    """The overview: a number a line."""
    points, graph = analysis.fixed_points, analysis.graph
    found = sum(p.status is not Status.SLOW_POINT for p in points)
    kinds = count_kinds(points)
    yield Fact("Fixed points", f"{found}: {kinds}" if kinds else str(found))
    yield Fact("List complete", "yes, proved" if points.complete else "not proved")
    if points.index_sum is not None:
        expected = points.expected_index_sum
        against = "expected sum not known" if expected is None else f"{expected} expected"
        yield Fact("Index sum", readable(f"{points.index_sum} ({against})"))
    slow = len({id(p) for p in (*analysis.slow_points, *points.slow_points)})
    if slow:
        yield Fact("Slow points", str(slow))
    if analysis.cycles is not None:
        yield Fact("Cycles", _cycles(analysis.cycles))
    if analysis.homoclinic:
        yield Fact("Chaos", _chaos(analysis))
    yield Fact("Invariants", _invariants(analysis))
    if analysis.lyapunov_functions:
        yield Fact("Lyapunov functions", str(len(analysis.lyapunov_functions)))
    yield Fact("Symmetries", _symmetries(analysis))
    if graph.number_of_edges():
        cycles = len(met_cycles(analysis))
        met = f", {plural(cycles, 'cycle')} met" if cycles else ""
        yield Fact("Transitions", f"{plural(graph.number_of_edges(), 'edge')} between {len(graph)} nodes{met}")


def _cycles(cycles: Cycles) -> str:
    """How many of more than one state, of which periods, and for which of them that is all."""
    longer = [k for k in cycles.periods if k > 1]
    if not longer:
        return "looked for as fixed points only"
    count = sum(len(cycles.of_period(k)) for k in longer)
    complete = [k for k in longer if cycles.complete[k]]
    if len(complete) == len(longer):
        known = "all, proved"
    else:
        known = f"all {of_periods(complete)}, proved" if complete else "there may be more"
    return f"{count} {of_periods(longer)} ({known})"


def _chaos(analysis: Analysis) -> str:
    proofs = proofs_of(analysis.homoclinic)
    if any(proof.kind == "homoclinic" for proof in proofs):
        return "proved, by a transversal homoclinic orbit"
    return "not proved; manifolds cross" if not proofs else "not proved; a heteroclinic orbit is"


def _invariants(analysis: Analysis) -> str:
    """How many were found; "not looked for" only where no method applied."""
    found = analysis.invariants
    if not isinstance(found, Invariants):
        return str(len(found)) if found else "none found"
    if found or found.nearly:
        near = f"{len(found.nearly)} nearly conserved" if found.nearly else ""
        return ", ".join(text for text in (str(len(found)) if found else "", near) if text)
    return "none found" if found.scope and not found.scope.startswith("nothing") else "not looked for"


def _symmetries(analysis: Analysis) -> str:
    """Order of the group, and in how many orbits the fixed points fall."""
    if not analysis.symmetries:
        return "none found"
    order = order_of(analysis)
    text = f"{len(analysis.symmetries)} found" if order is None else f"group of order {order}"
    orbits = analysis.symmetry_orbits
    return f"{text}: {plural(len(orbits), 'orbit')} of fixed points" if orbits else text
