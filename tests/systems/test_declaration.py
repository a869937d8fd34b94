"""Declaring systems: what is accepted, and the one clear sentence for what is not."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import dynbench as db

x, y, k = sp.symbols("x y k")


def test_strings_and_symbols_declare_the_same_system():
    by_strings = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"})
    by_symbols = db.ODE({x: (1 - x**2) * y, y: x / 2 - y})
    assert by_strings == by_symbols
    assert by_strings.content_hash == by_symbols.content_hash
    assert by_strings != db.Map({x: (1 - x**2) * y, y: x / 2 - y})
    assert by_strings != db.ODE({x: (1 - x**2) * y, y: x / 3 - y})


def test_states_are_the_users_own_symbols():
    p = sp.Symbol("p", positive=True)
    system = db.ODE({p: k * p - p**2}, {k: 2})
    assert system.states == (p,)
    assert system.jacobian == sp.Matrix([[k - 2 * p]])
    assert system.hessian[0, 0, 0] == -2
    assert system.divergence == k - 2 * p


def test_a_float_means_its_decimal():
    system = db.ODE({"x": "0.1*x"}, {})
    assert system.exact_rhs[0] == x / 10
    assert db.ODE({x: 0.1 * x}) == system
    assert db.ODE({x: k * x}, {k: 0.1}).exact_rhs[0] == x / 10
    assert db.ODE({x: k * x}, {k: np.float64(0.1)}).exact_rhs[0] == x / 10
    assert db.ODE({x: k * x}, {k: Decimal("0.1")}).exact_rhs[0] == x / 10
    assert db.ODE({x: k * x}, {k: Fraction(1, 10)}).exact_rhs[0] == x / 10
    assert db.ODE({x: k * x}, {"k": sp.sqrt(2)}).exact_rhs[0] == sp.sqrt(2) * x


def test_parameters_are_read_only_and_replaced_in_a_new_system():
    system = db.ODE({x: k - x}, {k: 1}, name="relaxation")
    with pytest.raises(TypeError):
        system.parameters["k"] = 2
    other = system.with_parameters(k=3.5)
    assert dict(system.parameters) == {"k": 1}
    assert dict(other.parameters) == {"k": 3.5}
    assert other.name == "relaxation"
    assert other([0.0]) == [3.5]
    assert system([0.0]) == [1.0]
    assert system != other


def test_parameters_may_wait_for_a_value():
    system = db.ODE({x: k - x}, [k])
    assert dict(system.parameters) == {"k": None}
    assert system.jacobian == sp.Matrix([[-1]])
    with pytest.raises(db.errors.ModelError, match="parameter k has no value"):
        system([1.0])
    assert system.with_parameters(k=2)([1.0]) == [1.0]


@pytest.mark.parametrize("name", ["lambda", "in", "class", "E", "S", "I", "pi", "beta", "exp", "λ", "x_1", "None"])
def test_any_name_serves_as_a_state(name):
    system = db.ODE({name: f"1 - {name}^2"})
    assert system([3.0]) == [-8.0]
    assert system.jacobian_at([3.0]) == [[-6.0]]


BAD = {
    "undeclared symbol": (lambda: db.ODE({"x": "x - mu"}), "mu"),
    "undeclared in SymPy": (lambda: db.ODE({x: x - k}), "symbol k"),
    "state and parameter": (lambda: db.ODE({"x": "-x"}, {"x": 1}), "x is both a state and a parameter"),
    "unknown state": (lambda: db.ODE({x**2: -x}), "cannot name a state"),
    "derivative as key": (lambda: db.ODE({sp.Function("x")(sp.Symbol("t")): -x}), "cannot name a state"),
    "non-finite value": (lambda: db.ODE({"x": "a*x"}, {"a": float("nan")}), "parameter a"),
    "infinite value": (lambda: db.ODE({"x": "a*x"}, {"a": np.inf}), "parameter a"),
    "complex value": (lambda: db.ODE({"x": "a*x"}, {"a": 1j}), "parameter a"),
    "text as value": (lambda: db.ODE({"x": "a*x"}, {"a": "2"}), "parameter a"),
    "boolean value": (lambda: db.ODE({"x": "a*x"}, {"a": True}), "parameter a"),
    "symbolic value": (lambda: db.ODE({"x": "a*x"}, {"a": k}), "parameter a"),
    "not real": (lambda: db.ODE({x: sp.I * x}), "equation for x"),
    "root of a negative": (lambda: db.ODE({"x": "x + sqrt(-2)"}), "real"),
    "infinite constant": (lambda: db.ODE({x: x + sp.oo}), "equation for x"),
    "division by zero": (lambda: db.ODE({"x": "x/0"}), "finite"),
    "explicit time": (lambda: db.ODE({"x": "sin(t) - x"}), "time"),
    "explicit time in SymPy": (lambda: db.ODE({x: sp.sin(sp.Symbol("t")) - x}), "time"),
    "function of time": (lambda: db.ODE({x: -sp.Function("x")(sp.Symbol("t"))}), "plain symbols"),
    "matrix entry": (lambda: db.ODE({x: sp.Matrix([[x]])}), "equation for x"),
    "empty": (lambda: db.ODE({}), "no states"),
    "not a mapping": (lambda: db.ODE(["x"]), "map each state"),
    "unknown function": (lambda: db.ODE({"x": "sinn(x)"}), "sinn"),
    "two symbols of one name": (lambda: db.ODE({x: -sp.Symbol("x", real=True)}), "called x"),
    "imaginary symbol": (lambda: db.ODE({sp.Symbol("w", imaginary=True): 1}), "not real"),
    "empty name": (lambda: db.ODE({"": "1"}), "cannot name a state"),
    "name with a blank": (lambda: db.ODE({"x y": "1"}), "cannot name a state"),
    "reserved name": (lambda: db.ODE({"and": "1"}), "meaning in conditions"),
    "matrix of states": (lambda: db.ODE({sp.MatrixSymbol("X", 3, 2): sp.ZeroMatrix(3, 2)}), "a state is a column"),
    "matrix among scalars": (lambda: db.ODE({"y": "1"}, {sp.MatrixSymbol("X", 3, 1): 1}), "X is a MatrixSymbol"),
    "parameters of a wrong type": (lambda: db.ODE({"x": "-x"}, 3), "parameters"),
    "declared twice": (lambda: db.ODE({x: "-x", "x": "x"}), "declared twice"),
    "unknown parameter": (lambda: db.ODE({x: k - x}, {k: 1}).with_parameters(kk=2), "did you mean k"),
    "parameter that breaks the equation": (lambda: db.ODE({x: x / k}, {k: 0})([1.0]), "equation for x"),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_bad_declaration_is_refused_in_one_sentence(case):
    declare, expected = BAD[case]
    with pytest.raises(db.errors.ModelError, match=expected) as caught:
        declare()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_states_of_a_wrong_shape_are_refused():
    system = db.ODE({"x": "-y", "y": "x"})
    with pytest.raises(db.errors.InputError, match=r"shape \(3,\).*2 states"):
        system([1.0, 2.0, 3.0])
    with pytest.raises(db.errors.InputError):
        system.jvp([1.0, 2.0], [1.0])


def test_names_are_escaped_in_html():
    system = db.ODE({sp.Symbol("<script>"): sp.Symbol("<script>")}, name="<b>")
    assert "<script>" not in system._repr_html_()
    assert "<b>" not in system._repr_html_()
