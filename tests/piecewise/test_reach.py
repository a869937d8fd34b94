"""How far a piecewise-linear map is linear, against states on either side of that."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.piecewise import linear_reach, piecewise_linear


def test_the_reach_of_the_bistable_saddle_is_its_distance_to_the_border():
    network = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1, 0.7])
    form, saddle = piecewise_linear(network), np.array([4 / 11, 53 / 22])
    assert linear_reach(form, saddle[None], np.eye(2)[:, :1]) == pytest.approx(4 / 11)
    assert linear_reach(form, saddle[None], np.eye(2)[:, 1:]) == pytest.approx(53 / 22)
    assert linear_reach(form, saddle[None], np.eye(2)) == pytest.approx(4 / 11)


def test_within_the_reach_all_states_have_the_word_of_the_cycle():
    network = db.PLRNN([0.25, 0.19], [[-1.21, -2.57], [-2.74, -0.36]], [1, 0.6])
    form = piecewise_linear(network)
    for cycle in db.find_cycles(network, periods=[2]):
        reach = linear_reach(form, cycle.points, np.eye(2))
        angles = np.linspace(0, 2 * np.pi, 400)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        for size, same in ((0.999, True), (1.02, False)):
            states, kept = cycle.points[0] + size * reach * circle, np.ones(len(circle), dtype=bool)
            for point in cycle.points:
                kept &= (form.pattern(states) == form.pattern(point)).all(axis=-1)
                states = form(states)
            assert kept.all() == same


def test_a_linear_direction_has_no_end():
    system = db.Map({"x": "Abs(x) + 1", "y": "y/2"})
    assert linear_reach(piecewise_linear(system), np.array([[1.0, 0.0]]), np.array([[0.0], [1.0]])) == np.inf
