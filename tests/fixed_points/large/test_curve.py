"""Curves followed round their folds: a circle, and the cubic fold."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dynbench.fixed_points.large.curve import Curve, follow_curve

CIRCLE = Curve(
    value=lambda x, a: x * x + a * a - 1,
    jacobian=lambda x, a: 2 * x[:, None],
    slope=lambda x, a: np.full(1, 2 * a),
)


def test_a_circle_is_followed_all_round():
    stations = list(follow_curve(CIRCLE, np.array([1.0]), 0.0, rising=True, steps=400))
    angles = np.unwrap([np.arctan2(s.a, s.x[0]) for s in stations])
    assert np.all(np.diff(angles) > 0)
    assert angles[-1] > 2 * np.pi
    assert max(abs(float(CIRCLE.value(s.x, s.a)[0])) for s in stations) < 1e-5


@pytest.mark.parametrize("rising", [True, False])
def test_the_tangent_is_that_of_the_curve_in_the_sense_of_travel(rising):
    stations = list(follow_curve(CIRCLE, np.array([0.6]), 0.8, rising=rising, steps=30))
    assert (stations[1].a > 0.8) is rising
    for before, after in itertools.pairwise(stations[3:]):
        chord = np.array([after.x[0] - before.x[0], after.a - before.a])
        tangent = np.array([before.dx[0], before.da])
        assert np.linalg.norm(tangent) == pytest.approx(1.0)
        assert chord @ tangent > 0.9 * np.linalg.norm(chord)


def test_a_fold_is_passed():
    """x^3 - x = a: a rises, falls and rises again along the curve."""
    curve = Curve(lambda x, a: x**3 - x - a, lambda x, a: np.diag(3 * x**2 - 1), lambda x, a: -np.ones(1))
    stations = list(follow_curve(curve, np.array([-2.0]), -6.0, rising=True, steps=300))
    crossings = sum(before.a * after.a < 0 for before, after in itertools.pairwise(stations))
    assert crossings == 3
    assert stations[-1].x[0] > 1.5


def test_it_ends_where_the_jacobian_is_singular_from_the_start():
    assert list(follow_curve(CIRCLE, np.array([0.0]), 1.0, rising=True, steps=10)) == []
