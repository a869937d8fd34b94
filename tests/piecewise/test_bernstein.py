"""The earliest root of a polynomial: in order, none missed, double roots told apart."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.piecewise.bernstein import bernstein_matrix, first_descent


def with_roots(roots: list[float], degree: int = 12) -> np.ndarray:
    """Coefficients of powers, lowest first, of a polynomial that is positive at 0 and has these roots."""
    powers = np.poly(roots)[::-1] if roots else np.ones(1)
    powers = powers * np.sign(powers[0])
    return np.append(powers, np.zeros(degree + 1 - len(powers)))


def descent(powers: np.ndarray, noise: float = 1e-15, limit: float = 1.0):
    return first_descent(powers, bernstein_matrix(len(powers) - 1) @ powers, noise, limit)


@given(st.lists(st.floats(0.01, 1.7), max_size=6), st.lists(st.floats(-3, -0.1), max_size=4))
@settings(max_examples=200, deadline=None)
def test_the_root_found_is_the_first(inside, outside):
    roots = sorted(inside)
    if any(b - a < 0.01 for a, b in itertools.pairwise(roots)):
        return
    found = descent(with_roots(roots + outside))
    expected = roots[0] if roots and roots[0] <= 1 else np.inf
    assert found.root == pytest.approx(expected, rel=1e-9) or (expected > 1 - 1e-9 and found.root in (1.0, np.inf))
    assert not found.touches


def test_two_roots_a_millionth_apart_are_seen():
    assert descent(with_roots([0.3, 0.3 + 1e-6, 0.9])).root == pytest.approx(0.3, abs=1e-8)


def test_a_double_root_is_a_touch_and_the_search_goes_on():
    found = descent(with_roots([0.3, 0.3, 0.7]))
    assert found.root == pytest.approx(0.7, abs=1e-14)
    assert found.touches == pytest.approx((0.3,), abs=1e-6)


def test_a_triple_root_is_passed_through():
    assert descent(with_roots([0.4, 0.4, 0.4])).root == pytest.approx(0.4, abs=1e-4)


def test_roots_beyond_the_limit_are_left():
    assert descent(with_roots([0.8, 0.9]), limit=0.2).root == np.inf


def test_what_is_zero_within_noise_has_no_root():
    assert descent(np.full(5, 1e-16), noise=1e-15).root == np.inf


def test_a_root_at_the_end():
    assert descent(with_roots([1.0 - 1e-12])).root == pytest.approx(1.0, abs=1e-11)
