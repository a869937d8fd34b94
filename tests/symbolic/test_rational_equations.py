"""Reading rational functions: what is kept, what is refused and how."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.errors import InputError
from dynbench.symbolic.rational_equations import read_equations, to_sympy

X, Y = UNKNOWNS = sp.symbols("x y")


def read(*equations):
    system = read_equations(equations, UNKNOWNS)
    return [to_sympy(p, UNKNOWNS) for p in system.numerators], [to_sympy(p, UNKNOWNS) for p in system.denominators]


def test_numerators_are_primitive_and_identities_are_dropped():
    numerators, denominators = read(X / 2 - sp.Rational(2, 3) * Y, X - X, -4 * X**2 + 6)
    assert numerators == [3 * X - 4 * Y, 2 * X**2 - 3]
    assert denominators == []


def test_everything_divided_by_is_kept_as_a_condition():
    numerators, denominators = read(1 / (1 + 1 / X) - Y / (X**2 - 1) ** 2)
    assert sp.expand(numerators[0] - (X * (X**2 - 1) * (X - 1) - Y)) == 0  # over (x + 1) (x - 1)^2, less x + 1
    assert set(denominators) == {X, X - 1, X + 1}


def test_factors_shared_with_a_denominator_are_removed():
    numerators, denominators = read(sp.Mul(X**2 - 1, 1 / (X - 1), evaluate=False))
    assert numerators == [X + 1]
    assert denominators == [X - 1]


coordinates = st.fractions(-2, 2, max_denominator=4).map(sp.Rational)


@given(st.integers(-3, 3), st.tuples(coordinates, coordinates), st.tuples(coordinates, coordinates))
@settings(max_examples=50, deadline=None)
def test_the_numerator_vanishes_where_the_expression_does(c, root, other):
    expression = (X + sp.Rational(2, 3)) ** 2 / (X * Y + c) - c / (1 + Y**2) ** 2 + 1 / (2 + 1 / (X**2 + 1))
    at_root, at_other = (dict(zip(UNKNOWNS, p, strict=True)) for p in (root, other))
    value = expression.subs(at_root)
    if not (value.is_finite and expression.subs(at_other).is_finite):
        return  # a pole
    (numerator, *_), _ = read(expression - value, X - X + 1)
    assert numerator.subs(at_root) == 0
    assert (numerator.subs(at_other) == 0) == (expression.subs(at_other) == value)


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        (sp.tanh(X) + Y, r"tanh\(x\)"),
        (X * sp.sqrt(2), r"sqrt\(2\)"),
        (sp.sqrt(X), r"sqrt\(x\)"),
        (sp.pi * X, "pi"),
        (X * sp.Float("0.1"), r"0\.1"),
        (X + sp.Symbol("a"), "a"),
        (sp.Abs(X), r"Abs\(x\)"),
        (X**Y, r"x\*\*y"),
        (sp.zoo, "zoo"),
    ],
)
def test_the_part_that_is_not_rational_is_named(expression, part):
    with pytest.raises(InputError, match=rf"^{part}.* in the equation .* is not a rational function of x, y with"):
        read_equations([X, expression], UNKNOWNS)


def test_division_by_zero_is_refused():
    zero = sp.Add(X * (Y + 1), -X * Y, -X)
    with pytest.raises(InputError, match=r"divides by .*, which is zero identically"):
        read_equations([Y / zero], UNKNOWNS)


@pytest.mark.parametrize("large", [(X + Y) ** 200, X**98 * (Y + 1) ** 98])
def test_large_expansions_are_refused_before_they_are_made(large):
    with pytest.raises(InputError, match="too large for exact solving"):
        read_equations([large], UNKNOWNS)


def test_unknowns_must_be_distinct():
    with pytest.raises(InputError, match="unknowns must be distinct"):
        read_equations([X], [X, X])
    with pytest.raises(InputError, match="at least one"):
        read_equations([X], [])


def test_bezout_number_is_that_of_linearly_reduced_equations():
    def bezout(*equations):
        return read_equations(equations, UNKNOWNS).bezout

    assert bezout(X**3 - Y, Y**2 - X) == 6
    assert bezout(X**3 - Y, X**3 + Y) == 3  # the difference is linear
    assert bezout(X**3, X**2 * Y, Y**3 - 1) == 9  # overdetermined: the two largest
    assert bezout(X * Y, 2 * X * Y) == 2
    assert bezout(X - X) == 1
    assert bezout(sp.Integer(3), X) == 0
