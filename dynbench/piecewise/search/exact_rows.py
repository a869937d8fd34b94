"""Rows of dictionaries in exact arithmetic, where doubles cannot tell a coefficient from zero.

Units that share a row of W2, or that do not feed each other, make coefficients vanish exactly, and then a bound of the
rounding never proves their sign. The equations are those of the system itself, states and all,

    z_(t+1) - J z_t - X s_t = c,    t_t - s_t + S (G z_t + P s_t) = -S g,

whose numbers are short, so that a row costs one rational solve.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from dynbench.piecewise.complementarity import Complementarity
from dynbench.piecewise.rational import RationalForm, identity

__all__ = ["ExactRows"]

_ZERO, _ONE = fmpq(0), fmpq(1)


class ExactRows:
    """Decides whether a row of a dictionary forbids every solution.

    Parameters
    ----------
    form : RationalForm
    problem : Complementarity
        The problem in doubles that was made of it: its base pattern and period.
    """

    def __init__(self, form: RationalForm, problem: Complementarity) -> None:
        self._size = problem.size
        self._states = form.dimension * problem.period
        self._columns, self._right = _equations(form, problem.base, problem.period)

    def forbids(self, basic: NDArray[np.intp], row: int, free: NDArray[np.intp], fixed: bool) -> bool:
        """Whether x_i = c + sum a_j x_j has c < 0 and all a_j <= 0; or, for a fixed x_i, c > 0 and all a_j >= 0.

        Parameters
        ----------
        basic : (m,) int array
            The basic variables, t_1, ..., t_m, s_1, ..., s_m.
        row : int
            Which of them x_i is.
        free : (f,) int array
            The nonbasic variables that are not fixed at zero.
        fixed : bool
            Whether x_i is fixed at zero.
        """
        count = self._states + self._size
        chosen = [*range(self._states), *(self._states + int(v) for v in basic)]
        transposed = fmpq_mat(count, count, [e for j in chosen for e in self._columns[j]])
        unit = fmpq_mat(count, 1, [_ONE if i == self._states + row else _ZERO for i in range(count)])
        try:
            y = transposed.solve(unit).entries()
        except ZeroDivisionError:
            return False
        constant = _dot(y, self._right)
        sign = -1 if constant < 0 else 1
        if constant == 0 or (sign > 0 and not fixed):
            return False
        # The coefficient of x_j is -y a_j: it must have the sign of the constant, or vanish.
        return all(sign * _dot(y, self._columns[self._states + int(j)]) <= 0 for j in free)


def _equations(form: RationalForm, base: NDArray[np.bool_], period: int) -> tuple[list[list[fmpq]], list[fmpq]]:
    """The columns (z, t, s) of the equations and their right sides, as lists."""
    n, H = form.dimension, form.units
    region = form.region(base)
    active = fmpq_mat(H, H, [_ONE if i == j and base[i] else _ZERO for i in range(H) for j in range(H)])
    inside = (identity(H) - form.V * active).solve(form.V)
    inputs = form.W1 * (active * inside + identity(H))
    rows = period * (n + H)
    matrix = [[_ZERO] * rows for _ in range(period * (n + 2 * H))]
    right = [_ZERO] * rows
    for step in range(period):
        following = (step + 1) % period
        for i in range(n):
            row = step * n + i
            if form.kind == "map":
                matrix[following * n + i][row] += 1
            for j in range(n):
                matrix[step * n + j][row] -= region.J[i, j]
            for j in range(H):
                matrix[period * n + period * H + step * H + j][row] = -inputs[i, j]
            right[row] = region.c[i, 0]
        for i in range(H):
            row = period * n + step * H + i
            sign = -1 if base[i] else 1
            for j in range(n):
                matrix[step * n + j][row] = sign * region.G[i, j]
            matrix[period * n + step * H + i][row] = _ONE
            for j in range(H):
                matrix[period * n + period * H + step * H + j][row] = sign * inside[i, j] - (i == j)
            right[row] = -sign * region.g[i, 0]
    return matrix, right


def _dot(first: list[fmpq], second: list[fmpq]) -> fmpq:
    return sum((a * b for a, b in zip(first, second, strict=True) if b != 0 and a != 0), _ZERO)
