"""What each part of a combined search found, and what was known after how much effort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dynbench.reporting.blocks import Block, Figure, Figures, Heading, Paragraph, Table, Text
from dynbench.reporting.numbers import short
from dynbench.reporting.tables import NONE, without_empty_columns

if TYPE_CHECKING:
    from dynbench.fixed_points import FixedPoints

__all__ = ["search_blocks"]


def search_blocks(points: FixedPoints) -> list[Block]:
    """Which strategy found what, points by index, and the index sum against effort; none of a search in one part."""
    if not points.contributions:
        return []
    blocks: list[Block] = [Heading("Search"), _contributions(points), _by_index(points)]
    if points.history:
        blocks += [Figures((_effort(points),)), _history(points)]
    return blocks


def _contributions(points: FixedPoints) -> Table:
    headers: tuple[Text, ...] = (("strategy",), ("points found first",), ("CPU seconds",))
    rows = tuple(
        ((c.strategy,), (str(c.points),), (NONE if np.isnan(c.seconds) else short(c.seconds, 3),))
        for c in points.contributions
    )
    caption = "What each strategy found that those before it had not, mirror images counted"
    if all(np.isnan(c.seconds) for c in points.contributions):
        caption += "; how long each took is not kept in a JSON report"
    return without_empty_columns(Table(caption, headers, rows, numeric=(1, 2)))


def _by_index(points: FixedPoints) -> Paragraph:
    counts = ", ".join(f"{count} with {index}" for index, count in points.by_index.items()) or "none"
    return Paragraph((f"Certified points by their number of unstable directions: {counts}.",))


def _effort(points: FixedPoints) -> Figure:
    caption = "Points known after so many CPU seconds of the search, and the sum of their indices"
    expected = points.expected_index_sum
    caption += "." if expected is None else f", which is {short(expected)} for all fixed points together."
    return Figure("effort", caption, f"{caption} Its numbers are in the table below.")


def _history(points: FixedPoints) -> Table:
    headers: tuple[Text, ...] = (
        *(("round",), ("after",), ("CPU seconds",), ("points",), ("attractors",)),
        *(("1 unstable direction",), ("2 or more",), ("sum of indices",)),
    )
    rows = []
    for stage in points.history:
        total, none, one = (sum(stage.by_index.values()), stage.by_index.get(0, 0), stage.by_index.get(1, 0))
        numbers = (short(stage.seconds, 4), *map(str, (total, none, one, total - none - one)))
        last = NONE if stage.index_sum is None else short(stage.index_sum)
        rows.append(((str(stage.round),), (stage.strategy,), *((n,) for n in numbers), (last,)))
    caption = "What was known after each part of the search, by floating-point eigenvalues, before certification"
    return Table(caption, headers, tuple(rows), numeric=(2, 3, 4, 5, 6, 7))
