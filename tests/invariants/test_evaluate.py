"""Invariants on batches of states."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.errors import InputError, ModelError
from dynbench.invariants import invariant_function
from dynbench.symbolic.matrices.nodes import SLOT, elementwise, mul, ones


def log_cosh(x):
    return np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - np.log(2)


def summed(network):
    """The sum of log cosh over the units, as a matrix expression."""
    ((x, _),) = network.equations
    return mul(ones((sp.S.One, x.shape[0])), elementwise(sp.log(sp.cosh(SLOT)), x))


def skew(n):
    a = np.random.default_rng(0).normal(size=(n, n))
    return a - a.T


def test_components_in_batches_with_parameters():
    system = db.ODE({"x": "k*y", "y": "-k*x"}, {"k": 0.5})
    k, (x, y) = system.parameter_symbols[0], system.states
    f = invariant_function(system, k * x**2 + k * y**2)
    states = np.random.default_rng(1).normal(size=(3, 4, 2))
    np.testing.assert_allclose(f(states), 0.5 * (states**2).sum(-1), rtol=1e-15)
    np.testing.assert_allclose(f.gradient(states), states, rtol=1e-15)
    assert f(states[0, 0]) == f(states)[0, 0]
    assert f.gradient(states[0, 0]).shape == (2,)


def test_log_cosh_does_not_overflow_in_components():
    x = sp.Symbol("x")
    f = invariant_function(db.ODE({x: sp.tanh(x)}), sp.log(sp.cosh(x)))
    np.testing.assert_array_equal(f([[-800.0], [800.0]]), 800 - np.log(2))
    np.testing.assert_array_equal(f.gradient([[-800.0], [800.0]]), [[-1.0], [1.0]])
    assert f([1e-8]) == pytest.approx(5e-17, rel=1e-12, abs=0)


@pytest.mark.parametrize("n", [1, 3, 60])
def test_matrix_expressions_in_batches(n):
    network = db.RNN(skew(n), leak=0)
    f = invariant_function(network, summed(network))
    states = np.random.default_rng(2).normal(size=(2, 5, n)) * 400
    np.testing.assert_allclose(f(states), log_cosh(states).sum(-1), rtol=1e-14)
    np.testing.assert_allclose(f.gradient(states), np.tanh(states), rtol=1e-15)
    assert f(states[0, 0]) == pytest.approx(f(states)[0, 0], rel=1e-15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log(1 + exp(x))", 800.0),
        ("log(2*cosh(x/2))", 400.0),
        ("log(1 + exp(-x))", 0.0),
        ("sinh(x)/cosh(x)", 1.0),
        ("exp(x)/(1 + exp(x))", 1.0),
        ("3*y/(1 + exp(x))", 0.0),
    ],
)
def test_what_would_overflow_does_not(text, expected):
    system = db.ODE({"x": "y", "y": "x"})
    x, y = system.states
    f = invariant_function(system, sp.sympify(text, locals={"x": x, "y": y}))
    assert f([800.0, 1.0]) == pytest.approx(expected, rel=1e-15, abs=0)
    states = np.random.default_rng(3).normal(size=(50, 2))
    exact = sp.lambdify((x, y), sp.sympify(text, locals={"x": x, "y": y}), "numpy")(*states.T)
    np.testing.assert_allclose(f(states), exact, rtol=1e-13)


def test_errors_say_what_is_wrong():
    network = db.RNN(skew(3), leak=0)
    with pytest.raises(InputError, match="expected an Invariant"):
        invariant_function(network, "x")
    with pytest.raises(InputError, match="1 x 1"):
        invariant_function(network, network.equations[0][0])
    with pytest.raises(InputError, match="1 x 1"):
        invariant_function(network.expand(), summed(network))
    system = db.ODE({"x": "k*x"}, {"k": None})
    with pytest.raises(ModelError, match="The parameter k has no value"):
        invariant_function(system, system.parameter_symbols[0] * system.states[0])
