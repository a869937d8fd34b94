"""Symmetries of a system in matrix form of many states, checked on its arrays to the last bit.

A signed permutation S of the states is followed through the expression: a column e of which e(S x) = T e(x) is moved by
T. The state is moved by S; an odd function of each entry as its argument is, any other one by permutations only; A u
by T where T A U^T = A and u is moved by U; a sum where all its terms are moved alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
import sympy as sp
from numpy.typing import NDArray

from dynbench.symbolic.matrix_parsing import Constant, Each, Name, Node, Product, Scaled, Sum, Transposed
from dynbench.verification.identities import vanishes
from dynbench.verification.matrices.system import SLOT, MatrixSystem, shape_of
from dynbench.verification.records import Outcome

__all__ = ["check_move"]

Array = NDArray[np.float64]
#: Positions, from 0, and signs.
Move = tuple[NDArray[np.intp], Array]


def check_move(system: MatrixSystem, images: tuple[int, ...], sign: int) -> tuple[Outcome, str]:
    """Whether F(S x) = sign * S F(x), S given by the numbers of its images.

    Parameters
    ----------
    system : MatrixSystem
        The system.
    images : tuple of int
        For each component of S x the state that it is, from 1, negative for a minus.
    sign : int
        1, or -1 for a reversing symmetry.
    """
    numbers = np.array(images)
    state = (np.abs(numbers) - 1, np.sign(numbers).astype(float))
    mover = _Mover(system, state)
    if mover.keeps(system.tree, (state[0], sign * state[1])):
        return Outcome.HOLDS, ""
    return Outcome.NOT_ESTABLISHED, "the arrays are not seen to be kept"


class _Mover:
    """How columns of the expression are moved where the state is moved by a signed permutation."""

    def __init__(self, system: MatrixSystem, state: Move) -> None:
        self._system, self._state = system, state

    def keeps(self, node: Node, move: Move) -> bool:
        """Whether a column is proved to be moved like that."""
        match node:
            case Name(name) if name == self._system.column:
                return _same(self._state, move)
            case Name(name):
                column = _dense(self._system.arrays[name]).ravel()
                return bool(np.array_equal(move[1] * column[move[0]], column))
            case Constant(what, _):
                return what == "zeros" or bool(np.all(move[1] > 0))
            case Sum(parts):
                return all(self.keeps(part, move) for part in parts)
            case Scaled(argument, _):
                return self.keeps(argument, move)
            case Each(argument, body):
                return self._keeps_function(argument, body, move)
            case Product(parts) if self._is_column(parts[-1]):
                inner = self._moved(parts[-1])
                if inner is None:
                    return self._keeps_inward(parts, move)
                rest = parts[0] if len(parts) == 2 else Product(parts[:-1])
                return self._keeps_matrix(rest, move, inner)
        return False

    def _keeps_inward(self, parts: tuple[Node, ...], move: Move) -> bool:
        """The same for a product, from the left: of a constant column it is not seen how it must be moved."""
        inner: Move | None = move
        for matrix in parts[:-1]:
            inner = None if inner is None else self._after(Transposed(matrix), inner)
        return inner is not None and self.keeps(parts[-1], inner)

    def _keeps_function(self, argument: Node, body: sp.Expr, move: Move) -> bool:
        mirrored = body.xreplace({SLOT: -SLOT})
        odd = vanishes(body + mirrored)[0] is Outcome.HOLDS
        if (odd or np.all(move[1] > 0)) and self.keeps(argument, move):
            return True
        if vanishes(body - mirrored)[0] is Outcome.HOLDS and np.all(move[1] > 0):
            inner = self._moved(argument)
            return inner is not None and np.array_equal(inner[0], move[0])
        return False

    def _moved(self, node: Node) -> Move | None:
        """How a column is moved, where that is seen."""
        match node:
            case Name(name):
                return self._state if name == self._system.column else None
            case Scaled(argument, _):
                return self._moved(argument)
            case Sum(parts):
                found = next((m for part in parts if (m := self._moved(part)) is not None), None)
                return found if found is not None and self.keeps(node, found) else None
            case Each(argument, body):
                inner = self._moved(argument)
                for signs in () if inner is None else (inner[1], np.ones_like(inner[1])):
                    assert inner is not None
                    if self._keeps_function(argument, body, (inner[0], signs)):
                        return inner[0], signs
            case Product(parts) if self._is_column(parts[-1]):
                inner = self._moved(parts[-1])
                for matrix in reversed(parts[:-1]):
                    inner = None if inner is None else self._after(matrix, inner)
                return inner
        return None

    def _keeps_matrix(self, node: Node, left: Move, right: Move) -> bool:
        """Whether T M U^T = M."""
        match node:
            case Sum(parts):
                return all(self._keeps_matrix(part, left, right) for part in parts)
            case Scaled(argument, _):
                return self._keeps_matrix(argument, left, right)
            case Product(parts):
                inner = self._after(parts[-1], right)
                rest = parts[0] if len(parts) == 2 else Product(parts[:-1])
                return inner is not None and self._keeps_matrix(rest, left, inner)
        array = self._array(node)
        if array is None:
            return isinstance(node, Constant) and node.what == "identity" and _same(left, right)
        if scipy.sparse.issparse(array):
            rows = scipy.sparse.diags_array(left[1]) @ array[left[0]]
            moved = rows[:, right[0]] @ scipy.sparse.diags_array(right[1])
            return (moved - array).count_nonzero() == 0
        return bool(np.array_equal(left[1][:, None] * array[np.ix_(left[0], right[0])] * right[1], array))

    def _after(self, node: Node, right: Move) -> Move | None:
        """T with T M U^T = M, by matching rows; equal rows are taken in their order."""
        array = self._array(node)
        if array is None:
            return None
        whole = _dense(array) + 0.0
        moved = whole[:, right[0]] * right[1] + 0.0
        places: dict[bytes, list[int]] = {}
        for k, row in enumerate(moved):
            places.setdefault(row.tobytes(), []).append(k)
        permutation, signs = np.empty(len(whole), dtype=np.intp), np.ones(len(whole))
        for i, row in enumerate(whole):
            for sign in (1.0, -1.0):
                here = places.get((sign * row + 0.0).tobytes())
                if here:
                    permutation[i], signs[i] = here.pop(0), sign
                    break
            else:
                return None
        found = (permutation, signs)
        return found if self._keeps_matrix(node, found, right) else None

    def _array(self, node: Node) -> Any:
        if isinstance(node, Name) and node.name != self._system.column:
            return self._system.arrays[node.name]
        if isinstance(node, Transposed) and isinstance(node.argument, Name):
            array = self._array(node.argument)
            return None if array is None else array.T
        return None

    def _is_column(self, node: Node) -> bool:
        return shape_of(node, self._system.shapes)[1] == 1


def _same(a: Move, b: Move) -> bool:
    return bool(np.array_equal(a[0], b[0]) and np.array_equal(a[1], b[1]))


def _dense(array: Any) -> Array:
    return np.asarray(array.toarray() if scipy.sparse.issparse(array) else array)
