from __future__ import annotations

import pytest
import sympy as sp

import dynbench as db
from dynbench.invariants import Limits
from dynbench.invariants.stream_function import StreamFunction


def stream_function(system):
    return next(StreamFunction().search(system, (), Limits()), None)


GYRE = {"x": "-pi*sin(pi*x)*cos(pi*y)", "y": "pi*cos(pi*x)*sin(pi*y)"}
FIELDS = {
    "double gyre": GYRE,
    "parameters": {"x": "a*x*cos(x*y)", "y": "-a*y*cos(x*y)"},
    "polynomial": {"x": "x^2*y + 3", "y": "-x*y^2 + x^5"},
    "exponential": {"x": "exp(x + y)", "y": "-exp(x + y)"},
}


@pytest.mark.parametrize("name", FIELDS)
def test_its_derivatives_are_the_equations(name):
    system = db.ODE(FIELDS[name], ["a"] if name == "parameters" else None)
    found = stream_function(system)
    x, y = system.states
    assert sp.simplify(found.expression.diff(y) - system.rhs[0]) == 0
    assert sp.simplify(found.expression.diff(x) + system.rhs[1]) == 0
    assert found.method == "stream function"
    assert len(found.proof.identities) == 2


@pytest.mark.parametrize(
    "equations",
    [
        {"x": "x", "y": "y"},
        {"x": "y", "y": "-x - y/10"},
        {"x": "abs(y)", "y": "x"},
        {"x": "y", "y": "z", "z": "x"},
        {"x": "exp(-y^2*x)", "y": "0"},
    ],
)
def test_nothing_is_claimed_elsewhere(equations):
    assert stream_function(db.ODE(equations)) is None


def test_a_map_has_none():
    assert stream_function(db.Map({"x": "y", "y": "-x"})) is None


def test_the_gyres_are_centres():
    system = db.ODE(GYRE)
    assert len(system.invariants()) == 1
    points = db.find_fixed_points(system, box=[(0.25, 1.75), (0.25, 0.75)])
    assert points.complete
    assert [p.kind for p in points] == [db.Kind.CENTER, db.Kind.CENTER]
