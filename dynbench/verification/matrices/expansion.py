"""A system of few states written out, one equation a state: every claim of a component system can then be checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp

from dynbench.symbolic.matrix_parsing import Each
from dynbench.verification.declaration import Declared
from dynbench.verification.matrices.evaluate import Arithmetic
from dynbench.verification.matrices.system import SLOT, MatrixSystem

__all__ = ["MOST_EXPANDED", "Expanded", "expanded"]

#: Up to so many states systems are written out.
MOST_EXPANDED = 30


class Expanded(Declared):
    """A system written out, of which the matrix form is known.

    Attributes
    ----------
    matrix : MatrixSystem
        The matrix form.
    """

    matrix: MatrixSystem


def expanded(system: MatrixSystem) -> Expanded:
    """The same system in components, each double of an array as the rational number that it is."""
    states = [sp.Symbol(token, real=True) for token in system.tokens]
    column = _Entries(system, states).value(system.tree)
    rhs = [e.subs(system.scalars) for e in column]
    symbols = dict(zip(system.tokens, states, strict=True))
    written = Expanded(system.kind, system.names, states, {}, rhs, symbols)
    written.matrix = system
    return written


class _Entries(Arithmetic[Any]):
    def __init__(self, system: MatrixSystem, states: list[sp.Symbol]) -> None:
        super().__init__()
        self._system, self._states = system, states

    def name(self, name: str) -> Any:
        if name == self._system.column:
            return sp.ImmutableDenseMatrix(self._states)
        array = self._system.arrays[name]
        dense = array if isinstance(array, np.ndarray) else array.toarray()
        return sp.ImmutableDenseMatrix(*dense.shape, [sp.Rational(v) for v in dense.ravel().tolist()])

    def times(self, a: Any, b: Any) -> Any:
        return a * b

    def plus(self, a: Any, b: Any) -> Any:
        return a + b

    def hadamard(self, a: Any, b: Any) -> Any:
        return a.multiply_elementwise(b)

    def scaled(self, factor: sp.Expr, a: Any) -> Any:
        return a.applyfunc(lambda e: factor * e)

    def each(self, node: Each, a: Any) -> Any:
        return a.applyfunc(lambda e: node.body.subs(SLOT, e))

    def transposed(self, a: Any) -> Any:
        return a.T

    def diagonal(self, a: Any) -> Any:
        return sp.ImmutableDenseMatrix(sp.diag(*a))

    def diagonal_of(self, a: Any) -> Any:
        return sp.ImmutableDenseMatrix(a.diagonal()).T

    def rows(self, a: Any, start: int, stop: int) -> Any:
        return a[start:stop, :]

    def stacked(self, parts: Sequence[Any]) -> Any:
        return sp.ImmutableDenseMatrix.vstack(*parts)

    def numbers(self, shape: tuple[int, int], entries: tuple[sp.Expr, ...]) -> Any:
        return sp.ImmutableDenseMatrix(*shape, entries)

    def constant(self, what: str, shape: tuple[int, int]) -> Any:
        make = {"identity": sp.eye, "ones": sp.ones, "zeros": sp.zeros}[what]
        return sp.ImmutableDenseMatrix(make(*shape))

    def is_column(self, a: Any) -> bool:
        return bool(a.cols == 1)
