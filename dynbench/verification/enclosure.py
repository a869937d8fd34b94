"""Intervals with exact end points, in directed rounding on Arb's numbers.

An `Enclosure` of a function over a box holds every value that the function takes where it is defined, and says
whether the function is defined and continuous at every point of the box. Its end points are exact binary numbers (balls
of radius zero, or infinite): each operation rounds the lower one down and the upper one up at the working precision.
"""

from __future__ import annotations

from typing import Any

from flint import arb

__all__ = ["EMPTY", "WHOLE", "Enclosure", "hull", "meet"]

_ZERO, _ONE, _INFINITY = arb(0), arb(1), arb.pos_inf()


class Enclosure:
    """A closed interval of reals that encloses a function over a box.

    Parameters
    ----------
    lo, hi : arb
        Exact end points, ``lo <= hi``; infinite ones stand for no bound.
    continuous : bool
        Whether the function is known to be defined and continuous at every point of the box.
    """

    __slots__ = ("continuous", "hi", "lo")

    def __init__(self, lo: arb, hi: arb, continuous: bool = True) -> None:
        self.lo = lo
        self.hi = hi
        self.continuous = continuous

    @classmethod
    def of(cls, value: Any) -> Enclosure:
        """The smallest interval around a ball or an exact number (int, double, `flint.fmpq`)."""
        ball = arb(value)
        return cls(ball.lower(), ball.upper()) if ball.is_finite() else WHOLE

    def __repr__(self) -> str:
        return f"Enclosure({float(self.lo)!r}, {float(self.hi)!r})"

    # ---- what it says

    @property
    def finite(self) -> bool:
        """Whether both end points are finite."""
        return bool(self.lo.is_finite() and self.hi.is_finite())

    @property
    def zero_free(self) -> bool:
        """Whether no value is 0; also where there is no value at all."""
        return bool(self.lo > 0 or self.hi < 0)

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return bool(self.lo == self.hi)

    @property
    def mag(self) -> arb:
        """The largest absolute value, exact."""
        return (-self.lo).max(self.hi)

    @property
    def mid(self) -> arb:
        """An exact number inside; for an unbounded interval its finite end, or 0."""
        if self.finite:
            return ((self.lo + self.hi) / 2).mid().max(self.lo).min(self.hi)
        return self.lo if self.lo.is_finite() else self.hi if self.hi.is_finite() else _ZERO

    def inside(self, other: Enclosure) -> bool:
        """Whether every point of this interval lies in `other`."""
        return bool(self.lo >= other.lo and self.hi <= other.hi)

    def ball(self) -> arb:
        """A ball that holds the interval."""
        return self.lo.union(self.hi) if self.finite else arb("nan")

    # ---- arithmetic

    def __neg__(self) -> Enclosure:
        return self if self is EMPTY else Enclosure(-self.hi, -self.lo, self.continuous)

    def __add__(self, other: Enclosure) -> Enclosure:
        if self is EMPTY or other is EMPTY:
            return EMPTY
        # An infinite lower end is minus infinity, so no sum is undefined.
        return Enclosure(
            _lower(self.lo + other.lo, -1), _upper(self.hi + other.hi, 1), self.continuous and other.continuous
        )

    def __sub__(self, other: Enclosure) -> Enclosure:
        return self + (-other)

    def __mul__(self, other: Enclosure) -> Enclosure:
        if self is EMPTY or other is EMPTY:
            return EMPTY
        lo, hi = _product(self.lo, self.hi, other.lo, other.hi)
        return Enclosure(lo, hi, self.continuous and other.continuous)

    def reciprocal(self) -> Enclosure:
        """1/x, undefined at 0."""
        if self is EMPTY or (self.lo == 0 and self.hi == 0):
            return EMPTY
        if self.zero_free:
            return Enclosure(_quotient(self.hi).lower(), _quotient(self.lo).upper(), self.continuous)
        if self.lo == 0:
            return Enclosure(_quotient(self.hi).lower(), _INFINITY, False)
        if self.hi == 0:
            return Enclosure(-_INFINITY, _quotient(self.lo).upper(), False)
        return WHOLE

    def magnitude(self) -> Enclosure:
        """|x|."""
        if self is EMPTY:
            return EMPTY
        low = _ZERO if not self.zero_free else self.lo if self.lo > 0 else -self.hi
        return Enclosure(low, self.mag, self.continuous)


EMPTY = Enclosure(_INFINITY, -_INFINITY, False)
"""Of a function that is nowhere defined on the box."""

WHOLE = Enclosure(-_INFINITY, _INFINITY, False)
"""Of a function of which nothing is known on the box."""


def hull(first: Enclosure, second: Enclosure) -> Enclosure:
    """The smallest interval that holds both; continuous where both are."""
    if first is EMPTY or second is EMPTY:
        other = second if first is EMPTY else first
        return other if other is EMPTY else Enclosure(other.lo, other.hi, False)
    return Enclosure(first.lo.min(second.lo), first.hi.max(second.hi), first.continuous and second.continuous)


def meet(first: Enclosure, second: Enclosure) -> Enclosure:
    """What two enclosures of one function have in common; what either knows of its continuity is kept."""
    if first is EMPTY or second is EMPTY or first.lo > second.hi or second.lo > first.hi:
        return EMPTY
    return Enclosure(first.lo.max(second.lo), first.hi.min(second.hi), first.continuous or second.continuous)


def _product(a: arb, b: arb, c: arb, d: arb) -> tuple[arb, arb]:
    """End points of [a, b] [c, d]."""
    if a >= 0:
        if c >= 0:
            return _down(a, c), _up(b, d)
        return (_down(b, c), _up(a, d)) if d <= 0 else (_down(b, c), _up(b, d))
    if b <= 0:
        if c >= 0:
            return _down(a, d), _up(b, c)
        return (_down(b, d), _up(a, c)) if d <= 0 else (_down(a, d), _up(a, c))
    if c >= 0:
        return _down(a, d), _up(b, d)
    if d <= 0:
        return _down(b, c), _up(a, c)
    return _down(a, d).min(_down(b, c)), _up(a, c).max(_up(b, d))


def _down(x: arb, y: arb) -> arb:
    return _ZERO if x == 0 or y == 0 else _lower(x * y, _sign(x) * _sign(y))


def _up(x: arb, y: arb) -> arb:
    return _ZERO if x == 0 or y == 0 else _upper(x * y, _sign(x) * _sign(y))


def _sign(x: arb) -> int:
    return 1 if x > 0 else -1


def _lower(value: arb, sign: int) -> arb:
    return value.lower() if value.is_finite() else sign * _INFINITY


def _upper(value: arb, sign: int) -> arb:
    return value.upper() if value.is_finite() else sign * _INFINITY


def _quotient(x: arb) -> arb:
    return _ONE / x if x.is_finite() else _ZERO
