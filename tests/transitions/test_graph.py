"""The graph's own representation, and graphs that are copied by networkx."""

from __future__ import annotations

import networkx as nx

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
