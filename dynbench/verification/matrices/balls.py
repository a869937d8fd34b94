"""A matrix expression at one state, in balls at the working precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, arb_mat, ctx, fmpq
from numpy.typing import NDArray

from dynbench.symbolic.matrix_parsing import Each, Node
from dynbench.verification.enclosure import Enclosure
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.matrices.blocks import Block
from dynbench.verification.matrices.evaluate import Arithmetic
from dynbench.verification.matrices.system import SLOT, MatrixSystem

__all__ = ["Residuals"]

#: Bits in which residuals are evaluated: far more than doubles have.
PRECISION = 160


class Residuals:
    """Evaluates G, F for a flow and F - x for a map; arrays are converted once."""

    def __init__(self, system: MatrixSystem) -> None:
        self._system = system
        self._arrays: dict[str, Any] = {}

    def __call__(self, x: Sequence[arb]) -> list[arb]:
        """G at a state given as balls; entries are not finite where it is not defined."""
        with ctx.workprec(PRECISION):
            value: list[arb] = _Balls(self._system, self._arrays, x).value(self._system.tree).entries()
            return [v - a for v, a in zip(value, x, strict=True)] if self._system.is_map else value

    def arguments(self, x: NDArray[np.float64]) -> dict[Node, Block]:
        """The argument of each function of a column, at a state: far sharper than products of doubles give it."""
        with ctx.workprec(PRECISION):
            balls = _Balls(self._system, self._arrays, [arb(float(v)) for v in x])
            found = {}
            for node in self._system.tree.walk():
                if isinstance(node, Each):
                    value = _whole(balls.value(node.argument))
                    if value.ncols() == 1:
                        ends = [(float(v.lower()), float(v.upper())) for v in value.entries()]
                        low, high = np.array(ends).T[:, :, None]
                        found[node.argument] = Block.between(np.nextafter(low, -np.inf), np.nextafter(high, np.inf))
            return found


class _Balls(Arithmetic[Any]):
    """Matrices of balls, sparse arrays apart."""

    def __init__(self, system: MatrixSystem, arrays: dict[str, Any], x: Sequence[arb]) -> None:
        super().__init__()
        self._system, self._arrays = system, arrays
        self._x = arb_mat(len(x), 1, list(x))

    def name(self, name: str) -> Any:
        if name == self._system.column:
            return self._x
        if name not in self._arrays:
            array = self._system.arrays[name]
            dense = isinstance(array, np.ndarray)
            self._arrays[name] = _from_doubles(array) if dense else _Sparse(array)
        return self._arrays[name]

    def times(self, a: Any, b: Any) -> Any:
        return a.times(b) if isinstance(a, _Sparse) else a * _whole(b)

    def plus(self, a: Any, b: Any) -> Any:
        return _whole(a) + _whole(b)

    def hadamard(self, a: Any, b: Any) -> Any:
        a, b = _whole(a), _whole(b)
        return arb_mat(a.nrows(), a.ncols(), [p * q for p, q in zip(a.entries(), b.entries(), strict=True)])

    def scaled(self, factor: sp.Expr, a: Any) -> Any:
        (value,) = Evaluator([factor.subs(self._system.scalars)], ()).values(())
        return _whole(a) * value.ball()

    def each(self, node: Each, a: Any) -> Any:
        a = _whole(a)
        function = Evaluator([node.body.subs(self._system.scalars)], (SLOT,))
        entries = [_ball(function.values([Enclosure.of(entry)])[0]) for entry in a.entries()]
        return arb_mat(a.nrows(), a.ncols(), entries)

    def transposed(self, a: Any) -> Any:
        return _Sparse(a.matrix.T.tocsr()) if isinstance(a, _Sparse) else a.transpose()

    def diagonal(self, a: Any) -> Any:
        n = a.nrows()
        return arb_mat(n, n, [a[i, 0] if i == j else 0 for i in range(n) for j in range(n)])

    def diagonal_of(self, a: Any) -> Any:
        a = _whole(a)
        return arb_mat(a.nrows(), 1, [a[i, i] for i in range(a.nrows())])

    def rows(self, a: Any, start: int, stop: int) -> Any:
        a = _whole(a)
        width = a.ncols()
        return arb_mat(stop - start, width, a.entries()[start * width : stop * width])

    def stacked(self, parts: Sequence[Any]) -> Any:
        whole = [_whole(part) for part in parts]
        entries = [entry for part in whole for entry in part.entries()]
        return arb_mat(sum(part.nrows() for part in whole), whole[0].ncols(), entries)

    def numbers(self, shape: tuple[int, int], entries: tuple[sp.Expr, ...]) -> Any:
        return arb_mat(*shape, [arb(fmpq(int(e.p), int(e.q))) for e in entries])

    def constant(self, what: str, shape: tuple[int, int]) -> Any:
        n, m = shape
        if what == "identity":
            return arb_mat(n, m, [int(i == j) for i in range(n) for j in range(m)])
        return arb_mat(n, m, [int(what == "ones")] * (n * m))

    def is_column(self, a: Any) -> bool:
        return not isinstance(a, _Sparse) and a.ncols() == 1


class _Sparse:
    """A sparse matrix, which is multiplied row by row."""

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix

    def times(self, column: Any) -> Any:
        """The product with a matrix of balls."""
        column = _whole(column)
        width, rows = column.ncols(), column.tolist()
        start, where, data = (part.tolist() for part in (self.matrix.indptr, self.matrix.indices, self.matrix.data))
        entries = [
            sum((arb(data[k]) * rows[where[k]][j] for k in range(start[i], start[i + 1])), arb(0))
            for i in range(self.matrix.shape[0])
            for j in range(width)
        ]
        return arb_mat(self.matrix.shape[0], width, entries)


def _from_doubles(array: NDArray[np.float64]) -> arb_mat:
    n, m = array.shape
    return arb_mat(n, m, array.ravel().tolist())


def _whole(a: Any) -> Any:
    return _from_doubles(a.matrix.toarray()) if isinstance(a, _Sparse) else a


def _ball(value: Enclosure) -> arb:
    return value.ball() if value.continuous else arb("nan")
