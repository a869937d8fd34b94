"""Exact arithmetic in a real quadratic field QQ(sqrt d), with exact signs.

python-flint 0.9 has no number fields, and SymPy's take milliseconds an operation; two rational numbers suffice here.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

from flint import fmpq

__all__ = ["Quadratic", "square_root"]


class Quadratic:
    """The real number a + b sqrt(d) with rational a, b and d, where d is positive and no square unless b is zero.

    Parameters
    ----------
    a, b, d : fmpq
        The rational part, the coefficient of the root, and what it is the root of. Numbers that meet in an operation
        have the same d.
    """

    __slots__ = ("a", "b", "d")

    def __init__(self, a: fmpq, b: fmpq, d: fmpq) -> None:
        self.a, self.b, self.d = a, b, d

    def __repr__(self) -> str:
        return f"{self.a} + {self.b}*sqrt({self.d})"

    def __float__(self) -> float:
        """The nearest double but for a few units in the last place; cancellation between the two parts is avoided."""
        if self.b == 0 or self.a == 0 or (self.a > 0) == (self.b > 0):
            return _float(self.a) + _float(self.b) * sqrt(_float(self.d))
        conjugate = Quadratic(self.a, -self.b, self.d)
        return _float(self.norm) / float(conjugate)

    @property
    def norm(self) -> fmpq:
        """The product with the conjugate, a^2 - b^2 d; zero for the number zero only."""
        return self.a * self.a - self.b * self.b * self.d

    @property
    def sign(self) -> int:
        """-1, 0 or 1, exactly."""
        first, second = _sign(self.a), _sign(self.b)
        if first * second >= 0:
            return first or second
        return first * _sign(self.norm)

    def _lift(self, other: Any) -> Quadratic:
        return other if isinstance(other, Quadratic) else Quadratic(fmpq(other), fmpq(0), self.d)

    def __add__(self, other: Any) -> Quadratic:
        other = self._lift(other)
        return Quadratic(self.a + other.a, self.b + other.b, self.d)

    __radd__ = __add__

    def __neg__(self) -> Quadratic:
        return Quadratic(-self.a, -self.b, self.d)

    def __sub__(self, other: Any) -> Quadratic:
        return self + (-self._lift(other))

    def __rsub__(self, other: Any) -> Quadratic:
        return self._lift(other) - self

    def __mul__(self, other: Any) -> Quadratic:
        other = self._lift(other)
        return Quadratic(self.a * other.a + self.b * other.b * self.d, self.a * other.b + self.b * other.a, self.d)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Quadratic:
        other = self._lift(other)
        norm = other.norm
        if norm == 0:
            raise ZeroDivisionError("the divisor is zero")
        return self * Quadratic(other.a / norm, -other.b / norm, self.d)

    def __rtruediv__(self, other: Any) -> Quadratic:
        return self._lift(other) / self

    def __gt__(self, other: Any) -> bool:
        return (self - other).sign > 0

    def __lt__(self, other: Any) -> bool:
        return (self - other).sign < 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quadratic | fmpq | int) and (self - other).sign == 0

    def __hash__(self) -> int:
        return hash((self.a, self.b))


def square_root(d: fmpq) -> Quadratic:
    """The positive root of a positive rational number: a rational number where it is one.

    Raises
    ------
    ValueError
        If d is not positive.
    """
    if d <= 0:
        raise ValueError(f"d is {d}; expected a positive rational number.")
    numerator, denominator = d.p.isqrt(), d.q.isqrt()
    if numerator * numerator == d.p and denominator * denominator == d.q:
        return Quadratic(fmpq(numerator, denominator), fmpq(0), d)
    return Quadratic(fmpq(0), fmpq(1), d)


def _sign(value: fmpq) -> int:
    return int(value > 0) - int(value < 0)


def _float(value: fmpq) -> float:
    return int(value.p) / int(value.q)
