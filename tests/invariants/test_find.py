"""Conserved quantities: known ones are found, what is found is conserved, nothing is found in vain."""

from __future__ import annotations

import pickle
import time

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.errors import InputError
from dynbench.invariants import Invariants, conserved_quantities
from dynbench.systems import ODE, Map, System

SECONDS = 3.0  #: what a planar or three-dimensional system may take on a loaded machine; measured: below 0.3


def expression(text: str, system: System) -> sp.Expr:
    names = {s.name: s for s in (*system.states, *system.parameter_symbols)}
    return sp.sympify(text, locals=names, rational=True)


def assert_function_of(found: Invariants, expected: sp.Expr, system: System) -> None:
    """At a generic point the gradient of `expected` is a linear combination of those of the ones found."""
    symbols = [*system.states, *system.parameter_symbols]
    point = {s: sp.Rational(int(sp.prime(k + 9)), int(sp.prime(k + 12))) for k, s in enumerate(symbols)}
    rows = [
        [h.diff(x).subs(point).evalf(40) for x in system.states] for h in (*(i.expression for i in found), expected)
    ]
    with mpmath.workdps(40):
        singular = mpmath.svd_r(mpmath.matrix(rows), compute_uv=False)
        assert sum(1 for s in singular if s > 1e-25) == len(found)


def assert_conserved(found: Invariants, system: System) -> None:
    """grad H . F vanishes to 40 digits at points where the assumptions hold, without use of the ring."""
    for invariant in found:
        fixed = {a.lhs: a.rhs for a in invariant.assumptions if isinstance(a, sp.Eq)}
        rate = sum(invariant.expression.diff(x) * f for x, f in zip(system.states, system.rhs, strict=True)).subs(fixed)
        for shift in (2, 5, 11):
            symbols = sorted(rate.free_symbols, key=str)
            point = {
                s: sp.Rational(int(sp.prime(k + shift)), int(sp.prime(k + shift + 3))) for k, s in enumerate(symbols)
            }
            assert abs(sp.N(rate.subs(point), 60)) < 1e-40


# name: equations, parameters, what must be found (up to functions of it), how many there are
KNOWN: dict[str, tuple[dict[str, str], object, list[str], int]] = {
    "oscillator": ({"x": "v", "v": "-w^2*x"}, ["w"], ["w**2*x**2 + v**2"], 1),
    "Duffing": ({"x": "v", "v": "x - x^3"}, None, ["v**2/2 - x**2/2 + x**4/4"], 1),
    "sixth degree": ({"x": "v", "v": "x - x^5"}, None, ["v**2/2 - x**2/2 + x**6/6"], 1),
    "pendulum": ({"q": "p", "p": "-k*sin(q)"}, ["k"], ["p**2/2 - k*cos(q)"], 1),
    "Lotka-Volterra": (
        {"x": "a*x - b*x*y", "y": "d*x*y - c*y"},
        ["a", "b", "c", "d"],
        ["d*x - c*log(x) + b*y - a*log(y)"],
        1,
    ),
    "rigid body": (
        {"p": "(I2 - I3)/I1*q*r", "q": "(I3 - I1)/I2*r*p", "r": "(I1 - I2)/I3*p*q"},
        ["I1", "I2", "I3"],
        ["I1*p**2 + I2*q**2 + I3*r**2", "I1**2*p**2 + I2**2*q**2 + I3**2*r**2"],
        2,
    ),
    "skew tanh 2": ({"x": "w*tanh(y)", "y": "-w*tanh(x)"}, ["w"], ["log(cosh(x)) + log(cosh(y))"], 1),
    "skew tanh 3": (
        {"x": "a*tanh(y) + b*tanh(z)", "y": "-a*tanh(x) + c*tanh(z)", "z": "-b*tanh(x) - c*tanh(y)"},
        ["a", "b", "c"],
        ["log(cosh(x)) + log(cosh(y)) + log(cosh(z))", "c*x - b*y + a*z"],
        2,
    ),
    "SIR": ({"s": "-b*s*i", "i": "b*s*i - g*i"}, ["b", "g"], ["b*s + b*i - g*log(s)"], 1),
    "SIR, three classes": (
        {"s": "-b*s*i", "i": "b*s*i - g*i", "r": "g*i"},
        {"b": 0.3, "g": 0.1},
        ["s + i + r", "b*s + b*i - g*log(s)"],
        2,
    ),
    "Morse": ({"x": "v", "v": "-2*(exp(-x) - exp(-2*x))"}, None, ["v**2/2 - 2*exp(-x) + exp(-2*x)"], 1),
    "Toda, two particles": (
        {"x": "u", "y": "v", "u": "-exp(x - y)", "v": "exp(x - y)"},
        None,
        ["u + v", "u**2/2 + v**2/2 + exp(x - y)"],
        2,
    ),
    "radial Kepler": ({"x": "v", "v": "-k/x^2 + l^2/x^3"}, ["k", "l"], ["v**2/2 - k/x + l**2/(2*x**2)"], 1),
    "softened Kepler": (
        {"x": "u", "y": "v", "u": "-x/(1 + x^2 + y^2)^(3/2)", "v": "-y/(1 + x^2 + y^2)^(3/2)"},
        None,
        ["u**2/2 + v**2/2 - 1/sqrt(1 + x**2 + y**2)", "x*v - y*u"],
        2,
    ),
    "rotating hoop": (
        {"q": "p", "p": "sin(q)*(w*cos(q) - g)"},
        ["w", "g"],
        ["p**2/2 + w*cos(q)**2/2 - g*cos(q)"],
        1,
    ),
    "logistic pair": (
        {"x": "1/(1 + exp(-y)) - 1/2", "y": "c - 1/(1 + exp(-x))"},
        ["c"],
        ["log(1 + exp(x)) + log(1 + exp(y)) - c*x - y/2"],
        1,
    ),
    "Henon-Heiles": (
        {"x": "u", "y": "v", "u": "-x - 2*x*y", "v": "-y - x^2 + y^2"},
        None,
        ["u**2/2 + v**2/2 + x**2/2 + y**2/2 + x**2*y - y**3/3"],
        1,
    ),
    "slope with a kink": ({"x": "y*Abs(x + 1)", "y": "-x*Abs(x + 1)"}, None, ["x**2 + y**2"], 1),
    "at rest": ({"x": "0", "y": "0"}, None, ["x", "y"], 2),
}

NONE: dict[str, tuple[dict[str, str], object]] = {
    "van der Pol": ({"x": "y", "y": "m*(1 - x^2)*y - x"}, {"m": 1.5}),
    "Lorenz": (
        {"x": "s*(y - x)", "y": "x*(r - z) - y", "z": "x*y - b*z"},
        {"s": 10, "r": 28, "b": sp.Rational(8, 3)},
    ),
    "damped pendulum": ({"q": "p", "p": "-sin(q) - d*p"}, {"d": 0.1}),
    "Roessler": ({"x": "-y - z", "y": "x + a*y", "z": "b + z*(x - c)"}, {"a": 0.2, "b": 0.2, "c": 5.7}),
    "Jang": ({"x": "(1 - x^2)*y", "y": "x/2 - y"}, None),
    "one state": ({"x": "x - x^3"}, None),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_quantities_are_found(name: str) -> None:
    equations, parameters, expected, count = KNOWN[name]
    system = ODE(equations, parameters)
    found = conserved_quantities(system)
    assert len(found) == count
    assert_conserved(found, system)
    for text in expected:
        assert_function_of(found, expression(text, system), system)
    for invariant in found:
        assert invariant.kind == "conserved quantity"
        assert len(invariant.proof.identities) in (1, 2)
        assert "constant along solutions" in str(invariant.proof) or "grad H . F = 0" in str(invariant.proof)
        assert invariant.expression.free_symbols <= {*system.states, *system.parameter_symbols}


@pytest.mark.parametrize("name", NONE)
def test_nothing_is_found_where_nothing_is(name: str) -> None:
    found = conserved_quantities(ODE(*NONE[name]))
    assert found == ()
    assert found.scope.startswith("linear combinations of the monomials of degree 1 to 4 in")


def test_planar_and_three_dimensional_systems_are_quick() -> None:
    for equations, parameters, *_ in (*KNOWN.values(), *NONE.values()):
        if len(equations) <= 3:
            start = time.perf_counter()
            conserved_quantities(ODE(equations, parameters))
            assert time.perf_counter() - start < SECONDS


COEFFICIENTS = st.integers(-5, 5)


@given(st.lists(COEFFICIENTS, min_size=3, max_size=6).filter(lambda c: any(c)), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_energy_in_any_polynomial_potential(coefficients: list[int], mass: int) -> None:
    x, v = sp.symbols("x v")
    potential = sum(c * x ** (k + 1) for k, c in enumerate(coefficients))
    system = ODE({x: v / mass, v: -potential.diff(x)})
    found = conserved_quantities(system)
    assert len(found) == 1
    assert_function_of(found, v**2 / (2 * mass) + potential, system)


@given(st.lists(st.integers(1, 6), min_size=6, max_size=6))
@settings(max_examples=20, deadline=None)
def test_damping_destroys_the_energy(numbers: list[int]) -> None:
    """With damping in a confining potential all orbits end at rest: no analytic invariant but a constant."""
    a, b, d, *_ = numbers
    assert conserved_quantities(ODE({"x": "v", "v": f"-{a}*x - {b}*x^3 - v/{d}"})) == ()


def test_conserved_at_the_given_values_only() -> None:
    system = ODE({"x": "v", "v": "a*x - x^3 - d*v"}, {"d": 0, "a": 1.5})
    (invariant,) = conserved_quantities(system)
    a, d = system.parameter_symbols[1], system.parameter_symbols[0]
    x, v = system.states
    assert invariant.assumptions == (sp.Eq(d, 0),)
    assert sp.expand(invariant.expression - (2 * v**2 - 2 * a * x**2 + x**4)) == 0
    assert conserved_quantities(system.with_parameters(d=0.1)) == ()
    assert conserved_quantities(system.with_parameters(a=None)) == ()


def test_special_values_add_to_what_holds_for_all() -> None:
    """x + y is conserved always; for k = 1 so is the energy of a planar oscillator that hangs on it."""
    system = ODE({"x": "y*z", "y": "-y*z", "z": "-y + (k - 1)*x"}, {"k": 1})
    found = conserved_quantities(system)
    assert [i.assumptions for i in found if i.expression == sp.Add(*system.states[:2])] == [()]
    assert len(found) == 2
    assert_conserved(found, system)


def test_assumptions_say_where_the_proof_holds() -> None:
    x, y = sp.symbols("x y")
    (volterra,) = conserved_quantities(ODE({x: x - x * y, y: x * y - y}))
    assert set(volterra.assumptions) == {x > 0, y > 0}
    (kepler,) = conserved_quantities(ODE({x: y, y: -1 / x**2}))
    assert kepler.assumptions == (sp.Ne(x, 0),)
    (smooth,) = conserved_quantities(ODE({x: y, y: -x / (1 + x**2)}))
    assert smooth.assumptions == ()


def test_coefficients_are_written_without_fractions_or_common_factors() -> None:
    x, y, a, b = sp.symbols("x y a b")
    (invariant,) = conserved_quantities(ODE({x: y / (a + b), y: -x / (a * a - b * b)}, [a, b]))
    assert sp.expand(invariant.expression - (x**2 + (a - b) * y**2)) == 0


def test_products_and_powers_of_what_is_known_are_left_out() -> None:
    found = conserved_quantities(ODE({"x": "y", "y": "-x", "z": "0"}))
    assert [str(i.expression) for i in found] == ["z", "x**2 + y**2"]


def test_the_shortest_form_comes_first() -> None:
    found = conserved_quantities(ODE({"x": "x*(y - z)", "y": "y*(z - x)", "z": "z*(x - y)"}))
    assert [str(i.expression) for i in found] == ["x*y*z", "x + y + z"]


def test_phases_and_shifts_inside_functions() -> None:
    system = ODE({"x": "sin(y + phi)", "y": "-sin(x + phi)"}, ["phi"])
    (invariant,) = conserved_quantities(system)
    assert_conserved((invariant,), system)
    assert_function_of((invariant,), expression("cos(x + phi) + cos(y + phi)", system), system)


def test_unreadable_coefficients_are_given_up_not_endless() -> None:
    n = 5
    w = {(i, j): sp.Symbol(f"w{i}{j}") for i in range(n) for j in range(i + 1, n)}
    x = sp.symbols(f"x:{n}")
    rates = {x[i]: sum((w[i, j] if i < j else -w[j, i]) * x[j] for j in range(n) if j != i) for i in range(n)}
    found = conserved_quantities(ODE(rates, list(w.values())))
    assert [sp.total_degree(i.expression, *x) for i in found] == [2, 1]  # the square of the length is shorter
    assert "at most 100 terms" in found.scope


def test_what_is_not_searched_says_so() -> None:
    assert "flows only" in conserved_quantities(Map({"x": "y", "y": "-x"})).scope
    many = ODE({f"x{i}": f"-x{(i + 1) % 13}" for i in range(13)})
    assert conserved_quantities(many) == ()
    assert "flow of 13 states" in conserved_quantities(many).scope
    assert "sqrt(2)" in conserved_quantities(ODE({"x": "sqrt(2)*y", "y": "1 - x*y"})).scope
    with pytest.raises(InputError, match="degree is 1"):
        conserved_quantities(ODE({"x": "-x"}), degree=1)


def test_result_is_a_tuple_with_a_scope_that_survives_pickling() -> None:
    found = conserved_quantities(ODE({"x": "y", "y": "-x"}))
    copy = pickle.loads(pickle.dumps(found))
    assert copy == found
    assert copy.scope == found.scope
    assert repr(conserved_quantities(ODE({"x": "x^2 + 1", "y": "-y"}))).startswith("<Invariants: none; sought: linear")


def test_linear_skew_systems_conserve_the_length() -> None:
    rng = np.random.default_rng(5)
    for n in (2, 4, 7):
        raw = rng.integers(-3, 4, size=(n, n))
        x = sp.symbols(f"x:{n}")
        rates = dict(zip(x, sp.Matrix(raw - raw.T) * sp.Matrix(x), strict=True))
        system = ODE(rates)
        found = conserved_quantities(system, degree=2)
        assert_conserved(found, system)
        assert_function_of(found, sp.Add(*(s**2 for s in x)), system)
