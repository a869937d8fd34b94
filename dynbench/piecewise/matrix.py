"""Matrix expressions read as affine functions of the state and of blocks of rectified units, never written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import NDArray
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.piecewise.hinges import Hinges, NotPiecewiseLinear
from dynbench.piecewise.numbers import Numbers
from dynbench.symbolic.matrices import MatrixKernel
from dynbench.symbolic.matrices.nodes import SLOT, Elementwise, split
from dynbench.symbolic.matrices.operators import dense

__all__ = ["MatrixReader"]

Array = NDArray[Any]
#: The place of the state among the blocks that a column is affine in; units have the numbers of their blocks.
_STATE = -1


class _Identity:
    """The coefficient 1, times a number: its square matrix is not formed."""

    def __init__(self, factor: Any) -> None:
        self.factor = factor


@dataclass(frozen=True)
class _Column:
    """A column: the sum of matrices times blocks, and a constant vector."""

    blocks: Mapping[int, Any]
    constant: Array


class MatrixReader:
    """Reads one matrix expression in the node types of `normalise`.

    Parameters
    ----------
    state : MatrixSymbol
        The column of states.
    dimension : int
        Its length.
    values : mapping
        Matrix parameter -> its value.
    numbers : Numbers
        `in_doubles` or `exactly`.
    """

    def __init__(
        self, state: sp.MatrixSymbol, dimension: int, values: Mapping[sp.MatrixSymbol, Any], numbers: Numbers
    ) -> None:
        self._state, self._n, self._values, self._numbers = state, dimension, dict(values), numbers
        self._units: list[_Column] = []
        self._read: dict[MatrixExpr, _Column] = {}

    def parts(self, expression: MatrixExpr) -> dict[str, Array]:
        """A, W1, h1, W2, V, h2 of the expression.

        Raises
        ------
        NotPiecewiseLinear
            If it is not recognised as piecewise linear.
        """
        whole = self._column(expression)
        sizes = [len(unit.constant) for unit in self._units]
        total = sum(sizes)

        def spread(columns: list[_Column], rows: int) -> tuple[Array, Array]:
            of_state, of_units = self._zeros(rows, self._n), self._zeros(rows, total)
            top = 0
            for column in columns:
                height = len(column.constant)
                for block, matrix in column.blocks.items():
                    if block == _STATE:
                        of_state[top : top + height] = self._dense(matrix, height)
                    else:
                        left = sum(sizes[:block])
                        of_units[top : top + height, left : left + sizes[block]] = self._dense(matrix, height)
                top += height
            return of_state, of_units

        A, W1 = spread([whole], self._n)
        W2, V = spread(self._units, total)
        h2 = np.concatenate([self._zeros(0), *(unit.constant for unit in self._units)])
        return {"A": A, "W1": W1, "h1": whole.constant, "W2": W2, "V": V, "h2": h2}

    def _column(self, e: MatrixExpr) -> _Column:
        if e not in self._read:
            self._read[e] = self._walk(e)
        return self._read[e]

    def _walk(self, e: MatrixExpr) -> _Column:
        if e == self._state:
            return _Column({_STATE: _Identity(self._entry(1))}, self._zeros(self._n))
        if not e.has(self._state):
            return _Column({}, self._constant(e).ravel())
        if isinstance(e, sp.MatAdd):
            return self._sum([self._column(term) for term in e.args])
        if isinstance(e, sp.MatMul):
            return self._product(e)
        if isinstance(e, sp.HadamardProduct):
            moving = [f for f in e.args if f.has(self._state)]
            if len(moving) == 1:
                column = self._column(moving[0])
                for factor in (f for f in e.args if f is not moving[0]):
                    column = self._multiplied(np.diag(self._constant(factor).ravel()), column)
                return column
        if isinstance(e, Elementwise):
            return self._elementwise(e)
        raise NotPiecewiseLinear(str(e)[:200])

    def _product(self, e: sp.MatMul) -> _Column:
        number, factors = split(e)
        if any(f.has(self._state) for f in factors[:-1]) or not factors[-1].has(self._state):
            raise NotPiecewiseLinear(str(e)[:200])
        column = self._column(factors[-1])
        for factor in reversed(factors[:-1]):
            column = self._multiplied(self._constant(factor), column)
        return column if number == 1 else self._scaled(self._entry(number), column)

    def _elementwise(self, e: Elementwise) -> _Column:
        """A piecewise-linear function of one variable, entry by entry: each of its units is a block of units."""
        hinges = Hinges((SLOT,))
        value = hinges.read(e.body)
        argument = self._column(e.argument)
        height = len(argument.constant)
        placed: list[int] = []

        def applied(affine: Any) -> _Column:
            terms = [_Column({}, self._filled(affine.constant, height))]
            terms += [self._scaled(self._entry(c), argument) for c in affine.states.values()]
            terms += [
                _Column({placed[j]: _Identity(self._entry(c))}, self._zeros(height)) for j, c in affine.units.items()
            ]
            return self._sum(terms)

        for unit in hinges.arguments:
            column = applied(unit)
            placed.append(len(self._units))
            self._units.append(column)
        return applied(value)

    def _constant(self, e: MatrixExpr) -> Array:
        """A matrix, or a column, without the state in it."""
        if e in self._values:
            return self._numbers.array(dense(self._values[e]))
        (value,) = MatrixKernel((e,), (self._state,), self._values, self._numbers.arithmetic)(self._nothing)
        array = self._numbers.array(value if isinstance(value, np.ndarray) else np.asarray(value))
        rows, columns = (int(size) for size in e.shape)
        shape = (rows,) if columns == 1 else (rows, columns)
        return np.broadcast_to(array.reshape(shape) if array.size == np.prod(shape) else array, shape)

    @property
    def _nothing(self) -> Array:
        return np.zeros(self._n) if self._numbers.dtype is float else np.full(self._n, sp.S.Zero, dtype=object)

    def _multiplied(self, matrix: Array, column: _Column) -> _Column:
        matrix = matrix.reshape(matrix.shape[0], -1)
        blocks = {
            block: matrix * m.factor if isinstance(m, _Identity) else matrix @ m for block, m in column.blocks.items()
        }
        return _Column(blocks, matrix @ column.constant)

    def _scaled(self, number: Any, column: _Column) -> _Column:
        blocks = {
            block: _Identity(m.factor * number) if isinstance(m, _Identity) else m * number
            for block, m in column.blocks.items()
        }
        return _Column(blocks, column.constant * number)

    def _sum(self, columns: list[_Column]) -> _Column:
        blocks: dict[int, Any] = {}
        for column in columns:
            for block, m in column.blocks.items():
                if block not in blocks:
                    blocks[block] = m
                elif isinstance(m, _Identity) and isinstance(blocks[block], _Identity):
                    blocks[block] = _Identity(m.factor + blocks[block].factor)
                else:
                    height = len(column.constant)
                    blocks[block] = self._dense(blocks[block], height) + self._dense(m, height)
        constant = columns[0].constant
        for column in columns[1:]:
            constant = constant + column.constant
        return _Column(blocks, constant)

    def _dense(self, matrix: Any, height: int) -> Array:
        if not isinstance(matrix, _Identity):
            return np.asarray(matrix)
        full = self._zeros(height, height)
        full[np.arange(height), np.arange(height)] = matrix.factor
        return full

    def _entry(self, number: Any) -> Any:
        return self._numbers.entry(number)

    def _filled(self, number: Any, length: int) -> Array:
        column = self._zeros(length)
        column[:] = self._entry(number)
        return column

    def _zeros(self, *shape: int) -> Array:
        return np.zeros(shape) if self._numbers.dtype is float else np.full(shape, fmpq(0), dtype=object)
