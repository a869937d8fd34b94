"""Steps that cannot be taken end their orbit, say why, and leave the others alone."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.flow import Outcome

SQUARE = db.ODE({"x": "x^2"})


@pytest.mark.parametrize("name", ["euler", "rk4", "implicit midpoint", "gauss4", "gauss6"])
def test_blow_up_is_recognised_within_a_few_steps(name):
    orbit = db.integrate(SQUARE, [1.0], 3.0, method=name, step=0.01)
    assert orbit.outcome is Outcome.BLOW_UP
    assert orbit.blow_up_time == pytest.approx(1.0, abs=0.15 if name == "euler" else 0.02)
    assert np.isfinite(orbit.x).all()
    assert "infinite at t" in str(orbit.reasons)


@pytest.mark.parametrize("name", ["rk4", "gauss4"])
def test_one_orbit_that_blows_up_does_not_lose_the_others(name):
    times = np.linspace(0, 3, 7)
    batch = db.integrate(SQUARE, [[1.0], [-1.0], [0.5]], times, method=name, step=0.01)
    assert batch.outcomes.tolist() == [Outcome.BLOW_UP, Outcome.COMPLETED, Outcome.BLOW_UP]
    np.testing.assert_allclose(batch.blow_up_time[[0, 2]], [1.0, 2.0], atol=0.03)
    np.testing.assert_allclose(batch.x[1, :, 0], -1 / (1 + times), atol=1e-6)
    assert np.isnan(batch.x[0, -1, 0])


def test_orbits_that_blow_up_within_one_step_are_all_recognised():
    """Some steps overflow, the equations of others have no solution: each orbit is judged by its past."""
    starts = (1 / np.linspace(0.5, 0.52, 9))[:, None]
    batch = db.integrate(SQUARE, starts, [0.0, 1.0], method="gauss4", step=0.01)
    assert set(batch.outcomes.tolist()) == {Outcome.BLOW_UP}
    np.testing.assert_allclose(batch.blow_up_time, 1 / starts[:, 0], atol=0.03)


def test_a_method_that_is_unstable_has_not_blown_up():
    """Euler's method on x' = -x^3 overflows with large steps; the flow decays."""
    orbit = db.integrate(db.ODE({"x": "-x^3"}), [10.0], 10.0, method="euler", step=0.1)
    assert orbit.outcome is Outcome.STEP_FAILURE
    assert "overflowed" in str(orbit.reasons)
    assert np.isnan(orbit.blow_up_time)


def test_an_unsolved_step_is_never_silent():
    """Equations of the implicit midpoint rule that have no solution: k = (3k/4)^2 + 1, and k = 1/4 - sign(...)."""
    orbit = db.integrate(db.ODE({"x": "cosh(3*x) + 2"}), [-4.0], 10.0, method="implicit midpoint", step=10.0)
    assert orbit.outcome is not Outcome.COMPLETED
    stuck = db.integrate(db.ODE({"x": "x^2 + 1"}), [0.0], 1.5, method="implicit midpoint", step=1.5)
    assert stuck.outcome is not Outcome.COMPLETED
    assert len(stuck.t) == 1
    kinked = db.integrate(db.ODE({"x": "-sign(x) + 1/4"}), [0.1], 4.0, method="implicit midpoint", step=1.0)
    assert kinked.outcome is Outcome.STEP_FAILURE
    assert "equations of a step are not solved (relative residual" in str(kinked.reasons)
    assert kinked.residual > 1e-3


def test_leaving_the_domain_is_a_step_failure():
    orbit = db.integrate(db.ODE({"x": "-1/sqrt(x)"}), [1.0], 5.0, method="rk4", step=0.01)
    assert orbit.outcome is Outcome.STEP_FAILURE
    assert orbit.t[-1] == pytest.approx(2 / 3, abs=0.02)
    outside = db.integrate(db.ODE({"x": "log(x)"}), [-1.0], 1.0, method="euler", step=0.1)
    assert "right-hand side is not finite" in str(outside.reasons)


def test_the_largest_number_of_steps():
    orbit = db.integrate(db.ODE({"x": "-x"}), [1.0], 10.0, method="euler", step=0.1, max_steps=20)
    assert orbit.outcome is Outcome.STEP_FAILURE
    assert orbit.t[-1] == pytest.approx(2.0)
    assert "largest number of steps" in str(orbit.reasons)


def test_stiff_equations_are_solved_by_newton_iteration():
    """h times the derivative is 100: plain fixed-point iteration diverges."""
    stiff = db.ODE({"x": "-1000*(x - cos(y))", "y": "1"})
    orbit = db.integrate(stiff, [1.0, 0.0], 3.0, method="gauss4", step=0.1)
    assert orbit.outcome is Outcome.COMPLETED
    assert orbit.residual < 1e-12
    assert orbit.final[0] == pytest.approx(np.cos(3.0), abs=2e-2)


def test_a_batch_too_large_for_matrices_is_iterated_plainly(monkeypatch):
    monkeypatch.setattr("dynbench.flow.steppers.equations._MOST_ENTRIES", 10)
    pendulum = db.ODE({"q": "p", "p": "-sin(q)"})
    starts = np.random.default_rng(0).normal(size=(5, 2))
    plain = db.integrate(pendulum, starts, [0.0, 1.0], method="gauss4", step=0.05)
    monkeypatch.undo()
    newton = db.integrate(pendulum, starts, [0.0, 1.0], method="gauss4", step=0.05)
    np.testing.assert_allclose(plain.x, newton.x, rtol=0, atol=1e-14)
