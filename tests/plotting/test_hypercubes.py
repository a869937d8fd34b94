from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from matplotlib.colors import to_hex

from dynbench.errors import InputError
from dynbench.plotting import draw_transition_graph
from dynbench.plotting.hypercubes import hypercube_of
from dynbench.plotting.projections import hypercube_corners
from dynbench.plotting.style import Colour


def bits_shown(drawing):
    return {t.get_text() for t in drawing.by_role["labels"] if t.get_fontweight() == "bold"}


def legend_of(drawing):
    return [text.get_text() for text in drawing.by_role["legend"][0].get_texts()]


@pytest.mark.parametrize("bits", [1, 2, 3, 4])
def test_memories_stand_at_corners_and_saddles_half_way(flip_flops, bits):
    _, points, graph = flip_flops[bits]
    drawing = draw_transition_graph(graph, layout="hypercube")
    drawing.figure.canvas.draw()
    assert bits_shown(drawing) == {"".join(b) for b in itertools.product("01", repeat=bits)}
    assert len(drawing.by_role["cube"]) == bits * 2 ** (bits - 1)
    assert len(drawing.by_role["edges"]) == bits * 2**bits
    assert not any("not one bit apart" in text for text in legend_of(drawing))
    cube = hypercube_of(graph)
    assert set(cube.places) == {i for i, p in enumerate(points) if p.stability[2] < 2}
    for saddle in set(cube.places) - set(cube.bits):
        ends = [cube.places[t] for _, t in graph.out_edges(saddle)]
        np.testing.assert_allclose(cube.places[saddle], np.mean(ends, axis=0), atol=1e-12)


@pytest.mark.parametrize(("bits", "room"), [(2, 0.9), (3, 0.2), (4, 0.08)])
def test_no_two_corners_or_middles_of_edges_coincide_or_lie_on_another_edge(bits, room):
    corners = np.array(list(itertools.product((-1.0, 1.0), repeat=bits)))
    page = hypercube_corners(corners)
    pairs = [(i, j) for i, j in itertools.combinations(range(2**bits), 2) if np.abs(corners[i] - corners[j]).sum() == 2]
    nodes = {(i,): page[i] for i in range(2**bits)} | {pair: page[list(pair)].mean(axis=0) for pair in pairs}
    for (i, j), (name, place) in itertools.product(pairs, nodes.items()):
        if name != (i, j) and name not in ((i,), (j,)):
            along = page[j] - page[i]
            t = np.clip((place - page[i]) @ along / (along @ along), 0, 1)
            assert np.hypot(*(place - page[i] - t * along)) > room


def test_what_joins_memories_not_one_bit_apart_is_a_chord(flip_flops):
    _, points, graph = flip_flops[2]
    graph = graph.copy()
    saddle = next(i for i, p in enumerate(points) if p.stability[2] == 1)
    first, second = (t for _, t in graph.out_edges(saddle))
    bits = hypercube_of(graph).bits
    opposite = next(node for node, held in bits.items() if all(a != b for a, b in zip(held, bits[first], strict=True)))
    graph.remove_edge(saddle, second)
    graph.add_edge(saddle, opposite, proved=False)
    drawing = draw_transition_graph(graph, layout="hypercube")
    colours = [to_hex(edge.get_edgecolor()) for edge in drawing.by_role["edges"]]
    assert colours.count(Colour.SECOND) == 2
    assert "between memories not one bit apart" in legend_of(drawing)
    assert hypercube_of(graph).chords == {saddle}
    assert len(drawing.by_role["cube"]) == 4  # the edge without a saddle is still to be seen


def test_limits_without_bits_stand_aside_and_memories_of_the_same_bits_apart(flip_flops):
    _, points, graph = flip_flops[2]
    graph = graph.copy()
    saddle = next(i for i, p in enumerate(points) if p.stability[2] == 1)
    kept, gone = (t for _, t in graph.out_edges(saddle))
    graph.remove_edge(saddle, gone)
    graph.add_node("twin", **graph.nodes[kept])
    graph.add_node(99, point=None, cycle=None, kind="undecided", unstable=None)
    graph.add_edge(saddle, 99, proved=False)
    cube = hypercube_of(graph)
    assert cube.places[99][0] > max(x for node, (x, _) in cube.places.items() if node != 99)
    assert np.hypot(*np.subtract(cube.places["twin"], cube.places[kept])) > 0.1
    loop = next(s for s in cube.places if s not in cube.bits and s not in (saddle, 99))
    graph.remove_edge(loop, next(t for _, t in graph.out_edges(loop)))
    (end,) = (t for _, t in graph.out_edges(loop))
    moved = hypercube_of(graph).places
    assert np.hypot(*np.subtract(moved[loop], moved[end])) > 0.2
    draw_transition_graph(graph, layout="hypercube").figure.canvas.draw()


def test_without_readouts_it_is_refused(flip_flops, pictured):
    with pytest.raises(InputError, match=r"^layout is 'hypercube', which needs attractors with an attribute readout"):
        draw_transition_graph(pictured["jang"].graph, layout="hypercube")
    graph = flip_flops[2][2].copy()
    nx.set_node_attributes(graph, np.ones(5), "readout")
    with pytest.raises(InputError, match="of 1 to 4 components"):
        draw_transition_graph(graph, layout="hypercube")


def test_corners_without_a_memory_are_in_the_picture(flip_flops):
    graph = flip_flops[2][2].copy()
    corner = next(n for n, data in graph.nodes(data=True) if np.all(np.array(data["readout"]) > 0.5))
    graph.remove_node(corner)
    ax = draw_transition_graph(graph, layout="hypercube").ax
    assert ax.get_xlim()[1] > 1
    assert ax.get_ylim()[1] > 1
    lonely = flip_flops[2][2].copy()
    saddle = next(n for n, data in lonely.nodes(data=True) if data["unstable"] == 1)
    lonely.remove_edges_from(list(lonely.out_edges(saddle, keys=True)))
    cube = hypercube_of(lonely)
    assert saddle not in cube.places
    assert not cube.chords
