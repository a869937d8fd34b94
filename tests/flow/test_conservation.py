"""Trajectories report how far known invariants have drifted, and only when asked."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.errors import InputError
from dynbench.flow import Trajectory
from dynbench.flow.known import known_invariants

OSCILLATOR = db.ODE({"x": "y", "y": "-x"})


def test_the_drift_of_euler_on_the_oscillator_is_the_exact_one():
    """|x|^2 grows by 1 + h^2 a step: here 1.01^100 after 100 steps of 0.1."""
    orbit = db.integrate(OSCILLATOR, [3.0, 4.0], 10.0, method="euler", step=0.1)
    (record,) = orbit.drift()
    assert record.expression == OSCILLATOR.invariants()[0].expression
    assert record.initial == 25
    np.testing.assert_allclose(record.values, 25 * 1.01 ** np.arange(101), rtol=1e-13)
    assert record.largest == pytest.approx(25 * (1.01**100 - 1), rel=1e-13)
    assert record.relative == pytest.approx(1.01**100 - 1, rel=1e-13)
    assert not record.values.flags.writeable
    assert "x**2 + y**2" in repr(record)


def test_batches_and_scipy_methods_report_too():
    orbit = db.integrate(OSCILLATOR, [[1.0, 0.0], [0.0, 2.0]], np.linspace(0, 30, 50))
    (record,) = orbit.drift()
    assert record.values.shape == (2, 50)
    assert record.largest.shape == (2,)
    assert 0 < record.largest.max() < 1e-7


def test_an_orbit_that_ended_is_measured_to_its_end():
    system = db.ODE({"x": "x^2", "y": "0*y"})
    orbit = db.integrate(system, [[1.0, 2.0], [-1.0, 3.0]], np.linspace(0, 2, 5))
    y = system.states[1]
    (record,) = orbit.drift(y)
    np.testing.assert_allclose(record.largest, 0, atol=1e-12)
    assert np.isnan(record.values[0, -1])


def test_an_invariant_that_is_not_defined_on_an_orbit_has_no_drift():
    lotka_volterra = db.ODE({"x": "x*(1 - y)", "y": "y*(x - 1)"})
    (record,) = db.integrate(lotka_volterra, [[-1.0, 0.5], [0.5, 0.5]], [0.0, 1.0]).drift()
    assert np.isnan(record.largest[0])
    assert record.largest[1] < 1e-8


def test_nothing_is_computed_unless_asked(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("invariants were sought")

    system = db.ODE({"x": "2*y", "y": "-2*x"})
    monkeypatch.setattr("dynbench.invariants.conserved_quantities", refuse)
    orbit = db.integrate(system, [1.0, 0.0], 1.0)
    with pytest.raises(AssertionError, match="invariants were sought"):
        orbit.drift()


def test_a_system_without_invariants_reports_none():
    assert db.integrate(db.ODE({"x": "y", "y": "(1 - x^2)*y - x"}), [0.1, 0.2], 1.0).drift() == ()


def test_a_trajectory_survives_pickling_and_one_made_by_hand_says_so():
    orbit = pickle.loads(pickle.dumps(db.integrate(OSCILLATOR, [1.0, 0.0], 1.0)))
    assert orbit.drift()[0].largest < 1e-8
    bare = Trajectory(orbit.t, orbit.x, orbit.outcomes, orbit.blow_up_time, orbit.reasons)
    with pytest.raises(InputError, match="does not know its system"):
        bare.drift()


def test_known_invariants_hold_at_the_parameter_values():
    """The damped pendulum's energy is conserved at d = 0 only, and says so in its assumptions."""
    damped = db.ODE({"q": "p", "p": "-sin(q) - d*p"}, {"d": 0})
    (invariant,) = damped.invariants()
    assert invariant.assumptions
    assert known_invariants(damped) == (invariant,)
    assert known_invariants(damped.with_parameters(d=1)) == ()


@pytest.mark.parametrize("bias", [0.0, 1.0])
def test_an_array_that_an_invariant_does_without_has_to_be_zero(bias):
    n = 30
    weights = np.random.default_rng(0).normal(size=(n, n))
    x, w, b = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("b", n, 1)
    system = db.ODE({x: w * x.applyfunc(sp.tanh) + b}, {w: weights - weights.T, b: np.full((n, 1), bias)})
    assert len(known_invariants(system)) == (bias == 0)


def test_angles_are_no_drift():
    """-a atan(y/x) + atan(w/z) jumps when an orbit goes round: it is no invariant, and nothing asks for it."""
    system = db.ODE({"x": "y", "y": "-x", "z": "a*w", "w": "-a*z"}, {"a": 1.41421356})
    assert not any(i.expression.has(sp.atan) for i in system.invariants())
    orbit = db.integrate(system, [1.0, 0.0, 1.0, 0.0], 20.0, method="discrete gradient", step=0.05)
    assert orbit.outcome is db.flow.Outcome.COMPLETED
    drifts = orbit.drift()
    assert len(drifts) == 2
    assert all(d.largest < 1e-10 for d in drifts)
