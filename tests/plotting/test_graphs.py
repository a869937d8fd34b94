from __future__ import annotations

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest

from dynbench.errors import InputError
from dynbench.plotting import draw_transition_graph
from dynbench.plotting.style import Glyph


def labels(drawing):
    """Text -> where the node stands, which it is written beside."""
    return {text.get_text(): text.xy for text in drawing.by_role["labels"]}


def legend_of(drawing):
    return [text.get_text() for text in drawing.by_role["legend"][0].get_texts()]


@pytest.mark.parametrize("layout", ["layered", "state", "auto"])
@pytest.mark.parametrize("name", ["line", "plane", "cube", "four", "empty"])
def test_it_draws(analyses, name, layout):
    drawing = draw_transition_graph(analyses[name].graph, layout=layout)
    drawing.figure.canvas.draw()
    assert len(drawing.by_role.get("labels", ())) == analyses[name].graph.number_of_nodes()


def test_layers_are_unstable_dimensions(pictured):
    graph = pictured["cells"].graph
    found = {int(text): place[1] for text, place in labels(draw_transition_graph(graph)).items()}
    assert found == {n: data["point"].stability[2] for n, data in graph.nodes(data=True)}


@pytest.mark.parametrize("layout", ["layered", "state"])
def test_nodes_stand_apart(pictured, layout):
    drawing = draw_transition_graph(pictured["cells"].graph, layout=layout)
    assert len(set(labels(drawing).values())) == 27


@pytest.mark.parametrize("layout", ["layered", "state"])
@pytest.mark.parametrize("name", ["cells", "henon", "vdp"])
def test_labels_do_not_overlap(pictured, column, name, layout):
    drawing = draw_transition_graph(pictured[name].graph, column, layout=layout)
    drawing.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in drawing.by_role["labels"]]
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.padded(-1).overlaps(b.padded(-1))]


def test_the_edges_of_a_complex_are_all_there(pictured):
    drawing = draw_transition_graph(pictured["cells"].graph)
    assert len(drawing.by_role["edges"]) == 12 * 2 + 6 * 4 + 6
    assert "counts" not in drawing.by_role


def test_unproved_edges_are_dotted_and_proved_ones_are_not(pictured):
    graph = pictured["jang"].graph.copy()
    drawing = draw_transition_graph(graph)
    assert {edge.get_linestyle() for edge in drawing.by_role["edges"]} == {(0, (1.2, 1.6))}
    assert "connection, not proved" in legend_of(drawing)
    nx.set_edge_attributes(graph, True, "proved")
    drawing = draw_transition_graph(graph)
    assert {edge.get_linestyle() for edge in drawing.by_role["edges"]} == {"solid"}
    assert "connection, proved" in legend_of(drawing)


def test_parallel_edges_are_merged_and_counted(pictured):
    graph = pictured["jang"].graph.copy()
    (source, target, _) = next(iter(graph.edges))
    graph.add_edge(source, target, side=1, proved=True)
    drawing = draw_transition_graph(graph)
    assert len(drawing.by_role["edges"]) == 2
    (count,) = drawing.by_role["counts"]
    assert count.get_text() == "\u00d72"
    # One edge of the two is not proved, so the arrow does not claim it.
    assert {edge.get_linestyle() for edge in drawing.by_role["edges"]} == {(0, (1.2, 1.6))}


@pytest.mark.parametrize(
    ("attributes", "glyph", "label"),
    [
        ({"kind": "infinity"}, Glyph.INFINITY, "infinity"),
        ({"kind": "undecided"}, Glyph.UNDECIDED, "undecided"),
        ({"kind": "chaos $^<"}, Glyph.LIMIT, "chaos $^<"),
        ({"kind": "stable cycle", "cycle": 6.6632868}, Glyph.STABLE_CYCLE, "99: period 6.663"),
        ({"kind": "saddle cycle", "cycle": 4}, Glyph.SADDLE_CYCLE, "99: 4-cycle"),
        ({"kind": "unstable cycle", "cycle": 4}, Glyph.UNSTABLE_CYCLE, "99: 4-cycle"),
        ({"kind": "nonhyperbolic cycle", "cycle": 4}, Glyph.OTHER_CYCLE, "99: 4-cycle"),
    ],
)
@pytest.mark.parametrize("layout", ["layered", "state"])
def test_limits_that_are_no_points_have_their_own_glyph(pictured, attributes, glyph, label, layout):
    graph = pictured["jang"].graph.copy()
    if "cycle" in attributes:
        states = np.array([[2.0, 0.0], [0.0, 2.0], [-2.0, 0.0]])
        attributes = {**attributes, "cycle": SimpleNamespace(points=states, period=attributes["cycle"])}
    graph.add_node(99, point=None, **attributes)
    graph.add_edge(1, 99, side=1)
    graph.add_edge(99, 99, side=1)
    graph.add_edge(99, 1, side=1)
    drawing = draw_transition_graph(graph, layout=layout)
    drawing.figure.canvas.draw()
    assert label in labels(drawing)
    assert glyph.value.label in legend_of(drawing)
    assert glyph.value.marker in {line.get_marker() for line in drawing.by_role["nodes"]}


def test_by_state_nodes_stand_as_in_state_space(pictured):
    graph = pictured["duffing"].graph
    places = labels(draw_transition_graph(graph, layout="state"))
    assert places["0"][0] < places["1"][0] < places["2"][0]
    places = labels(draw_transition_graph(pictured["jang"].graph, layout="state"))
    assert places["0"][1] < places["1"][1] < places["2"][1]


def is_layered(drawing):
    return drawing.ax.get_ylabel() == "unstable directions"


@pytest.mark.parametrize(("name", "layered"), [("jang", False), ("duffing", False), ("cells", False), ("line", True)])
def test_auto_takes_what_reads_better(pictured, name, layered):
    assert is_layered(draw_transition_graph(pictured[name].graph, layout="auto")) == layered
    assert is_layered(draw_transition_graph(pictured[name].graph))


def test_nonsense_is_refused(pictured):
    with pytest.raises(InputError, match=r"^graph is 3; expected what transition_graph returned\.$"):
        draw_transition_graph(3)
    with pytest.raises(InputError, match=r"^graph is "):
        draw_transition_graph(nx.MultiDiGraph([(0, 1)]))
    with pytest.raises(InputError, match=r"^layout is 'spring'; expected 'layered', 'state', 'auto' or 'hypercube'\.$"):
        draw_transition_graph(pictured["jang"].graph, layout="spring")


def directions(drawing, edge):
    """At its two ends, the angle in degrees at which an edge lies above the horizontal."""
    a, b = (drawing.ax.transData.transform(place) for place in edge._posA_posB)
    first, *_, last = (*edge.get_connectionstyle()(a, b).vertices,)
    control = edge.get_connectionstyle()(a, b).vertices[1]
    rise = [np.degrees(np.arctan2(control[1] - end[1], abs(control[0] - end[0]))) for end in (first, last)]
    return tuple(float(angle) for angle in rise)


def test_edges_between_nodes_of_one_height_arrive_from_above_more_steeply_than_they_leave(pictured):
    graph = nx.MultiDiGraph()
    point = pictured["duffing"].fixed_points[0]
    for node in (0, 1, 2):
        graph.add_node(node, point=point, cycle=None, kind="stable focus")
    graph.add_node(3, point=None, cycle=None, kind="infinity", unstable=None)
    for source, target in ((0, 2), (2, 3), (3, 0), (0, 3), (1, 0)):
        graph.add_edge(source, target)
    drawing = draw_transition_graph(graph)
    drawing.figure.canvas.draw()
    assert len(drawing.by_role["edges"]) == 5
    for edge in drawing.by_role["edges"]:
        leaving, arriving = directions(drawing, edge)
        assert leaving > 10
        assert arriving > leaving + 30


def test_layers_far_apart_stand_by_rank():
    graph = nx.MultiDiGraph()
    for node, unstable in enumerate((0, 0, 1, 2, 66, 109)):
        graph.add_node(node, point=None, cycle=None, kind="undecided", unstable=unstable)
    drawing = draw_transition_graph(graph)
    ticks = [text.get_text() for text in drawing.ax.get_yticklabels()]
    assert ticks == ["0", "1", "2", "66", "109"]
    np.testing.assert_array_equal(drawing.ax.get_yticks(), range(5))


@pytest.mark.parametrize("count", [3, 5, 8, 12])
def test_cycles_of_one_layer_are_told_apart(count):
    cycle = SimpleNamespace(period=12, points=np.zeros((12, 2)))
    graph = nx.MultiDiGraph()
    for node in range(10, 10 + count):
        graph.add_node(node, point=None, cycle=cycle, kind="saddle cycle", unstable=1)
    drawing = draw_transition_graph(graph, layout="layered")
    drawing.figure.canvas.draw()
    texts = drawing.by_role["labels"]
    assert [text.get_text() for text in texts][:2] == ["10: 12-cycle", "11: 12-cycle"]
    boxes = [text.get_window_extent() for text in texts]
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    assert all(text.get_rotation() == (90 if count > 3 else 0) for text in texts)
