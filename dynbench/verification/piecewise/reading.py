"""Reading the equations of a report as piecewise-linear functions, in rational numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import NDArray
from sympy.core.relational import GreaterThan, LessThan, StrictGreaterThan, StrictLessThan

from dynbench.symbolic.matrix_parsing import Each
from dynbench.verification.declaration import Declared
from dynbench.verification.matrices.evaluate import Arithmetic
from dynbench.verification.matrices.expansion import Expanded
from dynbench.verification.matrices.system import SLOT, MatrixSystem
from dynbench.verification.piecewise.rows import Rectified, Row, Units

__all__ = ["read_rectified", "with_identity"]

#: Matrix forms of more states are not written out.
_MOST_STATES = 200


class _NotLinearInPieces(Exception):
    """The equations are not seen to be continuous and linear in pieces, with rational coefficients."""


def read_rectified(system: Declared | MatrixSystem) -> Rectified | None:
    """The right-hand side as rows of states and units; None where it is not seen to be piecewise linear."""
    matrix = system.matrix if isinstance(system, Expanded) else system if isinstance(system, MatrixSystem) else None
    units = Units(system.dimension)
    try:
        if matrix is None:
            assert isinstance(system, Declared)
            names = {state: Row({i: fmpq(1)}) for i, state in enumerate(system.states)}
            rows = [_row(e, names, units) for e in system.exact_rhs]
        elif system.dimension > _MOST_STATES:
            return None
        else:
            rows = list(_Entries(matrix, units).value(matrix.tree)[:, 0])
    except _NotLinearInPieces:
        return None
    return Rectified(system.dimension, tuple(units.arguments), tuple(rows))


def with_identity(function: Rectified) -> Rectified:
    """x + F(x), whose fixed points are the zeros of F."""
    rows = tuple(row + Row({i: fmpq(1)}) for i, row in enumerate(function.rows))
    return Rectified(function.dimension, function.arguments, rows)


def _row(e: sp.Expr, names: Mapping[sp.Symbol, Row], units: Units) -> Row:
    if e in names:
        return names[e]
    if e.is_Rational:
        return Row(constant=fmpq(int(e.p), int(e.q)))
    if isinstance(e, sp.Add):
        return _total([_row(part, names, units) for part in e.args])
    if isinstance(e, sp.Mul):
        rows = [_row(part, names, units) for part in e.args]
        varying = [row for row in rows if row.terms]
        if len(varying) > 1:
            raise _NotLinearInPieces
        total = varying[0] if varying else Row(constant=fmpq(1))
        for row in rows:
            total = total if row.terms else total.times(row.constant)
        return total
    if isinstance(e, sp.Abs):
        s = _row(e.args[0], names, units)
        return units.rectified(s).times(fmpq(2)) - s
    if isinstance(e, sp.Max | sp.Min):
        first, *others = (_row(part, names, units) for part in sp.ordered(e.args))
        for other in others:
            above = units.rectified(first - other)
            first = other + above if isinstance(e, sp.Max) else first - above
        return first
    if isinstance(e, sp.Piecewise):
        return _switched(list(e.args), names, units)
    raise _NotLinearInPieces


def _switched(branches: list[Any], names: Mapping[sp.Symbol, Row], units: Units) -> Row:
    """The first branch where its condition s > 0 holds, else the others: others + c relu(s), as they meet at s = 0."""
    (value, condition), *rest = branches
    if condition == sp.true:
        return _row(value, names, units)
    if not rest:
        raise _NotLinearInPieces
    sides = {StrictGreaterThan: 1, GreaterThan: 1, StrictLessThan: -1, LessThan: -1}
    if type(condition) not in sides:
        raise _NotLinearInPieces
    s = (_row(condition.lhs, names, units) - _row(condition.rhs, names, units)).times(fmpq(sides[type(condition)]))
    here, other = _row(value, names, units), _switched(rest, names, units)
    if not s.terms:
        raise _NotLinearInPieces
    step = _where_positive(here - other, s, units)
    factor = step.lead / s.lead if step.terms else fmpq(0)
    if (step - s.times(factor)).key != Row().key:
        raise _NotLinearInPieces  # it jumps at s = 0, or the branches meet elsewhere
    return other + units.rectified(s).times(factor)


def _where_positive(row: Row, s: Row, units: Units) -> Row:
    """A row where s > 0: units that rectify s itself, up to a number that settles their sign there, are decided."""
    total = Row(constant=row.constant)
    for i, c in row.terms.items():
        part = Row({i: fmpq(1)})
        if i >= units.dimension:
            argument = units.arguments[i - units.dimension]
            factor = argument.lead / s.lead if argument.terms.keys() == s.terms.keys() else fmpq(0)
            rest = argument - s.times(factor)
            if factor and not rest.terms and (rest.constant == 0 or (rest.constant > 0) == (factor > 0)):
                part = argument if factor > 0 else Row()
        total = total + part.times(c)
    return total


def _total(parts: Sequence[Row]) -> Row:
    total = Row()
    for part in parts:
        total = total + part
    return total


class _Entries(Arithmetic[NDArray[Any]]):
    """Matrices of rows; of a product one factor has constant entries."""

    def __init__(self, system: MatrixSystem, units: Units) -> None:
        super().__init__()
        self._system, self._units = system, units

    def name(self, name: str) -> NDArray[Any]:
        if name == self._system.column:
            return _objects((len(self._system.names), 1), [Row({i: fmpq(1)}) for i in range(len(self._system.names))])
        array = self._system.arrays[name]
        dense = array if isinstance(array, np.ndarray) else array.toarray()
        return _constants(dense.shape, [fmpq(*float(v).as_integer_ratio()) for v in dense.ravel().tolist()])

    def times(self, a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        entries = [_total([_product(x, y) for x, y in zip(row, column, strict=True)]) for row in a for column in b.T]
        return _objects((len(a), b.shape[1]), entries)

    def plus(self, a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(a + b)

    def hadamard(self, a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        return _objects(a.shape, [_product(x, y) for x, y in zip(a.ravel(), b.ravel(), strict=True)])

    def scaled(self, factor: sp.Expr, a: NDArray[Any]) -> NDArray[Any]:
        number = _row(factor.subs(self._system.scalars), {}, self._units)
        return _objects(a.shape, [_product(number, x) for x in a.ravel()])

    def each(self, node: Each, a: NDArray[Any]) -> NDArray[Any]:
        body = node.body.subs(self._system.scalars)
        return _objects(a.shape, [_row(body, {SLOT: x}, self._units) for x in a.ravel()])

    def transposed(self, a: NDArray[Any]) -> NDArray[Any]:
        return a.T

    def diagonal(self, a: NDArray[Any]) -> NDArray[Any]:
        size = len(a)
        return _objects((size, size), [a[i, 0] if i == j else Row() for i in range(size) for j in range(size)])

    def diagonal_of(self, a: NDArray[Any]) -> NDArray[Any]:
        return a.diagonal()[:, None]

    def rows(self, a: NDArray[Any], start: int, stop: int) -> NDArray[Any]:
        return a[start:stop]

    def stacked(self, parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate(parts)

    def numbers(self, shape: tuple[int, int], entries: tuple[sp.Expr, ...]) -> NDArray[Any]:
        return _objects(shape, [_row(e, {}, self._units) for e in entries])

    def constant(self, what: str, shape: tuple[int, int]) -> NDArray[Any]:
        n, m = shape
        one = {"identity": lambda i, j: i == j, "ones": lambda i, j: True, "zeros": lambda i, j: False}[what]
        return _constants(shape, [fmpq(int(one(i, j))) for i in range(n) for j in range(m)])

    def is_column(self, a: NDArray[Any]) -> bool:
        return a.shape[1] == 1


def _product(a: Row, b: Row) -> Row:
    if a.terms and b.terms:
        raise _NotLinearInPieces
    return a.times(b.constant) if a.terms else b.times(a.constant)


def _constants(shape: tuple[int, int], numbers: list[fmpq]) -> NDArray[Any]:
    return _objects(shape, [Row(constant=number) for number in numbers])


def _objects(shape: tuple[int, ...], entries: Sequence[Row]) -> NDArray[Any]:
    array = np.empty(len(entries), dtype=object)
    array[:] = entries
    return array.reshape(shape)
