"""Identities between functions are decided, and what is not an identity is not called one."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.invariants.algebra.differential_ring import DifferentialRing

x, y, a, phi = sp.symbols("x y a phi")

IDENTITIES = [
    sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1,
    sp.sin(x - y) - sp.sin(x) * sp.cos(y) + sp.cos(x) * sp.sin(y),
    sp.cos(3 * x) - 4 * sp.cos(x) ** 3 + 3 * sp.cos(x),
    sp.sin(x / 2) ** 2 - (1 - sp.cos(x)) / 2,
    sp.tan(x) * sp.cos(x) - sp.sin(x),
    1 + sp.tan(x) ** 2 - sp.sec(x) ** 2,
    1 + sp.cot(x) ** 2 - sp.csc(x) ** 2,
    sp.sin(x + phi) ** 2 + sp.cos(x + phi) ** 2 - 1,
    sp.exp(x + y) - sp.exp(x) * sp.exp(y),
    sp.exp(2 * x) - sp.exp(x / 2) ** 4,
    1 / (1 + sp.exp(-x)) + 1 / (1 + sp.exp(x)) - 1,
    sp.cosh(x) ** 2 - sp.sinh(x) ** 2 - 1,
    sp.tanh(x) - sp.sinh(x) / sp.cosh(x),
    sp.coth(x) * sp.tanh(x) - 1,
    sp.sqrt(x**2 + y**2) ** 3 - (x**2 + y**2) * sp.sqrt(x**2 + y**2),
    x ** (a - 1) * x - x**a,
    sp.root(1 + sp.sin(x), 3) ** 4 - (1 + sp.sin(x)) * sp.root(1 + sp.sin(x), 3),
    sp.exp(a + x) * sp.exp(-a) - sp.exp(x),
    sp.Abs(x) * sp.pi / (2 * sp.pi) - sp.Abs(x) / 2,
]

NO_IDENTITIES = [
    sp.sin(x) ** 2 - sp.cos(x) ** 2,
    sp.exp(x) - sp.exp(y),
    sp.sqrt(x**2 + y**2) - x - y,
    sp.tanh(x) - sp.tanh(y),
    sp.sin(x + phi) - sp.sin(x),
    x**a - x,
]


@pytest.mark.parametrize("expression", IDENTITIES, ids=str)
def test_identities_are_recognised(expression: sp.Expr) -> None:
    ring = DifferentialRing((x, y), [expression])
    assert ring.is_zero(ring.element(expression))


@pytest.mark.parametrize("expression", NO_IDENTITIES, ids=str)
def test_other_expressions_are_not_zero(expression: sp.Expr) -> None:
    ring = DifferentialRing((x, y), [expression])
    assert not ring.is_zero(ring.element(expression))


ATOMS = [
    x,
    y,
    a,
    sp.sin(x),
    sp.cos(x - 2 * y),
    sp.exp(-x / 2),
    sp.exp(x + y),
    sp.sqrt(1 + x**2),
    sp.sin(3 * y + phi),
]
EXPRESSIONS = st.recursive(
    st.sampled_from(ATOMS) | st.integers(-3, 3).map(sp.Integer),
    lambda part: st.tuples(st.sampled_from([sp.Add, sp.Mul]), part, part).map(lambda t: t[0](t[1], t[2])),
    max_leaves=6,
)


@given(EXPRESSIONS)
@settings(max_examples=60, deadline=None)
def test_an_element_has_the_value_of_its_expression(expression: sp.Expr) -> None:
    ring = DifferentialRing((x, y), [expression])
    point = {x: sp.Rational(3, 7), y: sp.Rational(-5, 11), a: sp.Rational(2, 3), phi: sp.Rational(1, 5)}
    back = ring.element(expression).as_expr().subs(point).evalf(30)
    assert abs(back - expression.subs(point).evalf(30)) < 1e-20 * (1 + abs(back))


@given(EXPRESSIONS, EXPRESSIONS)
@settings(max_examples=40, deadline=None)
def test_products_commute_with_conversion(first: sp.Expr, second: sp.Expr) -> None:
    ring = DifferentialRing((x, y), [first, second])
    difference = ring.element(sp.expand(first * second)) - ring.element(first) * ring.element(second)
    assert ring.is_zero(difference)


def test_a_vanishing_denominator_is_no_proof() -> None:
    """0/0 is not zero: the numerator is in the ideal, and so is the denominator."""
    circle = sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1
    ring = DifferentialRing((x, y), [circle])
    field = ring.element(sp.sin(x)).field
    raw = field.raw_new(ring.element(x * circle).numer, ring.element(circle).numer)
    assert ring.reduce(raw.numer) == 0
    assert not ring.is_zero(raw)


def test_unknown_functions_are_refused() -> None:
    ring = DifferentialRing((x, y), [sp.sin(x)])
    with pytest.raises(KeyError):
        ring.element(sp.log(x))


def test_incommensurate_exponents_stay_apart() -> None:
    ring = DifferentialRing((x,), [sp.exp(x / 18) + sp.exp(x / 80)])
    assert set(ring.functions) == {sp.exp(x / 18), sp.exp(x / 80)}
