"""Lyapunov functions: known ones are found, what they exclude is said, and none rises anywhere."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench import ODE, Map
from dynbench.errors import InputError
from dynbench.invariants import InvariantKind, lyapunov_functions

STRICT, WEAK = InvariantKind.STRICT_LYAPUNOV, InvariantKind.LYAPUNOV

#: name: equations, parameters, a function of the same gradient up to a positive factor (or None), its kind.
KNOWN = {
    "gradient": ({"x": "-x + tanh(x) - y^2", "y": "-2*x*y"}, None, "x**2/2 + x*y**2 - log(cosh(x))", STRICT),
    "another metric": ({"x": "-2*(x^3 - x + y)", "y": "-5*(x + y)"}, None, "x**4/4 - x**2/2 + x*y + y**2/2", STRICT),
    "one state": ({"x": "a*x - x^3"}, {"a": 1}, "x**4/4 - a*x**2/2", STRICT),
    "stable focus": ({"x": "-x + 3*y", "y": "-3*x - 2*y"}, None, "x**2 + y**2", STRICT),
    "damped pendulum": ({"x": "v", "v": "-sin(x) - d*v"}, {"d": 0.2}, "v**2/2 - cos(x)", WEAK),
    "damped Duffing": ({"x": "v", "v": "x - x^3 - d*v"}, {"d": 0.2}, "v**2/2 - x**2/2 + x**4/4", WEAK),
    "driven pendulum": ({"x": "v", "v": "-sin(x) - d*v"}, {"d": -0.2}, "cos(x) - v**2/2", WEAK),
    "cubic damping": ({"x": "v", "v": "-sin(x) - d*v^3"}, {"d": 0.3}, "v**2/2 - cos(x)", WEAK),
    "damping by position": ({"x": "v", "v": "-x^3 - (1 + x^2)*v"}, None, "v**2/2 + x**4/4", WEAK),
    "Hopfield, scaled": (
        {"x": "-x + 2*tanh(y)", "y": "-3*y + tanh(x)"},
        None,
        "x*tanh(x) - log(cosh(x)) + 6*(y*tanh(y) - log(cosh(y))) - 2*tanh(x)*tanh(y)",
        STRICT,
    ),
    "Hopfield, parameters": (
        {"x": "-x + w*tanh(b*y)", "y": "-y + w*tanh(b*x)"},
        {"w": 1.5, "b": 2},
        "x*tanh(b*x)/b + y*tanh(b*y)/b - (log(cosh(b*x)) + log(cosh(b*y)))/b**2 - w*tanh(b*x)*tanh(b*y)/b",
        STRICT,
    ),
    "logistic units": ({"x": "-x + 1/(1 + exp(-y))", "y": "-y + 1/(1 + exp(-x))"}, None, None, STRICT),
    "arctan units": (
        {"x": "-x + atan(y)", "y": "-y + atan(x)"},
        None,
        "log(1 + x**2)/2 + log(1 + y**2)/2 - atan(x)*atan(y)",
        STRICT,
    ),
    "symmetric competition": (
        {"x": "x*(1 - x - y/2)", "y": "y*(2 - y - x/2 - z)", "z": "z*(1 - y - z)"},
        None,
        "x**2/2 + y**2/2 + z**2/2 + x*y/2 + y*z - x - 2*y - z",
        STRICT,
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_functions_are_found(name):
    equations, parameters, text, kind = KNOWN[name]
    system = ODE(equations, parameters)
    (found,) = system.lyapunov_functions()
    assert found.kind is kind
    if text is not None:
        symbols = {str(s): s for s in (*system.states, *system.parameter_symbols)}
        expected = sp.sympify(text, locals=symbols)
        at = {s: v for s, v in zip(symbols.values(), (0.3, 0.7, 1.1, 1.3, 0.9), strict=False)}
        own = [float(found.expression.diff(s).subs(at)) for s in system.states]
        wanted = [float(expected.diff(s).subs(at)) for s in system.states]
        ratio = np.dot(own, wanted) / np.dot(wanted, wanted)
        assert ratio > 0
        np.testing.assert_allclose(own, ratio * np.array(wanted), atol=1e-12)
    assert_falls(found, system, strict=kind is STRICT)


NONE = {
    "van der Pol": {"x": "y", "y": "(1 - x^2)*y - x"},
    "Lorenz": {"x": "10*(y - x)", "y": "x*(28 - z) - y", "z": "x*y - 8*z/3"},
    "Roessler": {"x": "-y - z", "y": "x + y/5", "z": "1/5 + z*(x - 57/10)"},
    "FitzHugh-Nagumo": {"v": "v - v^3/3 - w + 1/2", "w": "(v + 7/10 - 4*w/5)*2/25"},
    "Lotka-Volterra": {"x": "x*(1 - y)", "y": "y*(x - 1)"},
    "oscillator": {"x": "y", "y": "-x"},
    "Brusselator": {"x": "1 - 4*x + x^2*y", "y": "3*x - x^2*y"},
    "skew network": {"x": "2*tanh(y)", "y": "-tanh(x)"},
}


@pytest.mark.parametrize("name", NONE)
def test_what_has_cycles_gets_none(name):
    found = ODE(NONE[name]).lyapunov_functions()
    assert found == ()
    assert "functions V with" in found.scope
    assert found.stopped == ""


def test_signs_that_the_proof_needs_are_assumptions():
    (found,) = ODE({"x": "v", "v": "-sin(x) - d*v"}, ["d"]).lyapunov_functions()
    (assumption,) = found.assumptions
    assert assumption == (sp.Symbol("d") > 0)
    (pair,) = ODE({"x": "a*tanh(x) + w*tanh(y) - x", "y": "w*tanh(x) - y"}, {"a": 2, "w": 1}).lyapunov_functions()
    assert pair.kind is STRICT


def test_a_sign_that_holds_with_a_state_is_an_assumption_about_the_parameter():
    equations = {"x": "v", "v": "-x^3 - (1 + b*x^2)*v"}
    (found,) = ODE(equations, {"b": 2}).lyapunov_functions()
    assert found.assumptions == (sp.Symbol("b") > 0,)
    assert ODE(equations, {"b": -2}).lyapunov_functions() == ()


def test_a_scaling_that_only_special_values_have_says_at_which():
    equations = {"x": "-x + a*tanh(y) + b*tanh(z)", "y": "-y + c*tanh(x) + tanh(z)", "z": "-z + tanh(x) + tanh(y)"}
    (found,) = ODE(equations, {"a": 1, "b": 1, "c": 1}).lyapunov_functions()
    assert {str(a.lhs) for a in found.assumptions if isinstance(a, sp.Equality)} == {"a", "b", "c"}
    assert ODE(equations, {"a": 1, "b": 1, "c": 2}).lyapunov_functions() == ()


def test_without_strictness_only_what_la_salle_gives_is_said():
    (pendulum,) = ODE({"x": "v", "v": "-sin(x) - v/5"}).lyapunov_functions()
    assert "v = 0" in pendulum.proof.conclusion
    assert "no periodic orbit" in pendulum.proof.conclusion
    # Of two oscillators that are not coupled one is damped: the other turns for ever.
    (half,) = ODE({"x": "u", "y": "v", "u": "-x - u", "v": "-y"}).lyapunov_functions()
    assert half.kind is WEAK
    assert "no periodic orbit" not in half.proof.conclusion


def test_domains_are_stated_with_what_follows():
    (found,) = ODE({"x": "-x + y^2", "y": "-y + x^2"}).lyapunov_functions()
    assert {str(a) for a in found.assumptions} == {"x > 0", "y > 0"}
    assert "no periodic orbit where that holds" in found.proof.conclusion


def test_maps_time_limits_and_bad_input():
    assert "flows only" in lyapunov_functions(Map({"x": "x/2"})).scope
    stopped = lyapunov_functions(ODE({"x": "-x"}), time_limit=1e-9)
    assert stopped == ()
    assert stopped.stopped == "time limit"
    with pytest.raises(InputError, match="time_limit is 0"):
        lyapunov_functions(ODE({"x": "-x"}), time_limit=0)


COEFFICIENTS = st.integers(-2, 2)
UNITS = st.sampled_from(["tanh({})", "{}^3", "sin({})", "{}", "{}^2"])


@st.composite
def flows(draw):
    """Planar flows x_i' = sum of a few units of both states, some with products."""
    equations = {}
    for state in ("x", "y"):
        terms = [f"({draw(COEFFICIENTS)})*{draw(UNITS).format(s)}" for s in ("x", "y", "x", "y")]
        product = draw(st.sampled_from(["", "+ x*y", "- x*y", "- x^2*y", "- x*y^2"]))
        equations[state] = f"{' + '.join(terms)} {product}"
    return equations


@settings(max_examples=25, deadline=None)
@given(flows())
def test_nothing_found_rises_anywhere(equations):
    system = ODE(equations)
    for found in system.lyapunov_functions():
        assert_falls(found, system, strict=found.kind is STRICT)


@settings(max_examples=12, deadline=None)
@given(st.lists(COEFFICIENTS, min_size=9, max_size=9), st.booleans())
def test_nothing_found_in_networks_rises_anywhere(weights, symmetric):
    w = np.array(weights).reshape(3, 3)
    w = w + w.T if symmetric else w
    names = ("x", "y", "z")
    system = ODE(
        {
            s: f"-{s} + " + " + ".join(f"({c})*tanh({t})" for c, t in zip(row, names, strict=True))
            for s, row in zip(names, w, strict=True)
        }
    )
    found = system.lyapunov_functions()
    assert not symmetric or (len(found) == 1 and found[0].kind is STRICT)
    for function in found:
        assert_falls(function, system, strict=function.kind is STRICT)


def assert_falls(found, system, *, strict):
    """grad V . F <= 0 at many points where the assumptions hold, < 0 off fixed points where strict; as is proved."""
    exact = system.exact_parameters
    states = list(system.states)
    rates = [f.subs(exact) for f in system.rhs]
    change = sum(found.expression.diff(s) * f for s, f in zip(states, system.rhs, strict=True)).subs(exact)
    (identity,) = found.proof.identities
    right = identity.rhs.subs(exact)
    points = np.random.default_rng(8).uniform(-3, 3, (400, len(states)))
    if any(a.free_symbols & set(states) for a in found.assumptions):
        points = np.abs(points)
    evaluate = sp.lambdify(states, [change, right, *rates], "numpy")
    values = np.array([np.broadcast_to(v, len(points)) for v in evaluate(*points.T)], dtype=float)
    size = 1 + np.abs(values[0]).max()
    np.testing.assert_allclose(values[0], values[1], atol=1e-9 * size)
    assert values[0].max() <= 1e-9 * size
    if strict:
        moving = np.abs(values[2:]).max(axis=0) > 1e-2
        assert (values[0][moving] < 0).all()


def test_entries_beyond_the_range_of_doubles_stop_no_search():
    """Multipliers of 1/1e-300^2 are no doubles; the linear program is scaled exactly."""
    x, w = sp.MatrixSymbol("x", 2, 1), sp.MatrixSymbol("W", 2, 2)
    system = ODE({x: w * x.applyfunc(sp.tanh)}, {w: np.array([[1e-300, 0.5], [-0.5, 0.0]])})
    for function in system.lyapunov_functions(time_limit=20):
        assert function.kind in (InvariantKind.LYAPUNOV, InvariantKind.STRICT_LYAPUNOV)


def test_the_energy_of_the_toggle_switch_is_integrated():
    """No rule integrates u^n/(1 + u^n)^2 with n symbolic; with n = 2 it is rational. Both took SymPy minutes."""
    toggle = ODE({"u": "a/(1 + v^n) - u", "v": "a/(1 + u^n) - v"}, {"a": 4, "n": 2})
    (found,) = lyapunov_functions(toggle)
    assert found.kind is STRICT
    assert sp.Eq(sp.Symbol("n"), 2, evaluate=False) in found.assumptions
