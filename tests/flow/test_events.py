"""Events: where they are, which count, and how they end an orbit."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.flow import Outcome

OSCILLATOR = db.ODE({"x": "y", "y": "-x"})


def crossing(direction=0.0, terminal=False):
    def event(t, x):
        return x[0]

    event.direction, event.terminal = direction, terminal
    return event


@pytest.mark.parametrize("method", ["DOP853", "LSODA", "BDF"])
@pytest.mark.parametrize(("direction", "expected"), [(0, [0.5, 1.5, 2.5]), (1, [1.5]), (-1, [0.5, 2.5])])
def test_directions(method, direction, expected):
    orbit = db.integrate(OSCILLATOR, [1.0, 0.0], 10.0, method=method, events=[crossing(direction)])
    ((times, states),) = orbit.events
    np.testing.assert_allclose(times, np.pi * np.array(expected), atol=2e-6)
    np.testing.assert_allclose(states[:, 0], 0, atol=1e-12)


def test_a_number_of_crossings_ends_the_orbit():
    orbit = db.integrate(OSCILLATOR, [1.0, 0.0], 20.0, events=[crossing(terminal=3), crossing(direction=1)])
    assert orbit.outcome is Outcome.EVENT
    assert orbit.t[-1] == pytest.approx(2.5 * np.pi, abs=1e-8)
    assert [len(times) for times, _ in orbit.events] == [3, 1]
    np.testing.assert_allclose(orbit.final, [0.0, -1.0], atol=1e-8)


def test_an_orbit_that_starts_on_the_section_is_not_stopped_there():
    orbit = db.integrate(OSCILLATOR, [0.0, 1.0], 20.0, events=[crossing(direction=1, terminal=True)])
    assert orbit.t[-1] == pytest.approx(2 * np.pi, abs=1e-8)


def test_output_times_up_to_the_event_and_the_event_itself():
    orbit = db.integrate(OSCILLATOR, [1.0, 0.0], [0.0, 1.0, 2.0, 3.0], events=[crossing(terminal=True)])
    np.testing.assert_allclose(orbit.t, [0.0, 1.0, np.pi / 2], atol=1e-8)
    np.testing.assert_allclose(orbit.x[:, 0], np.cos(orbit.t), atol=1e-8)


def test_backward_time_and_events_without_crossings():
    far = lambda t, x: x[0] - 5  # noqa: E731
    orbit = db.integrate(OSCILLATOR, [1.0, 0.0], -4.0, events=[crossing(), far])
    np.testing.assert_allclose(orbit.events[0][0], [-np.pi / 2], atol=1e-8)
    assert orbit.events[1][1].shape == (0, 2)


def test_events_before_a_blow_up_are_kept():
    at_ten = lambda t, x: x[0] - 10  # noqa: E731
    orbit = db.integrate(db.ODE({"x": "x^2"}), [1.0], 3.0, events=[at_ten])
    assert orbit.outcome is Outcome.BLOW_UP
    np.testing.assert_allclose(orbit.events[0][0], [0.9], atol=1e-8)
