"""Polylines with fewer states."""

from __future__ import annotations

import numpy as np
import pytest

from dynbench.flow.polylines import arclength, beginning, distances, thinned


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


def test_the_beginning_of_a_polyline():
    line = np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]])
    for length, rows in ((0.0, 1), (4.9, 1), (5.0, 2), (5.9, 2), (6.0, 3), (100.0, 3)):
        np.testing.assert_array_equal(beginning(line, length), line[:rows])


def test_distances_from_an_angle():
    line = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 0.0], [2.0, 1.0]])  # one corner twice
    states = np.array([[1.0, 0.5], [-3.0, 4.0], [3.0, 0.5], [2.0, 3.0], [2.0, 0.0]])
    np.testing.assert_allclose(distances(states, line), [0.5, 5.0, 1.0, 2.0, 0.0], atol=1e-15)
    np.testing.assert_allclose(distances(states, line, joined=False)[:3], [np.sqrt(1.25), 5.0, np.sqrt(1.25)])
    np.testing.assert_allclose(distances(states, line[:1]), np.linalg.norm(states, axis=1))


def test_distances_of_many_states_agree_with_those_one_by_one():
    rng = np.random.default_rng(3)
    line, states = rng.normal(size=(700, 3)), 1e6 + rng.normal(size=(900, 3))
    line += 1e6  # small beside the coordinates: squares of these would cancel
    one_by_one = [distances(state[None], line)[0] for state in states[::90]]
    np.testing.assert_allclose(distances(states, line)[::90], one_by_one, rtol=1e-12)
    assert distances(line[:1] + 1e-4 * np.eye(3)[:1], line[:1])[0] == pytest.approx(1e-4, rel=1e-5)
