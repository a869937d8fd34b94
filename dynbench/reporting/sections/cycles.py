"""Cycles that unstable branches ended in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynbench.reporting.blocks import Paragraph, Section, Table, Text
from dynbench.reporting.numbers import decimal, readable, short
from dynbench.reporting.states import leading_eigenvalues, state_text
from dynbench.reporting.tables import without_empty_columns

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.cycles import Cycle
    from dynbench.systems import System

__all__ = ["cycles_section"]

_CAUTION = (
    "These cycles were met as limits of unstable branches and refined by Newton\u2019s method. They are converged, not "
    "proved, and there may be others."
)


def cycles_section(analysis: Analysis) -> Section | None:
    """The cycles among the nodes of the transition graph; None where there is none."""
    cycles = [(node, data["cycle"]) for node, data in analysis.graph.nodes(data=True) if data.get("cycle") is not None]
    if not cycles:
        return None
    headers: tuple[Text, ...] = (
        *(("node",), ("kind",), ("period",), ("multipliers",), ("s, c, u",), ("residual",), ("status",)),
        *(("remark",), ("passes through",)),
    )
    rows = tuple(_row(analysis.system, node, cycle) for node, cycle in cycles)
    caption = "Cycles: periods, multipliers, and numbers of stable, central and unstable directions"
    table = without_empty_columns(Table(caption, headers, rows, numeric=(2, 5)))
    return Section("cycles", "Cycles", (Paragraph((_CAUTION,)), table))


def _row(system: System, node: int, cycle: Cycle) -> tuple[Text, ...]:
    period = str(cycle.period) if isinstance(cycle.period, int) else decimal(float(cycle.period))
    return (
        *((str(node),), (cycle.kind.value,), (period,), (leading_eigenvalues(cycle.multipliers, None),)),
        *((", ".join(map(str, cycle.stability)),), (short(cycle.residual, 2),)),
        *((f"{cycle.status.value}, not proved",), (readable(cycle.note),), (state_text(system, cycle.points[0]),)),
    )
