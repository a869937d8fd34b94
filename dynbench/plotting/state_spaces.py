"""The state space of a network in two or three coordinates: fixed points, what leaves the saddles, trajectories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.plotting.curves import draw_branch, draw_cycles, draw_trajectories
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.projections import View
from dynbench.plotting.state_coordinates import state_view
from dynbench.plotting.style import (
    MOST_NUMBERED,
    Colour,
    Glyph,
    axes_or_new,
    draw_glyphs,
    glyph_handle,
    glyph_of,
    label_axes,
    number_places,
)
from dynbench.systems import System, as_system
from dynbench.transitions.graph import check_graph

if TYPE_CHECKING:
    from dynbench.flow import Trajectory

__all__ = ["state_space"]

Array = NDArray[np.float64]
Orbits = Sequence["Trajectory | Array"]

#: Saddles with more unstable directions than one are drawn smaller: there may be very many.
_MINOR = 0.6
#: Trajectories of one name are in one colour, the first named in the first of these.
_COLOURS = (Colour.LEVEL, Colour.FIRST, Colour.SECOND)


def state_space(
    system: System,
    graph: nx.MultiDiGraph,
    ax: Axes | None = None,
    *,
    coordinates: Literal["points", "trajectories", "readout"] | Sequence[int] = "points",
    trajectories: Orbits | Mapping[str, Orbits] = (),
) -> Drawing:
    """Draw the state space of a network: fixed points, the unstable branches of its saddles, and trajectories.

    Three coordinates are seen from a corner of their box, to one scale. Points with one unstable direction at most are
    numbered as in the graph; saddles with more are small, and the paths that sample their unstable manifolds faint.

    Parameters
    ----------
    system : System
        The system.
    graph : networkx.MultiDiGraph
        Its transition graph, as `dynbench.transition_graph` makes it, of the points to be drawn.
    ax : matplotlib Axes, optional
        Where to draw, in a figure made with ``layout="constrained"`` so that the legend below the axes has room;
        a figure of its own by default, which is not shown.
    coordinates : "points", "trajectories", "readout" or positions of readouts
        The principal components of the fixed points or of the states on the trajectories, with the part of the
        variance that each holds; the readouts of an echo state network (of four and more their principal components
        over the fixed points); or two or three of the readouts.
    trajectories : sequence of (m, n) arrays or Trajectory, or a mapping of text to such
        States in the order in which they were visited, with a dot at the first; of a mapping the legend gives the
        texts, each in a colour of its own.

    Returns
    -------
    Drawing
        The artists, with roles "unstable manifolds", "cycles", "trajectories", "frame", "points", "numbers" and
        "legend".

    Raises
    ------
    InputError
        If an argument does not fit; the message says what was expected.
    """
    dimension = as_system(system).dimension
    check_graph(graph)
    named = _named(trajectories)
    points = {node: data["point"] for node, data in graph.nodes(data=True) if data["point"] is not None}
    states = np.array([p.x for p in points.values()]).reshape(-1, dimension)
    visited = _stacked((o for orbits in named.values() for o in orbits), dimension)
    paths = [(graph.nodes[source]["point"], np.asarray(data["path"])) for source, _, data in graph.edges(data=True)]
    drawn = np.concatenate([states, visited, *(path for point, path in paths if _followed(point, path))])
    if not len(drawn):
        raise InputError("graph has no fixed point, and there are no trajectories: there is nothing to draw.")
    view = state_view(system, coordinates, states, visited, drawn)
    sketch = Sketch(axes_or_new(ax))
    if view.frame is None:
        sketch.ax.set_aspect("equal", adjustable="datalim")
    view.draw_frame(sketch)
    for point, path in paths:
        if _followed(point, path):
            draw_branch(sketch, "unstable", xy := view.project(path), xy, sampled=point.stability[2] > 1)
    draw_cycles(sketch, system, graph, view)
    for (text, orbits), colour in zip(named.items(), _COLOURS * len(named), strict=False):
        draw_trajectories(sketch, orbits, view, system, text=text, colour=colour)
    _draw_points(sketch, points, view)
    label_axes(sketch.ax, *view.labels)
    return sketch.finish(**({} if view.frame is None else {"gap": 1.0}))


def _named(trajectories: Any) -> dict[str, tuple[Any, ...]]:
    named = trajectories if isinstance(trajectories, Mapping) else {"trajectory": trajectories}
    if not all(isinstance(orbits, Iterable) and not isinstance(orbits, str) for orbits in named.values()):
        raise InputError(f"trajectories is {trajectories!r:.60}; expected a sequence of (m, n) arrays, or a mapping.")
    return {str(text): tuple(orbits) for text, orbits in named.items()}


def _stacked(orbits: Iterable[Any], dimension: int) -> Array:
    """All states on the trajectories, (M, n)."""
    found = [np.empty((0, dimension))]
    for orbit in orbits:
        states = getattr(orbit, "x", orbit)
        if not isinstance(states, np.ndarray) or states.ndim < 2 or states.shape[-1] != dimension:
            raise InputError(f"trajectories holds {orbit!r:.60}; expected arrays of shape (m, {dimension}).")
        found.append(states.reshape(-1, dimension))
    return np.concatenate(found)


def _followed(point: FixedPoint | None, path: Array) -> bool:
    return point is not None and len(path) >= 2


def _draw_points(sketch: Sketch, points: Mapping[int, FixedPoint], view: View) -> None:
    """Glyphs, small for saddles with two unstable directions or more, and the numbers of the others."""
    minor = {node: p for node, p in points.items() if p.kind.saddle and p.stability[2] > 1}
    major = {node: p for node, p in points.items() if node not in minor}
    if minor:
        low, high = (pick(p.stability[2] for p in minor.values()) for pick in (min, max))
        unstable = str(low) if low == high else f"{low} to {high}"
        places = view.project(np.array([p.x for p in minor.values()]))
        sketch.add("points", draw_glyphs(sketch.ax, places, [Glyph.SADDLE] * len(places), scale=_MINOR))
        sketch.explain(glyph_handle(Glyph.SADDLE, _MINOR), f"saddle, {unstable} unstable directions")
    if major:
        places = view.project(np.array([p.x for p in major.values()]))
        sketch.mark("points", places, [glyph_of(p.kind, p.status) for p in major.values()])
        if len(major) <= MOST_NUMBERED:
            sketch.add("numbers", number_places(sketch.ax, places, list(major), above=False))
