"""Matrices of doubles with radii: enclosures of matrices, with a-priori bounds of rounding.

With u = 2**-53 and gamma_k = k u / (1 - k u), a sum of k products is computed with an error of at most gamma_k times
the sum of their sizes, in whatever order it is taken, with or without fused multiplication (Higham 2002, section 3.1);
of two matrices that sum of sizes is bounded by Cauchy and Schwarz from the norms of a row and a column, so that one
product of matrices is enough. A computed sum of nonnegative numbers is raised by its own rounding (`up`), which covers
underflow, too. Overflow gives inf or nan, with which no inequality holds.

References
----------
N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Block", "gamma", "product_in_parts", "size_times", "up"]

Array = NDArray[np.float64]

_U = 2.0**-53
_TINY = 2.0**-1000
#: Up to so many rows or columns a second product of matrices costs little.
_FEW = 200
#: The least length of the parts of `product_in_parts`.
_LEAST_PART = 8


def gamma(k: int) -> float:
    """gamma_k, rounded up."""
    return k * _U / (1 - k * _U) * (1 + 2.0**-50)


def up(value: Any, k: int) -> Any:
    """An upper bound of a nonnegative number that was computed from nonnegative ones in up to `k` roundings."""
    return value * (1 + (k + 8) * 2 * _U) + _TINY


def size_times(a: Array, b: Array) -> Array:
    """An upper bound of the product of two nonnegative matrices."""
    return up(a @ b, a.shape[-1])


def product_in_parts(a: Array, b: Array) -> tuple[Array, float]:
    """The product of two matrices, and a factor c: it errs by at most c |a| |b|, entry by entry.

    The inner dimension n is cut into parts of about sqrt(n), whose products are added up: so c is gamma_k with k the
    length of a part plus the number of parts, instead of the whole length.
    """
    n = a.shape[1]
    part = max(_LEAST_PART, math.isqrt(n))
    total = a[:, :part] @ b[:part]
    for start in range(part, n, part):
        total += a[:, start : start + part] @ b[start : start + part]
    return total, gamma(min(n, part) + n // part + 2)


@dataclass(frozen=True, eq=False)
class Block:
    """All matrices A with |A - mid| <= rad, entry by entry."""

    mid: Array
    rad: Array

    @classmethod
    def exact(cls, array: Array) -> Block:
        """One matrix."""
        return cls(array, np.zeros(array.shape))

    @classmethod
    def between(cls, low: Array, high: Array) -> Block:
        """The matrices between two."""
        mid = np.where(low == high, low, 0.5 * low + 0.5 * high)
        return cls(mid, np.where(low == high, 0.0, up(np.maximum(high - mid, mid - low), 2)))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.mid.shape

    @property
    def mag(self) -> Array:
        """A bound of the absolute values."""
        return up(np.abs(self.mid) + self.rad, 1)

    @property
    def finite(self) -> bool:
        """Whether everything is bounded."""
        return bool(np.isfinite(self.mid).all() and np.isfinite(self.rad).all())

    @property
    def ends(self) -> tuple[Array, Array]:
        """Lower and upper ends."""
        low, high = np.nextafter(self.mid - self.rad, -np.inf), np.nextafter(self.mid + self.rad, np.inf)
        known = self.rad == 0
        return np.where(known, self.mid, low), np.where(known, self.mid, high)

    def __add__(self, other: Block) -> Block:
        mid = self.mid + other.mid
        return Block(mid, up(self.rad + other.rad + _U * np.abs(mid), 3))

    def __neg__(self) -> Block:
        return Block(-self.mid, self.rad)

    def __sub__(self, other: Block) -> Block:
        return self + (-other)

    def __mul__(self, other: Block) -> Block:
        """Entry by entry, broadcast."""
        if self.rad.any() and other.rad.any():
            (a, b), (c, d) = self.ends, other.ends
            corners = [a * c, a * d, b * c, b * d]
            low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
            return Block.between(np.nextafter(low, -np.inf), np.nextafter(high, np.inf))
        mid = self.mid * other.mid
        rad = np.abs(self.mid) * other.rad + self.rad * (np.abs(other.mid) + other.rad) + _U * np.abs(mid)
        return Block(mid, up(rad, 5))

    def __matmul__(self, other: Block) -> Block:
        # What is exactly 0 adds no rounding.
        k = min(int((self.mid != 0).sum(axis=1).max()), int((other.mid != 0).sum(axis=0).max()))
        rad = gamma(k + 2) * self._sizes(other, k)
        if other.rad.any():
            rad = rad + size_times(np.abs(self.mid), other.rad)
        if self.rad.any():
            rad = rad + size_times(self.rad, other.mag)
        return Block(self.mid @ other.mid, up(rad, 4))

    def _sizes(self, other: Block, k: int) -> Array:
        """A bound of |self| |other|."""
        if min(*self.shape, other.shape[1]) <= _FEW or 8 * k < self.shape[1]:
            return np.asarray(size_times(np.abs(self.mid), np.abs(other.mid)))
        rows = np.sqrt(up((self.mid**2).sum(axis=1), self.shape[1] + 1))
        columns = np.sqrt(up((other.mid**2).sum(axis=0), self.shape[1] + 1))
        return np.asarray(up(np.outer(rows, columns), 6))

    def rows(self, start: int, stop: int) -> Block:
        """Neighbouring rows, up to `stop` - 1."""
        return Block(self.mid[start:stop], self.rad[start:stop])

    @classmethod
    def stacked(cls, parts: Sequence[Block]) -> Block:
        """Blocks one below the other."""
        return cls(np.vstack([part.mid for part in parts]), np.vstack([part.rad for part in parts]))

    @property
    def T(self) -> Block:
        """The transpose."""
        return Block(self.mid.T, self.rad.T)
