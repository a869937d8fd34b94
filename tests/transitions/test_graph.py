"""The graph's own representation, and graphs that are copied by networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import dynbench as db
from dynbench.transitions import TransitionGraph


def test_html_tables_are_escaped():
    system = db.ODE({"x": "x - x^3"}, name="<script>&")
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]]))
    text = graph._repr_html_()
    assert "<script>" not in text
    assert "&lt;script&gt;&amp;" in text
    assert text.count("<tr>") == 2 + 3 + 2
    assert text.count("<table>") == text.count("</table>") == 2


def test_an_empty_graph_has_tables_too():
    assert "0 nodes, 0 edges" in TransitionGraph()._repr_html_()


def test_networkx_can_copy_it():
    system = db.ODE({"x": "x - x^3"})
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]]))
    copy = graph.copy()
    assert isinstance(copy, TransitionGraph)
    assert nx.utils.graphs_equal(graph.subgraph([0]).copy(), copy.subgraph([0]).copy())


def test_only_saddles_of_index_1_join_attractors():
    system = db.ODE({"x": "x - x^3", "y": "y - y^3"})
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]] * 2))
    joined = db.attractor_transitions(graph)
    unstable = dict(graph.nodes(data="unstable"))
    assert all(unstable[saddle] == 1 for *_, saddle in joined.edges(data="saddle"))
    assert nx.is_isomorphic(nx.Graph(joined), nx.cycle_graph(4))


def test_it_shows_itself_in_one_line():
    system = db.ODE({"x": "x - x^3"}, name="two\nlines")
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]]))
    assert repr(graph) == r"TransitionGraph('two\nlines', 3 nodes, 2 edges)"
    assert repr(TransitionGraph()) == "TransitionGraph('', 0 nodes, 0 edges)"
    one = TransitionGraph()
    one.add_edge(0, 0)
    assert repr(one) == "TransitionGraph('', 1 node, 1 edge)"


@pytest.fixture(scope="module")
def one_unit():
    network = db.EchoStateNetwork([[2.0]], [[0.0, 0.0]], [[1.0], [-0.5]])
    return network, db.analyze(network, starts=[[-2.0], [0.0], [2.0]])


def test_points_of_a_network_carry_their_readout_and_transitions_what_flips(one_unit):
    network, analysis = one_unit
    for _, data in analysis.graph.nodes(data=True):
        np.testing.assert_array_equal(data["readout"], network.readout(data["point"].x))
        assert not data["readout"].flags.writeable
    assert [data["flips"] for *_, data in db.attractor_transitions(analysis.graph).edges(data=True)] == [(0, 1)]


def test_other_systems_have_no_readout():
    system = db.ODE({"x": "x - x^3"})
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]]))
    assert {readout for _, readout in graph.nodes(data="readout")} == {None}
    assert [data["flips"] for *_, data in db.attractor_transitions(graph).edges(data=True)] == [None]


def test_limits_that_are_no_point_have_no_readout(one_unit):
    network, analysis = one_unit
    graph = db.transition_graph(network, list(analysis.fixed_points)[:2])
    ((_, data),) = [(node, data) for node, data in graph.nodes(data=True) if data["point"] is None]
    assert data["kind"] == "undecided"
    assert data["readout"] is None


@pytest.mark.parametrize("suffix", ["graphml", "gexf", "json"])
def test_readouts_and_flips_are_written(one_unit, tmp_path, suffix):
    _, analysis = one_unit
    for graph in (analysis.graph, db.attractor_transitions(analysis.graph)):
        text = db.write_graph(graph, tmp_path / f"graph.{suffix}").read_text()
        assert "readout" in text
        assert ("flips" in text) == (not graph.is_directed())


def test_readouts_come_back_from_a_report_and_are_shown(one_unit, tmp_path):
    from dynbench.plotting import draw_transition_graph

    network, analysis = one_unit
    db.save_weights(network, tmp_path / "weights.npz")
    path = db.report(analysis, tmp_path / "report.json")
    read = db.load_report(path, weights=tmp_path / "weights.npz").graph
    for node, data in analysis.graph.nodes(data=True):
        np.testing.assert_array_equal(read.nodes[node]["readout"], data["readout"])
    assert "0.957504" in analysis.graph._repr_html_()
    assert len(draw_transition_graph(analysis.graph).by_role["nodes"])
