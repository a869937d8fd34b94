"""Uniqueness: where the matrix of the complementarity problem is a P-matrix there is exactly one periodic point.

A P-matrix has positive principal minors only; then t = b + N s, s >= 0, t >= 0, s t = 0 has exactly one solution for
every b (Samelson, Thrall, Wesler 1958). So a map whose k-th problem has a P-matrix has one state with F^k(z) = z,
which is a fixed point, and a flow whose problem has one a single state with F(z) = 0. Sufficient, and cheap, are:
strictly diagonally dominant rows, up to a scaling of the columns, with a positive diagonal; and a positive definite
symmetric part.

References
----------
R. W. Cottle, J.-S. Pang, R. E. Stone, The Linear Complementarity Problem (SIAM 2009), sections 3.3 and 4.1 (Murty's
principal pivoting with the least index). M. J. Tsatsomeros, L. Li, A recursive test for P-matrices, BIT 40 (2000).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.complementarity import Complementarity, complementarity
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.periodic import Reality, solve_word
from dynbench.piecewise.search.base import Progress, WordFindings, WordSearch, distinct
from dynbench.piecewise.search.tableaux import exchange

__all__ = ["PMatrix", "p_matrix_argument"]

Array = NDArray[np.float64]

#: Up to so many units all principal minors are looked at.
_MINORS = 14
_U = 2.0**-53
_ROUNDED_UP = 1.0 + 2.0**-30


class PMatrix(WordSearch):
    """The one word of a map with exactly one periodic point; nothing, where that is not proved."""

    def search(
        self,
        form: PiecewiseLinear,
        period: int,
        *,
        rng: np.random.Generator,
        progress: Progress | None = None,
    ) -> WordFindings:
        """Prove that there is one periodic point, and find its word by principal pivots; nothing is random."""
        problem = complementarity(form, period)
        reason = None if problem is None else p_matrix_argument(problem)
        if problem is None or reason is None:
            return WordFindings((), False, "the matrix of the complementarity problem is not shown to be a P-matrix")
        active = _solution(problem)
        words = () if active is None else distinct(problem.words(active[None]))
        # The pivots are made in doubles: a margin near zero may have the wrong sign.
        if not words or solve_word(form.rational, words[0]).reality not in (Reality.REAL, Reality.BORDER):
            return WordFindings(
                words, False, "there is exactly one periodic point, but principal pivots did not find it"
            )
        equation = "F(z) = 0" if form.kind == "flow" else f"F^{period}(z) = z"
        argument = f"there is exactly one state with {equation}: the complementarity problem has a P-matrix"
        return WordFindings(words, True, f"{argument} ({reason})")


def p_matrix_argument(problem: Complementarity) -> str | None:
    """Why N, and every matrix within the error bound of it, is a P-matrix; None where that is not shown."""
    if _dominant(problem):
        return "diagonally dominant up to a scaling of the columns"
    if _definite(problem):
        return "its symmetric part is positive definite"
    if problem.size <= _MINORS and _minors_positive(problem):
        return "all principal minors are positive"
    return None


def _dominant(problem: Complementarity) -> bool:
    """N_ii d_i > sum over j != i of |N_ij| d_j for some d > 0, by solving with the comparison matrix."""
    diagonal = np.diag(problem.N)
    if not (diagonal > 0).all():
        return False
    off = np.abs(problem.N) - np.diag(diagonal)
    try:
        weights = np.linalg.solve(np.diag(diagonal) - off, np.ones(problem.size))
    except np.linalg.LinAlgError:
        return False
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        return False
    total = weights.sum() * problem.error
    rounding = (problem.size + 3) * _U
    return bool(np.all(diagonal * weights * (1 - rounding) > (off @ weights) * (1 + rounding) + _ROUNDED_UP * total))


def _definite(problem: Complementarity) -> bool:
    """x (N + N^T) x > 0, from a Cholesky factorisation: the defect of L L^T is added to the margin asked for."""
    m = problem.size
    symmetric = problem.N + problem.N.T
    margin = 1e-8 * float(np.abs(symmetric).max())
    try:
        factor = np.linalg.cholesky(symmetric - margin * np.eye(m))
    except np.linalg.LinAlgError:
        return False
    largest = float(np.abs(symmetric).max())
    # In the norm of row sums, which bounds the spectral norm of a symmetric matrix.
    defect = float(np.abs(symmetric - margin * np.eye(m) - factor @ factor.T).sum(axis=1).max())
    rounding = (m + 3) * _U * m * (largest + float((np.abs(factor) @ np.abs(factor).T).max()))
    return bool(_ROUNDED_UP * (defect + rounding + 2 * m * problem.error) < margin)


def _minors_positive(problem: Complementarity) -> bool:
    """The recursive test: the first entry is positive, and so are the minors without it and of its complement.

    Every entry of the Schur complements is within `error`, as in the tableaux of a sweep.
    """
    T, error = problem.N[:, :, None].copy(), np.full(1, problem.error)
    while len(T):
        pivot = T[0, 0]
        if not (pivot > 2 * error).all():
            return False
        row = T[0, 1:] / pivot
        ratio = np.abs(row).max(axis=0, initial=0.0)
        largest = np.abs(T).max(axis=(0, 1))
        quotient = error * (1 + ratio) / (pivot - error) + _U * ratio
        larger = error * (1 + ratio) + (largest + error) * quotient + _U * largest * (1 + 3 * ratio)
        complement = T[1:, 1:] - T[1:, :1] * row
        T = np.concatenate([T[1:, 1:], complement], axis=2)
        error = np.concatenate([error, _ROUNDED_UP * np.maximum(larger, quotient)])
    return True


def _solution(problem: Complementarity) -> NDArray[np.bool_] | None:
    """The active units of the solution of a P-problem, by Murty's rule; None where rounding keeps it from ending."""
    m = problem.size
    active = np.zeros(m, dtype=bool)
    table = np.concatenate([problem.N, problem.b[:, None]], axis=1)
    small = 1e-12 * float(np.abs(problem.b).max())
    for _ in range(50 * m):
        negative = np.flatnonzero(table[:, -1] < -small)
        if not len(negative):
            return active
        unit = int(negative[0])
        if table[unit, unit] == 0:
            return None
        exchange(table, unit, unit)
        active[unit] ^= True
    return None
