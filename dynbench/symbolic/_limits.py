"""What keeps the parser quick: limits on the work that SymPy does while a model string becomes an expression.

SymPy evaluates as it builds. It would multiply out ``9^9^9``, compute ``cos(exp(exp(100)))`` to find its sign, and
compare the arguments of nested ``Max`` pair by pair. So every step is paid for from a `Budget` before it is made,
and the value of every constant is computed in floating point before it is computed exactly.

The prices are rough microseconds, measured with SymPy 1.14.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

import sympy as sp

__all__ = [
    "DIGITS",
    "INFINITE",
    "MAX_DEPTH",
    "Budget",
    "TooLarge",
    "exponent_fault",
    "function_level",
    "greatest",
    "nesting_fault",
    "range_fault",
]

DIGITS = 15
"""Decimal digits in which constants are tried before SymPy evaluates them exactly."""

INFINITE = frozenset({sp.oo, -sp.oo, sp.zoo, sp.nan})
"""What SymPy returns for a value that is not finite."""

MAX_DEPTH = 50
"""Greatest depth of nested operations; a sum or product of many terms counts once."""

_MAX_NODES = 20_000
_MAX_LEVEL = 11
_MAX_DEGREE = 1000
_MAX_POWER = 1024
_MAX_SYMBOLIC_POWER = 100
_MAX_BITS = 2048
_MAX_TOTAL_BITS = 100_000
_MAX_WORK = 1_000_000
_SMALLEST = sp.Float(sys.float_info.min, DIGITS)
_LARGEST = sp.Float(sys.float_info.max, DIGITS)


class TooLarge(Exception):
    """The string asks for more work than any sensible model needs."""


class Budget:
    """What is left to spend on one string: work, and bits of exact numbers. Every method may raise `TooLarge`."""

    def __init__(self) -> None:
        self._work = 0.0
        self._bits = 0.0
        self._nodes: dict[sp.Basic, int] = {}

    def pay_number(self, number: sp.Rational) -> None:
        """Pay for a number that is written in the string."""
        self._pay(bits=_bits(number))

    def pay_call(self, arguments: Sequence[sp.Expr], *, compares: bool) -> None:
        """Pay for a function call or a power; where it `compares`, for the comparison of every pair of arguments."""
        sizes = [self._size(argument) for argument in arguments]
        work = 300.0 + 5 * sum(sizes)
        if compares:
            price = 200 if all(argument.is_extended_real for argument in arguments) else 600
            work += max(1, len(sizes) - 1) * (500 * len(sizes) + price * sum(sizes))
        self._pay(work=work + _factoring(sum(map(_factor_bits, arguments))))

    def pay_product(self, factors: Sequence[sp.Expr]) -> None:
        """Pay for a product, in which SymPy joins the roots of numbers (sqrt(6)/sqrt(2) becomes sqrt(3))."""
        powers = [power for factor in factors for power in sp.Mul.make_args(factor) if power.is_Pow]
        self._pay(work=_factoring(sum(_bits(power.base) for power in powers)))

    def pay_power(self, base: sp.Expr, exponent: sp.Expr) -> None:
        """Pay for the digits that the numbers in `base` have once they are raised to `exponent`."""
        self._pay(bits=_factor_bits(base) * greatest(exponent))

    def pay_expansion(self, degree: int) -> None:
        """Pay for the expansion of powers into real and imaginary part."""
        self._pay(work=100.0 * degree**2)

    def check(self, expression: sp.Expr) -> None:
        """Check that an expression just built is small enough to go on with."""
        if self._size(expression) > _MAX_NODES:
            raise TooLarge
        for term in sp.Add.make_args(expression):
            if _bits(term.as_coeff_Mul()[0]) > _MAX_BITS:
                raise TooLarge

    def _pay(self, *, work: float = 0.0, bits: float = 0.0) -> None:
        self._work += work
        self._bits += bits
        if self._work > _MAX_WORK or self._bits > _MAX_TOTAL_BITS:
            raise TooLarge

    def _size(self, expression: sp.Basic) -> int:
        """Number of nodes as a tree: SymPy walks a part that occurs twice twice."""
        size = self._nodes.get(expression)
        if size is None:
            size = self._nodes[expression] = 1 + sum(self._size(argument) for argument in expression.args)
        return size


def exponent_fault(base: sp.Expr, exponent: sp.Expr) -> str | None:
    """Say why ``base**exponent`` must not be tried, or None."""
    limit = _MAX_POWER if base.is_number else _MAX_SYMBOLIC_POWER
    return f"has an exponent beyond {limit}" if exponent.is_number and greatest(exponent) > limit else None


def function_level(*, real: bool, compares: bool = False, expands: int = 0) -> int:
    """Return what a function adds to the level of nested functions.

    The level measures how SymPy's time multiplies with each function around another: slowly where it knows the
    argument to be `real`, faster where it does not, and at once where it then expands real and imaginary part.
    """
    level = max(1, expands) + compares
    return level if real else 2 * level + 3 * expands


def greatest(exponent: sp.Expr) -> int:
    """Return the greatest absolute value of a number in an exponent, rounded up."""
    numbers = [exponent.evalf(DIGITS)] if exponent.is_number else exponent.atoms(sp.Rational)
    return max((math.ceil(abs(number)) for number in numbers), default=1)


def nesting_fault(degree: int, level: int) -> str | None:
    """Say why an expression of such a degree, or with functions nested to such a level, must not be built, or None.

    To find signs, SymPy puts small numbers in the place of symbols, so the degree bounds the digits that it meets.
    """
    if degree > _MAX_DEGREE:
        return f"has a degree beyond {_MAX_DEGREE}"
    return "nests functions too deeply" if level > _MAX_LEVEL else None


def range_fault(value: sp.Expr) -> str | None:
    """Say why a constant evaluated to `DIGITS` digits is no usable real number, or None."""
    if value.has(*INFINITE):
        return "is not finite"
    if not value.is_extended_real:
        return "is not a real number"
    if value == 0 or _SMALLEST <= abs(value) <= _LARGEST:
        return None
    return "is outside the range of double precision"


def _factor_bits(expression: sp.Expr) -> float:
    """Bits of the rational factors of `expression`, which SymPy takes out of a power or a root of it."""
    total = 0.0
    for factor in sp.Mul.make_args(expression):
        if factor.is_Pow:
            total += _factor_bits(factor.base) * greatest(factor.exp)
        else:
            total += _bits(factor)
    return total


def _factoring(bits: float) -> float:
    """Work of taking the root of numbers: SymPy factors them and tests what is left for primality."""
    return bits**3 / 5000


def _bits(number: sp.Expr) -> int:
    return max(number.p.bit_length(), number.q.bit_length()) if number.is_Rational else 0
