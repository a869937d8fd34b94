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


@pytest.fixture(scope="module")
def cells():
    names = ["x", "y", "z"]
    system = db.ODE({a: f"{a} - {a}^3 + {b}/10" for a, b in zip(names, names[1:] + names[:1], strict=True)})
    return graph_of(system, box=[[-2, 2]] * 3)


def test_coupled_cells_give_the_cube(cells):
    transitions = db.attractor_transitions(cells)
    assert nx.is_isomorphic(nx.Graph(transitions), nx.hypercube_graph(3))
    assert not any(data["skipped"] for _, data in cells.nodes(data=True))


def test_coupled_cells_hold_the_whole_complex(cells):
    """The cube's complex: 8 corners, 12 edges, 6 faces, 1 solid, each joined to what bounds it."""
    unstable = dict(cells.nodes(data="unstable"))
    assert [list(unstable.values()).count(k) for k in range(4)] == [8, 12, 6, 1]
    for k, bounds in ((1, 2), (2, 4), (3, 6)):
        for node in (n for n, u in unstable.items() if u == k):
            assert len({b for _, b in cells.out_edges(node) if unstable[b] == k - 1}) == bounds
    lower = nx.DiGraph((a, b) for a, b in cells.edges() if unstable[a] == unstable[b] + 1)
    assert lower.number_of_edges() == 24 + 24 + 6
    # The incidence of the cube: the corners of a face are those of its edges, four of them.
    faces = [n for n, u in unstable.items() if u == 2]
    assert all(len({c for e in lower[f] for c in lower[e]}) == 4 for f in faces)
    saddles = [data for a, b, data in cells.edges(data=True) if unstable[b] > 0]
    assert {data["how"] for data in saddles} == {"connection"}
    assert not any(data["proved"] for data in saddles)


def test_saddle_connections_run_from_point_to_point(cells):
    for a, b, data in cells.edges(data=True):
        path = data["path"]
        assert 2 <= len(path) <= 256
        assert np.linalg.norm(path[0] - cells.nodes[a]["point"].x) < (0.6 if cells.nodes[a]["unstable"] == 3 else 2e-3)
        if data["how"] == "connection":
            assert np.linalg.norm(path[-1] - cells.nodes[b]["point"].x) < 2e-3


def test_infinity_is_a_node():
    graph = graph_of(db.ODE({"x": "x^2 - 1"}), box=[[-3, 3]])
    assert limits(graph) == [("unstable node", -1, "stable node"), ("unstable node", 1, "infinity")]
    (infinity,) = [node for node, data in graph.nodes(data=True) if data["kind"] == "infinity"]
    assert isinstance(infinity, int)
    assert graph.nodes[infinity]["point"] is None


def test_slow_growth_reaches_infinity_too():
    graph = graph_of(db.ODE({"x": "x", "y": "-y"}), box=[[-1, 1]] * 2)
    assert limits(graph) == [("saddle", -1, "infinity"), ("saddle", 1, "infinity")]


def test_slow_growth_has_a_far_limit_and_fast_growth_a_blow_up():
    for rate, how in (("x", "far"), ("x + x^3", "blow-up")):
        graph = graph_of(db.ODE({"x": rate}), box=[[-1, 1]])
        assert {data["how"] for *_, data in graph.edges(data=True)} == {how}
        assert all(np.isfinite(data["time"]) and data["barrier"] is None for *_, data in graph.edges(data=True))


def test_a_limit_cycle_is_a_node_of_its_own():
    # u is bistable and drives a Hopf oscillator, r' = r (2u - 1 - r^2): a cycle at u = 1, a focus at u = -1.
    system = db.ODE(
        {"x": "x*(2*u - 1 - x^2 - y^2) - y + (1 - u^2)/10", "y": "y*(2*u - 1 - x^2 - y^2) + x", "u": "u - u^3"}
    )
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]] * 3), time=60)
    assert limits(graph) == [
        ("saddle-focus", -1, "stable focus"),
        ("saddle-focus", 0, "stable cycle"),
        ("saddle-focus", 1, "stable cycle"),
    ]
    (cycle,) = [data["cycle"] for _, data in graph.nodes(data=True) if data["cycle"]]
    assert cycle.period == pytest.approx(2 * np.pi, abs=1e-9)
    (edge,) = [data for *_, data in graph.edges(data=True) if data["side"] == 0]
    assert edge["samples"] == 16
    assert edge["how"] == "recurrence"


def test_van_der_pol_has_its_cycle():
    graph = graph_of(db.ODE({"x": "y", "y": "(1 - x^2)*y - x"}), box=[[-3, 3]] * 2)
    assert limits(graph) == [("unstable focus", 0, "stable cycle")]
    cycle = graph.nodes[1]["cycle"]
    assert cycle.period == pytest.approx(6.6632868593231, abs=1e-9)
    assert graph.nodes[1]["unstable"] == 0
    assert list(db.attractor_transitions(graph)) == [1]


def test_two_spirals_of_the_damped_duffing_oscillator():
    graph = graph_of(db.ODE({"x": "y", "y": "x - x^3 - y/5"}), box=[[-3, 3]] * 2)
    assert limits(graph) == [("saddle", -1, "stable focus"), ("saddle", 1, "stable focus")]
    assert {data["how"] for *_, data in graph.edges(data=True)} == {"attraction ball"}


def test_chaos_in_a_flow_is_undecided_with_the_reason():
    lorenz = db.ODE({"x": "10*(y - x)", "y": "28*x - y - x*z", "z": "x*y - 8*z/3"})
    points = db.find_fixed_points(lorenz, box=[[-30, 30], [-30, 30], [0, 50]])
    graph = db.transition_graph(lorenz, points, time=40)
    assert {kind for *_, kind in limits(graph)} == {"undecided"}
    assert all("neither settles nor recurs" in data["reason"] for *_, data in graph.edges(data=True))


def test_a_chaotic_set_of_a_map_is_a_node_with_its_exponent():
    henon = graph_of(db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"}), box=[[-3, 3]] * 2)
    assert {kind for *_, kind in limits(henon)} == {"chaotic set", "infinity"}
    assert len(henon) == 4
    chaotic = [data for *_, data in henon.edges(data=True) if data["how"] == "chaos"]
    assert all("no proof" in data["reason"] and not data["proved"] for data in chaotic)
    (value,) = [value for _, value in henon.nodes(data="exponent") if value is not None]
    assert abs(value[0] - 0.419) < 5 * value[1] < 0.1


def test_the_sample_is_seeded():
    system = db.ODE({a: f"{a} - {a}^3 + {b}/20" for a, b in ("xy", "yz", "zx")})
    source = db.find_fixed_points(system, box=[[-0.1, 0.1]] * 3)
    assert source[0].stability == (0, 0, 3)
    graphs = [db.transition_graph(system, source, samples=4, rng=seed) for seed in (1, 1, 2)]
    first, again, other = ([d["path"][0].tolist() for *_, d in graph.edges(data=True)] for graph in graphs)
    assert first == again
    assert first != other
    assert sorted(d["samples"] for *_, d in graphs[0].edges(data=True))[-1] == 8


def test_a_point_that_is_not_in_the_list_is_not_invented():
    system = db.ODE({"x": "x*(1 - x)*(x + 1)"})
    points = db.find_fixed_points(system, box=[[-2, 2]])
    graph = db.transition_graph(system, points[:2])
    assert limits(graph) == [("unstable node", -1, "stable node"), ("unstable node", 1, "undecided")]
    (reason,) = (d["reason"] for *_, d in graph.edges(data=True) if not d["identified"])
    assert "no fixed point was given" in reason


def test_cycles_of_maps_are_nodes():
    graph = graph_of(db.Map({"x": "r*x*(1 - x)"}, {"r": 3.2}), box=[[-1, 2]])
    (cycle,) = [data["cycle"] for _, data in graph.nodes(data=True) if data["cycle"]]
    assert cycle.period == 2
    assert sorted(cycle.points[:, 0]) == pytest.approx([0.51304450953, 0.79945549047], abs=1e-10)
    assert [kind for *_, kind in limits(graph)].count("stable cycle") == 3
    assert [kind for *_, kind in limits(graph)].count("infinity") == 1


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
    assert sum("not proved" in d["skipped"] for _, d in graph.nodes(data=True)) == 1


def test_bad_time():
    system = db.ODE({"x": "x - x^3"})
    with pytest.raises(db.errors.InputError, match="time is -1"):
        db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]]), time=-1)


def test_bad_samples():
    system = db.ODE({"x": "x - x^3"})
    with pytest.raises(db.errors.InputError, match="samples is 0"):
        db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]]), samples=0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1, 0, 3, None, "x"])
def test_bad_tolerances(bad):
    system = db.ODE({"x": "x - x^3"})
    points = db.find_fixed_points(system, box=[[-2, 2]])
    with pytest.raises(db.errors.InputError, match=r"^rtol is .*; expected a number above 0 and below 1"):
        db.transition_graph(system, points, rtol=bad)
    if bad != 3:
        with pytest.raises(db.errors.InputError, match=r"^atol is .*; it must be a positive, finite number"):
            db.transition_graph(system, points, atol=bad)


def test_an_edge_to_infinity_has_no_length():
    """Where an orbit is cut off says nothing about it; the branch to the node is as long as they are apart."""
    graph = graph_of(db.ODE({"x": "x^2 - 1"}), box=[[-3, 3]])
    lengths = {graph.nodes[b]["kind"]: data["length"] for _, b, data in graph.edges(data=True)}
    assert lengths["infinity"] is None
    assert lengths["stable node"] == pytest.approx(2.0, abs=2e-3)


def test_an_orbit_of_a_map_that_settles_elsewhere_says_what_is_small():
    """At a fixed point of a map F itself is not small."""
    graph = graph_of(db.Map({"x": "3*x/2 - x^3/2"}), box=[(-1 / 2, 1 / 2)])
    reasons = [data["reason"] for *_, data in graph.edges(data=True)]
    assert len(reasons) == 2
    assert all("(|F(x) - x| = " in reason for reason in reasons)
