"""Blow-up against everything else that can stop an integration."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import dynbench as db
from dynbench.flow import Outcome

BLOW_UPS = {
    "square": ("x^2", 1.0, 1.0),
    "tangent": ("1 + x^2", 0.0, np.pi / 2),
    "ninth power": ("x^9", 1.0, 1 / 8),
    "slow power": ("x^1.1", 2.0, 10 / 2**0.1),
    "exponential": ("exp(x)", 0.0, 1.0),
    "exponential from afar": ("exp(x)", 20.0, np.exp(-20)),
}

FINITE = {
    "square root": ("1/(100 - x)", 0.0, 5000.0),
    "steep": ("1/(2 - x)^9", 0.0, 102.4),
    "towards zero": ("-1/x", 1.0, 0.5),
    "end of the domain": ("-sqrt(x) - 1/sqrt(x)", 1.0, 2 - np.pi / 2),
}


@pytest.mark.parametrize("case", BLOW_UPS)
def test_blow_up_is_recognised_and_timed(case):
    rate, start, when = BLOW_UPS[case]
    orbit = db.integrate(db.ODE({"x": rate}), [start], 30 * when)
    assert orbit.outcome is Outcome.BLOW_UP
    assert orbit.blow_up_time == pytest.approx(when, rel=1e-8)
    assert orbit.t[-1] <= orbit.blow_up_time
    assert "it is infinite at t" in str(orbit.reasons)


@pytest.mark.parametrize("case", FINITE)
def test_a_singularity_at_a_finite_state_is_no_blow_up(case):
    rate, start, when = FINITE[case]
    orbit = db.integrate(db.ODE({"x": rate}), [start], 3 * when)
    assert orbit.outcome is Outcome.STEP_FAILURE
    assert orbit.t[-1] == pytest.approx(when, rel=1e-6)
    assert np.isnan(orbit.blow_up_time)
    assert np.isfinite(orbit.x).all()


@pytest.mark.parametrize("method", ["DOP853", "RK45", "LSODA", "BDF", "Radau"])
def test_every_method_ends_and_says_how(method):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        blown = db.integrate(db.ODE({"x": "x^2"}), [1.0], 3.0, method=method)
        stuck = db.integrate(db.ODE({"x": "1/(100 - x)"}), [0.0], 6000.0, method=method)
    assert blown.outcome is Outcome.BLOW_UP
    assert blown.blow_up_time == pytest.approx(1.0, abs=1e-5)
    assert stuck.outcome is Outcome.STEP_FAILURE


def test_double_exponential_growth_overflows_but_does_not_blow_up():
    orbit = db.integrate(db.ODE({"x": "x*log(x)"}), [2.0], 10.0)
    assert orbit.outcome is Outcome.STEP_FAILURE
    assert orbit.final[0] > 1e290


def test_spiralling_out_to_infinity():
    """r' = r^3 while the phase turns ever faster: r is infinite at 1/(2 r0^2)."""
    system = db.ODE({"x": "(x - 5*y)*(x^2 + y^2)", "y": "(y + 5*x)*(x^2 + y^2)"})
    orbit = db.integrate(system, [0.6, 0.8], 1.0)
    assert orbit.outcome is Outcome.BLOW_UP
    assert orbit.blow_up_time == pytest.approx(0.5, abs=1e-8)


def test_a_large_constant_beside_it_does_not_hide_blow_up():
    orbit = db.integrate(db.ODE({"x": "x^9", "y": "0"}), [1.0, 1000.0], 1.0)
    assert orbit.outcome is Outcome.BLOW_UP
    assert orbit.blow_up_time == pytest.approx(1 / 8, rel=1e-8)


def test_orbits_that_fail_differently_in_one_batch():
    system = db.ODE({"x": "a*x^2 + (1 - a)/(2 - x)", "a": "0"})
    times = np.linspace(0, 4, 9)
    batch = db.integrate(system, [[1.0, 1.0], [0.0, 0.0], [-1.0, 1.0], [2.0, 0.0]], times)
    assert batch.outcomes.tolist() == [
        Outcome.BLOW_UP,
        Outcome.STEP_FAILURE,
        Outcome.COMPLETED,
        Outcome.STEP_FAILURE,
    ]
    np.testing.assert_allclose(batch.x[2, :, 0], -1 / (1 + times), atol=1e-8)
    np.testing.assert_allclose(batch.x[1, :4, 0], 2 - np.sqrt(4 - 2 * times[:4]), atol=1e-8)
    assert np.isnan(batch.x[1, 5:]).all()
    assert "not finite" in batch.reasons[3]
    assert batch.reasons[2] == ""
