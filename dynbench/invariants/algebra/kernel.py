"""The kernel of a matrix of polynomials that is known to be a line, by fraction-free elimination."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from flint import fmpz_mpoly, fmpz_mpoly_ctx

__all__ = ["MOST_TERMS", "line_kernel"]

#: Elimination gives up when an entry has more terms than this: such an answer could not be read.
MOST_TERMS = 100

#: Column -> nonzero entry.
Row = dict[int, fmpz_mpoly]


def line_kernel(rows: Iterable[Row], width: int, context: fmpz_mpoly_ctx) -> list[fmpz_mpoly] | None:
    """Return the primitive vector that spans the kernel.

    Parameters
    ----------
    rows : iterable of dicts
        Column -> nonzero entry, a polynomial of `context`.
    width : int
        The number of columns.
    context : fmpz_mpoly_ctx
        The polynomial ring over ZZ; in no variables, the integers.

    Returns
    -------
    list of `width` polynomials, or None
        With no common factor, and more positive than negative leading coefficients, or as many and the first
        one positive. None where the kernel is not of dimension 1 or its last entry is zero, or where entries
        grow beyond `MOST_TERMS` terms.
    """
    waiting = [_primitive(row) for row in rows if row]
    pivots: dict[int, Row] = {}
    while waiting:
        row = min(waiting, key=_size)
        columns = [c for c in row if c != width - 1]
        if not columns:
            return None
        pivot = min(columns, key=lambda c: len(row[c]))
        waiting = [_eliminated(other, pivot, row) for other in waiting if other is not row]
        waiting = [other for other in waiting if other]
        pivots = {c: _eliminated(other, pivot, row) for c, other in pivots.items()} | {pivot: row}
        if any(len(entry) > MOST_TERMS for r in (*waiting, *pivots.values()) for entry in r.values()):
            return None
    return _back_substituted(pivots, width, context) if len(pivots) == width - 1 else None


def _back_substituted(pivots: dict[int, Row], width: int, context: fmpz_mpoly_ctx) -> list[fmpz_mpoly]:
    """Each row now reads a_c v_c + b_c v_last = 0."""
    last, zero = width - 1, context.from_dict({})
    scale = functools.reduce(_lcm, (row[c] for c, row in pivots.items()), context.constant(1))
    vector = [-(scale // pivots[c][c]) * pivots[c].get(last, zero) for c in range(last)]
    vector = _without_content([*vector, scale])
    signs = [1 if entry.leading_coefficient() > 0 else -1 for entry in vector if entry != 0]
    negative = sum(signs) < 0 or (sum(signs) == 0 and signs[0] < 0)
    return [-entry for entry in vector] if negative else vector


def _eliminated(row: Row, pivot: int, by: Row) -> Row:
    if pivot not in row:
        return row
    a, b = by[pivot], row[pivot]
    entries = {c: row[c] * a for c in row}
    for c, entry in by.items():
        entries[c] = entries[c] - b * entry if c in entries else -b * entry
    return _primitive({c: entry for c, entry in sorted(entries.items()) if entry != 0})


def _primitive(row: Row) -> Row:
    return dict(zip(row, _without_content(list(row.values())), strict=True))


def _without_content(entries: Sequence[fmpz_mpoly]) -> list[fmpz_mpoly]:
    if not entries:
        return []
    content = functools.reduce(lambda p, q: p.gcd(q), entries)
    return [entry // content for entry in entries]


def _lcm(p: fmpz_mpoly, q: fmpz_mpoly) -> fmpz_mpoly:
    return p * (q // p.gcd(q))


def _size(row: Row) -> tuple[int, int]:
    return sum(len(entry) for entry in row.values()), len(row)
