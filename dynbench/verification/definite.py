"""Definiteness of symmetric matrices known up to intervals."""

from __future__ import annotations

from flint import arb, arb_mat

__all__ = ["is_definite", "is_positive_definite"]


def is_positive_definite(matrix: arb_mat) -> bool:
    """Whether every symmetric matrix in a matrix of balls is shown to be positive definite.

    Gaussian elimination on balls: the pivots of each symmetric matrix inside lie in the pivots found, and a symmetric
    matrix is positive definite exactly where all its pivots are positive (Sylvester).
    """
    rows = [list(row) for row in matrix.tolist()]
    n = len(rows)
    for k in range(n):
        if not rows[k][k] > 0:
            return False
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            for j in range(k + 1, n):
                rows[i][j] = rows[i][j] - factor * rows[k][j]
    return True


def is_definite(matrix: arb_mat) -> bool:
    """Whether every symmetric matrix in a matrix of balls is positive definite, or every one negative definite."""
    return is_positive_definite(matrix) or is_positive_definite(matrix * arb(-1))
