from __future__ import annotations

import networkx as nx
import pytest

from dynbench.fixed_points import Kind
from dynbench.plotting import draw_transition_graph


@pytest.mark.parametrize("name", ["line", "plane", "cube", "empty"])
def test_it_draws(analyses, name):
    draw_transition_graph(analyses[name].graph).figure.canvas.draw()


def heights(ax, graph):
    """Node -> height of its label, which stands beside its glyph."""
    return {text.get_text(): text.xy[1] for text in ax.texts if text.get_text()}


def test_layers_are_unstable_dimensions(analyses):
    graph = analyses["cube"].graph
    found = heights(draw_transition_graph(graph), graph)
    assert found == {str(n): data["point"].stability[2] for n, data in graph.nodes(data=True)}


def test_nodes_of_a_layer_stand_apart(analyses):
    ax = draw_transition_graph(analyses["cube"].graph)
    places = [text.xy for text in ax.texts if text.get_text()]
    assert len(set(places)) == 27


def arrows(ax):
    return [text.arrow_patch for text in ax.texts if text.arrow_patch is not None]


def test_unproved_edges_are_dotted_and_proved_ones_are_not(analyses):
    graph = analyses["plane"].graph.copy()
    ax = draw_transition_graph(graph)
    assert {arrow.get_linestyle() for arrow in arrows(ax)} == {"dotted"}
    assert "branch to its limit, not proved" in [t.get_text() for t in ax.get_legend().get_texts()]
    nx.set_edge_attributes(graph, True, "proved")
    assert {arrow.get_linestyle() for arrow in arrows(draw_transition_graph(graph))} == {"solid"}


def test_parallel_edges_do_not_cover_each_other(analyses):
    (saddle,) = (n for n, d in analyses["plane"].graph.nodes(data=True) if d["point"].kind is Kind.SADDLE)
    graph = nx.MultiDiGraph(analyses["plane"].graph)
    target = next(iter(graph.successors(saddle)))
    graph.add_edge(saddle, target, side=1)
    bends = [arrow.get_connectionstyle().rad for arrow in arrows(draw_transition_graph(graph))]
    assert len(bends) == 3
    assert len(set(bends)) == 2


def test_limits_that_are_no_points_have_their_own_glyph(analyses):
    graph = nx.MultiDiGraph(analyses["plane"].graph)
    graph.add_node(99, point=None, kind="infinity $^<")
    graph.add_edge(1, 99, side=1)
    graph.add_edge(99, 99, side=1)
    ax = draw_transition_graph(graph)
    ax.figure.canvas.draw()
    assert "infinity $^<" in heights(ax, graph)
    assert "limit that is no fixed point" in [t.get_text() for t in ax.get_legend().get_texts()]
