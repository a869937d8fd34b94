"""The transition graph as a picture: layered by unstable dimension, attractors lowest."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from dynbench.fixed_points import FixedPoint
from dynbench.plotting.style import (
    Colour,
    Glyph,
    Style,
    add_legend,
    axes_or_new,
    draw_glyphs,
    glyph_of,
    legible,
)

__all__ = ["draw_transition_graph"]

Position = tuple[float, float]

#: Sweeps that move each node towards its neighbours; few are needed, as layers are few.
_SWEEPS = 12


def draw_transition_graph(graph: nx.MultiDiGraph, ax: Axes | None = None) -> Axes:
    """Draw a transition graph: a node for each point and limit, an arrow for each unstable branch.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        As `dynbench.transition_graph` makes it.
    ax : matplotlib Axes, optional
        Where to draw; a figure of its own by default, which is not shown.

    Returns
    -------
    matplotlib Axes
        The axes. Height is the number of unstable directions; an edge that is not proved is dotted.

    Notes
    -----
    Nodes of a layer are ordered by the mean place of their neighbours, a heuristic against crossings.
    K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system structures, IEEE
    Trans. Syst. Man Cybern. 11 (1981) 109-125.
    """
    ax = axes_or_new(ax, (5.6, 4.0))
    layers = _layers(graph)
    places = _places(graph, layers)
    _draw_edges(ax, graph, places)
    nodes = list(graph.nodes)
    glyphs = [_glyph(graph.nodes[node]) for node in nodes]
    draw_glyphs(ax, [places[node] for node in nodes], glyphs, scale=1.25)
    for node in nodes:
        # Edges leave downwards, so that labels stand above; in the lowest layer, below.
        lowest = places[node][1] == min(layers)
        place: Style = {"xytext": (0, -9 if lowest else 8), "va": "top" if lowest else "bottom"}
        text = _label(node, graph.nodes[node])
        ax.annotate(text, places[node], textcoords="offset points", fontsize=10, ha="center", parse_math=False, **place)
    _tidy_axes(ax, layers)
    add_legend(ax, glyphs, _edge_legend(graph), gap=0.5)
    return ax


def _layers(graph: nx.MultiDiGraph) -> dict[int, list[Any]]:
    """Unstable dimension -> nodes; limits that are no fixed points stand with the attractors, last."""
    layers: dict[int, list[Any]] = defaultdict(list)
    for node, data in graph.nodes(data=True):
        point = data.get("point")
        layers[point.stability[2] if isinstance(point, FixedPoint) else 0].append(node)
    for nodes in layers.values():
        nodes.sort(key=lambda node: not isinstance(graph.nodes[node].get("point"), FixedPoint))
    return dict(layers)


def _places(graph: nx.MultiDiGraph, layers: dict[int, list[Any]]) -> dict[Any, Position]:
    neighbours = graph.to_undirected(as_view=True)
    order = {height: list(nodes) for height, nodes in layers.items()}
    x = {node: place for nodes in order.values() for node, place in zip(nodes, _spread(len(nodes)), strict=True)}
    for _ in range(_SWEEPS):
        for nodes in order.values():
            wish = {n: np.mean([x[m] for m in neighbours[n]]) if len(neighbours[n]) else x[n] for n in nodes}
            nodes.sort(key=wish.__getitem__)
            x.update(zip(nodes, _spread(len(nodes)), strict=True))
    return {node: (float(x[node]), float(height)) for height, nodes in layers.items() for node in nodes}


def _spread(count: int) -> np.ndarray:
    return (np.arange(count) + 0.5) / count


def _draw_edges(ax: Axes, graph: nx.MultiDiGraph, places: dict[Any, Position]) -> None:
    parallel: Counter[tuple[Any, Any]] = Counter()
    for source, target, data in graph.edges(data=True):
        style = "solid" if data.get("proved") else "dotted"
        if source == target:
            x, y = places[source]
            ax.add_patch(Circle((x, y + 0.08), 0.08, fill=False, edgecolor=Colour.INK, linestyle=style))
            continue
        bend = (0.0, 0.25, -0.25)[min(parallel[source, target], 2)]
        parallel[source, target] += 1
        arrow: Style = {
            "arrowstyle": "-|>",
            "connectionstyle": f"arc3,rad={bend}",
            "shrinkA": 8,
            "shrinkB": 9,
            "color": "#555555",
            "linewidth": 1.1,
            "linestyle": style,
        }
        ax.annotate("", places[target], places[source], arrowprops=arrow, zorder=2)


def _edge_legend(graph: nx.MultiDiGraph) -> list[tuple[Line2D, str]]:
    proved = {bool(data.get("proved")) for *_, data in graph.edges(data=True)}
    style: Style = {"color": "#555555", "linewidth": 1.1, "marker": ">", "markersize": 4}
    entries = []
    if True in proved:
        entries.append((Line2D([], [], linestyle="solid", **style), "branch to its limit, proved"))
    if False in proved:
        entries.append((Line2D([], [], linestyle="dotted", **style), "branch to its limit, not proved"))
    return entries


def _glyph(data: dict[str, Any]) -> Glyph:
    point = data.get("point")
    return glyph_of(point.kind, point.status) if isinstance(point, FixedPoint) else Glyph.LIMIT


def _label(node: Any, data: dict[str, Any]) -> str:
    if isinstance(data.get("point"), FixedPoint):
        return str(node)
    kind = data.get("kind")
    return legible(str(getattr(kind, "value", kind)))


def _tidy_axes(ax: Axes, layers: dict[int, list[Any]]) -> None:
    heights = sorted(layers) or [0]
    ax.set_xlim(0, 1)
    ax.set_ylim(heights[0] - 0.45, heights[-1] + 0.35)
    ax.set_xticks([])
    ax.set_yticks(heights)
    ax.set_ylabel("unstable directions")
    ax.spines[["top", "right", "bottom"]].set_visible(False)
