"""Rational numbers of doubles, of SymPy and of python-flint."""

from __future__ import annotations

import numpy as np
import sympy as sp
from flint import fmpq, fmpq_mat
from hypothesis import given
from hypothesis import strategies as st

from dynbench.piecewise.rational import as_rationals, from_sympy, identity, in_doubles, to_rational, to_sympy

FRACTIONS = st.fractions(max_denominator=10**30)


@given(FRACTIONS)
def test_sympy_and_flint_mean_the_same_number(number):
    p, q = number.numerator, number.denominator
    assert to_sympy(fmpq(p, q)) == sp.Rational(p, q)
    assert from_sympy(sp.Rational(p, q)) == fmpq(p, q)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_a_rational_number(number):
    assert to_sympy(to_rational(number)) == sp.Rational(*number.as_integer_ratio())
    assert in_doubles(as_rationals([number]))[0, 0] == number


def test_the_identity():
    assert identity(3) == fmpq_mat(3, 3, [1, 0, 0, 0, 1, 0, 0, 0, 1])
    assert np.array_equal(in_doubles(identity(3)), np.eye(3))
