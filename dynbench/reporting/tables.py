"""What tables have in common."""

from __future__ import annotations

from dataclasses import replace

from dynbench.reporting.blocks import Table

__all__ = ["NONE", "without_empty_columns"]

#: What a cell holds where there is no value.
NONE = "\u2014"


def without_empty_columns(table: Table) -> Table:
    """The table without the columns in which no row holds anything; the first column stays."""
    kept = [
        i
        for i in range(len(table.columns))
        if i == 0 or any("".join(map(str, row[i])) not in ("", NONE) for row in table.rows)
    ]
    return replace(
        table,
        columns=tuple(table.columns[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in table.rows),
        numeric=tuple(new for new, i in enumerate(kept) if i in table.numeric),
    )
