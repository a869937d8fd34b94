"""Orbits against closed forms, and how they end."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.flow import Outcome

OSCILLATOR = db.ODE({"x": "y", "y": "-x"})
SQUARE = db.ODE({"x": "x^2"})
HENON = db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"})


def test_a_duration_gives_the_whole_orbit():
    orbit = db.integrate(OSCILLATOR, [1.0, 0.0], 20.0)
    np.testing.assert_allclose(orbit.x, np.stack([np.cos(orbit.t), -np.sin(orbit.t)], axis=-1), atol=2e-8)
    assert (orbit.t[0], orbit.t[-1]) == (0.0, 20.0)
    assert np.diff(orbit.t).max() < 0.5
    assert orbit.outcome is Outcome.COMPLETED
    np.testing.assert_array_equal(orbit.final, orbit.x[-1])


@pytest.mark.parametrize("method", ["DOP853", "RK45", "LSODA", "BDF", "Radau"])
def test_methods_agree_with_the_closed_form(method):
    times = np.linspace(1.0, 4.0, 7)
    orbit = db.integrate(OSCILLATOR, [1.0, 0.0], times, method=method)
    np.testing.assert_array_equal(orbit.t, times)
    expected = np.stack([np.cos(times - 1), -np.sin(times - 1)], axis=-1)
    np.testing.assert_allclose(orbit.x, expected, atol=2e-6)


def test_backward_time():
    forward = db.integrate(OSCILLATOR, [0.3, 0.4], 3.0).final
    np.testing.assert_allclose(db.integrate(OSCILLATOR, forward, -3.0).final, [0.3, 0.4], atol=1e-8)
    decreasing = db.integrate(OSCILLATOR, [1.0, 0.0], [0.0, -1.0, -2.0])
    np.testing.assert_allclose(decreasing.x[:, 0], np.cos([0, 1, 2]), atol=1e-8)


@pytest.mark.parametrize("method", ["DOP853", "BDF"])
def test_a_batch_agrees_with_single_orbits(method):
    starts = np.random.default_rng(0).normal(size=(2, 3, 2))
    times = np.linspace(0, 2, 5)
    batch = db.integrate(OSCILLATOR, starts, times, method=method)
    assert batch.x.shape == (2, 3, 5, 2)
    assert batch.outcomes.shape == (2, 3)
    for i in np.ndindex(2, 3):
        np.testing.assert_allclose(batch.x[i], db.integrate(OSCILLATOR, starts[i], times, method=method).x, atol=1e-6)


def test_finite_time_blow_up_is_recognised_and_timed():
    orbit = db.integrate(SQUARE, [1.0], 3.0)
    assert orbit.outcome is Outcome.BLOW_UP
    assert orbit.blow_up_time == pytest.approx(1.0, abs=1e-8)
    assert np.isfinite(orbit.x).all()
    assert orbit.final[0] > 1e8
    backward = db.integrate(SQUARE, [-1.0], -3.0)
    assert backward.outcome is Outcome.BLOW_UP
    assert backward.blow_up_time == pytest.approx(-1.0, abs=1e-8)


def test_exponential_growth_is_no_blow_up():
    growth = db.ODE({"x": "x"})
    orbit = db.integrate(growth, [1.0], 50.0)
    assert orbit.outcome is Outcome.COMPLETED
    assert orbit.final[0] == pytest.approx(np.exp(50), rel=1e-6)
    overflow = db.integrate(growth, [1.0], 1000.0)
    assert overflow.outcome is Outcome.STEP_FAILURE
    assert np.isnan(overflow.blow_up_time)
    assert np.isfinite(overflow.x).all()


def test_one_orbit_that_blows_up_does_not_lose_the_others():
    times = np.linspace(0, 3, 7)
    batch = db.integrate(SQUARE, [[1.0], [-1.0], [0.5]], times)
    assert batch.outcomes.tolist() == [Outcome.BLOW_UP, Outcome.COMPLETED, Outcome.BLOW_UP]
    np.testing.assert_allclose(batch.blow_up_time[[0, 2]], [1.0, 2.0], atol=1e-8)
    np.testing.assert_allclose(batch.x[1, :, 0], -1 / (1 + times), atol=1e-8)
    assert np.isnan(batch.x[0, -1, 0])
    assert batch.outcome is Outcome.BLOW_UP


def test_leaving_the_domain_is_a_step_failure():
    orbit = db.integrate(db.ODE({"x": "-1/sqrt(x)"}), [1.0], 5.0)
    assert orbit.outcome is Outcome.STEP_FAILURE
    assert orbit.t[-1] == pytest.approx(2 / 3, abs=1e-6)


def test_events_are_located_and_may_end_the_orbit():
    def crossing(t, x):
        return x[0]

    orbit = db.integrate(OSCILLATOR, [1.0, 0.0], 10.0, events=[crossing])
    ((times, states),) = orbit.events
    np.testing.assert_allclose(times, np.pi * np.array([0.5, 1.5, 2.5]), atol=1e-8)
    np.testing.assert_allclose(np.abs(states[:, 1]), 1, atol=1e-8)
    crossing.terminal = True
    ended = db.integrate(OSCILLATOR, [1.0, 0.0], 10.0, events=[crossing])
    assert ended.outcome is Outcome.EVENT
    assert ended.t[-1] == pytest.approx(np.pi / 2, abs=1e-8)


def test_maps_are_iterated():
    orbit = db.integrate(HENON, [0.1, 0.2], 3)
    expected = [np.array([0.1, 0.2])]
    for _ in range(3):
        x, y = expected[-1]
        expected.append(np.array([1 - 1.4 * x * x + y, 0.3 * x]))
    np.testing.assert_allclose(orbit.x, expected, rtol=1e-15)
    np.testing.assert_array_equal(orbit.t, [0, 1, 2, 3])
    assert db.integrate(HENON, [0.1, 0.2], 0).x.shape == (1, 2)


def test_a_map_that_overflows_is_reported():
    batch = db.integrate(HENON, [[0.0, 0.0], [5.0, 5.0]], 100)
    assert batch.outcomes.tolist() == [Outcome.COMPLETED, Outcome.BLOW_UP]
    assert 5 < batch.blow_up_time[1] < 20
    assert np.isfinite(batch.x[0]).all()


def test_results_are_read_only():
    orbit = db.integrate(OSCILLATOR, [1.0, 0.0], 1.0)
    with pytest.raises(ValueError, match="read-only"):
        orbit.x[0, 0] = 2.0


BAD = {
    "shape": (lambda: db.integrate(OSCILLATOR, [1.0], 1.0), "x0"),
    "not finite": (lambda: db.integrate(OSCILLATOR, [1.0, np.nan], 1.0), "x0"),
    "times not monotone": (lambda: db.integrate(OSCILLATOR, [1.0, 0.0], [0, 2, 1]), "increasing or decreasing"),
    "one time": (lambda: db.integrate(OSCILLATOR, [1.0, 0.0], [0.0]), "at least two"),
    "infinite time": (lambda: db.integrate(OSCILLATOR, [1.0, 0.0], np.inf), "finite"),
    "text as time": (lambda: db.integrate(OSCILLATOR, [1.0, 0.0], "long"), "duration"),
    "method": (lambda: db.integrate(OSCILLATOR, [1.0, 0.0], 1.0, method="Euler"), "Euler"),
    "engine": (lambda: db.integrate(OSCILLATOR, [1.0, 0.0], 1.0, engine="gpu"), "gpu"),
    "tolerance": (lambda: db.integrate(OSCILLATOR, [1.0, 0.0], 1.0, rtol=0), "rtol is 0; expected a number above 0"),
    "steps of a map": (lambda: db.integrate(HENON, [0.0, 0.0], 1.5), "number of steps"),
    "negative steps": (lambda: db.integrate(HENON, [0.0, 0.0], -1), "number of steps"),
    "method of a map": (lambda: db.integrate(HENON, [0.0, 0.0], 1, method="RK45"), "iterated"),
    "events of a batch": (lambda: db.integrate(OSCILLATOR, [[1.0, 0.0]], 1.0, events=[lambda t, x: x[0]]), "events"),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_input_gets_one_clear_sentence(case):
    call, expected = BAD[case]
    with pytest.raises(db.errors.InputError, match=expected):
        call()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1, 0, 1, 3, None, "x", True, [1e-6]])
@pytest.mark.parametrize("system", [OSCILLATOR, HENON], ids=["flow", "map"])
def test_relative_tolerances_lie_between_0_and_1(system, bad):
    with pytest.raises(db.errors.InputError, match=r"^rtol is .*; expected a number above 0 and below 1\.$"):
        db.integrate(system, [1.0, 0.0], 2, rtol=bad)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1, 0, None, "x", False])
def test_absolute_tolerances_are_positive(bad):
    with pytest.raises(db.errors.InputError, match=r"^atol is .*; it must be a positive, finite number\.$"):
        db.integrate(OSCILLATOR, [1.0, 0.0], 2, atol=bad)


def test_tolerances_may_be_numbers_of_any_real_type():
    for rtol in (1e-3, np.float64(1e-3), np.float32(1e-3)):
        assert db.integrate(OSCILLATOR, [1.0, 0.0], 1.0, rtol=rtol, atol=1).outcome is Outcome.COMPLETED
