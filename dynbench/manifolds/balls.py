"""Piecewise-linear maps and their tangents in ball arithmetic."""

from __future__ import annotations

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from dynbench.piecewise.rational import RationalForm
from dynbench.symbolic.balls import identity

__all__ = ["BallMap", "column", "dot", "length", "solved", "turned"]

Array = NDArray[np.float64]


class BallMap:
    """A map with rational entries, of states and tangents that are columns of balls, in flint's current precision.

    A margin that may be zero counts as negative: what is computed is evidence, no proof.
    """

    def __init__(self, form: RationalForm) -> None:
        self._A, self._W1, self._W2 = map(arb_mat, (form.A, form.W1, form.W2))
        self._h1, self._h2 = arb_mat(form.h1), arb_mat(form.h2)
        self._V = arb_mat(form.V) if form.nested else None

    def _margins(self, z: arb_mat) -> arb_mat:
        y = self._W2 * z + self._h2
        if self._V is not None:
            for i in range(y.nrows()):
                for j in range(i):
                    if y[j, 0] > 0:
                        y[i, 0] += self._V[i, j] * y[j, 0]
        return y

    def step(self, z: arb_mat, *tangents: arb_mat) -> tuple[arb_mat, ...]:
        """F(z), and tangents (columns) carried along."""
        y = self._margins(z)
        active = [bool(e > 0) for e in y.entries()]
        return tuple(
            self._A * t + self._W1 * self._rectified(y if t is z else self._tangent(t, active), active) + h
            for t, h in ((z, self._h1), *((t, arb_mat(t.nrows(), t.ncols())) for t in tangents))
        )

    def _tangent(self, t: arb_mat, active: list[bool]) -> arb_mat:
        y = self._W2 * t
        if self._V is not None:
            for i in range(y.nrows()):
                for j in range(i):
                    if active[j]:
                        for k in range(y.ncols()):
                            y[i, k] += self._V[i, j] * y[j, k]
        return y

    def _rectified(self, y: arb_mat, active: list[bool]) -> arb_mat:
        rows = [row if on else [arb(0)] * y.ncols() for row, on in zip(y.tolist(), active, strict=True)]
        return arb_mat(rows)


def turned(form: RationalForm, patterns: NDArray[np.bool_]) -> tuple[arb_mat, arb_mat]:
    """The matrix and offset of the affine map that regions (k, H), one after the other, make up."""
    product, offset = identity(form.dimension), arb_mat(form.dimension, 1)
    for pattern in patterns:
        region = form.region(pattern)
        J = arb_mat(region.J)
        product, offset = J * product, J * offset + arb_mat(region.c)
    return product, offset


def column(state: Array) -> arb_mat:
    """A state as a column of balls."""
    return arb_mat(len(state), 1, [arb(float(e)) for e in state])


def solved(matrix: arb_mat, right: arb_mat) -> arb_mat:
    """matrix^-1 right; infinite where the matrix is singular."""
    try:
        return matrix.solve(right)
    except ZeroDivisionError:
        return arb_mat(right.nrows(), right.ncols(), [arb("inf")] * (right.nrows() * right.ncols()))


def dot(a: arb_mat, b: arb_mat) -> arb:
    """The product of two columns."""
    return (a.transpose() * b)[0, 0]


def length(vector: arb_mat) -> float:
    """The Euclidean norm of a column, as a double."""
    return float(dot(vector, vector).mid().sqrt().mid())
