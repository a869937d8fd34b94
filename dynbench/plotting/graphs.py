"""The transition graph as a picture: layered by unstable dimension, attractors lowest, or as in state space."""

from __future__ import annotations

import itertools
from typing import Any, Literal

import networkx as nx
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from dynbench.errors import InputError
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.graph_layout import (
    Places,
    layered_places,
    layers_of,
    reads_better_by_state,
    rungs,
    state_places,
)
from dynbench.plotting.graph_parts import ARROW, arrow, dashes, explain_arrow, glyph_of_node, name_of_node
from dynbench.plotting.hypercube_graphs import draw_on_hypercube
from dynbench.plotting.style import Colour, Style, axes_or_new, font_size, label_axes

__all__ = ["draw_transition_graph"]

#: How wide a letter of a label is at most, in units of the size of the text.
_LETTER = 0.53
#: With more arrows than this, they are thin and not counted; nor where more of them than this would be.
_MOST_COUNTED, _MOST_COUNTS = 60, 12
#: Inches that a layer takes at least, in a figure of its own, and the height of that of a hypercube.
_LAYER, _HYPERCUBE = 0.45, 5.2
#: The angles above the horizontal, in degrees, at which an edge between nodes of one height leaves and arrives.
_OUT, _IN = 20, 55


def draw_transition_graph(
    graph: nx.MultiDiGraph,
    ax: Axes | None = None,
    *,
    layout: Literal["layered", "state", "auto", "hypercube"] = "layered",
) -> Drawing:
    """Draw a transition graph: a node for each point and limit, an arrow for each connection followed.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        As `dynbench.transition_graph` makes it.
    ax : matplotlib Axes, optional
        Where to draw, in a figure made with ``layout="constrained"`` so that the legend below the axes has room;
        a figure of its own by default, which is not shown.
    layout : {"layered", "state", "auto", "hypercube"}
        "layered": height is the number of unstable directions, attractors lowest (only their order, where numbers
        far apart occur). "state": nodes stand as in state space. "auto": by state for a planar system with few nodes
        and where fewer edges cross that way, else layered. "hypercube": attractors stand at the corners of a square,
        cube or tesseract by the signs of their node attribute ``readout``, up to four components, and the saddles of
        index 1 half-way between the limits of their branches; other points are left out.

    Returns
    -------
    Drawing
        The artists, with roles "edges", "counts", "nodes", "labels" and "legend"; on a hypercube "cube" too. Edges
        between the same two nodes are merged into one arrow, with their number beside it unless there are many arrows
        (not on a hypercube); one that is not proved is dotted.

    Raises
    ------
    InputError
        If `graph` is no transition graph, `layout` none of the four, or "hypercube" and there are no such readouts.
    """
    if layout == "hypercube":
        _check(graph)
        return draw_on_hypercube(Sketch(axes_or_new(ax, _HYPERCUBE)), graph)
    layered = _is_layered(graph, layout)
    sketch = Sketch(axes_or_new(ax, max(4.0, _LAYER * len(layers_of(graph)) if layered else 0.0)))
    places = layered_places(graph) if layered else state_places(graph)
    _frame(sketch.ax, graph, places, layered)
    _draw_edges(sketch, graph, places, layered)
    nodes = list(graph.nodes)
    sketch.mark(
        "nodes", [places[node] for node in nodes], [glyph_of_node(graph.nodes[node]) for node in nodes], scale=1.15
    )
    _draw_labels(sketch, graph, places, layered)
    return sketch.finish(gap=0.8)


def _check(graph: Any) -> None:
    if not (isinstance(graph, nx.MultiDiGraph) and all("point" in data for _, data in graph.nodes(data=True))):
        raise InputError(f"graph is {graph!r:.60}; expected what transition_graph returned.")


def _is_layered(graph: Any, layout: str) -> bool:
    _check(graph)
    match layout:
        case "layered" | "state":
            return layout == "layered"
        case "auto":
            return not reads_better_by_state(graph)
    raise InputError(f"layout is {layout!r:.60}; expected 'layered', 'state', 'auto' or 'hypercube'.")


def _draw_edges(sketch: Sketch, graph: nx.MultiDiGraph, places: Places, layered: bool) -> None:
    heights = rungs(graph)
    layer = {node: heights[unstable] for unstable, nodes in layers_of(graph).items() for node in nodes}
    merged: dict[tuple[Any, Any], list[bool]] = {}  # (source, target) -> whether each edge is proved
    for source, target, data in graph.edges(data=True):
        merged.setdefault((source, target), []).append(bool(data.get("proved")))
    crowded = len(merged) > _MOST_COUNTED
    counted = not crowded and sum(len(proofs) > 1 for proofs in merged.values()) <= _MOST_COUNTS
    for (source, target), proofs in merged.items():
        proved = all(proofs)
        # In a crowd, what leads from each layer to the next is what is read; the rest stays behind it.
        beyond = crowded and layer[source] - layer[target] > 1
        style: Style = {"linestyle": dashes(proved), "linewidth": 0.8 if crowded else 1.1}
        style |= {"color": Colour.QUIET, "zorder": 1.5} if beyond else {"color": ARROW, "zorder": 2}
        level = layered and places[source][1] == places[target][1]
        route = _over(places[source], places[target]) if level else _aside((target, source) in merged)
        sketch.add("edges", arrow(sketch.ax, places[source], places[target], route, style))
        if len(proofs) > 1 and counted:
            sketch.add("counts", _count(sketch.ax, places[source], places[target], len(proofs)))
        explain_arrow(sketch, proved)


def _over(source: tuple[float, float], target: tuple[float, float]) -> str:
    """The way between two nodes of one height: over what lies between, out flat and in steeply, from above.

    An edge out of a node and one into it from the same side are told apart by the angle.
    """
    across = target[0] >= source[0]
    return f"angle3,angleA={_OUT if across else 180 - _OUT},angleB={180 - _IN if across else _IN}"


def _aside(back: bool) -> str:
    """The way between two nodes of other heights: straight, unless there is a way back too."""
    return f"arc3,rad={-0.3 if back else 0.0}"


def _count(ax: Axes, source: tuple[float, float], target: tuple[float, float], count: int) -> Artist:
    middle = (np.array(source) + np.array(target)) / 2
    box: Style = {"boxstyle": "round,pad=0.1", "facecolor": Colour.PAPER, "edgecolor": "none", "alpha": 0.85}
    style: Style = {"ha": "center", "va": "center", "fontsize": font_size(ax, small=True), "zorder": 3, "bbox": box}
    return ax.text(middle[0], middle[1], f"\N{MULTIPLICATION SIGN}{count}", **style)


def _draw_labels(sketch: Sketch, graph: nx.MultiDiGraph, places: Places, layered: bool) -> None:
    lowest = min((y for _, y in places.values()), default=0.0)
    size = font_size(sketch.ax, small=True)
    box: Style = {"boxstyle": "round,pad=0.08", "facecolor": Colour.PAPER, "edgecolor": "none", "alpha": 0.8}
    look: Style = {"textcoords": "offset points", "ha": "center", "parse_math": False, "zorder": 6, "bbox": box}
    texts = {node: name_of_node(node, graph.nodes[node]) for node in places}
    crowded = _crowded(places, texts, 72 * sketch.ax.bbox.width / sketch.ax.figure.dpi / (_LETTER * size))
    for node, (x, y) in places.items():
        # Edges leave downwards, so that labels stand above; in the lowest layer, below.
        below = layered and y == lowest
        glyph = glyph_of_node(graph.nodes[node]).value
        distance = 9 if glyph.size < 10 else 11
        above = distance + (2 if glyph.ring else -1)
        style: Style = {"xytext": (0, -distance if below else above), "va": "top" if below else "bottom"}
        if layered and y in crowded and len(texts[node]) > 3:
            style |= {"rotation": 90}
        sketch.add("labels", sketch.ax.annotate(texts[node], (x, y), fontsize=size, **look, **style))


def _crowded(places: Places, texts: dict[Any, str], letters: float) -> set[float]:
    """The heights of the layers in which two labels side by side take more than their share of so many letters."""
    layers: dict[float, list[tuple[float, int]]] = {}
    for node, (x, y) in places.items():
        layers.setdefault(y, []).append((x, len(texts[node])))
    return {
        y
        for y, labels in layers.items()
        if any(
            (a + b) / 2 + 1 > (right - left) * letters for (left, a), (right, b) in itertools.pairwise(sorted(labels))
        )
    }


def _frame(ax: Axes, graph: nx.MultiDiGraph, places: Places, layered: bool) -> None:
    """Limits and ticks; the state layout has none of either, as a projection has no scale."""
    ax.set_xticks([])
    ax.spines[["top", "right", "bottom"]].set_visible(False)
    if layered:
        heights = rungs(graph) or {0: 0.0}
        ax.set_xlim(0, 1)
        ax.set_ylim(min(heights.values()) - 0.35, max(heights.values()) + 0.35)
        ax.set_yticks(list(heights.values()), list(map(str, heights)))
        label_axes(ax, "", "unstable directions")
        return
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    xy = np.array([*places.values(), (0, 0), (1, 1)])
    for limits, low, high in ((ax.set_xlim, *_span(xy[:, 0])), (ax.set_ylim, *_span(xy[:, 1]))):
        limits(low - 0.12, high + 0.14)


def _span(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())
