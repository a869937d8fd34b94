from __future__ import annotations

import time

import pytest
import sympy as sp

import dynbench as db
from dynbench.reporting.derived import EIGENVALUE, derive


def test_jang():
    derived = derive(db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}))
    x, y = sp.symbols("x y")
    assert derived.divergence == -2 * x * y - 1
    expected = EIGENVALUE**2 + (2 * x * y + 1) * EIGENVALUE + 2 * x * y - (1 - x**2) / 2
    assert sp.expand(derived.polynomial.as_expr() - expected) == 0
    assert sp.expand(derived.speed_gradient[0] - sp.diff(derived.speed, x)) == 0
    assert derived.reason == ""


def test_a_state_called_lambda_is_not_the_eigenvalue():
    derived = derive(db.ODE({"lambda": "a*lambda"}, {"a": 1}))
    assert derived.polynomial.degree() == 1
    assert sp.Symbol("a") in derived.polynomial.free_symbols_in_domain


def test_a_map_gets_jurys_conditions():
    derived = derive(db.Map({"x": "r*x*(1 - x)"}, {"r": 3}))
    r, x = sp.symbols("r x")
    slope = r * (1 - 2 * x)
    assert [sp.expand(c - e) for c, e in zip(derived.conditions, (1 - slope, 1 + slope), strict=True)] == [0, 0]


def test_long_jacobians_get_conditions_in_the_coefficients():
    equations = {f"x{i}": f"-x{i} + tanh(" + "+".join(f"w{i}{j}*x{j}" for j in range(4)) + ")" for i in range(4)}
    derived = derive(db.ODE(equations, {f"w{i}{j}": 1 for i in range(4) for j in range(4)}))
    assert "too many" in derived.reason
    assert [str(c) for c in derived.polynomial.all_coeffs()] == ["1", "a_1", "a_2", "a_3", "a_4"]
    assert len(derived.conditions) == 4


def test_beyond_four_states_there_are_none():
    derived = derive(db.ODE({f"x{i}": f"-x{i}" for i in range(5)}))
    assert derived.polynomial is None
    assert derived.conditions == ()
    assert "up to 4 states" in derived.reason


def test_wilson_and_cowans_model_does_not_explode():
    """Its exponents are products of sums: expanded, they were one generator for each product."""
    rates = {
        "E": "(-E + (1 - E)/(1 + exp(-aE*(c1*E - c2*I + P - tE))))/tau",
        "I": "(-I + (1 - I)/(1 + exp(-aI*(c3*E - c4*I + Q - tI))))/tau",
    }
    values = {
        "aE": 1.3,
        "aI": 2,
        "c1": 16,
        "c2": 12,
        "c3": 15,
        "c4": 3,
        "tE": 4,
        "tI": 3.7,
        "P": 1.25,
        "Q": 0,
        "tau": 1,
    }
    system = db.ODE(rates, values)
    start = time.process_time()
    derived = derive(system)
    assert time.process_time() - start < 5
    assert derived.reason == ""
    at = system.exact_parameters | dict(zip(system.states, (sp.Rational(1, 5), sp.Rational(1, 10)), strict=True))
    jacobian = sp.Matrix(system.jacobian.subs(at).evalf())
    trace_and_determinant = [float(c.subs(at)) for c in derived.conditions]
    assert trace_and_determinant == pytest.approx([float(-jacobian.trace()), float(jacobian.det())], rel=1e-12)


def test_many_variables_get_conditions_in_the_coefficients():
    rates = {f"x{i}": "+".join(f"a{i}{j}*x{j}" for j in range(4)) for i in range(4)}
    derived = derive(db.ODE(rates, {f"a{i}{j}": 1 for i in range(4) for j in range(4)}))
    assert "16 variables" in derived.reason
    assert len(derived.conditions) == 4


def test_case_distinctions_are_not_written_out():
    derived = derive(db.ODE({"x": "Piecewise((x, x > 0), (-x^2, True)) - y", "y": "x"}))
    assert "case distinctions" in derived.reason
