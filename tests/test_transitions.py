"""The transition graph: known connections, and limits that are no fixed points."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import dynbench as db


def graph_of(system, **region):
    return db.transition_graph(system, db.find_fixed_points(system, **region))


def limits(graph):
    """(kind of the source, side, kind of the limit) of every edge."""
    return sorted(
        (graph.nodes[a]["kind"], data["side"], graph.nodes[b]["kind"]) for a, b, data in graph.edges(data=True)
    )


def test_jang_planar_system_has_two_edges():
    system = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"})
    graph = graph_of(system, box=[[-3, 3]] * 2)
    assert sorted(graph.edges()) == [(1, 0), (1, 2)]
    assert {data["side"]: b for _, b, data in graph.edges(data=True)} == {1: 2, -1: 0}
    assert all(data["identified"] for *_, data in graph.edges(data=True))
    assert list(db.attractor_transitions(graph).edges(data="saddle")) == [(0, 2, 1)]
    for _, b, data in graph.edges(data=True):
        np.testing.assert_allclose(data["path"][-1], graph.nodes[b]["point"].x, atol=1e-5)


def test_coupled_cells_give_the_cube():
    names = ["x", "y", "z"]
    cells = db.ODE({a: f"{a} - {a}^3 + {b}/10" for a, b in zip(names, names[1:] + names[:1], strict=True)})
    graph = graph_of(cells, box=[[-2, 2]] * 3)
    assert graph.number_of_edges() == 24
    transitions = db.attractor_transitions(graph)
    assert nx.is_isomorphic(nx.Graph(transitions), nx.hypercube_graph(3))
    assert sum("skipped" in data for _, data in graph.nodes(data=True)) == 7


def test_infinity_is_a_node():
    graph = graph_of(db.ODE({"x": "x^2 - 1"}), box=[[-3, 3]])
    assert limits(graph) == [("unstable node", -1, "stable node"), ("unstable node", 1, "infinity")]
    (infinity,) = [node for node, data in graph.nodes(data=True) if data["kind"] == "infinity"]
    assert isinstance(infinity, int)
    assert graph.nodes[infinity]["point"] is None


def test_slow_growth_reaches_infinity_too():
    graph = graph_of(db.ODE({"x": "x", "y": "-y"}), box=[[-1, 1]] * 2)
    assert limits(graph) == [("saddle", -1, "infinity"), ("saddle", 1, "infinity")]


def test_a_limit_cycle_is_not_taken_for_a_point():
    # u is bistable and drives a Hopf oscillator, r' = r (2u - 1 - r^2): a cycle at u = 1, a focus at u = -1.
    system = db.ODE(
        {"x": "x*(2*u - 1 - x^2 - y^2) - y + (1 - u^2)/10", "y": "y*(2*u - 1 - x^2 - y^2) + x", "u": "u - u^3"}
    )
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]] * 3), time=60)
    assert limits(graph) == [("saddle-focus", -1, "stable focus"), ("saddle-focus", 1, "undecided")]
    (repelling,) = [d for _, d in graph.nodes(data=True) if "skipped" in d]
    assert "dimension 2" in repelling["skipped"]


def test_an_orbit_without_limit_is_undecided_with_the_reason():
    pendulum = db.ODE({"x": "y", "y": "-sin(x)"})
    points = db.find_fixed_points(pendulum, box=[[-1, 4], [-1, 1]])
    graph = db.transition_graph(pendulum, points, time=30)
    assert {kind for *_, kind in limits(graph)} == {"undecided"}
    assert all("no limit" in data["reason"] for *_, data in graph.edges(data=True))
    assert not any(data["identified"] for *_, data in graph.edges(data=True))
    assert db.attractor_transitions(graph).number_of_edges() == 0


def test_maps_with_positive_and_negative_multipliers():
    positive = db.Map({"x": "(3*x - x^3)/2"})
    assert limits(graph_of(positive, box=[[-1.2, 1.2]])) == [
        ("unstable node", -1, "stable node"),
        ("unstable node", 1, "stable node"),
    ]
    # x -> -2x + x^3 flips: 0 is joined to the 2-cycle +-1, which is no fixed point.
    flipping = graph_of(db.Map({"x": "-2*x + x^3"}), box=[[-1.2, 1.2]])
    assert {kind for *_, kind in limits(flipping)} == {"undecided"}


def test_a_branch_that_leaves_the_domain_of_a_map_is_undecided():
    # From 0 to the right 3 x sqrt(1 - x) climbs beyond 1, where it is not defined; to the left it goes to -infinity.
    graph = graph_of(db.Map({"x": "3*x*sqrt(1 - x)"}), box=[[-0.5, 0.5]])
    assert limits(graph) == [("unstable node", -1, "infinity"), ("unstable node", 1, "undecided")]
    (reason,) = (d["reason"] for *_, d in graph.edges(data=True) if d["side"] == 1)
    assert "step failure" in reason


def test_saddles_without_proof_are_not_followed():
    system = db.ODE({"x": "x - x^3", "y": "-y"})
    points = db.find_fixed_points(system, box=[[-2, 2]] * 2, certify=False)
    graph = db.transition_graph(system, points)
    assert graph.number_of_edges() == 0
    assert sum("not proved" in d.get("skipped", "") for _, d in graph.nodes(data=True)) == 1


def test_bad_time():
    system = db.ODE({"x": "x - x^3"})
    with pytest.raises(db.errors.InputError, match="time is -1"):
        db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]]), time=-1)
