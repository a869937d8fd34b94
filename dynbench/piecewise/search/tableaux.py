"""Tableaux of complementarity problems, in doubles with a proved bound of their error, many at a time.

The tableau of a set of active units expresses the variables that may be positive, x_i = s_i for an active unit and t_i
for another, by those of the units that are still undecided: x = X[:, -1] + sum_j X[:, j] s_j. One principal pivot, a
rank-one update, activates one more unit. A tableau is exact for the problem N, b within e of the stored one, up to an
entrywise error that is bounded by one number: at the start from the residual of an approximate inverse, after a pivot
by the error of its operands.

Rounding is assumed to be that of IEEE 754 doubles to nearest, with dot products of n terms in any order within
n u |x|.|y| (and no underflow that would matter: entries are scaled to the order of one).

References
----------
S. M. Rump, Verification methods: rigorous results using floating-point arithmetic, Acta Numerica 19 (2010), chapter 10.
R. W. Cottle, J.-S. Pang, R. E. Stone, The Linear Complementarity Problem (SIAM 2009), section 2.3 (principal pivots).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.complementarity import Complementarity

__all__ = ["exchange", "inverses", "possible", "tableaux"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_U = 2.0**-53
#: Bounds are computed in doubles: this much covers the rounding of their own computation.
_ROUNDED_UP = 1.0 + 2.0**-30
#: Sets of units that are inverted at once.
_BATCH = 1 << 12


def tableaux(problem: Complementarity, active: Mask, free: NDArray[np.intp]) -> tuple[Array, Array]:
    """Tableaux of sets of active units in the columns of the units `free`, none of which is active.

    Parameters
    ----------
    problem : Complementarity
    active : (B, m) bool array
    free : (j,) int array

    Returns
    -------
    X : (B, m, j + 1) array
        Coefficients, constants last.
    error : (B,) array
        Bounds of the error of every entry; inf where the basis is not proved to be regular.
    """
    m = problem.size
    basis = np.where(active[:, None, :], -problem.N, np.eye(m))
    right = np.concatenate([problem.N[:, free], problem.b[:, None]], axis=1)
    with np.errstate(all="ignore"):
        inverse = inverses(basis)
        X = inverse @ right
        residual = np.abs(right - basis @ X).max(axis=(1, 2))
        defect = np.abs(np.eye(m) - inverse @ basis).sum(axis=2).max(axis=1)
        size, large = np.abs(inverse).sum(axis=2).max(axis=1), np.abs(X).max(axis=(1, 2))
        rows = np.abs(basis).sum(axis=2).max(axis=1)
        rounding = (m + 3) * _U
        # For every exact basis: |I - R B| and |right - B X|, the data within problem.error of the doubles.
        defect += rounding * (size * rows + 1) + size * m * problem.error
        residual += rounding * (rows * large + np.abs(right).max()) + problem.error * (1 + m * large)
        error = np.where(defect < 0.999, _ROUNDED_UP * size * residual / (1 - defect), np.inf)
    return X, np.where(np.isfinite(error), error, np.inf)


def possible(problem: Complementarity, active: Mask) -> Mask:
    """Which sets of active units (B, m) may determine a nonnegative solution; False is proved."""
    kept = np.empty(len(active), dtype=bool)
    for start in range(0, len(active), _BATCH):
        part = slice(start, start + _BATCH)
        X, error = tableaux(problem, active[part], np.empty(0, dtype=np.intp))
        with np.errstate(invalid="ignore"):
            kept[part] = ~(X[:, :, 0] < -error[:, None]).any(axis=1)
    return kept


def exchange(table: Array, row: int, column: int) -> None:
    """Pivot in place, in plain doubles: of y = T x, solve equation `row` for x_column, and put that into the others."""
    pivot = table[row, column]
    new = table[row] / -pivot
    new[column] = 1.0 / pivot
    factor = table[:, column].copy()
    table[:, column] = 0.0
    table += factor[:, None] * new
    table[row] = new


def inverses(basis: Array) -> Array:
    """Approximate inverses of a batch; nan where LAPACK meets an exact zero as pivot."""
    try:
        return np.asarray(np.linalg.inv(basis), dtype=np.float64)
    except np.linalg.LinAlgError:
        regular = np.linalg.slogdet(basis)[0] != 0
        inverse = np.full_like(basis, np.nan)
        inverse[regular] = np.linalg.inv(basis[regular])
        return inverse
