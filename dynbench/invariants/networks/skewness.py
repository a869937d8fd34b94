"""Whether a constant matrix is skew: from its expression, from its entries to the last bit, or up to how much.

What is shown of arrays is shown of the doubles in them, each the rational number that it is. Comparing w_ij with -w_ji
rounds nothing. Products of arrays are multiplied out in rational arithmetic, where they are small enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
import sympy as sp
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.piecewise.rational import as_rationals, from_sympy
from dynbench.symbolic.kernels import exact_float
from dynbench.symbolic.matrices import LowRank, MatrixKernel, normalise
from dynbench.symbolic.matrices.enclosures import INTERVALS
from dynbench.symbolic.matrices.nodes import Diag, add, split, transpose
from dynbench.symbolic.matrices.products import expanded, with_transposes

__all__ = ["SymmetricPart", "exact_matrix", "symmetric_part", "symmetry", "transposes_to"]

Array = NDArray[np.float64]

#: Products of arrays are multiplied out in rational arithmetic up to so many rows.
_LARGEST_EXACT = 200


def symmetry(value: Any) -> int:
    """-1 where A^T = -A to the last bit, 1 where A^T = A, else 0; 0 also where an operator does not tell.

    Parameters
    ----------
    value : (n, n) array, sparse array, `LowRank` or operator
        The matrix A; a zero matrix counts as skew.

    Examples
    --------
    >>> import numpy as np
    >>> symmetry(np.array([[0.0, 0.1], [-0.1, 0.0]])), symmetry(np.array([[0.0, 0.1], [-0.1, 1e-300]]))
    (-1, 0)
    """
    shape = tuple(value.shape)
    if len(shape) != 2 or shape[0] != shape[1]:
        return 0
    if isinstance(value, LowRank):
        return _of_low_rank(value)
    if scipy.sparse.issparse(value):
        return next((sign for sign in (-1, 1) if not (value - sign * value.T).count_nonzero()), 0)
    if not isinstance(value, np.ndarray):
        return 0
    for sign in (-1, 1):
        if np.array_equal(value[0], sign * value[:, 0]) and np.array_equal(value, sign * value.T):
            return sign
    return 0


def _of_low_rank(value: LowRank) -> int:
    """U V^T = sign V U^T, decided on rows that span all rows of [U, V]: there are no more than its columns."""
    joined = np.hstack([value.U, value.V])
    rank = value.U.shape[1]
    pivots = _spanning_rows(joined)
    if not pivots:
        return -1
    chosen = as_rationals(joined[pivots])
    for sign in (-1, 1):
        swap = fmpq_mat(2 * rank, 2 * rank)
        for k in range(rank):
            swap[k, rank + k], swap[rank + k, k] = fmpq(1), fmpq(-sign)
        if all(entry == 0 for entry in (chosen * swap * chosen.transpose()).entries()):
            return sign
    return 0


def _spanning_rows(joined: Array) -> list[int]:
    """Rows that span all rows, found by exact elimination."""
    whole = as_rationals(joined).transpose()
    reduced, rank = whole.rref()
    columns: list[int] = []
    start = 0
    for i in range(rank):
        start = next(j for j in range(start, reduced.ncols()) if reduced[i, j] != 0)
        columns.append(start)
    return columns


def transposes_to(
    e: MatrixExpr, sign: int, values: Mapping[sp.MatrixSymbol, Any]
) -> tuple[bool, tuple[tuple[sp.MatrixSymbol, int], ...]]:
    """Whether S^T = `sign` S is proved for a constant matrix, and of which arrays the symmetry was used.

    Parameters
    ----------
    e : MatrixExpr
        S, as `expanded` returns it.
    sign : int
        1 or -1.
    values : mapping
        Matrix symbol, as it stands in `e`, -> its array, where it has one.
    """
    difference = expanded(add(transpose(e), _times(-sign, e)))
    if isinstance(difference, sp.ZeroMatrix):
        return True, ()
    square = [a for a in e.atoms(sp.MatrixSymbol) if a in values and a.shape[0] == a.shape[1]]
    known = {a: s for a in sorted(square, key=str) if (s := symmetry(values[a])) != 0}
    if known and isinstance(expanded(with_transposes(difference, known)), sp.ZeroMatrix):
        return True, tuple(known.items())
    exact = exact_matrix(e, values)
    if exact is None:
        return False, ()
    return all(a == 0 for a in (exact.transpose() - sign * exact).entries()), ()


def _times(factor: int, e: MatrixExpr) -> MatrixExpr:
    return add(*(_scaled(factor, term) for term in (e.args if isinstance(e, sp.MatAdd) else (e,))))


def _scaled(factor: int, term: MatrixExpr) -> MatrixExpr:
    if isinstance(term, sp.ZeroMatrix):
        return term
    coefficient, factors = split(term)
    coefficient = factor * coefficient
    if coefficient == 1 and len(factors) == 1:
        return factors[0]
    return sp.MatMul(*(() if coefficient == 1 else (coefficient,)), *factors)


def exact_matrix(e: MatrixExpr, values: Mapping[sp.MatrixSymbol, Any]) -> fmpq_mat | None:
    """The entries of a constant matrix as rational numbers; None where it is too large or not made of known numbers."""
    if not all(size.is_Integer and size <= _LARGEST_EXACT for size in e.shape):
        return None
    if isinstance(e, sp.MatrixSymbol):
        array = values.get(e)
        if isinstance(array, LowRank):
            return as_rationals(array.U) * as_rationals(array.V).transpose()
        if array is not None and scipy.sparse.issparse(array):
            array = array.toarray()
        return as_rationals(array.reshape(tuple(map(int, e.shape)))) if isinstance(array, np.ndarray) else None
    if isinstance(e, sp.Identity | sp.ZeroMatrix | sp.OneMatrix | sp.MatrixBase):
        return fmpq_mat([[from_sympy(a) for a in row] for row in sp.Matrix(e.as_explicit()).tolist()])
    if isinstance(e, sp.Transpose):
        inner = exact_matrix(e.arg, values)
        return None if inner is None else inner.transpose()
    if isinstance(e, Diag):
        column = exact_matrix(e.diagonal, values)
        return None if column is None else _diagonal(column)
    if isinstance(e, sp.MatAdd):
        return _folded([exact_matrix(term, values) for term in e.args], lambda a, b: a + b)
    if isinstance(e, sp.MatMul):
        coefficient, factors = split(e)
        product = _folded([exact_matrix(f, values) for f in factors], lambda a, b: a * b)
        if product is None or not coefficient.is_Rational:
            return None
        return fmpq_mat.__mul__(product, from_sympy(coefficient))
    return None


def _folded(parts: list[fmpq_mat | None], join: Any) -> fmpq_mat | None:
    result = parts[0]
    for part in parts[1:]:
        if result is None or part is None:
            return None
        result = join(result, part)
    return result


def _diagonal(column: fmpq_mat) -> fmpq_mat:
    n = column.nrows()
    result = fmpq_mat(n, n)
    for i in range(n):
        result[i, i] = column[i, 0]
    return result


@dataclass(frozen=True)
class SymmetricPart:
    """Upper bounds of the symmetric part E = (S + S^T)/2 of a matrix, rounded outward.

    Attributes
    ----------
    total : float
        The sum of all ``|E_ij|``.
    norm : float
        A bound of the 2-norm: the least of the greatest row sum and the Frobenius norm.
    relative : float
        The Frobenius norm of E over that of S, in doubles, for judging only.
    """

    total: float
    norm: float
    relative: float


def symmetric_part(e: MatrixExpr, values: Mapping[sp.MatrixSymbol, Any]) -> SymmetricPart:
    """Bounds of the symmetric part of a constant matrix with values.

    Parameters
    ----------
    e : MatrixExpr
        S, sizes integers, scalars numbers.
    values : mapping
        Matrix symbol -> its array.
    """
    coefficient, factors = split(e)
    if coefficient != 1:
        part = symmetric_part(factors[0] if len(factors) == 1 else sp.MatMul(*factors), values)
        size = abs(exact_float(coefficient)) * (1 + 2.0**-50)
        total, norm = (math.nextafter(bound * size, math.inf) if bound else 0.0 for bound in (part.total, part.norm))
        return SymmetricPart(total, norm, part.relative)
    array = values.get(e)
    if isinstance(array, np.ndarray):
        # The sum of two doubles, rounded once.
        with np.errstate(over="ignore"):
            sums, scale = np.abs(array + array.T), float(np.linalg.norm(array))
    else:
        plain = normalise(e)
        box, whole = MatrixKernel((add(plain, transpose(plain)), plain), (), dict(values), INTERVALS)()
        with np.errstate(over="ignore"):
            sums, scale = np.abs(np.stack([box.lo, box.hi])).max(axis=0), float(np.linalg.norm(whole.mid))
    sizes = np.where(sums > 0, np.nextafter(sums / 2, np.inf), 0.0)
    # Relative to the largest: the square of 1e-200 would be 0, and a bound of 0 is false.
    largest = float(sizes.max(initial=0.0))
    frobenius = math.inf if math.isinf(largest) else 0.0
    if 0 < largest < math.inf:
        frobenius = math.nextafter(math.sqrt(float(((sizes / largest) ** 2).sum())) * largest, math.inf)
    # Sums of nonnegative doubles: each of at most size roundings, and that of the square root, moves them down.
    up = 1 + (sizes.size + 8) * 2.0**-52
    norm = min(float(sizes.sum(axis=1).max(initial=0.0)), frobenius) * up
    return SymmetricPart(float(sizes.sum()) * up, norm, frobenius / scale if scale else 0.0)
