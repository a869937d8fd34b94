"""The value of a matrix expression in an arithmetic of one's choice."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Generic, TypeVar

import sympy as sp

from dynbench.symbolic.matrix_parsing import (
    Constant,
    Diagonal,
    DiagonalOf,
    Each,
    Hadamard,
    Name,
    Node,
    Numbers,
    Product,
    Rows,
    Scaled,
    Stack,
    Sum,
    Transposed,
)

__all__ = ["Arithmetic", "occurs", "terms"]

M = TypeVar("M")


class Arithmetic(abc.ABC, Generic[M]):
    """How matrices are represented, and what is done with them; values of expressions are kept."""

    def __init__(self) -> None:
        self._known: dict[Node, M] = {}

    @abc.abstractmethod
    def name(self, name: str) -> M:
        """An array, or the column of states."""

    @abc.abstractmethod
    def times(self, a: M, b: M) -> M:
        """The product of two matrices."""

    @abc.abstractmethod
    def plus(self, a: M, b: M) -> M:
        """Their sum."""

    @abc.abstractmethod
    def hadamard(self, a: M, b: M) -> M:
        """Their elementwise product."""

    @abc.abstractmethod
    def scaled(self, factor: sp.Expr, a: M) -> M:
        """A scalar times a matrix."""

    @abc.abstractmethod
    def each(self, node: Each, a: M) -> M:
        """The function of a node of every entry."""

    @abc.abstractmethod
    def transposed(self, a: M) -> M:
        """The transpose."""

    @abc.abstractmethod
    def diagonal(self, a: M) -> M:
        """The diagonal matrix of a column."""

    @abc.abstractmethod
    def diagonal_of(self, a: M) -> M:
        """The column of the diagonal entries."""

    @abc.abstractmethod
    def rows(self, a: M, start: int, stop: int) -> M:
        """Neighbouring rows, up to `stop` - 1."""

    @abc.abstractmethod
    def stacked(self, parts: Sequence[M]) -> M:
        """Matrices one below the other."""

    @abc.abstractmethod
    def numbers(self, shape: tuple[int, int], entries: tuple[sp.Expr, ...]) -> M:
        """A matrix of numbers, given row by row."""

    @abc.abstractmethod
    def constant(self, what: str, shape: tuple[int, int]) -> M:
        """Ones, zeros or the identity."""

    @abc.abstractmethod
    def is_column(self, a: M) -> bool:
        """Whether a matrix has one column."""

    def value(self, node: Node) -> M:
        """The value of an expression."""
        if node not in self._known:
            self._known[node] = self._value(node)
        return self._known[node]

    def _value(self, node: Node) -> M:
        match node:
            case Name(name):
                return self.name(name)
            case Constant(what, shape):
                return self.constant(what, shape)
            case Numbers(shape, entries):
                return self.numbers(shape, entries)
            case Product():
                result = self.value(node.parts[-1])
                for factor in reversed(node.parts[:-1]):
                    # Of a sum in front of a column, each term is applied to the column: no large products are formed.
                    result = self._applied(factor, result) if self.is_column(result) else self._product(factor, result)
                return result
            case Sum() | Hadamard():
                combine = self.plus if isinstance(node, Sum) else self.hadamard
                result = self.value(node.parts[0])
                for part in node.parts[1:]:
                    result = combine(result, self.value(part))
                return result
            case Scaled():
                return self.scaled(node.factor, self.value(node.argument))
            case Each():
                return self.each(node, self.value(node.argument))
            case Transposed():
                return self.transposed(self.value(node.argument))
            case Diagonal():
                return self.diagonal(self.value(node.argument))
            case DiagonalOf():
                return self.diagonal_of(self.value(node.argument))
            case Rows():
                return self.rows(self.value(node.argument), node.start, node.stop)
            case Stack():
                return self.stacked([self.value(part) for part in node.parts])
        raise AssertionError(node)

    def _product(self, factor: Node, right: M) -> M:
        return self.times(self.value(factor), right)

    def _applied(self, factor: Node, column: M) -> M:
        match factor:
            case Sum():
                result = self._applied(factor.parts[0], column)
                for part in factor.parts[1:]:
                    result = self.plus(result, self._applied(part, column))
                return result
            case Product():
                for part in reversed(factor.parts):
                    column = self._applied(part, column)
                return column
            case Scaled():
                return self.scaled(factor.factor, self._applied(factor.argument, column))
            case Diagonal():
                return self.hadamard(self.value(factor.argument), column)
            case Constant("identity", _):
                return column
            case Rows():
                return self.rows(self._applied(factor.argument, column), factor.start, factor.stop)
            case Stack():
                return self.stacked([self._applied(part, column) for part in factor.parts])
        return self._product(factor, column)


def occurs(name: str, node: Node) -> bool:
    """Whether an array, or the column of states, occurs in an expression."""
    return any(isinstance(part, Name) and part.name == name for part in node.walk())


def terms(node: Node, factor: sp.Expr = sp.S.One) -> list[tuple[sp.Expr, Node]]:
    """An expression as a sum of scalars times expressions."""
    match node:
        case Sum():
            return [term for part in node.parts for term in terms(part, factor)]
        case Scaled():
            return terms(node.argument, factor * node.factor)
    return [(factor, node)]
