"""Arithmetic in QQ(sqrt d): against SymPy, with exact signs."""

from __future__ import annotations

import math

import pytest
import sympy as sp
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from dynbench.piecewise.quadratic import Quadratic, square_root

D = fmpq(489, 100)
rationals = st.fractions(min_value=-50, max_value=50, max_denominator=60).map(
    lambda f: fmpq(f.numerator, f.denominator)
)
numbers = st.builds(lambda a, b: Quadratic(a, b, D), rationals, rationals)


def symbolic(number: Quadratic) -> sp.Expr:
    a, b, d = (sp.Rational(int(e.p), int(e.q)) for e in (number.a, number.b, number.d))
    return a + b * sp.sqrt(d)


@given(numbers, numbers)
def test_the_field_operations_are_those_of_real_numbers(x, y):
    assert sp.expand(symbolic(x * y + x - y) - (symbolic(x) * symbolic(y) + symbolic(x) - symbolic(y))) == 0
    if y.sign:
        assert x / y * y == x
        assert 1 / y * y == 1


@given(numbers)
def test_the_sign_is_the_sign(x):
    assert x.sign == sp.sign(symbolic(x))
    assert (x > 0, x < 0, x == 0) == (x.sign > 0, x.sign < 0, x.sign == 0)


def test_a_sign_that_doubles_cannot_tell():
    """Convergents of sqrt 2: p - q sqrt 2 is smaller than any rounding, and its sign alternates."""
    p, q = 1, 1
    for k in range(200):
        x = Quadratic(fmpq(p), fmpq(-q), fmpq(2))
        assert x.sign == (-1 if k % 2 == 0 else 1)
        assert float(x) == pytest.approx((p * p - 2 * q * q) / (p + q * math.sqrt(2)), rel=1e-14)
        p, q = p + 2 * q, p + q


def test_the_root_of_a_square_is_rational():
    root = square_root(fmpq(49, 25))
    assert (root.a, root.b) == (fmpq(7, 5), 0)
    root = square_root(D)
    assert root * root == D
    assert root.sign == 1
    with pytest.raises(ValueError, match="expected a positive rational number"):
        square_root(fmpq(-1))
    with pytest.raises(ZeroDivisionError):
        root / (root - root)
