"""The a-priori bounds of rounding against exact rational arithmetic, on matrices made to be hard."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dynbench.fixed_points.large.rounding import gamma, raised, times
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.matrices.enclosures import INTERVALS

UNIT = Fraction(1, 2**53)


def exact_product(a: np.ndarray, b: np.ndarray) -> list[Fraction]:
    return [sum(Fraction(float(x)) * Fraction(float(y)) for x, y in zip(row, b, strict=True)) for row in a]


def ill_scaled(rng: np.random.Generator, shape: tuple[int, ...], decades: int) -> np.ndarray:
    return rng.normal(size=shape) * 10.0 ** rng.integers(-decades, decades + 1, size=shape)


@pytest.mark.parametrize("k", [1, 2, 3, 10, 1000, 10**6, 2**30])
def test_gamma_is_a_bound_from_above_and_a_close_one(k):
    true = k * UNIT / (1 - k * UNIT)
    assert true <= Fraction(gamma(k)) <= true * (1 + Fraction(1, 10**6))


@settings(max_examples=200)
@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 40)), elements=st.floats(0, 1e150)),
    st.integers(0, 2**32 - 1),
)
def test_a_product_of_sizes_is_bounded_from_above(sizes, seed):
    vector = np.abs(ill_scaled(np.random.default_rng(seed), (sizes.shape[1],), 150))
    bound = times(sizes, vector)
    for value, exact in zip(bound, exact_product(sizes, vector), strict=True):
        assert exact <= Fraction(float(value))


@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1e-160, 1.0, 1e150])
@pytest.mark.parametrize("n", [3, 50, 400])
def test_underflow_and_length_are_covered(scale, n):
    rng = np.random.default_rng(n)
    sizes, vector = rng.uniform(size=(4, n)) * scale, rng.uniform(size=n) * min(scale, 1.0)
    for value, exact in zip(times(sizes, vector), exact_product(sizes, vector), strict=True):
        assert exact <= Fraction(float(value))
        if scale == 1.0:
            assert Fraction(float(value)) <= exact * (1 + Fraction(10 * n + 100, 2**53))


@settings(max_examples=200)
@given(st.lists(st.floats(0, 1e300), min_size=1, max_size=60))
def test_a_sum_in_any_order_is_bounded(terms):
    exact = sum(map(Fraction, terms))
    for order in (terms, sorted(terms), sorted(terms, reverse=True)):
        total = 0.0
        for term in order:
            total += term
        if total < np.inf:
            assert exact <= Fraction(raised(total, len(terms)))
        assert exact <= Fraction(float(raised(float(np.sum(order)), len(terms))))


@pytest.mark.parametrize("decades", [0, 8, 100])
@pytest.mark.parametrize("cancelling", [False, True])
@pytest.mark.parametrize("n", [2, 17, 120])
def test_the_error_of_a_computed_product_is_bounded(decades, cancelling, n):
    """|A b - fl(A b)| <= gamma_n |A| |b|, as every bound of `existence` and `index` uses it."""
    rng = np.random.default_rng(n + decades)
    a, b = ill_scaled(rng, (5, n), decades), ill_scaled(rng, (n,), decades)
    if cancelling:  # each row meets its own negative, up to the last digits
        a, b = np.hstack([a, -a * (1 + 2.0**-50)]), np.concatenate([b, b])
    computed = a @ b
    allowed = raised(gamma(len(b)) * times(np.abs(a), np.abs(b)), 3)
    for value, exact, most in zip(computed, exact_product(a, b), allowed, strict=True):
        assert abs(exact - Fraction(float(value))) <= Fraction(float(most))


@pytest.mark.parametrize("decades", [0, 8, 60])
@pytest.mark.parametrize("width", [0.0, 1e-14, 1.0])
def test_enclosed_products_hold_the_exact_ones(decades, width):
    rng = np.random.default_rng(decades)
    a, b = ill_scaled(rng, (6, 30), decades), ill_scaled(rng, (30,), decades)
    box = Interval(b - width * np.abs(b), b + width * np.abs(b))
    inside = np.clip(b * (1 + width * rng.uniform(-1, 1, size=30)), box.lo, box.hi)
    operand = INTERVALS.operand(a, False)
    both = INTERVALS.functions["product"](Interval(a), box[:, None])[:, 0]
    for found in (INTERVALS.functions["apply"](operand, box), both):
        for lo, hi, exact in zip(found.lo, found.hi, exact_product(a, inside), strict=True):
            assert Fraction(float(lo)) <= exact <= Fraction(float(hi))
