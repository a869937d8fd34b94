"""What keeps the parser quick: limits on the work that SymPy does while a model string becomes an expression.

SymPy evaluates as it builds. It would multiply out ``9^9^9``, compute ``cos(exp(exp(100)))`` to find its sign, and
compare the arguments of nested ``Max`` pair by pair. So every step is paid for from a `Budget` before it is made,
and the value of every constant is computed in floating point before it is computed exactly.
"""

from __future__ import annotations

import math
import sys

import sympy as sp

__all__ = ["DIGITS", "INFINITE", "MAX_DEPTH", "MAX_LEVEL", "Budget", "hidden_powers", "power_fault", "range_fault"]

DIGITS = 15
"""Decimal digits in which constants are tried before SymPy evaluates them exactly."""

MAX_LEVEL = 8
"""Greatest weight of functions inside functions: SymPy's assumptions take time exponential in it."""

MAX_DEPTH = 50
"""Greatest depth of nested operations; a sum or product of many terms counts once."""

INFINITE = frozenset({sp.oo, -sp.oo, sp.zoo, sp.nan})
"""What SymPy returns for a value that is not finite."""

_MAX_NODES = 20_000
_MAX_POWER = 1024
_MAX_SYMBOLIC_POWER = 100
_MAX_BITS = 2048
_MAX_TOTAL_BITS = 100_000
_MAX_WORK = 1_000_000
_SMALLEST = sp.Float(sys.float_info.min, DIGITS)
_LARGEST = sp.Float(sys.float_info.max, DIGITS)


class Budget:
    """What is left to spend on one string: work in rough microseconds, and bits of exact numbers."""

    def __init__(self) -> None:
        self._work = 0.0
        self._bits = 0.0
        self._nodes: dict[sp.Basic, int] = {}

    @property
    def exhausted(self) -> bool:
        """Whether more was spent than any sensible model needs."""
        return self._work > _MAX_WORK or self._bits > _MAX_TOTAL_BITS

    def pay_numbers(self, bits: float) -> None:
        """Pay for exact numbers of so many bits."""
        self._bits += bits

    def pay_call(self, arguments: list[sp.Basic], *, compares: bool) -> None:
        """Pay for a function call; SymPy compares arguments with zero or pair by pair where `compares`."""
        sizes = [self.nodes(argument) for argument in arguments]
        self._work += 300 + 5 * sum(sizes)
        if compares:
            self._work += max(1, len(sizes) - 1) * (500 * len(sizes) + 100 * sum(sizes))
        self._pay_factoring(sum(map(_power_bits, arguments)))

    def pay_product(self, factors: list[sp.Basic]) -> None:
        """Pay for a product, in which SymPy joins the roots of numbers (sqrt(6)/sqrt(2) becomes sqrt(3))."""
        powers = [power for factor in factors for power in sp.Mul.make_args(factor) if power.is_Pow]
        self._pay_factoring(sum(_bits(power.base) for power in powers))

    def pay_power(self, base: sp.Expr, exponent: sp.Expr) -> None:
        """Pay for the digits that raising the numbers in `base` to `exponent` may take."""
        self._bits += _power_bits(base) * _greatest_number(exponent)

    def _pay_factoring(self, bits: float) -> None:
        # SymPy factors the numbers under a root and tests what is left for primality.
        self._work += bits**3 / 5000

    def nodes(self, expression: sp.Basic) -> int:
        """Number of nodes of the expression as a tree (SymPy walks shared parts again and again)."""
        count = self._nodes.get(expression)
        if count is None:
            count = self._nodes[expression] = 1 + sum(self.nodes(argument) for argument in expression.args)
        return count

    def fault(self, expression: sp.Basic) -> str | None:
        """Say why an expression just built is too large to go on with, or None."""
        if self.exhausted or self.nodes(expression) > _MAX_NODES:
            return "is too large to be worked out"
        terms = sp.Add.make_args(expression) if isinstance(expression, sp.Expr) else ()
        if any(_bits(term.as_coeff_Mul()[0]) > _MAX_BITS for term in terms):
            return "holds a number with too many digits"
        return None


def power_fault(base: sp.Expr, exponent: sp.Expr) -> str | None:
    """Say why ``base**exponent`` must not be tried, or None."""
    limit = _MAX_POWER if base.is_number else _MAX_SYMBOLIC_POWER
    return f"has an exponent beyond {limit}" if exponent.is_number and _greatest_number(exponent) > limit else None


def range_fault(value: sp.Expr) -> str | None:
    """Say why a constant evaluated to `DIGITS` digits is no usable real number, or None."""
    if value.has(*INFINITE):
        return "is not finite"
    if not value.is_extended_real:
        return "is not a real number"
    if value == 0 or _SMALLEST <= abs(value) <= _LARGEST:
        return None
    return "is outside the range of double precision"


def hidden_powers(argument: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """Bases and exponents of the powers into which SymPy turns ``exp(argument)``: exp(n log b) becomes b^n."""
    powers = []
    for term in sp.Add.make_args(argument):
        logarithms = [factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.log)]
        powers += [(log.args[0], term / log) for log in logarithms]
    return powers


def _power_bits(expression: sp.Basic) -> float:
    """Bits of the rational factors that a power of `expression` would raise."""
    if not isinstance(expression, sp.Expr):
        return 0.0
    total = 0.0
    for factor in sp.Mul.make_args(expression):
        if factor.is_Pow:
            total += _power_bits(factor.base) * _greatest_number(factor.exp)
        elif factor.is_Rational:
            total += _bits(factor)
    return total


def _greatest_number(exponent: sp.Expr) -> float:
    if exponent.is_number:
        return math.ceil(abs(exponent.evalf(DIGITS)))
    return max((math.ceil(abs(number)) for number in exponent.atoms(sp.Rational)), default=1)


def _bits(number: sp.Expr) -> int:
    return max(int(number.p).bit_length(), int(number.q).bit_length()) if number.is_Rational else 0
