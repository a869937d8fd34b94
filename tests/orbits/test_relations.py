"""Integer relations between frequencies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynbench.orbits.relations import independent_frequencies


def found(frequencies, error=1e-9, **options):
    values = np.array(frequencies)
    return independent_frequencies(values, np.full(len(values), error), **options)


def test_independent_roots_and_their_combinations():
    a, b, c = 1.0, np.sqrt(2), np.sqrt(3)
    independence = found([a, b, a + b, 3 * b - 2 * a, c, c - a + b, 2 * c])
    assert independence.basis.tolist() == [a, b, c]
    assert np.isnan(independence.base)
    assert independence.order >= 12


@given(st.lists(st.integers(1, 12), min_size=1, max_size=5), st.floats(0.1, 3))
def test_multiples_have_their_greatest_common_divisor(multiples, base):
    independence = found([m * base for m in multiples])
    assert len(independence.basis) == 1
    assert independence.base == pytest.approx(base * np.gcd.reduce(multiples), rel=1e-7)


def test_coarse_frequencies_lower_the_order():
    fine, coarse = found([1.0, np.sqrt(2)]), found([1.0, np.sqrt(2)], error=1e-4)
    assert fine.order == 24
    assert coarse.order < 12
    # sqrt(2) is 7/5 within 0.015, and that says nothing
    assert len(found([1.0, np.sqrt(2)], error=0.02).basis) == 1


def test_a_weak_line_may_be_folded_by_the_sampling():
    sampling, high = 7.3, 5 * 1.1
    lines, weak = [1.1, sampling - high], np.array([False, True])
    assert len(found(lines).basis) == 2
    assert len(found(lines, sampling=sampling, weak=weak).basis) == 1
