"""Orbits with their derivatives."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg

import dynbench as db
from dynbench.flow.variational import propagate

LORENZ = db.ODE({"x": "10*(y - x)", "y": "28*x - y - x*z", "z": "x*y - 8*z/3"})


def test_linear_flow_is_the_matrix_exponential():
    a = np.array([[0.0, 1.0], [-2.0, -0.3]])
    system = db.ODE({"x": "y", "y": "-2*x - 0.3*y"})
    state, derivative = propagate(system, [1.0, 2.0], 1.7)
    np.testing.assert_allclose(derivative, scipy.linalg.expm(1.7 * a), atol=1e-11)
    np.testing.assert_allclose(state, scipy.linalg.expm(1.7 * a) @ [1, 2], atol=1e-11)


@pytest.mark.parametrize("time", [0.8, -0.2])
def test_derivative_agrees_with_finite_differences(time):
    x, step = np.array([1.0, 2.0, 20.0]), 1e-5
    _, derivative = propagate(LORENZ, x, time)
    shifted = x + step * np.vstack([np.eye(3), -np.eye(3)])
    ends = db.integrate(LORENZ, shifted, [0.0, time], rtol=1e-12, atol=1e-12).final
    np.testing.assert_allclose(derivative, (ends[:3] - ends[3:]).T / (2 * step), rtol=1e-5, atol=1e-5)


def test_the_determinant_obeys_liouville():
    _, derivative = propagate(LORENZ, [1.0, 2.0, 20.0], 0.5)
    assert np.linalg.det(derivative) == pytest.approx(np.exp(-(10 + 1 + 8 / 3) * 0.5), rel=1e-8)


def test_maps_multiply_jacobians():
    henon = db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"})
    state, derivative = propagate(henon, [0.1, 0.2], 3)
    np.testing.assert_allclose(state, db.integrate(henon, [0.1, 0.2], 3).final)
    assert np.linalg.det(derivative) == pytest.approx((-0.3) ** 3)


def test_time_zero_and_failures():
    state, derivative = propagate(LORENZ, [1.0, 2.0, 3.0], 0)
    assert state.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(derivative, np.eye(3))
    with pytest.raises(db.errors.ConvergenceError, match="cannot be followed"):
        propagate(db.ODE({"x": "x^2"}), [1.0], 2.0)
    with pytest.raises(db.errors.InputError, match="one state"):
        propagate(LORENZ, np.zeros((2, 3)), 1.0)
    with pytest.raises(db.errors.InputError, match="number of steps"):
        propagate(db.Map({"x": "x/2"}), [1.0], 1.5)
    with pytest.raises(db.errors.InputError, match="finite"):
        propagate(LORENZ, [1.0, 2.0, 3.0], np.inf)
