"""Cycles as nodes of transition graphs: what their unstable manifolds join, and orbits that end in known ones."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.cycles import refine_cycle

LOGISTIC = db.Map({"x": "r*x*(1 - x)"}, {"r": 3.83})
#: Two memories and a rhythm: the saddles between them are cycles of period 2.
NETWORK = db.PLRNN([0.25, 0.19], [[-1.21, -2.57], [-2.74, -0.36]], [1, 0.6])


def ends(graph):
    """Node -> the kinds of what its branches along eigenvectors lead to."""
    return {
        node: [graph.nodes[b]["kind"] for _, b, side in graph.out_edges(node, data="side") if side] for node in graph
    }


@pytest.fixture(scope="module")
def network():
    points, cycles = db.find_fixed_points(NETWORK), db.find_cycles(NETWORK, periods=3)
    return points, cycles, db.transition_graph(NETWORK, points, cycles=cycles)


def test_saddle_cycles_join_points_and_cycles(network):
    _, cycles, graph = network
    assert len(cycles) == 6, "three of them the fixed points, which are no nodes of their own"
    kinds = dict(graph.nodes(data="kind"))
    assert list(kinds) == list(range(6))
    assert [kinds[k] for k in (3, 4, 5)] == ["saddle cycle", "stable cycle", "saddle cycle"]
    assert list(db.attractor_transitions(graph).edges(data="saddle")) == [(0, 4, 3), (2, 4, 5)]
    assert graph.nodes[3]["unstable"] == 1
    assert graph.nodes[4]["cycle"] in list(cycles)


def test_known_cycles_are_limits_by_proof(network):
    _, _, graph = network
    hows = {(graph.nodes[b]["kind"], data["how"]) for _, b, data in graph.edges(data=True)}
    assert hows == {("stable node", "attraction ball"), ("stable cycle", "cycle ball")}
    for a, b, data in graph.edges(data=True):
        if a in (3, 5) and b == 4:
            last = np.abs(graph.nodes[4]["cycle"].points - data["path"][-1]).max(axis=1).min()
            assert last < 1e-3


def test_branches_of_a_piecewise_linear_cycle_start_on_its_manifold(network):
    _, _, graph = network
    for node in (3, 5):
        cycle = graph.nodes[node]["cycle"]
        jacobian = np.linalg.multi_dot(NETWORK.jacobian_at(cycle.points)[::-1])
        for *_, data in graph.out_edges(node, data=True):
            offset = data["path"][0] - cycle.points[0]
            once = NETWORK(NETWORK(cycle.points[0] + offset)) - cycle.points[0]
            np.testing.assert_allclose(once, cycle.multipliers[0].real * offset, rtol=1e-8, atol=1e-12)
            np.testing.assert_allclose(jacobian @ offset, once, rtol=1e-8, atol=1e-12)


def test_the_graph_agrees_with_itself_and_is_written(network, tmp_path):
    points, _, graph = network
    found = db.morse_consistency(graph, points)
    assert (found.attractors, found.saddles, found.repellers) == (3, 2, 1)
    assert found.connected
    assert found.index_sum == found.expected_index_sum
    read = json.loads(db.write_graph(graph, tmp_path / "graph.json").read_text())
    (cycle,) = [node for node in read["nodes"] if node["kind"] == "stable cycle"]
    assert cycle["period"] == 2
    assert db.write_graph(graph, tmp_path / "graph.graphml").exists()


def test_the_window_of_period_three():
    """In it the repelling 3-cycle, from the same fold, leads to the stable one on both sides, as all cycles do."""
    points = db.find_fixed_points(LOGISTIC, box=[[-1, 2]])
    stable, repelling, two = (refine_cycle(LOGISTIC, [x], k) for x, k in ((0.156, 3), (0.163, 3), (0.37, 2)))
    assert [c.kind.attracting for c in (stable, repelling, two)] == [True, False, False]
    graph = db.transition_graph(LOGISTIC, points, cycles=[stable, repelling, two])
    assert {kind for node in (1, 3, 4) for kind in ends(graph)[node]} == {"stable cycle"}
    assert sorted(ends(graph)[0]) == ["infinity", "stable cycle"]
    assert sorted(db.attractor_transitions(graph).edges(data="saddle")) == [(2, 2, 1), (2, 2, 3), (2, 2, 4)]
    assert graph.nodes[2]["cycle"] is stable, "no second node for it"


def test_henon_with_a_cycle_of_period_seven():
    system = db.Map({"x": "1 - a*x^2 + y", "y": "b*x"}, {"a": 1.24, "b": 0.3})
    points = db.find_fixed_points(system, box=[[-3, 3]] * 2)
    stable = refine_cycle(system, db.integrate(system, [0.1, 0.1], 5000).final, 7)
    starts = stable.points[0] + np.random.default_rng(0).normal(scale=0.05, size=(40, 2))
    found = [refine_cycle(system, x, 7) for x in starts]
    saddle = next(c for c in found if c is not None and c.period == 7 and c.kind is db.CycleKind.SADDLE)
    graph = db.transition_graph(system, points, cycles=[stable, saddle])
    assert (stable.kind.value, len(stable.points)) == ("stable cycle", 7)
    assert set(ends(graph)[3]) == {"stable cycle"}
    assert {data["how"] for *_, data in graph.out_edges(3, data=True)} == {"cycle ball"}


@pytest.mark.parametrize(("a", "b"), [(0.9, 0.3), (1.2, 0.5)])
def test_lozi_with_a_stable_cycle_of_period_two(a, b):
    """It exists for a > 1 - b and attracts for a < 1 + b; the flip at the point in x > 0 leads to it on both sides."""
    lozi = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": a, "b": b})
    points, cycles = db.find_fixed_points(lozi), db.find_cycles(lozi, periods=[2])
    (cycle,) = cycles
    assert cycle.kind.attracting
    assert cycle.multipliers.prod().real == pytest.approx(b**2)
    assert cycle.multipliers.sum().real == pytest.approx(2 * b - a**2)
    graph = db.transition_graph(lozi, points, cycles=cycles)
    left, right = (next(i for i, p in enumerate(points) if p.x[0] * side > 0) for side in (-1, 1))
    assert ends(graph)[right] == ["stable cycle"] * 2
    assert sorted(ends(graph)[left]) == ["infinity", "stable cycle"]
    assert sorted(db.attractor_transitions(graph).edges(data="saddle")) == [(2, 2, right)]


def test_a_cycle_with_a_negative_multiplier_has_both_branches_to_one_limit():
    lozi = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})
    points, cycles = db.find_fixed_points(lozi), db.find_cycles(lozi, periods=[2, 4])
    graph = db.transition_graph(lozi, points, cycles=cycles)
    flips = [node for node, c in graph.nodes(data="cycle") if c is not None and c.multipliers[0].real < -1]
    assert flips
    assert all(ends(graph)[node] == ["chaotic set"] * 2 for node in flips)
    (chaotic,) = [data for _, data in graph.nodes(data=True) if data["kind"] == "chaotic set"]
    exponent, error = chaotic["exponent"]
    assert abs(exponent - 0.47017) < 5 * error < 0.1


@pytest.mark.parametrize("more", [{}, {"z": "-z"}])
def test_a_repelling_cycle_of_a_flow_lies_between_a_point_and_a_cycle(more):
    """r' = r (r^2 - 1) (4 - r^2)/20: the circle of radius 1 repels, the origin and that of radius 2 attract."""
    growth = "(x^2 + y^2 - 1)*(4 - x^2 - y^2)/20"
    system = db.ODE({"x": f"x*{growth} - y", "y": f"y*{growth} + x"} | more)
    points = db.find_fixed_points(system, box=[[-3, 3]] * system.dimension)
    zeros = [0.0] * (system.dimension - 1)
    inner, outer = (refine_cycle(system, [r, *zeros], 6.28) for r in (1.0, 2.0))
    assert (inner.stability[2], outer.stability[2]) == (1, 0)
    graph = db.transition_graph(system, points, cycles=[inner, outer])
    assert sorted(ends(graph)[1]) == ["stable cycle", "stable focus"]
    assert list(db.attractor_transitions(graph).edges(data="saddle")) == [(0, 2, 1)]
    reasons = [data["reason"] for _, b, data in graph.edges(data=True) if b == 2]
    assert all("one of those given" in reason for reason in reasons)


def test_cycles_alone_make_a_graph():
    cycles = db.find_cycles(NETWORK, periods=[2])
    graph = db.transition_graph(NETWORK, [], cycles=cycles)
    assert [kind for _, kind in graph.nodes(data="kind")][:3] == ["saddle cycle", "stable cycle", "saddle cycle"]
    assert set(ends(graph)[0]) == {"stable cycle", "undecided"}, "the memory was not given"


def test_what_is_no_cycle_of_the_system_is_refused():
    points = db.find_fixed_points(LOGISTIC, box=[[-1, 2]])
    for wrong in ("cycles", [1], points, db.find_cycles(NETWORK, periods=[2])):
        with pytest.raises(db.errors.InputError, match="expected cycles of the system"):
            db.transition_graph(LOGISTIC, points, cycles=wrong)
    other = refine_cycle(LOGISTIC.with_parameters(r=3.2), [0.5], 2)
    with pytest.raises(
        db.errors.InputError, match=r"cycles\[0\] at .* is no cycle of 2 points .* takes its states to others"
    ):
        db.transition_graph(LOGISTIC, points, cycles=[other])


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_random_networks_have_every_limit_once_and_where_orbits_end(seed):
    """All cycles up to period 4 are given: none is met as another node, and orbits end at the states of their limit."""
    rng = np.random.default_rng(seed)
    network = db.PLRNN(
        rng.uniform(-0.9, 0.9, 2).round(2), rng.uniform(-2, 2, (2, 2)).round(2), rng.uniform(-1, 1, 2).round(2)
    )
    cycles = db.find_cycles(network, periods=4)
    graph = db.transition_graph(network, [], cycles=cycles)
    assert all(cycles.complete.values())
    met = [data["cycle"] for _, data in graph.nodes(data=True) if data["cycle"] is not None]
    assert all(cycle in list(cycles) or cycle.period > 4 for cycle in met)
    for _, target, data in graph.edges(data=True):
        cycle = graph.nodes[target]["cycle"]
        if cycle is not None:
            end = db.integrate(network, data["path"][-1], 20_000).final
            assert np.abs(cycle.points - end).max(axis=1).min() < 1e-6 * (1 + np.abs(end).max())
        elif graph.nodes[target]["kind"] == "infinity":
            assert np.abs(data["path"][-1]).max() > 1e3


@pytest.mark.parametrize("kind", [db.Map, db.ODE])
def test_fixed_points_of_another_system_are_refused(kind):
    points = db.find_fixed_points(kind({"x": "3 - 2*x"}))
    assert len(db.transition_graph(kind({"x": "3 - 2*x"}), points)) >= 1
    with pytest.raises(
        db.errors.InputError, match=rf"fixed_points\[0\] at .* is no fixed point of this {points_of(kind)}"
    ):
        db.transition_graph(kind({"x": "1 - 2*x"}), points)


def points_of(kind):
    return "map" if kind is db.Map else "flow"
