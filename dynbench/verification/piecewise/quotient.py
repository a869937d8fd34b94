"""Flows on the subspace where states that move alike are equal, and silent ones zero: there units switch one by one.

Which states are taken to be equal is read from the numbers of a report; that the flow keeps them equal is exact: their
equations, over one state a class, are the same. Units that are active on no leg are left out of the equations; their
margins remain, and it is for the proof of the orbit to show that they stay negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import fmpq

from dynbench.verification.piecewise.claims import Word
from dynbench.verification.piecewise.rows import Rectified, Row, Units, substituted

__all__ = ["Quotient", "quotient"]

#: States that differ by less along the points given, relative to their size, are taken to be equal.
_EQUAL = 1e-9


class Quotient(NamedTuple):
    """The flow with one state a class.

    Attributes
    ----------
    function : Rectified
        Over the first state of each class.
    word : tuple of tuples of bool
        In its units.
    classes : tuple of int or None
        For each state the class it is in; None where it is zero.
    """

    function: Rectified
    word: Word
    classes: tuple[int | None, ...]


def quotient(function: Rectified, word: Word, points: Sequence[Sequence[float]]) -> Quotient | None:
    """The flow on the subspace of states that agree at all points; None where the word is not one of its units."""
    owners = _agreeing(points)
    acting = [any(pattern[i] for pattern in word) for i in range(len(function.arguments))]
    while True:  # states that agree by chance are parted, until no equation parts any more
        kept = sorted({owner for owner in owners if owner is not None})
        places = [None if owner is None else kept.index(owner) for owner in owners]
        units = Units(len(kept))
        known = [Row() if place is None else Row({place: fmpq(1)}) for place in places]
        margins = []
        for argument, acts in zip(function.arguments, acting, strict=True):
            margins.append(substituted(argument, known))
            unit = units.rectified(margins[-1])
            known.append(unit if acts else Row())
        rows = [substituted(row, known) for row in function.rows]
        parted = _parted(owners, rows)
        if parted == owners:
            break
        owners = parted
    smaller = Rectified(len(kept), tuple(units.arguments), tuple(rows[i] for i in kept))
    patterns = [_pattern(pattern, margins, smaller) for pattern in word]
    if any(pattern is None for pattern in patterns):
        return None
    return Quotient(smaller, tuple(p for p in patterns if p is not None), tuple(places))


def _agreeing(points: Sequence[Sequence[float]]) -> list[int | None]:
    """For each state the first that is equal to it at all points; None where it is zero."""
    columns = list(zip(*points, strict=True))
    room = _EQUAL * max(1.0, *(abs(x) for column in columns for x in column))

    def same(a: Sequence[float], b: Sequence[float]) -> bool:
        return all(abs(x - y) <= room for x, y in zip(a, b, strict=True))

    zero = [0.0] * len(points)
    return [
        None if same(column, zero) else next(j for j in range(i + 1) if same(columns[j], column))
        for i, column in enumerate(columns)
    ]


def _parted(owners: Sequence[int | None], rows: Sequence[Row]) -> list[int | None]:
    """The classes, each cut where its states have different equations; silent ones have none."""
    return [
        None
        if owner is None and rows[i].key == Row().key
        else next(j for j in range(i + 1) if owners[j] == owner and rows[j].key == rows[i].key)
        for i, owner in enumerate(owners)
    ]


def _pattern(pattern: Sequence[bool], margins: Sequence[Row], smaller: Rectified) -> tuple[bool, ...] | None:
    """A pattern in the units of the quotient; None where two units that are one there, or a constant, contradict it."""
    bits: dict[object, bool] = {}
    for active, margin in zip(pattern, margins, strict=True):
        if not margin.terms:
            if margin.constant == 0 or bool(margin.constant > 0) != active:
                return None
            continue
        key, bit = margin.times(1 / margin.lead).key, active == bool(margin.lead > 0)
        if bits.setdefault(key, bit) != bit:
            return None
    return tuple(bits[argument.key] for argument in smaller.arguments)
