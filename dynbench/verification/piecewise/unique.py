"""Arguments that hold for all words at once: one fixed point, by a P-matrix, and no cycles, by a contraction.

With F(z) = A z + W1 r + h, r = relu(y), y = W2 z + V r + g, a fixed point solves y+ - y- = N y+ + q with
N = W2 (I - A)^-1 W1 + V: a linear complementarity problem with the matrix I - N, which has exactly one solution for all
q if this is a P-matrix. It is one if its symmetric part is positive definite, or if, with a positive diagonal, it is
an H-matrix: C v = 1 has a positive solution for the comparison matrix C = 2 diag - |I - N|.

Between any two states F changes no more than the matrix K = |A| + |W1| (I - |V|)^-1 |W2| allows, row by row. If
(I - K) v = 1 has a positive solution, F is a contraction in the maximum norm weighted by v.

References
----------
R. W. Cottle, J.-S. Pang, R. E. Stone, The Linear Complementarity Problem (1992), section 3.3. A. Berman,
R. J. Plemmons, Nonnegative Matrices in the Mathematical Sciences (1979), chapter 6.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb_mat, fmpq, fmpq_mat

from dynbench.verification.definite import is_positive_definite
from dynbench.verification.piecewise.rows import Rectified, Row

__all__ = ["has_no_cycle", "has_one_fixed_point"]

#: More states and units take too long.
_MOST = 120


def has_one_fixed_point(function: Rectified) -> bool:
    """Whether a function is shown to have exactly one fixed point in the whole space."""
    n, size = function.dimension, len(function.arguments)
    if not 0 < size <= _MOST or n > _MOST:
        return False
    A, W1 = _split(function.rows, n, size)
    W2, V = _split(function.arguments, n, size)
    left = _identity(n) - A
    if left.det() == 0:
        return False
    matrix = _identity(size) - V - W2 * left.solve(W1)
    if any(matrix[i, i] <= 0 for i in range(size)):
        return False
    symmetric = arb_mat((matrix + matrix.transpose()) / 2)
    return _dominates(_moduli(matrix, diagonal=-1)) or is_positive_definite(symmetric)


def has_no_cycle(function: Rectified, period: int) -> bool:
    """Whether F^k(z) = z is shown to have one solution only, which is then a fixed point: k = `period` > 1."""
    if _contracts(function):
        return True
    n, size = function.dimension, len(function.arguments)
    return n * period <= _MOST and size * period <= _MOST and has_one_fixed_point(_turned(function, period))


def _turned(function: Rectified, period: int) -> Rectified:
    """(z_0, ..., z_k-1) -> (F(z_k-1), F(z_0), ...), whose fixed points are the states of period k."""
    n, size = function.dimension, len(function.arguments)

    def moved(row: Row, part: int) -> Row:
        places = {i: i + part * n if i < n else n * period + part * size + i - n for i in row.terms}
        return Row({places[i]: c for i, c in row.terms.items()}, row.constant)

    arguments = tuple(moved(row, part) for part in range(period) for row in function.arguments)
    rows = tuple(moved(row, (part - 1) % period) for part in range(period) for row in function.rows)
    return Rectified(n * period, arguments, rows)


def _contracts(function: Rectified) -> bool:
    n, size = function.dimension, len(function.arguments)
    if size > _MOST or n > _MOST:
        return False
    A, W1 = (_moduli(part) for part in _split(function.rows, n, size))
    W2, V = (_moduli(part) for part in _split(function.arguments, n, size))
    through = W1 * (_identity(size) - V).solve(W2) if size else fmpq_mat(n, n)
    return _dominates(A + through - _identity(n))


def _dominates(matrix: fmpq_mat) -> bool:
    """Whether -M v = 1 has a positive solution, for M with nonnegative entries off its diagonal.

    Then -M is a nonsingular M-matrix.
    """
    n = matrix.nrows()
    if matrix.det() == 0:
        return False
    solution = (-matrix).solve(fmpq_mat(n, 1, [1] * n))
    return all(e > 0 for e in solution.entries())


def _split(rows: Sequence[Row], n: int, size: int) -> tuple[fmpq_mat, fmpq_mat]:
    """The coefficients of the states and those of the units."""
    return (
        fmpq_mat(len(rows), n, [row.terms.get(j, fmpq(0)) for row in rows for j in range(n)]),
        fmpq_mat(len(rows), size, [row.terms.get(n + j, fmpq(0)) for row in rows for j in range(size)]),
    )


def _moduli(matrix: fmpq_mat, diagonal: int = 1) -> fmpq_mat:
    """The moduli of the entries, those on the diagonal times a sign."""
    rows = matrix.tolist()
    return fmpq_mat(
        matrix.nrows(),
        matrix.ncols(),
        [abs(e) * (diagonal if i == j else 1) for i, row in enumerate(rows) for j, e in enumerate(row)],
    )


def _identity(n: int) -> fmpq_mat:
    return fmpq_mat([[fmpq(int(i == j)) for j in range(n)] for i in range(n)])
