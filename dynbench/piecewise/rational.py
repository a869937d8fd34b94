"""The canonical form with rational entries, in exact arithmetic (python-flint)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import sympy as sp
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

__all__ = [
    "RationalForm",
    "RationalRegion",
    "as_rationals",
    "from_sympy",
    "identity",
    "in_doubles",
    "to_rational",
    "to_sympy",
]


def to_rational(number: float) -> fmpq:
    """The rational number that a double is."""
    return fmpq(*float(number).as_integer_ratio())


def from_sympy(number: sp.Rational) -> fmpq:
    """A rational number of SymPy as one of python-flint."""
    return fmpq(int(number.p), int(number.q))


def to_sympy(number: fmpq) -> sp.Rational:
    """A rational number of python-flint as one of SymPy."""
    return sp.Rational(int(number.p), int(number.q))


def identity(size: int) -> fmpq_mat:
    """The identity matrix, exact."""
    return fmpq_mat(size, size, [fmpq(int(i == j)) for i in range(size) for j in range(size)])


def as_rationals(values: Any) -> fmpq_mat:
    """An array of doubles or of fmpq as an exact matrix; a vector as a column."""
    array = np.asarray(values)
    if array.ndim == 1:
        array = array[:, None]
    entries = array.ravel().tolist()
    rows, columns = array.shape
    return fmpq_mat(rows, columns, [e if isinstance(e, fmpq) else to_rational(e) for e in entries])


def in_doubles(matrix: fmpq_mat) -> NDArray[np.float64]:
    """An exact matrix in doubles, each entry rounded to nearest."""
    entries = [_rounded(e) for e in matrix.entries()]
    return np.array(entries, dtype=np.float64).reshape(matrix.nrows(), matrix.ncols())


def _rounded(number: fmpq) -> float:
    try:
        return int(number.p) / int(number.q)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


@dataclass(frozen=True, eq=False)
class RationalRegion:
    """F(z) = J z + c and y = G z + g on the region of one pattern, exact; vectors are columns.

    Attributes
    ----------
    J, c, G, g : fmpq_mat
    """

    J: fmpq_mat
    c: fmpq_mat
    G: fmpq_mat
    g: fmpq_mat


@dataclass(frozen=True, eq=False)
class RationalForm:
    """F(z) = A z + W1 relu(y) + h1, y = W2 z + V relu(y) + h2 with rational entries; vectors are columns.

    Attributes
    ----------
    kind : "map" or "flow"
    A, W1, W2, h1, h2, V : fmpq_mat
    """

    kind: Literal["map", "flow"]
    A: fmpq_mat
    W1: fmpq_mat
    W2: fmpq_mat
    h1: fmpq_mat
    h2: fmpq_mat
    V: fmpq_mat

    def __reduce__(self) -> tuple[Any, ...]:
        parts = [[[(int(e.p), int(e.q)) for e in row] for row in m.tolist()] for m in self._matrices]
        return _rebuilt, (self.kind, [(m.nrows(), m.ncols()) for m in self._matrices], parts)

    @property
    def _matrices(self) -> tuple[fmpq_mat, ...]:
        return self.A, self.W1, self.W2, self.h1, self.h2, self.V

    @property
    def dimension(self) -> int:
        """The number n of states."""
        return int(self.A.nrows())

    @property
    def units(self) -> int:
        """The number H of units."""
        return int(self.h2.nrows())

    @cached_property
    def nested(self) -> bool:
        """Whether a unit feeds another one."""
        return any(e != 0 for e in self.V.entries())

    def margins(self, z: fmpq_mat) -> fmpq_mat:
        """y at one state, a column."""
        y = self.W2 * z + self.h2
        if not self.nested:
            return y
        for i in range(self.units):
            y[i, 0] = y[i, 0] + sum((self.V[i, j] * y[j, 0] for j in range(i) if y[j, 0] > 0), fmpq(0))
        return y

    def pattern(self, z: fmpq_mat) -> tuple[bool, ...]:
        """Which margins are positive at one state."""
        return tuple(e > 0 for e in self.margins(z).entries())

    def __call__(self, z: fmpq_mat) -> fmpq_mat:
        """F at one state, a column."""
        y = self.margins(z)
        rectified = fmpq_mat(self.units, 1, [e if e > 0 else fmpq(0) for e in y.entries()])
        return self.A * z + self.W1 * rectified + self.h1

    def region(self, pattern: Sequence[bool] | NDArray[np.bool_]) -> RationalRegion:
        """The affine functions of one pattern."""
        size = self.units
        G, g = self.W2, self.h2
        if self.nested:
            diagonal = [fmpq(int(i == j and bool(pattern[i]))) for i in range(size) for j in range(size)]
            nesting = identity(size) - self.V * fmpq_mat(size, size, diagonal)
            G, g = nesting.solve(G), nesting.solve(g)
        on = [bool(e) for e in pattern]
        kept = [e if active else fmpq(0) for row in self.W1.tolist() for e, active in zip(row, on, strict=True)]
        weights = fmpq_mat(self.dimension, size, kept)
        return RationalRegion(self.A + weights * G, weights * g + self.h1, G, g)


def _rebuilt(kind: Literal["map", "flow"], shapes: Any, parts: Any) -> RationalForm:
    matrices = [
        fmpq_mat(height, width, [fmpq(*e) for row in rows for e in row])
        for (height, width), rows in zip(shapes, parts, strict=True)
    ]
    return RationalForm(kind, *matrices)
