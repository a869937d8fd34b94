"""Counts that must agree."""

from __future__ import annotations

import networkx as nx
import pytest

import dynbench as db
from dynbench.transitions import morse_consistency


def of(equations, box):
    system = db.ODE(equations)
    points = db.find_fixed_points(system, box=box)
    return db.transition_graph(system, points), points


def test_four_wells():
    graph, points = of({"x": "x - x^3", "y": "y - y^3"}, [[-2, 2]] * 2)
    found = morse_consistency(graph, points)
    assert (found.attractors, found.saddles, found.repellers) == (4, 4, 1)
    assert found.index_sum == found.expected_index_sum == 1
    assert found.connected
    assert found.components == 1


def test_a_missing_saddle_shows():
    graph, points = of({"x": "x - x^3", "y": "-y"}, [[-2, 2]] * 2)
    assert morse_consistency(graph, points).connected
    graph.remove_node(next(n for n, u in graph.nodes(data="unstable") if u == 1))
    found = morse_consistency(graph, points)
    assert not found.connected
    assert found.components == 2
    assert any("2 groups" in remark for remark in found.remarks)


def test_an_index_sum_that_is_off_is_said():
    graph, points = of({"x": "x - x^3", "y": "-y"}, [[-2, 2]] * 2)

    class Short(list):
        index_sum, expected_index_sum = 2, 1

    assert any("missing" in remark for remark in morse_consistency(graph, Short(points)).remarks)


def test_cycles_and_infinity_are_said():
    graph, points = of({"x": "y", "y": "(1 - x^2)*y - x"}, [[-3, 3]] * 2)
    found = morse_consistency(graph, points)
    assert (found.attractors, found.saddles, found.repellers) == (1, 0, 1)
    graph, points = of({"x": "x^2 - 1"}, [[-3, 3]])
    assert any("to infinity" in remark for remark in morse_consistency(graph, points).remarks)


def test_an_attractor_that_is_not_hyperbolic_is_not_denied():
    graph, points = of({"x": "-x^3"}, [[-2, 2]])
    assert any("No hyperbolic attractor" in remark for remark in morse_consistency(graph, points).remarks)


def test_edges_that_end_far_away_count_as_undecided():
    graph, points = of({"x": "x + x^2/(1 + x^2)"}, [[-0.1, 0.1]])
    assert any("limits of 2 edges are undecided" in remark for remark in morse_consistency(graph, points).remarks)


def test_nothing_at_all():
    graph, points = of({"x": "1"}, [[-1, 1]])
    found = morse_consistency(graph, points)
    assert (found.attractors, found.components, found.connected) == (0, 0, False)
    with pytest.raises(db.errors.InputError, match="transition_graph"):
        morse_consistency(nx.path_graph(2), points)


@pytest.mark.parametrize("bad", ["x", [1, 2], None, 3, ["x"]])
def test_what_are_no_fixed_points_is_refused(bad):
    graph, _ = of({"x": "x - x^3"}, [[-2, 2]])
    with pytest.raises(db.errors.InputError, match=r"^fixed_points is .*; expected the result of find_fixed_points"):
        morse_consistency(graph, bad)


def test_points_of_another_graph_are_refused():
    graph, points = of({"x": "x - x^3"}, [[-2, 2]])
    _, others = of({"x": "x - x^3/2"}, [[-2, 2]])
    for wrong in ([], points[:1], others):
        with pytest.raises(db.errors.InputError, match=r"^fixed_points does not hold the point of the graph's node"):
            morse_consistency(graph, wrong)


def test_nodes_that_hold_something_else_are_refused():
    graph, points = of({"x": "x - x^3"}, [[-2, 2]])
    graph.add_node(9, point="x", cycle=None)
    with pytest.raises(db.errors.InputError, match=r"^graph is .*; expected what transition_graph returned"):
        morse_consistency(graph, points)


def test_a_kink_is_neither_an_attractor_nor_silently_left_out():
    # x' = -x + 1.5 max(x, 0) leaves the origin to the right, though its derivative there is taken as -1
    system = db.RNN([[1.5, 0], [0, 1.5]], activation="relu")
    points = db.find_fixed_points(system, box=[(-1, 1)] * 2)
    (point,) = points
    assert point.stability == (2, 0, 0)
    graph = db.transition_graph(system, points)
    assert graph.nodes[0]["skipped"] == "its number of unstable directions is not proved"
    assert morse_consistency(graph, points).attractors == 0
