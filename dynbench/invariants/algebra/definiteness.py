"""Definite quadratic forms, exactly: a symmetric matrix as a sum of squares, and one sought in a linear space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import sympy as sp
from scipy.optimize import linprog

__all__ = ["definite_combination", "squares"]

_ROUNDS = 60
_DENOMINATORS = (1, 2, 12, 1000, 10**6)
_SLACK = 1e-7


def squares(matrix: sp.MatrixBase, at: Mapping[sp.Symbol, sp.Expr]) -> list[tuple[sp.Expr, sp.Matrix]] | None:
    """Write a symmetric matrix as sum_i d_i l_i l_i^T with d_i > 0 at given values of the parameters.

    Parameters
    ----------
    matrix : sympy matrix
        Symmetric, in the parameters.
    at : mapping
        Parameter -> value; every symbol of the matrix has one.

    Returns
    -------
    list of (d, l), or None
        As many as the rank, by completing the square (d the pivots, l columns, l_i with leading entry 1 in an order
        of the coordinates); None where the matrix is not shown to be positive semidefinite at these values. Where all
        d are positive the matrix is, for whatever values.
    """
    rest = matrix.applyfunc(sp.cancel)
    found = []
    while not rest.is_zero_matrix:
        signs = [rest[i, i].subs(at).is_positive for i in range(rest.rows)]
        if True not in signs or any(rest[i, i].subs(at).is_negative for i in range(rest.rows)):
            return None
        i = signs.index(True)
        pivot = rest[i, i]
        column = (rest[:, i] / pivot).applyfunc(sp.cancel)
        found.append((sp.factor(pivot), column))
        rest = (rest - pivot * column * column.T).applyfunc(sp.cancel)
    return found


def definite_combination(matrices: Sequence[sp.MatrixBase]) -> list[sp.Rational] | None:
    """Rational c with sum_k c_k S_k positive semidefinite and not zero, of as large a least eigenvalue as was found.

    Cutting planes: a linear program for max t with u^T S(c) u >= t for the unit vectors u met so far; the next is the
    eigenvector of the least eigenvalue. It works in doubles; what it returns is proved by `squares`.

    Parameters
    ----------
    matrices : sequence of sympy matrices
        Symmetric, of rational numbers.
    """
    if not matrices:
        return None
    # Exactly: entries may be beyond the range of doubles.
    scales = [max(map(abs, m)) or sp.S.One for m in matrices]
    numbers = np.array([np.array((m / s).tolist(), dtype=float) for m, s in zip(matrices, scales, strict=True)])
    found = _cutting_planes(numbers)
    if found is None:
        return None
    weights = [sp.Rational(float(c)) / s for c, s in zip(found, scales, strict=True)]
    largest = max(map(abs, weights)) or sp.S.One
    for most in _DENOMINATORS:
        exact = [(w / largest).limit_denominator(most) for w in weights]
        total = sum((c * m for c, m in zip(exact, matrices, strict=True)), sp.zeros(*matrices[0].shape))
        if not total.is_zero_matrix and squares(total, {}) is not None:
            return exact
    return None


def _cutting_planes(matrices: np.ndarray) -> np.ndarray | None:
    """Coefficients within [-1, 1] that come near the largest least eigenvalue; None where that is negative."""
    count, n = len(matrices), matrices.shape[1]
    vectors = [*np.eye(n)]
    # A trace bounded below keeps the zero matrix out where the best is only semidefinite.
    trace = np.trace(matrices, axis1=1, axis2=2)
    best = None
    for _ in range(_ROUNDS):
        rows = np.array([[*(-np.einsum("i,kij,j->k", u, matrices, u)), 1.0] for u in vectors])
        rows = np.vstack([rows, [*(-trace), 0.0]])
        bounds = [(-1.0, 1.0)] * count + [(None, 1.0)]
        limit = np.zeros(len(rows))
        limit[-1] = -min(1.0, float(np.abs(trace).max()) / 2)
        result = linprog([*np.zeros(count), -1.0], A_ub=rows, b_ub=limit, bounds=bounds, method="highs")
        if result.status != 0 or result.x[-1] < -_SLACK:
            return None
        best = result.x[:-1]
        values, columns = np.linalg.eigh(np.tensordot(best, matrices, 1))
        if values[0] >= min(0.5 * result.x[-1], result.x[-1] - _SLACK) and values[0] >= -_SLACK:
            break
        vectors += [columns[:, i] for i in range(n) if values[i] < result.x[-1]]
    return best
