from __future__ import annotations

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
