"""Polylines with fewer states."""

from __future__ import annotations

import numpy as np
import pytest

from dynbench.flow.polylines import arclength, thinned


def circle(count):
    angles = np.linspace(0, 2 * np.pi, count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def test_length_of_a_circle():
    assert arclength(circle(10_000)) == pytest.approx(2 * np.pi, rel=1e-6)
    assert arclength(np.zeros((1, 3))) == 0


def test_thinning_keeps_the_ends_and_the_shape():
    line = np.concatenate([circle(5000), np.stack([np.linspace(1, 9, 20_000), np.zeros(20_000)], axis=-1)])
    found = thinned(line, 100)
    assert len(found) <= 100
    np.testing.assert_array_equal(found[[0, -1]], line[[0, -1]])
    assert arclength(found) == pytest.approx(arclength(line), rel=2e-3)
    bends = int((found[:, 0] <= 1).sum())
    assert bends > 40, "the circle turns, the straight part does not"


def test_short_or_still_polylines_stay():
    assert thinned(np.eye(3), 5).shape == (3, 3)
    assert len(thinned(np.zeros((50, 2)), 10)) <= 10
