"""Barriers: energy differences of gradient flows, distances otherwise."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.transitions.barrier import Energy


def test_the_barrier_of_a_gradient_flow_is_the_energy_difference():
    x, y = sp.symbols("x y", real=True)
    potential = (x**2 - 1) ** 2 / 4 + x / 5 + y**2 * (1 + x**2) / 2 + x * y / 3
    system = db.ODE({x: -sp.diff(potential, x), y: -sp.diff(potential, y)})
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-3, 3]] * 2))
    value = sp.lambdify((x, y), potential)
    assert graph.number_of_edges() == 2
    for a, b, data in graph.edges(data=True):
        expected = value(*graph.nodes[a]["point"].x) - value(*graph.nodes[b]["point"].x)
        assert data["barrier_kind"] == "energy"
        assert data["barrier"] == pytest.approx(expected, abs=1e-12)
        assert data["barrier"] > 0
    found = Energy(system).potential
    assert sp.expand(found - potential).free_symbols == set()


def test_a_gradient_flow_that_is_no_polynomial():
    system = db.ODE({"x": "sin(x) - y/2", "y": "-x/2 - tanh(y)"})
    energy = Energy(system)
    assert energy.is_gradient
    assert energy.potential is None
    high, low = np.array([0.3, -0.2]), np.array([2.0, 1.0])

    def value(x, y):
        return np.cos(x) + x * y / 2 + np.log(np.cosh(y))

    assert energy.above(high, low) == pytest.approx(value(*high) - value(*low), abs=1e-13)


def test_other_flows_have_a_distance():
    system = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"})
    assert not Energy(system).is_gradient
    assert Energy(system).above(np.zeros(2), np.ones(2)) is None
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-3, 3]] * 2))
    for a, b, data in graph.edges(data=True):
        gap = graph.nodes[a]["point"].x - graph.nodes[b]["point"].x
        assert (data["barrier"], data["barrier_kind"]) == (pytest.approx(np.linalg.norm(gap)), "distance")


def test_maps_and_kinks_have_no_energy():
    assert not Energy(db.Map({"x": "x/2"})).is_gradient
    assert not Energy(db.ODE({"x": "-abs(x)"})).is_gradient


def test_a_potential_with_many_values_is_no_energy():
    """The Jacobian is symmetric, but around the pole at 0 the field circulates."""
    system = db.ODE(
        {
            "x": "-(x^2+y^2-1)*x - 1/2 - 3/10*y/(x^2+y^2)",
            "y": "-(x^2+y^2-1)*y + 3/10*x/(x^2+y^2)",
        }
    )
    assert not Energy(system).is_gradient
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]] * 2))
    assert {data["barrier_kind"] for *_, data in graph.edges(data=True)} == {"distance"}


@pytest.mark.parametrize("rate", ["1/x", "log(x)", "sqrt(x)", "tan(x)", "x/(x^2 - 1)", "x^(1/3)", "x/(1 + x)"])
def test_what_may_be_singular_has_no_energy(rate):
    assert not Energy(db.ODE({"x": rate})).is_gradient


@pytest.mark.parametrize("rate", ["x/(1 + x^2)", "-x + tanh(a*x)", "log(2 + x^4)", "x*sqrt(1 + x^2)", "exp(-x^2) - x"])
def test_what_is_smooth_everywhere_has_an_energy(rate):
    assert Energy(db.ODE({"x": rate}, {"a": 2.5} if "a*" in rate else {})).is_gradient
