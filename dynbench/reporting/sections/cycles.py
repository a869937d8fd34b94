"""Cycles: all of a map up to some period, and those that unstable branches ended in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dynbench.cycles import Cycle, CycleKind, Cycles
from dynbench.fixed_points import Status
from dynbench.reporting.blocks import Block, Bullets, Heading, Paragraph, Section, Table, Text
from dynbench.reporting.cycles import enumerated, met_cycles, of_periods
from dynbench.reporting.numbers import decimal, plural, readable, short
from dynbench.reporting.states import leading_eigenvalues, state_text
from dynbench.reporting.strategies import in_words
from dynbench.reporting.tables import without_empty_columns

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["cycles_section"]

_MET = "These cycles were met as limits of unstable branches and refined by Newton\u2019s method"
#: Cycles are listed one by one up to this number.
_LISTED = 60
#: A word of more digits is not shown.
_LONGEST_WORD = 48


def cycles_section(analysis: Analysis) -> Section | None:
    """The cycles found by period, and those among the nodes of the transition graph; None where there is neither."""
    blocks: list[Block] = []
    if analysis.cycles is not None:
        blocks += _by_period(analysis, analysis.cycles)
    met = met_cycles(analysis)
    if met:
        blocks += [Heading("Met by unstable branches")] if blocks else []
        blocks += [Paragraph((_caution(met),)), _met_table(analysis.system, met)]
    return Section("cycles", "Cycles", tuple(blocks)) if blocks else None


def _caution(met: Sequence[tuple[int, Cycle]]) -> str:
    proved = sum(cycle.status is Status.CERTIFIED for _, cycle in met)
    if not proved:
        return f"{_MET}. They are converged, not proved, and there may be others."
    who = "Their existence was" if proved == len(met) else f"The existence of {proved} of them was"
    return f"{_MET}. {who} then proved (certified). There may be others."


def _by_period(analysis: Analysis, cycles: Cycles) -> list[Block]:
    blocks: list[Block] = [Paragraph((_scope(cycles),)), _periods_table(cycles)]
    absent = [k for k in cycles.periods if cycles.complete[k] and not cycles.of_period(k)]
    if absent:
        blocks.append(Paragraph((f"No cycle of period {enumerated(absent, 'or')} exists there (proved).",)))
    blocks += [
        Paragraph((readable(f"Of period {c.period} there is a continuum of dimension {c.dimension}."),))
        for c in cycles.continua
    ]
    longer = list(analysis.numbered_cycles.items())
    if longer:
        blocks.append(_cycles_table(analysis.system, longer[:_LISTED]))
        if len(longer) > _LISTED:
            rest = f"{len(longer) - _LISTED} more are in the JSON form of this report."
            blocks.append(Paragraph((rest,)))
        blocks.append(Bullets(_legend(longer)))
    return blocks


def _scope(cycles: Cycles) -> str:
    where = "in the whole state space" if cycles.region is None else "that lie in the region searched with all states"
    of_points = "which are the fixed points" if cycles.periods == (1,) else "those of period 1 are the fixed points"
    joint = "," if cycles.periods == (1,) else ";"
    text = f"Cycles {of_periods(cycles.periods)} {where}{joint} {of_points}."
    proved = sum(c.status is Status.CERTIFIED for c in cycles)
    if cycles and proved == len(cycles):
        text += " Each was verified in exact rational arithmetic: the cycles listed exist."
    if cycles.strategies:
        text += f" Searched by {', '.join(map(in_words, cycles.strategies))}."
    if cycles.strategies or any(cycle.word is not None for cycle in cycles):
        text += " A word says which units are active (1) and which are not (0) at each state of a cycle in turn."
    if cycles.interrupted:
        text += " The search was interrupted."
    return text


def _periods_table(cycles: Cycles) -> Table:
    headers: tuple[Text, ...] = (
        *(("period",), ("cycles",), ("attracting",), ("saddles",), ("other",)),
        *(("list complete",), ("by which argument, or why not",)),
    )
    rows = []
    for k in cycles.periods:
        found = cycles.of_period(k)
        attracting = sum(c.kind.attracting for c in found)
        saddles = sum(c.kind is CycleKind.SADDLE for c in found)
        counts = (k, len(found), attracting, saddles, len(found) - attracting - saddles)
        complete = "yes, proved" if cycles.complete[k] else "not proved"
        rows.append((*((str(n),) for n in counts), (complete,), (readable(cycles.arguments[k]),)))
    return Table("Cycles by period", headers, tuple(rows), numeric=(0, 1, 2, 3, 4))


def _cycles_table(system: System, listed: Sequence[tuple[int, Cycle]]) -> Table:
    headers: tuple[Text, ...] = (
        *(("cycle",), ("period",), ("kind",), ("word",), ("multipliers",), ("s, c, u",)),
        *(("established",), ("passes through",), ("remark",)),
    )
    rows = tuple(
        (
            *((str(number),), (str(c.period),), (_kind(c),), (_word(c),)),
            *((leading_eigenvalues(c.multipliers, None),), (", ".join(map(str, c.stability)),)),
            *((_established(c),), (state_text(system, c.points[0]),), (readable(c.note),)),
        )
        for number, c in listed
    )
    caption = "Cycles of more than one state, with the numbers of their stable, central and unstable directions"
    return without_empty_columns(Table(caption, headers, rows, numeric=(1,)))


def _kind(cycle: Cycle) -> str:
    more = cycle.character.removesuffix("saddle").strip() if cycle.kind is CycleKind.SADDLE else cycle.character
    return f"{cycle.kind.value} ({more})" if more else cycle.kind.value


def _word(cycle: Cycle) -> str:
    """The patterns of the states in turn; those of one unit stand together."""
    if cycle.word is None:
        return ""
    steps = ["".join("01"[bit] for bit in pattern) for pattern in cycle.word]
    text = ("" if len(steps[0]) == 1 else " ").join(steps)
    return text if len(text) <= _LONGEST_WORD else f"{text[:_LONGEST_WORD]}\N{HORIZONTAL ELLIPSIS}"


def _established(cycle: Cycle) -> str:
    if cycle.status is not Status.CERTIFIED:
        return f"{cycle.status.value}, not proved"
    return "certified" if cycle.proved else "certified, stability not proved"


def _legend(listed: Sequence[tuple[int, Cycle]]) -> tuple[Text, ...]:
    items: list[Text] = []
    if any(c.word is not None for _, c in listed):
        items.append(("Word: its first pattern is that of the state that the table names.",))
    if any("flip" in c.character for _, c in listed):
        items.append(("Flip: a negative multiplier takes nearby orbits to the other side at every turn.",))
    if any(c.kind is CycleKind.NONSMOOTH for _, c in listed):
        items.append(
            (
                "Nonsmooth cycle: a state lies on a border between regions (a border collision), and multipliers do "
                "not decide its stability.",
            )
        )
    return (*items, (f"{plural(len(listed), 'cycle')} of more than one state in all.",))


def _met_table(system: System, cycles: Sequence[tuple[int, Cycle]]) -> Table:
    headers: tuple[Text, ...] = (
        *(("cycle",), ("kind",), ("period",), ("multipliers",), ("s, c, u",), ("residual",), ("established",)),
        *(("remark",), ("passes through",)),
    )
    rows = tuple(_row(system, node, cycle) for node, cycle in cycles)
    caption = "Cycles: periods, multipliers, and numbers of stable, central and unstable directions"
    return without_empty_columns(Table(caption, headers, rows, numeric=(2, 5)))


def _row(system: System, node: int, cycle: Cycle) -> tuple[Text, ...]:
    period = str(cycle.period) if isinstance(cycle.period, int) else decimal(float(cycle.period))
    return (
        *((str(node),), (cycle.kind.value,), (period,), (leading_eigenvalues(cycle.multipliers, None),)),
        *((", ".join(map(str, cycle.stability)),), (short(cycle.residual, 2),)),
        *((_established(cycle),), (readable(cycle.note),), (state_text(system, cycle.points[0]),)),
    )
