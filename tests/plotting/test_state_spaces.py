from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from matplotlib.lines import Line2D

import dynbench as db
from dynbench.errors import InputError
from dynbench.plotting import state_space
from dynbench.plotting.projections import principal_components
from dynbench.plotting.style import Colour

#: The positive root of x = 2 tanh(x), and its readout.
ROOT = 1.9150080481545
READOUT = float(np.tanh(ROOT))


def legend_of(drawing):
    return [text.get_text() for text in drawing.by_role["legend"][0].get_texts()]


def places(drawing):
    return np.concatenate([line.get_xydata() for line in drawing.by_role["points"]])


def test_two_readouts_are_the_axes(flip_flops):
    network, _, graph = flip_flops[2]
    drawing = state_space(network, graph, coordinates="readout")
    expected = sorted((a * READOUT, b * READOUT) for a in (-1, 0, 1) for b in (-1, 0, 1))
    np.testing.assert_allclose(sorted(set(map(tuple, places(drawing).round(9)))), expected, atol=1e-8)
    assert (drawing.ax.get_xlabel(), drawing.ax.get_ylabel()) == ("z₁", "z₂")
    assert drawing.ax.get_aspect() == 1


def test_three_readouts_are_seen_from_a_corner_to_one_scale(flip_flops):
    network, points, graph = flip_flops[3]
    drawing = state_space(network, graph, coordinates="readout")
    drawing.figure.canvas.draw()
    assert {"z₁", "z₂", "z₃"} <= {text.get_text() for text in drawing.ax.texts}
    assert len(set(map(tuple, places(drawing).round(6)))) == len(points) == 27
    edges = [line for line in drawing.by_role["frame"] if isinstance(line, Line2D)]
    assert len(edges) == 12


def test_saddles_of_high_index_are_small_and_unnumbered(flip_flops):
    network, points, graph = flip_flops[3]
    drawing = state_space(network, graph)
    saddles = [line for line in drawing.by_role["points"] if line.get_fillstyle() == "left"]
    sizes = {line.get_markersize(): len(line.get_xydata()) for line in saddles}
    assert sorted(sizes.values(), reverse=True) == [12, 7]
    assert min(sizes, key=sizes.get) < max(sizes, key=sizes.get)
    assert "saddle, 2 to 3 unstable directions" in legend_of(drawing)
    few = [i for i, p in enumerate(points) if p.stability[2] < 2]
    assert {int(t.get_text()) for t in drawing.by_role["numbers"]} == set(few)


def test_axes_say_how_much_of_the_variance_they_hold(flip_flops):
    network, points, graph = flip_flops[3]
    drawing = state_space(network, graph)
    shown = {text.get_text() for text in drawing.ax.texts}
    assert {"PC 1 (33 %)", "PC 2 (33 %)", "PC 3 (33 %)"} <= shown
    found = principal_components(np.array([p.x for p in points]), 3)
    np.testing.assert_allclose(found.shares, 1 / 3, rtol=1e-9)
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(3), atol=1e-12)


def test_many_states_have_the_components_of_the_plain_decomposition():
    rng = np.random.default_rng(0)
    states = rng.normal(size=(300, 7)) @ np.diag([5, 4, 3, 1, 1, 1, 1.0]) + 2
    found = principal_components(states, 3)
    _, sizes, directions = np.linalg.svd(states - states.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(found.sizes, sizes, rtol=1e-10)
    np.testing.assert_allclose(np.abs(np.sum(found.directions * directions[:3], axis=1)), 1, rtol=1e-10)
    assert all(d[np.abs(d).argmax()] > 0 for d in found.directions)


def test_four_readouts_are_seen_in_their_components_or_as_chosen(flip_flops):
    network, _, graph = flip_flops[4]
    shown = {text.get_text() for text in state_space(network, graph, coordinates="readout").ax.texts}
    assert sum(text.startswith("readout PC") for text in shown) == 3
    assert state_space(network, graph, coordinates=(3, 1)).ax.get_xlabel() == "z₄"


def test_trajectories_are_drawn_by_name_and_give_components(flip_flops):
    network, _, graph = flip_flops[2]
    start = np.linspace(-0.3, 0.4, network.dimension)
    orbit = db.integrate(network, start, np.linspace(0, 5, 30))
    named = {"one": [orbit], "two": [orbit.x[:10], -orbit.x]}
    drawing = state_space(network, graph, coordinates="trajectories", trajectories=named)
    assert {"one", "two"} <= set(legend_of(drawing))
    colours = [line.get_color() for line in drawing.by_role["trajectories"]]
    assert colours == [Colour.LEVEL] * 2 + [Colour.FIRST] * 4
    plain = state_space(network, graph, coordinates="readout", trajectories=[orbit])
    np.testing.assert_allclose(plain.by_role["trajectories"][0].get_xydata(), network.readout(orbit.x))
    assert "trajectory" in legend_of(plain)


def test_nonsense_is_refused(flip_flops):
    network, _, graph = flip_flops[2]
    with pytest.raises(InputError, match=r"^graph is 3"):
        state_space(network, 3)
    with pytest.raises(InputError, match=r"^coordinates is 'pca'; expected 'points', 'trajectories', 'readout' or "):
        state_space(network, graph, coordinates="pca")
    with pytest.raises(
        InputError, match=r"^coordinates is \(0, 2\); expected two or three different positions of 2 re"
    ):
        state_space(network, graph, coordinates=(0, 2))
    with pytest.raises(InputError, match="of 0 states with 10 components there are no two principal ones"):
        state_space(network, graph, coordinates="trajectories")
    with pytest.raises(InputError, match=r"expected arrays of shape \(m, 10\)"):
        state_space(network, graph, trajectories=[np.zeros((4, 9))])
    with pytest.raises(InputError, match=r"^trajectories is 'x'; expected a sequence"):
        state_space(network, graph, trajectories="x")
    with pytest.raises(InputError, match="there is nothing to draw"):
        state_space(network, nx.MultiDiGraph())
    with pytest.raises(InputError, match="the network has only one"):
        state_space(flip_flops[1][0], flip_flops[1][2], coordinates="readout")
    with pytest.raises(InputError, match="a RNN has none"):
        state_space(db.RNN(np.eye(10)), graph, coordinates="readout")
