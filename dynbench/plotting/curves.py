"""Curves in state space: invariant manifolds, branches of the transition graph, cycles, trajectories."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.fixed_points.results import MOST_COLUMNS
from dynbench.flow import integrate
from dynbench.plotting.drawing import Sketch
from dynbench.plotting.projections import View
from dynbench.plotting.style import Colour, Style
from dynbench.plotting.surfaces import draw_surfaces, drawn_manifolds

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.flow import Trajectory
    from dynbench.systems import System

__all__ = ["draw_branch", "draw_cycles", "draw_manifolds", "draw_some_orbits", "draw_trajectories"]

Array = NDArray[np.float64]

#: Branches are drawn up to this many diagonals of the box.
_LONGEST = 6.0
#: Exact polylines are drawn up to so many diagonals within the box: they return to it, and would fill it.
_POLYLINE = 3.0
_STEPS_SEEN = 200
#: How far beyond the box, in parts of its size, branches are drawn and are seen: in the plane they reach the edge of
#: the picture, in space they end at the frame.
_MARGINS = {2: (0.5, 0.0), 3: (0.0, 0.0)}
#: Beyond three states nothing is drawn of the box, and a branch may leave it in one of many states: it has more room.
_ROOM = 2.0
#: Orbits from random starts: how many, for how many times the size of the box over the median speed (a map: for
#: how many steps), and when they are given up.
_ORBITS, _CROSSINGS, _STEPS, _MOST_STEPS = 8, 15.0, 60, 2000
#: Stable and unstable manifolds differ in colour and in arrowheads: open ones run in, filled ones run out.
_MANIFOLDS: dict[str, Style] = {
    "stable": {"color": Colour.STABLE, "linewidth": 1.3, "linestyle": (0, (6, 1.5)), "head": "->"},
    "unstable": {"color": Colour.REPELLING, "linewidth": 1.3, "linestyle": "solid", "head": "-|>"},
}


def draw_manifolds(sketch: Sketch, analysis: Analysis, view: View) -> None:
    """Draw the stable and unstable manifolds of the saddles, with arrows in the direction of motion.

    Where no unstable manifold was traced, the branches of the transition graph stand for it.
    """
    draw_surfaces(sketch, drawn_manifolds(analysis), analysis.box, view)
    for which, path, sampled, exact in _branches(analysis):
        if exact:
            _draw_polyline(sketch, which, path, analysis.box, view)
            continue
        # Axes clip what leaves a planar picture; the frame of a projection does not.
        xy, seen = (
            _beginning(view.project(_inside(path, analysis.box, part)), view.extent(analysis.box))
            for part in _MARGINS.get(analysis.system.dimension, (_ROOM, _ROOM))
        )
        if len(xy) < 2 or not np.ptp(xy, axis=0).max() > 0:
            continue
        draw_branch(sketch, which, xy, seen, sampled=sampled)


def draw_branch(sketch: Sketch, which: str, xy: Array, seen: Array, *, sampled: bool) -> None:
    """Draw a path (m, 2) from a point on the page: "stable" or "unstable", faint where it samples a larger manifold.

    The arrowhead stands half-way along `seen`, the part of it that is in the picture.
    """
    style = dict(_MANIFOLDS[which])
    head = style.pop("head")
    faint: Style = {"linewidth": 0.6, "alpha": 0.6} if sampled else {}
    drawn: list[Artist] = [*sketch.ax.plot(xy[:, 0], xy[:, 1], zorder=3, **style | faint)]
    drawn += [] if sampled else _arrow_along(sketch, seen if which == "unstable" else seen[::-1], head, style["color"])
    sketch.add(f"{which} manifolds", drawn)
    marker = ">" if which == "unstable" else "4"
    sketch.explain(Line2D([], [], marker=marker, markersize=5, **style), f"{which} manifold")


def _draw_polyline(sketch: Sketch, which: str, path: Array, box: Array, view: View) -> None:
    """Draw the parts of an exact polyline in the box, all its returns, up to a length within it.

    The arrow stands on the first part.
    """
    margin = (0.0 if len(box) in _MARGINS else _ROOM) * (box[:, 1] - box[:, 0])
    fine, inside = _parted(path, np.stack([box[:, 0] - margin, box[:, 1] + margin], axis=-1))
    steps = np.linalg.norm(np.diff(fine, axis=0), axis=1) * inside
    most = _POLYLINE * float(np.linalg.norm(box[:, 1] - box[:, 0]))
    count = int(np.searchsorted(np.cumsum(steps), most))
    fine, inside = fine[: 1 + count], inside[:count]
    if not (steps[:count] > 0).any():
        return
    drawn = view.project(_broken(fine, inside))
    first = int(np.argmax(inside))
    last = first + int(np.argmin(np.append(inside[first:], False)))
    seen = view.project(fine[first : last + 1])
    # Short steps for the arrow, which is drawn along one of them.
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(seen, axis=0).T)))
    even = np.linspace(0.0, along[-1], _STEPS_SEEN)
    seen = np.column_stack([np.interp(even, along, column) for column in seen.T])
    draw_branch(sketch, which, drawn, seen, sampled=False)


def _parted(path: Array, box: Array) -> tuple[Array, NDArray[np.bool_]]:
    """The polyline with states added where it crosses the box's sides; which of its segments are in the box."""
    a, step = path[:-1], np.diff(path, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.concatenate([(side - a) / step for side in box.T], axis=1)
    shares = np.where((shares > 0) & (shares < 1), shares, 1.0)
    shares = np.sort(np.column_stack([np.zeros(len(a)), shares, np.ones(len(a))]), axis=1)
    segment, number = np.nonzero(np.diff(shares, axis=1) > 0)
    low, high = shares[segment, number], shares[segment, number + 1]
    middle = a[segment] + ((low + high) / 2)[:, None] * step[segment]
    inside = ((middle >= box[:, 0]) & (middle <= box[:, 1])).all(axis=1)
    return np.concatenate([a[segment] + low[:, None] * step[segment], path[-1:]]), inside


def _broken(path: Array, kept: NDArray[np.bool_]) -> Array:
    """A path without the segments that are not kept: nan between its parts."""
    shown = np.append(kept, False) | np.append(False, kept)
    rows = np.where(shown[:, None], path, np.nan)
    gaps = np.flatnonzero(kept[:-1] & ~kept[1:])
    # A part that begins where another ends, at a corner on a side, is not joined to it by a segment outside.
    return np.insert(rows, gaps + 2, np.nan, axis=0)


def _branches(analysis: Analysis) -> Iterator[tuple[str, Array, bool, bool]]:
    """Every branch to draw: "stable" or "unstable", path, whether it samples a larger manifold, whether it is exact."""
    traced: Sequence[Any] = analysis.manifolds
    for manifold in drawn_manifolds(analysis):
        for branch in manifold.branches:
            yield manifold.which, np.asarray(branch, dtype=float), False, bool(getattr(manifold, "exact", False))
    if analysis.system.kind == "map":
        return
    known = [np.asarray(m.point) for m in traced if m.which == "unstable"]
    for source, _, edge in analysis.graph.edges(data=True):
        point = analysis.graph.nodes[source].get("point")
        path = np.asarray(edge.get("path", ()), dtype=float)
        # In the plane the branches of a repeller are orbits like all others.
        repeller = point is None or (analysis.system.dimension == 2 and point.stability[2] > 1)
        if len(path) >= 2 and not repeller and not any(np.array_equal(point.x, x) for x in known):
            yield "unstable", path, point.stability[2] > 1, False


def draw_cycles(
    sketch: Sketch, system: System, graph: nx.MultiDiGraph, view: View, *, listed: Sequence[Any] = ()
) -> None:
    """Draw the cycles of the graph: closed curves of a flow (solid where stable, else dashed), points of a map.

    Those that are `listed` elsewhere are left out.
    """
    flow = system.kind == "flow"
    for _, data in graph.nodes(data=True):
        cycle = data.get("cycle")
        if cycle is None or any(cycle is other for other in listed):
            continue
        attracting = bool(cycle.kind.attracting)
        colour = (
            Colour.ATTRACTING if attracting else Colour.SADDLE if "saddle" in cycle.kind.value else Colour.REPELLING
        )
        style: Style = {"color": colour, "linewidth": 2.4, "linestyle": "solid" if attracting else (0, (3, 1.2))}
        xy = view.project(np.asarray(cycle.points))
        if flow:
            closed = np.concatenate([xy, xy[:1]])
            drawn: list[Artist] = [*sketch.ax.plot(closed[:, 0], closed[:, 1], zorder=3.5, **style)]
            drawn += _arrow_along(sketch, closed, "-|>", colour)
        else:
            style = {"marker": "o", "markersize": 4.5, "markeredgecolor": "black", "linestyle": "none", "color": colour}
            drawn = [*sketch.ax.plot(xy[:, 0], xy[:, 1], zorder=4.5, markeredgewidth=0.6, **style)]
        sketch.add("cycles", drawn)
        sketch.explain(Line2D([], [], **style), str(cycle.kind.value))


def draw_trajectories(
    sketch: Sketch,
    trajectories: Sequence[Trajectory | Array],
    view: View,
    system: System,
    *,
    text: str = "trajectory",
    colour: str = Colour.LEVEL,
) -> None:
    """Draw orbits, or arrays of their states: lines for a flow's states, dots for a map's, the first of them larger.

    Raises
    ------
    InputError
        If one is no trajectory, or of another system.
    """
    style: Style = {"color": colour, "linewidth": 0.8}
    if system.kind == "map":
        style = {"color": colour, "linestyle": "none", "marker": ".", "markersize": 2.0}
    for trajectory in trajectories:
        states = getattr(trajectory, "x", trajectory)
        if not isinstance(states, np.ndarray) or states.ndim < 2 or states.shape[-1] != system.dimension:
            raise InputError(
                f"trajectories holds {trajectory!r:.60}; expected what integrate returned for this system."
            )
        for path in states.reshape(-1, *states.shape[-2:]):
            xy = view.project(path)
            drawn: list[Artist] = [*sketch.ax.plot(xy[:, 0], xy[:, 1], zorder=2.5, **style)]
            drawn += sketch.ax.plot(xy[:1, 0], xy[:1, 1], marker=".", markersize=4, color=colour, zorder=2.5)
            sketch.add("trajectories", drawn)
            sketch.explain(Line2D([], [], **{"marker": ".", "markevery": [0], **style}), text)


def draw_some_orbits(sketch: Sketch, analysis: Analysis, view: View) -> None:
    """Draw the orbits of a few states of the box, the same in each run, up to where they leave it (of many: by far)."""
    system, box = analysis.system, analysis.box
    starts = np.random.default_rng(0).uniform(box[:, 0], box[:, 1], (_ORBITS, system.dimension))
    duration: float = _STEPS
    limits: dict[str, Any] = {}
    if system.kind == "flow":
        with np.errstate(all="ignore"):
            speeds = np.linalg.norm(system(starts), axis=-1)
        speeds = speeds[np.isfinite(speeds) & (speeds > 0)]
        if not len(speeds):
            return
        duration = _CROSSINGS * float(np.linalg.norm(box[:, 1] - box[:, 0]) / np.median(speeds))
        limits = {"rtol": 1e-6, "atol": 1e-9, "max_steps": _MOST_STEPS}
    orbits = [integrate(system, start, duration, **limits) for start in starts]
    # Of many states one is soon outside, and what lies outside of a box cannot be told from a projection of it.
    part = 0.0 if system.dimension <= MOST_COLUMNS else _ROOM
    seen = [dataclasses.replace(orbit, x=_inside(orbit.x, box, part)) for orbit in orbits]
    draw_trajectories(sketch, seen, view, system, text="orbit from a random start")


def _inside(path: Array, box: Array, part: float) -> Array:
    """A path up to where it leaves the box grown by a part of its size: it may go on to infinity."""
    margin = part * (box[:, 1] - box[:, 0])
    outside = ~np.all((path >= box[:, 0] - margin) & (path <= box[:, 1] + margin), axis=-1)
    return path[: int(np.argmax(outside))] if np.any(outside) else path


def _beginning(xy: Array, extent: Array) -> Array:
    """The first part of a path, a few times as long as the picture is wide: a chaotic one would fill it."""
    length = np.cumsum(np.hypot(*np.diff(xy, axis=0).T))
    return xy[: 1 + int(np.searchsorted(length, _LONGEST * np.hypot(*extent)))]


def _arrow_along(sketch: Sketch, xy: Array, head: str, colour: str) -> list[Artist]:
    """An arrowhead half-way along a path, by length."""
    steps = np.hypot(*np.diff(xy, axis=0).T)
    if not steps.sum() > 0:
        return []  # it leaves the picture at once
    middle = int(np.searchsorted(np.cumsum(steps), steps.sum() / 2))
    style: Style = {
        "arrowstyle": f"{head},head_width=0.25,head_length=0.5",
        "color": colour,
        "linewidth": 1.3,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    return [
        sketch.ax.annotate("", xy[middle + 1], xy[middle], arrowprops=style, zorder=4, annotation_clip=True),
    ]
