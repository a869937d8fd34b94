"""Periodic points as a linear complementarity problem in the rectified units alone.

A k-cycle of z' = A z + W1 relu(y) + h1, y = W2 z + V relu(y) + h2 is a fixed point of a system of k n states and k H
units. With a base pattern for which the affine map has exactly one k-periodic point, the states can be eliminated:
y = Q s + r, where s_i = relu(y_i) for a unit that is inactive in the base pattern and relu(-y_i) for one that is
active. With t_i the other one of the two,

    t = b + N s,   s >= 0,   t >= 0,   s_i t_i = 0,

and k-periodic points are the solutions of this problem, one to one. A set of units for which t is set to zero, and s
for the others, is one word; the solution that it determines is real where it is nonnegative.

References
----------
R. W. Cottle, J.-S. Pang, R. E. Stone, The Linear Complementarity Problem (SIAM 2009), chapters 1 and 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from flint import arb, arb_mat, ctx
from numpy.typing import NDArray

from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.rational import RationalForm, as_rationals
from dynbench.symbolic.balls import identity, upper

__all__ = ["Complementarity", "complementarity", "rational_form"]

Array = NDArray[np.float64]
Pattern = NDArray[np.bool_]

#: Bits of the ball arithmetic in which the states are eliminated.
_BITS = 256
#: Base patterns that are tried: all units off, all on, and so many random ones.
_RANDOM_BASES = 6


@dataclass(frozen=True, eq=False)
class Complementarity:
    """t = b + N s, s >= 0, t >= 0, s_i t_i = 0, in m = k H unknowns each.

    Attributes
    ----------
    N : (m, m) array
    b : (m,) array
        Rows and columns are scaled by powers of two, which changes no sign.
    error : float
        Every entry of N and b is within this of what the system's numbers give.
    base : (H,) array
        The pattern in which s vanishes.
    period : int
    """

    N: Array
    b: Array
    error: float
    base: Pattern
    period: int

    @property
    def size(self) -> int:
        """The number m of unknowns."""
        return len(self.b)

    def words(self, active: Pattern) -> Pattern:
        """The words (..., k, H) of sets (..., m) of units whose s may be positive."""
        return active.reshape(*active.shape[:-1], self.period, len(self.base)) ^ self.base

    def active(self, words: Pattern) -> Pattern:
        """The inverse of `words`."""
        return (words ^ self.base).reshape(*words.shape[:-2], self.size)


def rational_form(form: PiecewiseLinear) -> RationalForm:
    """The exact form; where an entry is irrational, that of the map whose entries are rounded to doubles."""
    if form.exact is not None:
        return form.exact
    parts = (as_rationals(part) for part in (form.A, form.W1, form.W2, form.h1, form.h2, form.V))
    return RationalForm(form.kind, *parts)


def complementarity(form: PiecewiseLinear, period: int = 1) -> Complementarity | None:
    """The problem whose solutions are the states with F^k(z) = z (of a flow: F(z) = 0), in doubles with an error bound.

    Parameters
    ----------
    form : PiecewiseLinear
    period : int
        k; 1 for a flow.

    Returns
    -------
    Complementarity or None
        None where the affine maps of all base patterns that were tried have none or infinitely many periodic points.
    """
    exact = rational_form(form)
    for base in _bases(form.units):
        with ctx.workprec(_BITS):
            try:
                problem = _in_doubles(*_eliminated(exact, base, period), base, period)
            except ZeroDivisionError:
                continue
        if np.isfinite(problem.N).all() and np.isfinite(problem.b).all() and problem.error < 1:
            return problem
    return None


def _bases(units: int) -> Iterator[Pattern]:
    yield np.zeros(units, dtype=bool)
    yield np.ones(units, dtype=bool)
    yield from np.random.default_rng(0).integers(0, 2, (_RANDOM_BASES, units)).astype(bool)


def _eliminated(exact: RationalForm, base: Pattern, period: int) -> tuple[list[arb_mat], arb_mat]:
    """The block row of Q by lag (0, 1, ...), and one block of r, in balls, with the signs of the base pattern.

    z_t = sum_j J^(j-1) (I - J^k)^-1 (c + X s_(t-j)) over one period, and y_t = G z_t + P V s_t + g.
    """
    region = exact.region(base)
    J, c, G, g = (arb_mat(part) for part in (region.J, region.c, region.G, region.g))
    V, W1 = arb_mat(exact.V), arb_mat(exact.W1)
    units = identity(len(base))
    active = _diagonal(base)
    inside = (units - V * active).solve(V)
    inputs = W1 * (active * inside + units)
    if exact.kind == "flow":
        lags = [G * (-J).solve(inputs) + inside]
        return lags, G * (-J).solve(c) + g
    power = identity(J.nrows())
    for _ in range(period):
        power = power * J
    moved = (identity(J.nrows()) - power).solve(inputs)
    answers = []
    for _ in range(period):
        answers.append(G * moved)
        moved = J * moved
    lags = [answers[-1] + inside, *answers[:-1]]
    return lags, G * (identity(J.nrows()) - J).solve(c) + g


def _in_doubles(lags: list[arb_mat], r: arb_mat, base: Pattern, period: int) -> Complementarity:
    """N = I - S Q and b = -S r, S the signs of the base pattern (-1 where active), rounded and scaled."""
    sign = np.where(base, -1.0, 1.0)
    blocks = [_rounded(block) for block in lags]
    units = len(base)
    size = period * units
    N, error = np.empty((size, size)), np.empty((size, size))
    for row in range(period):
        for lag, (middle, radius) in enumerate(blocks):
            column = (row - lag) % period
            place = np.s_[row * units : (row + 1) * units, column * units : (column + 1) * units]
            N[place] = -sign[:, None] * middle
            error[place] = radius
    # One more rounding, of at most an ulp of the result.
    N[np.diag_indices(size)] += 1.0
    error = error + 2.0**-52 * np.abs(N)
    middle, radius = _rounded(r)
    b, spread = np.tile(-sign * middle[:, 0], period), np.tile(radius[:, 0], period)
    rows, columns = _scales(N, b)
    N, error = rows[:, None] * N * columns, rows[:, None] * error * columns
    # Solutions grow with b, and keep their signs: near one, it is not lost beside errors of the size of one.
    level = np.exp2(-np.clip(np.round(np.log2(np.abs(rows * b).max(initial=0.0) or 1.0)), -1000, 1000))
    b, spread = rows * b * level, rows * spread * level
    largest = float(max(error.max(), spread.max())) * 1.0001
    return Complementarity(N, b, largest, base, period)


def _scales(N: Array, b: Array) -> tuple[Array, Array]:
    """Powers of two that bring the rows and columns near one in modulus; they leave every sign as it is."""
    rows, columns = np.ones(len(b)), np.ones(len(b))
    for _ in range(4):
        scaled = np.abs(rows[:, None] * N * columns)
        rows *= _power(scaled.max(axis=1))
        scaled = np.abs(rows[:, None] * N * columns)
        columns *= _power(scaled.max(axis=0))
    return rows, columns


def _power(values: Array) -> Array:
    return np.where(values > 0, np.exp2(-np.round(np.log2(np.where(values > 0, values, 1.0)) / 2)), 1.0)


def _rounded(matrix: arb_mat) -> tuple[Array, Array]:
    """The midpoints in doubles, and bounds of how far the balls reach from them."""
    shape = matrix.nrows(), matrix.ncols()
    entries = matrix.entries()
    middle = [float(e.mid()) for e in entries]
    radius = [upper(abs(e - arb(m))) for e, m in zip(entries, middle, strict=True)]
    return np.array(middle).reshape(shape), np.array(radius).reshape(shape)


def _diagonal(entries: Pattern) -> arb_mat:
    size = len(entries)
    return arb_mat(size, size, [int(i == j and entries[i]) for i in range(size) for j in range(size)])
