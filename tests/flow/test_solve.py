"""Batches: accuracy does not depend on the company, and implicit methods know the block structure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.flow import Outcome

DUFFING = db.ODE({"x": "v", "v": "-x - 20*x^3"})


def test_an_orbit_in_a_large_batch_is_as_accurate_as_alone():
    """Two thousand orbits at rest must not dilute the error of the one that moves."""
    starts = np.zeros((2000, 2))
    starts[0] = 3, 0
    times = np.array([0.0, 10.0])
    exact = db.integrate(DUFFING, starts[0], times, rtol=1e-13, atol=1e-13).final
    alone = np.abs(db.integrate(DUFFING, starts[0], times).final - exact).max()
    together = np.abs(db.integrate(DUFFING, starts, times).x[0, -1] - exact).max()
    assert together < 1.5 * alone


@pytest.mark.parametrize("method", ["LSODA", "BDF", "Radau"])
def test_implicit_methods_use_right_jacobians_in_batches(method):
    """A stiff, non-symmetric linear system: a wrong block layout would need tiny steps or lose accuracy."""
    system = db.ODE({"x": "-1000*x + 999*y", "y": "y*0 - y", "z": "x - 50*z + y"})
    starts = np.random.default_rng(3).normal(size=(4, 3))
    times = np.array([0.0, 1.0])
    batch = db.integrate(system, starts, times, method=method, rtol=1e-8, atol=1e-10)
    matrix = np.array(system.jacobian, dtype=float)
    values, vectors = np.linalg.eig(matrix)
    flow = (vectors * np.exp(values)) @ np.linalg.inv(vectors)
    np.testing.assert_allclose(batch.x[:, -1], starts @ flow.T, atol=1e-6)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=4), st.floats(0.1, 2))
@settings(max_examples=25, deadline=None)
def test_logistic_flow_against_its_closed_form(starts, duration):
    """x' = x (1 - x); to the left of 0 it blows up at log(1 - 1/x0)."""
    x0 = np.array(starts)
    batch = db.integrate(db.ODE({"x": "x*(1 - x)"}), x0[:, None], [0.0, duration])
    with np.errstate(divide="ignore", over="ignore"):
        escape = np.where(x0 < 0, np.log1p(-1 / np.where(x0 < 0, x0, -1)), np.inf)
    for k, start in enumerate(x0):
        if escape[k] < duration - 1e-6:
            assert batch.outcomes[k] is Outcome.BLOW_UP
            assert batch.blow_up_time[k] == pytest.approx(escape[k], abs=1e-6)
        elif escape[k] > duration + 0.01:
            growth = np.exp(duration)
            exact = start * growth / (1 + start * (growth - 1))
            assert batch.x[k, -1, 0] == pytest.approx(exact, rel=1e-5, abs=1e-8)


def test_shapes_of_empty_and_nested_batches():
    assert db.integrate(DUFFING, np.zeros((0, 2)), [0.0, 1.0]).x.shape[0] == 0
    nested = db.integrate(DUFFING, np.ones((2, 1, 3, 2)), 1.0)
    assert nested.x.shape == (2, 1, 3, len(nested.t), 2)
    assert nested.outcomes.shape == nested.reasons.shape == nested.blow_up_time.shape == (2, 1, 3)


def test_a_map_that_leaves_its_domain_has_not_overflowed():
    log = db.Map({"x": "log(x)"})
    orbit = db.integrate(log, [5.0], 100)
    assert orbit.outcome is Outcome.STEP_FAILURE
    assert orbit.x.shape == (4, 1)
    assert np.isfinite(orbit.x).all()
    assert "not defined at the state of step 3" in str(orbit.reasons)
    overflow = db.integrate(db.Map({"x": "x^2 - x^3"}), [5.0], 100)
    assert overflow.outcome is Outcome.BLOW_UP
    assert overflow.blow_up_time == len(overflow.t)


def test_an_orbit_ends_after_the_largest_number_of_steps():
    system = db.ODE({"x": "y", "y": "-x"})
    orbit = db.integrate(system, [1.0, 0.0], 1000.0, max_steps=20)
    assert orbit.outcome is Outcome.STEP_FAILURE
    assert str(orbit.reasons).startswith("the largest number of steps was taken at t = ")
    assert orbit.t[-1] < 100
    assert db.integrate(system, [1.0, 0.0], 1.0, max_steps=20).outcome is Outcome.COMPLETED
