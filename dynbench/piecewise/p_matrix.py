"""Whether a matrix is a P-matrix (all principal minors positive), in exact arithmetic."""

from __future__ import annotations

from flint import fmpq, fmpq_mat

__all__ = ["is_p_matrix"]

#: The recursion visits 2**H minors; beyond this size only the two conditions that suffice are tried.
_MOST = 14


def is_p_matrix(matrix: fmpq_mat) -> bool | None:
    """Whether all principal minors of a rational matrix are positive; None where that would take too long to decide.

    Diagonal dominance with a positive diagonal suffices, and so does a symmetric part that is positive definite;
    otherwise a matrix is a P-matrix if and only if its first entry a is positive and both the rest without the first
    row and column and the Schur complement of a are P-matrices (2**H steps).

    Parameters
    ----------
    matrix : fmpq_mat
        Square.

    References
    ----------
    M. J. Tsatsomeros, L. Li, A recursive test for P-matrices, BIT 40 (2000).
    """
    rows = [list(row) for row in matrix.tolist()]
    if any(row[i] <= 0 for i, row in enumerate(rows)):
        return False
    if _dominant(rows) or _dominant([list(column) for column in zip(*rows, strict=True)]):
        return True
    size = len(rows)
    if _definite([[(rows[i][j] + rows[j][i]) / 2 for j in range(size)] for i in range(size)]):
        return True
    return _recursive(rows) if size <= _MOST else None


def _dominant(rows: list[list[fmpq]]) -> bool:
    return all(2 * row[i] > sum((abs(e) for e in row), fmpq(0)) for i, row in enumerate(rows))


def _definite(rows: list[list[fmpq]]) -> bool:
    """Whether the pivots of a symmetric matrix are positive."""
    while rows:
        if rows[0][0] <= 0:
            return False
        rows = _schur(rows)
    return True


def _recursive(rows: list[list[fmpq]]) -> bool:
    if not rows:
        return True
    if rows[0][0] <= 0:
        return False
    return _recursive([row[1:] for row in rows[1:]]) and _recursive(_schur(rows))


def _schur(rows: list[list[fmpq]]) -> list[list[fmpq]]:
    pivot, top = rows[0][0], rows[0][1:]
    return [[e - row[0] / pivot * t for e, t in zip(row[1:], top, strict=True)] for row in rows[1:]]
