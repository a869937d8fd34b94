"""Numbers a + b sqrt(d) with rational a, b and d, added, multiplied and compared exactly."""

from __future__ import annotations

import math
from typing import Any

from flint import fmpq

__all__ = ["Surd"]

_ZERO = fmpq(0)


class Surd:
    """The number a + b sqrt(d), of a field QQ(sqrt(d)); numbers that meet in one operation have the same d > 0."""

    __slots__ = ("a", "b", "d")

    def __init__(self, a: fmpq, b: fmpq, d: fmpq) -> None:
        self.a, self.b, self.d = a, b, d

    def _of(self, other: Any) -> Surd:
        return other if isinstance(other, Surd) else Surd(fmpq(other), _ZERO, self.d)

    def __add__(self, other: Any) -> Surd:
        o = self._of(other)
        return Surd(self.a + o.a, self.b + o.b, self.d)

    __radd__ = __add__

    def __neg__(self) -> Surd:
        return Surd(-self.a, -self.b, self.d)

    def __sub__(self, other: Any) -> Surd:
        return self + -self._of(other)

    def __mul__(self, other: Any) -> Surd:
        o = self._of(other)
        return Surd(self.a * o.a + self.b * o.b * self.d, self.a * o.b + self.b * o.a, self.d)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Surd:
        o = self._of(other)
        norm = o.a * o.a - o.b * o.b * o.d
        if norm == 0:
            raise ZeroDivisionError
        return self * Surd(o.a / norm, -o.b / norm, self.d)

    def sign(self) -> int:
        """-1, 0 or 1: of two parts with different signs the larger square decides."""
        first, second = _sign(self.a), _sign(self.b)
        if first == 0 or second == 0 or first == second:
            return first or second
        return first * _sign(self.a * self.a - self.b * self.b * self.d)

    def __gt__(self, other: Any) -> bool:
        return (self - other).sign() > 0

    def __lt__(self, other: Any) -> bool:
        return (self - other).sign() < 0

    def __eq__(self, other: object) -> bool:
        return (self - other).sign() == 0

    def __hash__(self) -> int:
        raise TypeError("a number with two ways to be written is not hashed")

    def __rsub__(self, other: Any) -> Surd:
        return self._of(other) + -self

    def __float__(self) -> float:
        rational, root = _quotient(self.a), _quotient(self.b) * math.sqrt(_quotient(self.d))
        if (rational > 0) == (root > 0) or rational == 0 or root == 0:
            return rational + root
        # Of parts with different signs the digits cancel; those of the norm do not.
        return _quotient(self.a * self.a - self.b * self.b * self.d) / (rational - root)


def _quotient(number: fmpq) -> float:
    """A rational number as a double, however many digits its parts have."""
    return int(number.p) / int(number.q)


def _sign(number: fmpq) -> int:
    return int(number > 0) - int(number < 0)
