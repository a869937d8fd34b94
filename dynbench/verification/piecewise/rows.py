"""Piecewise-linear functions as multiples of states and of rectified units, in rational numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flint import fmpq, fmpq_mat

__all__ = ["Piece", "Rectified", "Row", "Units", "substituted"]

_ZERO, _ONE = fmpq(0), fmpq(1)


@dataclass(frozen=True)
class Row:
    """A sum of multiples of states (0, ..., n - 1) and of units (n, n + 1, ...), and a number."""

    terms: Mapping[int, fmpq] = field(default_factory=dict)
    constant: fmpq = _ZERO

    def __add__(self, other: Row) -> Row:
        terms = dict(self.terms)
        for i, c in other.terms.items():
            terms[i] = terms.get(i, _ZERO) + c
        return Row({i: c for i, c in terms.items() if c != 0}, self.constant + other.constant)

    def __sub__(self, other: Row) -> Row:
        return self + other.times(-_ONE)

    def times(self, number: fmpq) -> Row:
        """The multiple of it."""
        return Row({i: number * c for i, c in self.terms.items()} if number else {}, number * self.constant)

    @property
    def lead(self) -> fmpq:
        """The coefficient of the first state or unit in it."""
        return self.terms[min(self.terms)]

    @property
    def key(self) -> tuple[Any, ...]:
        """What two equal rows share."""
        return tuple(sorted((i, int(c.p), int(c.q)) for i, c in self.terms.items())), self.constant

    def value(self, z: Sequence[Any]) -> Any:
        """Its value at the states and units `z`, numbers of any ordered field that holds the rationals."""
        total: Any = self.constant
        for i, c in self.terms.items():
            total = z[i] * c + total
        return total


class Units:
    """The rectified units met so far; relu of rows that differ by a factor is one unit.

    Parameters
    ----------
    dimension : int
        The number n of states.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.arguments: list[Row] = []
        self._known: dict[Any, int] = {}

    def rectified(self, row: Row) -> Row:
        """relu of a row: relu(c s) = c relu(s) for c > 0, and relu(-s) = relu(s) - s."""
        if not row.terms:
            return Row(constant=max(row.constant, _ZERO))
        lead = row.lead
        argument = row.times(_ONE / lead)
        if argument.key not in self._known:
            self._known[argument.key] = self.dimension + len(self.arguments)
            self.arguments.append(argument)
        unit = Row({self._known[argument.key]: lead if lead > 0 else -lead})
        return unit if lead > 0 else unit + row


@dataclass(frozen=True)
class Piece:
    """F(z) = J z + c where the margins G z + g have the signs of one pattern."""

    J: fmpq_mat
    c: fmpq_mat
    G: tuple[tuple[fmpq, ...], ...]
    g: tuple[fmpq, ...]


@dataclass(frozen=True, eq=False)
class Rectified:
    """A vector function of n states: its rows, and the arguments of the units in them, each of earlier units only.

    Attributes
    ----------
    dimension : int
        The number n of states.
    arguments : tuple of Row
        What the units rectify.
    rows : tuple of Row
        The components of F.
    """

    dimension: int
    arguments: tuple[Row, ...]
    rows: tuple[Row, ...]

    def margins(self, z: Sequence[Any]) -> list[Any]:
        """The arguments of the units at a state, numbers of any ordered field."""
        values, found = list(z), []
        for argument in self.arguments:
            found.append(argument.value(values))
            values.append(found[-1] if found[-1] > 0 else found[-1] * _ZERO)
        return found

    def image(self, z: Sequence[Any]) -> list[Any]:
        """F at a state, numbers of any ordered field."""
        margins = self.margins(z)
        values = [*z, *(m if m > 0 else m * _ZERO for m in margins)]
        return [row.value(values) for row in self.rows]

    def sizes(self, z: Sequence[fmpq]) -> list[fmpq]:
        """For each component the sum of the moduli of all that is added up for F at a state."""
        values = [abs(x) for x in z]
        for argument in self.arguments:
            values.append(_sum_of_moduli(argument, values))
        return [_sum_of_moduli(row, values) for row in self.rows]

    def piece(self, pattern: Sequence[bool]) -> Piece:
        """The affine functions of one pattern."""
        n = self.dimension
        known = [Row({i: _ONE}) for i in range(n)]
        margins = []
        for argument, active in zip(self.arguments, pattern, strict=True):
            margin = substituted(argument, known)
            margins.append(margin)
            known.append(margin if active else Row())
        rows = [substituted(row, known) for row in self.rows]
        matrix = [[row.terms.get(j, _ZERO) for j in range(n)] for row in rows]
        return Piece(
            fmpq_mat(matrix),
            fmpq_mat(n, 1, [row.constant for row in rows]),
            tuple(tuple(m.terms.get(j, _ZERO) for j in range(n)) for m in margins),
            tuple(m.constant for m in margins),
        )


def substituted(row: Row, known: Sequence[Row]) -> Row:
    """A row over states and units whose own rows are known."""
    total = Row(constant=row.constant)
    for i, c in row.terms.items():
        total = total + known[i].times(c)
    return total


def _sum_of_moduli(row: Row, sizes: Sequence[fmpq]) -> fmpq:
    return sum((abs(c) * sizes[i] for i, c in row.terms.items()), abs(row.constant))
