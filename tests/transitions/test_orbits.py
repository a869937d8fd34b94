"""What is kept of an orbit: lengths, times and the path."""

from __future__ import annotations

import numpy as np
import pytest

from dynbench.transitions.orbits import Branch, Orbit


def straight(start, stop, count):
    return np.stack([np.linspace(start, stop, count + 1)[1:], np.zeros(count)], axis=-1)


@pytest.fixture
def orbit():
    orbit = Orbit(Branch(3, np.zeros(2)))
    orbit.add(np.arange(1.0, 11.0), straight(0, 1, 10), window=1000)
    orbit.add(np.arange(11.0, 21.0), straight(1, 3, 10), window=1000)
    return orbit


def test_length_and_time_add_up(orbit):
    assert orbit.length == pytest.approx(3.0)
    assert orbit.time == 20.0
    np.testing.assert_array_equal(orbit.last, [3.0, 0.0])
    orbit.add(np.zeros(0), np.zeros((0, 2)), window=1000)
    assert (orbit.length, orbit.time) == (pytest.approx(3.0), 20.0)


def test_cutting_the_last_piece_and_arriving(orbit):
    orbit.cut(4)
    assert orbit.length == pytest.approx(2.0)
    assert orbit.time == 15.0
    orbit.arrive(np.array([2.0, 0.5]))
    assert orbit.length == pytest.approx(2.5)
    assert orbit.time == 15.0
    orbit.end("point", 7, "attraction ball", "why")
    assert orbit.limit.label == ("point", 7)
    assert (orbit.limit.time, orbit.limit.length) == (15.0, pytest.approx(2.5))
    np.testing.assert_array_equal(orbit.limit.path[[0, -1]], [[0.0, 0.0], [2.0, 0.5]])


def test_what_is_older_than_the_window_is_thinned():
    orbit = Orbit(Branch(0, np.zeros(2)))
    for k in range(20):
        orbit.add(k + np.linspace(0.01, 1, 100), straight(k, k + 1, 100), window=300)
    assert orbit.length == pytest.approx(20.0)
    assert sum(map(len, orbit.states)) <= 400
    assert all(len(piece) <= 64 for piece in orbit.old)
    orbit.end("undecided", None, "undecided", "")
    assert len(orbit.limit.path) <= 256
    np.testing.assert_array_equal(orbit.limit.path[[0, -1]], [[0.0, 0.0], [20.0, 0.0]])


def test_the_limit_is_known_before_the_picture_ends(orbit):
    orbit.known_at = 12.5
    orbit.end("point", 1, "attraction ball", "", path=False)
    assert orbit.limit.time == 12.5
    np.testing.assert_array_equal(orbit.limit.path, [[3.0, 0.0]])


def test_only_every_second_iterate_lies_on_a_flipping_branch():
    orbit = Orbit(Branch(0, np.zeros(1), stride=2))
    orbit.add(np.arange(1.0, 5.0), np.array([[1.0], [-1.0], [2.0], [-2.0]]), window=100)
    orbit.end("infinity", None, "far", "")
    np.testing.assert_array_equal(orbit.limit.path[:, 0], [0.0, -1.0, -2.0])


def test_orbits_are_numbered_apart():
    one, two = (Orbit(Branch(0, np.zeros(1))) for _ in range(2))
    assert one.number != two.number
