"""Dictionaries of the linear programs in a branch and bound over words, and proofs that such a program is infeasible.

The program of a node is t = b + N s, s >= 0, t >= 0, with s_i = 0 or t_i = 0 for the units i that are decided. Its
variables are numbered t_1, ..., t_m, s_1, ..., s_m. The dual simplex method keeps a dictionary, x_B = c + a x_F: the
basic variables by the free ones. A row x_i = c + sum a_j x_j with c < 0 and all a_j <= 0 forbids every solution, and so
does one with c > 0 and all a_j >= 0 whose x_i is fixed at zero. Such a row is the certificate (Farkas). The simplex
method runs in plain doubles, and only suggests the row: `proved` computes it anew with a bound of its error.

References
----------
V. Chvatal, Linear Programming (Freeman 1983), chapters 2, 10 and 16.
A. Neumaier, O. Shcherbina, Safe bounds in linear and mixed-integer linear programming, Math. Program. 99 (2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.complementarity import Complementarity
from dynbench.piecewise.search.tableaux import exchange, inverses

__all__ = ["Dictionary", "proved", "root"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]

#: Coefficients and infeasibilities below this count as zero in the simplex method, of which nothing is believed.
_TINY = 1e-8
#: Pivots after which a dictionary is computed anew from its basis.
_REFRESH = 40
_U = 2.0**-53
_ROUNDED_UP = 1.0 + 2.0**-30


@dataclass(eq=False)
class Dictionary:
    """The dictionary of one node.

    Attributes
    ----------
    table : (m + 1, f + 1) array
        Coefficients of the basic variables, constants last; below them the objective.
    basic : (m,) int array
        The basic variable of each row.
    free : (f,) int array
        The nonbasic variables that are not fixed at zero.
    fixed : (2 m,) bool array
        The variables that are fixed at zero.
    pivots : int
        Pivots since the table was computed from its basis.
    """

    table: Array
    basic: Indices
    free: Indices
    fixed: Mask
    pivots: int = 0

    @property
    def size(self) -> int:
        """The number m of units."""
        return len(self.basic)

    @property
    def undecided(self) -> Indices:
        """The units of which neither variable is fixed."""
        return np.flatnonzero(~(self.fixed[: self.size] | self.fixed[self.size :]))

    def fix(self, variable: int) -> Dictionary:
        """The dictionary of the child in which one more variable is zero; not optimal if it is basic."""
        fixed = self.fixed.copy()
        fixed[variable] = True
        stay = np.append(self.free != variable, True)
        return Dictionary(self.table[:, stay].copy(), self.basic.copy(), self.free[stay[:-1]], fixed, self.pivots)

    def solve(self, problem: Complementarity) -> int | None:
        """The dual simplex method; the basic variable of a row that forbids every solution, or None.

        None means that the program is feasible, or that the method gave up.
        """
        for _ in range(20 * self.size):
            if self.pivots >= _REFRESH:
                self._refresh(problem)
            constant = self.table[:-1, -1]
            excess = np.where(self.fixed[self.basic], np.abs(constant), -constant)
            row = int(np.argmax(excess))
            if excess[row] <= _TINY:
                return None
            slope = self.table[row, :-1] * (-1.0 if constant[row] > 0 else 1.0)
            entering = np.flatnonzero(slope > _TINY)
            if not len(entering):
                return int(self.basic[row])
            ratios = np.maximum(self.table[-1, entering], 0.0) / slope[entering]
            # Among equals the largest pivot.
            best = entering[ratios <= ratios.min() + _TINY]
            self._pivot(row, int(best[np.argmax(slope[best])]))
        return None

    def _pivot(self, row: int, column: int) -> None:
        leaving, entering = self.basic[row], self.free[column]
        exchange(self.table, row, column)
        self.basic[row], self.free[column] = entering, leaving
        self.pivots += 1
        if self.fixed[leaving]:
            self.table, self.free = np.delete(self.table, column, axis=1), np.delete(self.free, column)

    def _refresh(self, problem: Complementarity) -> None:
        """Compute the table from its basis; where that is singular in doubles, it is left as it is."""
        self.pivots = 0
        columns = _columns(problem)
        try:
            solved = np.linalg.solve(
                columns[:, self.basic], np.concatenate([-columns[:, self.free], problem.b[:, None]], axis=1)
            )
        except np.linalg.LinAlgError:
            return
        cost = _cost(self.size)
        self.table[:-1] = solved
        self.table[-1] = np.append(cost[self.free], 0.0) + cost[self.basic] @ solved


def root(problem: Complementarity) -> Dictionary:
    """The dictionary of the program in which no unit is decided: t by s."""
    m = problem.size
    cost = _cost(m)
    table = np.concatenate([problem.N, problem.b[:, None]], axis=1)
    table = np.concatenate([table, np.append(cost[m:], 0.0)[None]])
    return Dictionary(table, np.arange(m), np.arange(m, 2 * m), np.zeros(2 * m, dtype=bool))


def proved(problem: Complementarity, basic: Indices, rows: Indices, free: Mask, fixed: Mask) -> Mask:
    """Whether rows of dictionaries are proved to forbid every solution.

    Parameters
    ----------
    problem : Complementarity
    basic : (B, m) int array
        The bases.
    rows : (B,) int array
        Which row of each.
    free : (B, 2 m) bool array
        The nonbasic variables that are not fixed.
    fixed : (B,) bool array
        Whether the basic variable of the row is fixed at zero.
    """
    m = problem.size
    columns = _columns(problem)
    every = np.arange(len(basic))
    basis = columns[:, basic].transpose(1, 0, 2)
    with np.errstate(all="ignore"):
        inverse = inverses(basis)
        y = inverse[every, rows]
        residual = -np.einsum("bi,bij->bj", y, basis)
        residual[every, rows] += 1.0
        size, length = np.abs(inverse).sum(axis=2).max(axis=1), np.abs(y).sum(axis=1)
        largest = max(float(np.abs(columns).max()), float(np.abs(problem.b).max()))
        rounding = (m + 3) * _U
        defect = np.abs(np.eye(m) - inverse @ basis).sum(axis=2).max(axis=1)
        defect += rounding * (size * np.abs(basis).sum(axis=2).max(axis=1) + 1) + size * m * problem.error
        # |y - e B^-1| in the norm sum |y_i|, for every exact basis; then what that does to y b and y A.
        remains = np.abs(residual).sum(axis=1) + m * (rounding * (length * largest + 1) + length * problem.error)
        moved = np.where(defect < 0.999, remains * size / (1 - defect), np.inf)
        error = _ROUNDED_UP * (moved * (largest + problem.error) + length * (problem.error + rounding * largest))
        constant, slopes = y @ problem.b, -(y @ columns)
        below = (constant < -error) & ((slopes <= -error[:, None]) | ~free).all(axis=1)
        above = fixed & (constant > error) & ((slopes >= error[:, None]) | ~free).all(axis=1)
        return np.asarray((below | above) & np.isfinite(error))


def _columns(problem: Complementarity) -> Array:
    """The matrix of t - N s = b."""
    return np.concatenate([np.eye(problem.size), -problem.N], axis=1)


def _cost(size: int) -> Array:
    """The objective, a sum of s with uneven weights, so that no two choices of a pivot are equal and none is circular.

    Any one would do that is dual feasible at the root.
    """
    return np.concatenate([np.zeros(size), 1.0 + np.random.default_rng(0).random(size)])
