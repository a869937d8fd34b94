"""Functional independence: which functions are proved not to be functions of one another.

Functions are independent where their gradients are, and independent at one point means independent near it. The
gradients are enclosed in balls at rational points, so a matrix of them that eliminates without a pivot that may be
zero has full rank: that is proved. Where no point shows it, the functions may or may not depend on one another, and
one that adds nothing that can be shown is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp
from flint import arb, arb_mat, ctx, fmpq

from dynbench.symbolic.kernels import BallKernel

__all__ = ["IndependentFunctions"]

_PRECISION = 256
_POINTS = 6


class IndependentFunctions:
    """Collects functions of the states that are proved to be functionally independent.

    Parameters
    ----------
    states : sequence of sympy symbols
        The variables.
    parameters : sequence of sympy symbols
        Symbols that stand for generic numbers.
    """

    def __init__(self, states: Sequence[sp.Symbol], parameters: Sequence[sp.Symbol]) -> None:
        self._states = tuple(states)
        self._symbols = (*states, *parameters)
        self._points = list(_points(len(self._symbols)))
        self._rows: list[list[list[arb]]] = [[] for _ in self._points]
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, function: sp.Expr) -> bool:
        """Collect `function` if it is proved independent of those collected before, and say whether it is."""
        gradient = tuple(function.diff(s) for s in self._states)
        kernel = BallKernel(gradient, self._symbols)
        with ctx.workprec(_PRECISION):
            rows = [[*known, kernel(point)] for known, point in zip(self._rows, self._points, strict=True)]
            if not any(_has_full_rank(matrix) for matrix in rows):
                return False
        self._rows, self._count = rows, self._count + 1
        return True


def _points(width: int) -> Iterator[list[arb]]:
    """Rational points without an apparent relation: positive first, where logarithms and roots are real."""
    with ctx.workprec(_PRECISION):
        for k in range(_POINTS):
            signs = (1 if k < _POINTS // 2 or (i * k + i // 2) % 2 == 0 else -1 for i in range(width))
            numbers = ((int(sp.prime(i + 5 * k + 6)), int(sp.prime(2 * i + 3 * k + 8))) for i in range(width))
            yield [arb(fmpq(sign * p, q)) for sign, (p, q) in zip(signs, numbers, strict=True)]


def _has_full_rank(rows: Sequence[Sequence[arb]]) -> bool:
    """Whether elimination in balls shows that the rows are linearly independent."""
    if not all(entry.is_finite() for row in rows for entry in row):
        return False
    matrix = arb_mat([list(row) for row in rows]).tolist()
    for i in range(len(matrix)):
        pivots = [(k, j) for k in range(i, len(matrix)) for j, entry in enumerate(matrix[k]) if not entry.contains(0)]
        if not pivots:
            return False
        k, j = max(pivots, key=lambda place: float(matrix[place[0]][place[1]].abs_lower()))
        matrix[i], matrix[k] = matrix[k], matrix[i]
        for row in matrix[i + 1 :]:
            factor = row[j] / matrix[i][j]
            row[:] = [entry - factor * by for entry, by in zip(row, matrix[i], strict=True)]
            row[j] = arb(0)
    return True
