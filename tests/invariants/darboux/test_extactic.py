"""Darboux polynomials of numeric flows: all to a degree, and no others."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.invariants.darboux.extactic import largest_degree, rational_darboux_polynomials
from dynbench.invariants.method import Limits, OutOfTime

x, y, z = sp.symbols("x y z")


def found(
    rates: list[sp.Expr], states: tuple[sp.Symbol, ...], degree: int, limits: Limits | None = None
) -> set[sp.Expr]:
    """The polynomials, monic, in the first of the two lists."""
    polynomials = [sp.Poly(rate, *states) for rate in rates]
    given = [{e: fmpq(int(c.p), int(c.q)) for e, c in p.terms() if c} for p in polynomials]
    few, _ = rational_darboux_polynomials(given, degree, limits or Limits())
    as_polynomials = (sp.Poly({e: sp.Rational(int(c.p), int(c.q)) for e, c in p.items()}, *states) for p in few)
    return {sp.factor(p.monic().as_expr()) for p in as_polynomials}


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([x * (3 - 2 * y), y * (5 * x - 7)], {x, y}),
        ([x - y - x * (x**2 + y**2), x + y - y * (x**2 + y**2)], {x**2 + y**2, x**2 + y**2 - 1}),
        ([2 * y * (1 + x), -x - 3 * x**2 + y**2], {x + 1}),
        ([y, sp.Rational(3, 2) * (1 - x**2) * y - x], set()),
        ([x**2 - 2, y * (x - 1)], {x**2 - 2, y}),  # a pair of irrational lines is one polynomial
    ],
)
def test_planar_flows(rates: list[sp.Expr], expected: set[sp.Expr]) -> None:
    assert found(rates, (x, y), 3) == expected


@given(st.lists(st.integers(-4, 4), min_size=9, max_size=9), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_a_planted_polynomial_is_found(numbers: list[int], degree: int) -> None:
    """F = (p_y, -p_x) k + p g leaves p = 0 invariant, for any k and g."""
    a, b, c, d, e, f, g, h, k = numbers
    p = x**degree + (a * x * y if degree > 1 else 0) + b * y**degree + c * x + d * y + 7
    rates = [(e * x + f + 3) * p.diff(y) + g * p, -(e * x + f + 3) * p.diff(x) + (h + k * x) * p]
    rates = [sp.expand(rate) for rate in rates]
    polynomials = [sp.Poly(rate, x, y) for rate in rates]
    given = [{m: fmpq(int(v.p), int(v.q)) for m, v in q.terms() if v} for q in polynomials]
    few, members = rational_darboux_polynomials(given, degree, Limits())
    if members or not any(given):
        return  # infinitely many: p is one of them, or a product
    product = sp.Integer(1)
    for q in few:
        product *= sp.Poly({m: sp.Rational(int(v.p), int(v.q)) for m, v in q.items()}, x, y).as_expr()
    factors = [factor for factor, _ in sp.factor_list(p, x, y)[1]]
    assert all(sp.rem(product, factor, x, y) == 0 for factor in factors)


def test_infinitely_many_are_represented() -> None:
    given = [{(1, 0): fmpq(1)}, {(0, 1): fmpq(2)}]  # y = c x^2 for every c
    few, members = rational_darboux_polynomials(given, 3, Limits())
    assert len(few) == 2
    assert [max(map(sum, p)) for p in members] == [2]


def test_large_coefficients_need_larger_primes() -> None:
    p = x**2 + sp.Rational(123456789, 9876543211) * y - sp.Rational(10**25 + 7, 3)
    rates = [sp.expand(p.diff(y) + p * x), sp.expand(-p.diff(x) + p * y)]
    assert found(rates, (x, y), 2) == {sp.factor(sp.Poly(p, x, y).monic().as_expr())}


def test_size_is_bounded() -> None:
    assert largest_degree(2, 3, 4) == 4
    assert largest_degree(3, 2, 4) == 4
    assert largest_degree(3, 2, 9) == 4
    assert largest_degree(40, 2, 2) == 0


def test_time_is_looked_at() -> None:
    with pytest.raises(OutOfTime):
        found([x * (3 - 2 * y), y * (5 * x - 7)], (x, y), 3, Limits(seconds=1e-9))
