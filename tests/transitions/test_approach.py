"""Close passes of saddles and connections to them."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.transitions.approach import _components, unstable_part

BOX = [[-0.5, 1.5], [-2, 2]]


def graph_of(epsilon):
    """x' = 10 x (1 - x) takes the branch from (0, 0) to (1, y) with y ~ epsilon, from where y grows slowly."""
    system = db.ODE({"x": "10*x*(1-x)", "y": f"(2*x-1)*y/10+{epsilon}*x*(1-x)-y^3/10"})
    return db.transition_graph(system, db.find_fixed_points(system, box=BOX))


def edge_to_the_right(graph):
    (origin,) = (n for n, p in graph.nodes(data="point") if p is not None and np.abs(p.x).max() < 0.5)
    return next((b, d) for _, b, d in graph.out_edges(origin, data=True) if d["side"] == 1)


@pytest.mark.parametrize("epsilon", ["1e-6", "1e-7", "1e-8", "1e-10"])
def test_a_saddle_that_is_passed_closely_is_no_limit(epsilon):
    graph = graph_of(epsilon)
    target, edge = edge_to_the_right(graph)
    assert graph.nodes[target]["point"].x == pytest.approx([1, 1])
    assert edge["how"] == "attraction ball"
    assert edge["path"][-1] == pytest.approx([1, 1], abs=1e-3)


def test_an_exact_connection_stays():
    graph = graph_of("0")
    target, edge = edge_to_the_right(graph)
    assert graph.nodes[target]["point"].x == pytest.approx([1, 0])
    assert (edge["how"], edge["identified"]) == ("connection", True)


def test_a_connection_that_is_not_on_an_axis_stays():
    """u' = 1 - u^2, v' = v u along the line v = 0, turned and sheared: x = u + v/3, y = v - u/2."""
    u, v = "(6*x/7 - 2*y/7)", "(3*x/7 + 6*y/7)"
    du, dv = f"(1 - {u}^2)", f"({v}*{u})"
    system = db.ODE({"x": f"{du} + {dv}/3", "y": f"{dv} - {du}/2"})
    points = db.find_fixed_points(system, box=[[-2, 2]] * 2)
    graph = db.transition_graph(system, points)
    assert [d["how"] for a, b, d in graph.edges(data=True) if graph.nodes[b]["point"] is not None and a != b] == [
        "connection"
    ]


def test_the_part_is_carried_back_to_where_the_orbit_came_near():
    system = db.ODE({"x": "2*x", "y": "-y"})
    (saddle,) = db.find_fixed_points(system, box=[[-1, 1]] * 2)
    times = np.linspace(0, 5, 51)
    states = np.stack([1e-9 * np.exp(2 * times), 0.5 * np.exp(-times)], axis=-1)
    near = times[np.flatnonzero(states[:, 1] > 1e-2)[-1]]
    assert unstable_part(system, saddle, times, states) == pytest.approx(1e-9 * np.exp(2 * near), rel=1e-6)


def test_left_eigenvectors_give_the_same_components_as_an_inverse():
    weights = np.random.default_rng(0).normal(size=(40, 40)) * 1.4 / np.sqrt(40)
    system, x, offset = db.RNN(weights), np.zeros(40), np.random.default_rng(1).normal(size=40)
    values, parts = _components(system, x, offset)
    other, vectors = np.linalg.eig(system.jacobian_at(x))
    inverse = np.abs(np.linalg.solve(vectors, offset))
    np.testing.assert_allclose(np.sort(values.real), np.sort(other.real), atol=1e-10)
    np.testing.assert_allclose(np.sort(parts), np.sort(inverse), rtol=1e-9)
