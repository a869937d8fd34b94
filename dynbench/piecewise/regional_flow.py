"""The flow within a region, x' = J x + c, in closed form: the exponential series, summed to rounding over a stretch.

exp(t J) is summed and not diagonalised: no eigenvectors are needed, so that a defective J is no special case. Over a
stretch with |t| ||J|| <= 2 the first 25 terms leave a remainder below rounding, and state and margins are polynomials
of time whose roots can be found with none passed over.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.form import PiecewiseLinear

__all__ = ["DEGREE", "Expansion", "RegionalFlow"]

Array = NDArray[np.float64]

#: Terms of the series after the first.
DEGREE = 24
#: ||J|| times the length of a stretch. The remainder, relative to ||J x + c|| times the length, is then at most
#: e^2 2^24 / 25! = 8e-18, and the terms add up to at most e^2 times the sum's size.
_REACH = 2.0
#: Up to so many states the series is one matrix, which is applied at once.
_TABLED = 16


class Expansion(NamedTuple):
    """State and margins as polynomials of s = time / length, s in [0, 1].

    Attributes
    ----------
    states : (DEGREE + 1, n) array
        Coefficients of powers.
    margins : (DEGREE + 1, H) array
    noise : (H,) array
        A bound, to first order, of what rounding adds to Bernstein's coefficients of a margin.
    """

    states: Array
    margins: Array
    noise: Array


class RegionalFlow:
    """The affine flow of one pattern.

    Parameters
    ----------
    form : PiecewiseLinear
        Of a flow.
    pattern : (H,) bool array
    longest : float
        No stretch is longer.

    Attributes
    ----------
    J, c, G, g : arrays
        Those of the region.
    length : float
        Of a stretch, positive.
    """

    def __init__(self, form: PiecewiseLinear, pattern: NDArray[np.bool_], longest: float) -> None:
        self.J, self.c, self.G, self.g = form.region(pattern)
        self._norm = float(np.abs(self.J).sum(axis=1).max())
        self.length = min(longest, _REACH / self._norm) if self._norm else longest
        self._drift = float(np.abs(self.c).max(initial=0.0))
        self._sizes, self._shifts = np.abs(self.G), np.abs(self.g)
        n = form.dimension
        # To first order in eps: e^2 times 4 n + 29 for table, sums of n and of 25 products, against `swing` below.
        self._rounding = (4 * n + 40) * float(np.finfo(float).eps)
        self._table: tuple[Array, Array] | None = None
        if n <= _TABLED:
            self._table = self._terms(np.eye(n), np.zeros((n, n))), self._terms(np.zeros(n), self.c)

    def expansion(self, x: Array) -> Expansion:
        """The polynomials from a state (n,) on."""
        states = self._terms(x, self.c) if self._table is None else self._table[0] @ x + self._table[1]
        margins = states @ self.G.T
        margins[0] += self.g
        most = float(np.abs(x).max())
        # The largest that the terms' rounded products can have been, from the norm of J.
        swing = math.expm1(_REACH) / _REACH * self.length * (self._norm * most + self._drift)
        noise = self._rounding * (self._sizes @ (np.abs(x) + swing) + self._shifts)
        return Expansion(states, margins, noise)

    def _terms(self, x: Array, c: Array) -> Array:
        """The terms of the series for states x (n, ...) and a drift c, along the first axis."""
        terms = [x, self.length * (self.J @ x + c)]
        for k in range(2, DEGREE + 1):
            terms.append(self.length / k * (self.J @ terms[-1]))
        return np.array(terms)
