"""The transition graph on the hypercube of the bits that its memories hold."""

from __future__ import annotations

import networkx as nx
import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.graph_parts import ARROW, arrow, dashes, explain_arrow, glyph_of_node, name_of_node
from dynbench.plotting.hypercubes import Hypercube, hypercube_of
from dynbench.plotting.style import Colour, Style, font_size, number_places

__all__ = ["draw_on_hypercube"]

Array = NDArray[np.float64]

#: The edges of the cube: pale, so that one without a transition on it is seen to be empty.
_EDGE: Style = {"color": "#d5d9e2", "linewidth": 4.0, "solid_capstyle": "round"}
#: Points between a memory and its bits, and between half an edge and the limits of the axes.
_LABEL, _ROOM = 15.0, 0.3
#: A hypercube of so many bits is crowded: glyphs are smaller, saddles have no numbers.
_LARGE = 4
#: A memory moved aside, as another holds the same bits, is still this near to its corner.
_NEAR = 0.2


def draw_on_hypercube(sketch: Sketch, graph: nx.MultiDiGraph) -> Drawing:
    """Draw memories at corners, saddles on edges, and what joins memories that are not one bit apart as chords.

    Raises
    ------
    InputError
        If the attractors have no readout, or one of too many components.
    """
    cube = hypercube_of(graph)
    places = np.array(list(cube.places.values()))
    low, high = np.concatenate([places, cube.edges.reshape(-1, 2)]).min(axis=0), places.max(axis=0)
    sketch.ax.set_axis_off()
    sketch.ax.set_aspect("equal")
    sketch.ax.set_xlim(low[0] - _ROOM, high[0] + _ROOM)
    sketch.ax.set_ylim(low[1] - _ROOM, high[1] + _ROOM)
    for ends in cube.edges:
        sketch.add("cube", sketch.ax.plot(*ends.T, zorder=1, **_EDGE))
    sketch.explain(Line2D([], [], **_EDGE), "one bit apart")
    _draw_arrows(sketch, graph, cube)
    nodes = list(cube.places)
    scale = 1.15 if cube.size < _LARGE else 0.85
    sketch.mark("nodes", places, [glyph_of_node(graph.nodes[node]) for node in nodes], scale=scale)
    _label(sketch, graph, cube)
    return sketch.finish(gap=0.8)


def _draw_arrows(sketch: Sketch, graph: nx.MultiDiGraph, cube: Hypercube) -> None:
    for source, target, data in graph.edges(data=True):
        if source not in cube.places or source in cube.bits or target not in cube.places:
            continue
        chord, proved = source in cube.chords, bool(data.get("proved"))
        colour = Colour.SECOND if chord else ARROW
        style: Style = {"linestyle": dashes(proved), "linewidth": 1.3, "color": colour, "zorder": 2}
        sketch.add("edges", arrow(sketch.ax, cube.places[source], cube.places[target], "arc3", style))
        explain_arrow(sketch, proved)
        if chord:
            sketch.explain(Line2D([], [], color=colour, linewidth=1.3), "between memories not one bit apart")


def _label(sketch: Sketch, graph: nx.MultiDiGraph, cube: Hypercube) -> None:
    """The bits of the memories, where edges leave most room; on up to a cube the numbers of the saddles too."""
    look: Style = {"textcoords": "offset points", "ha": "center", "va": "center", "parse_math": False, "zorder": 6}
    size = font_size(sketch.ax)
    for node, place in cube.places.items():
        if node in cube.bits:
            text, away = "".join(map(str, cube.bits[node])), _LABEL * _free_direction(cube, np.array(place))
            label = sketch.ax.annotate(text, place, tuple(away), fontsize=size, fontweight="bold", **look)
            sketch.add("labels", label)
        elif graph.nodes[node]["point"] is None:
            name = name_of_node(node, graph.nodes[node])
            sketch.add("labels", sketch.ax.annotate(name, place, (0, _LABEL), fontsize=size, **look))
    saddles = [n for n in cube.places if n not in cube.bits and graph.nodes[n]["point"] is not None]
    if cube.size < _LARGE:
        sketch.add("labels", number_places(sketch.ax, [cube.places[s] for s in saddles], saddles, above=False))


def _free_direction(cube: Hypercube, place: Array) -> Array:
    """The direction in the middle of the widest angle between the edges that leave a corner, up where there is none."""
    ends = [edge[1 - k] - edge[k] for edge in cube.edges for k in (0, 1) if np.allclose(edge[k], place, atol=_NEAR)]
    angles = np.sort([np.arctan2(y, x) for x, y in ends]) if ends else np.array([-np.pi / 2])
    gaps = np.diff([*angles, angles[0] + 2 * np.pi])
    middle = angles[gaps.argmax()] + gaps.max() / 2
    # Text is wider than high: sideways it has to stand further away.
    return np.array([1.2 * np.cos(middle), np.sin(middle)])
