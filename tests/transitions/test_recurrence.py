"""Returns to a section, against orbits with a known period."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.transitions.recurrence import Recurrences, _return_of_flow, _return_of_map

#: r' = r (1 - r^2) at unit speed: the unit circle attracts, with period 2 pi.
CIRCLE = db.ODE({"x": "x*(1 - x^2 - y^2) - y", "y": "y*(1 - x^2 - y^2) + x"})
LOGISTIC = db.Map({"x": "r*x*(1 - x)"}, {"r": 3.2})


def on_circle(times):
    return np.stack([np.cos(times), np.sin(times)], axis=-1)


def test_the_return_time_of_a_circle():
    times = np.linspace(0.0, 20.0, 20_001)
    assert _return_of_flow(CIRCLE, times, on_circle(times)) == pytest.approx(2 * np.pi, abs=1e-4)


def test_one_round_is_not_enough_and_a_growing_spiral_does_not_settle():
    times = np.linspace(0.0, 10.0, 10_001)
    assert _return_of_flow(CIRCLE, times, on_circle(times)) is None
    times = np.linspace(0.0, 20.0, 20_001)
    spiral = on_circle(times) * np.exp(0.01 * times)[:, None]
    assert _return_of_flow(db.ODE({"x": "x/100 - y", "y": "y/100 + x"}), times, spiral) is None


def test_the_return_time_of_a_map_is_the_smallest():
    states = np.array([0.1, 0.7, 0.4])[np.arange(30) % 3][:, None]
    assert _return_of_map(states) == 3
    assert _return_of_map(np.full((30, 1), 0.5)) is None, "a state that does not move has no extent"
    assert _return_of_map(np.linspace(0.0, 1.0, 30)[:, None]) is None
    assert _return_of_map(states[:2]) is None


def test_an_orbit_settles_on_a_cycle_that_is_kept():
    recurrences = Recurrences(CIRCLE)
    run = db.integrate(CIRCLE, [0.3, 0.0], np.linspace(0.0, 40.0, 4001))
    assert recurrences.settled(1, run.t, run.x) == 0
    assert recurrences.cycles[0].period == pytest.approx(2 * np.pi, abs=1e-9)
    # The next orbit meets the cycle that is known, from a single state on it.
    assert recurrences.settled(2, np.zeros(1), np.array([[0.6, 0.8]])) == 0
    assert recurrences.settled(3, np.zeros(1), np.array([[0.6, 0.81]])) is None
    assert len(recurrences.cycles) == 1


def test_an_orbit_of_a_map_settles_on_separate_states():
    recurrences = Recurrences(LOGISTIC)
    run = db.integrate(LOGISTIC, [0.3], 200)
    assert recurrences.settled(1, run.t, run.x) == 0
    assert recurrences.cycles[0].period == 2
    middle = recurrences.cycles[0].points.mean(axis=0)[None]
    assert recurrences.settled(2, np.zeros(1), middle) is None, "between the states there is no cycle"


def test_a_family_of_cycles_does_not_attract():
    center = db.ODE({"x": "y", "y": "-x"})
    recurrences = Recurrences(center)
    run = db.integrate(center, [1.0, 0.0], np.linspace(0.0, 20.0, 20_001))
    assert recurrences.settled(7, run.t, run.x) is None
    assert "does not attract" in recurrences.seen[7]
