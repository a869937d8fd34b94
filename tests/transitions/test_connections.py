"""Arcs between directions with different limits, and the saddles found by parting them."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.fixed_points.directions import Directions
from dynbench.transitions.connections import Arc, _shorter, arcs, bisected
from dynbench.transitions.follow import Follower
from dynbench.transitions.limits import Limit, Targets


def limit(index, kind="point"):
    return Limit(kind, index, "", "", 0.0, 0.0, np.zeros((1, 2)))


def compass(count):
    angles = 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def test_neighbours_in_the_plane_with_different_limits():
    directions = compass(4)
    found = arcs(5, directions, [limit(0), limit(0), limit(1), limit(1)])
    assert [(a.source, a.labels) for a in found] == [
        (5, (("point", 0), ("point", 1))),
        (5, (("point", 1), ("point", 0))),
    ]
    np.testing.assert_array_equal(found[0].ends, directions[[1, 2]])
    np.testing.assert_array_equal(found[1].ends, directions[[3, 0]])


def test_undecided_limits_bound_no_arc():
    assert arcs(0, compass(4), [limit(0), limit(None, "undecided"), limit(1), limit(None, "undecided")]) == []
    assert arcs(0, compass(4), [limit(2)] * 4) == []


def test_in_space_one_arc_for_each_pair_of_limits():
    directions = np.concatenate([np.eye(3), -np.eye(3)])
    found = arcs(0, directions, [limit(0)] * 3 + [limit(1)] * 3)
    assert [set(a.labels) for a in found] == [{("point", 0), ("point", 1)}]


def test_the_part_that_is_kept_has_different_ends():
    left, right = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    arc = Arc(0, (left, right), (("point", 0), ("point", 1)))
    middle = compass(8)[1:2]
    kept = _shorter(arc, middle, [limit(0)])
    np.testing.assert_allclose(kept.ends, [middle[0], right])
    assert _shorter(arc, middle, [limit(None, "undecided")]) is None
    tiny = Arc(0, (left, left), arc.labels)
    assert _shorter(tiny, np.array([left]), [limit(0)]) is None, "doubles part it no further"


@pytest.mark.parametrize("seed", [0, 1])
def test_bisection_finds_the_saddle_between_two_wells(seed):
    """x' = x - x^3, y' = y - y^3 from the origin: between the wells (1, 1) and (1, -1) lies the saddle (1, 0)."""
    system = db.ODE({"x": "x - x^3", "y": "y - y^3"})
    points = dict(enumerate(db.find_fixed_points(system, box=[[-2, 2]] * 2)))
    number = {tuple(np.round(p.x).astype(int)): i for i, p in points.items()}
    directions = Directions.of(system, points[number[0, 0]], 2)
    up, down = np.random.default_rng(seed).uniform(0.2, 0.9, 2)
    ends = np.array([np.cos(up), np.sin(up)]), np.array([np.cos(down), -np.sin(down)])
    arc = Arc(number[0, 0], ends, (("point", number[1, 1]), ("point", number[1, -1])))
    follower = Follower(system, Targets(system, points), None, time=None, paths=False, rtol=1e-12, atol=1e-13)
    ((source, met),) = bisected(follower, {number[0, 0]: directions}, [arc])
    assert source == number[0, 0]
    assert (met.label, met.how) == (("point", number[1, 0]), "connection")
    assert np.abs(met.path[:, 1]).max() < 1e-3
