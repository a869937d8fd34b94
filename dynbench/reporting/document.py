"""From an analysis to the one document that HTML and Markdown render."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynbench.reporting.alerts import alerts
from dynbench.reporting.blocks import Document
from dynbench.reporting.numbers import plural
from dynbench.reporting.sections import (
    derived_section,
    invariants_section,
    not_established_section,
    points_section,
    provenance_section,
    references_section,
    system_section,
    transitions_section,
)
from dynbench.reporting.verdict import settled, verdict

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["build_document"]


def build_document(analysis: Analysis) -> Document:
    """Write an analysis up as plain structured text: verdict first, evidence after, gaps named."""
    system = analysis.system
    kind = "Map" if system.kind == "map" else "Flow"
    counts = [plural(system.dimension, "state")]
    if system.parameters:
        counts.append(plural(len(system.parameters), "parameter"))
    return Document(
        title=system.name or f"{kind} in {', '.join(system.state_names)}",
        subtitle=f"{kind} with {' and '.join(counts)}",
        verdict=verdict(analysis),
        settled=settled(analysis),
        alerts=alerts(analysis),
        sections=(
            system_section(analysis),
            points_section(analysis),
            transitions_section(analysis),
            derived_section(analysis),
            invariants_section(analysis),
            not_established_section(analysis),
            provenance_section(analysis),
            references_section(analysis),
        ),
    )
