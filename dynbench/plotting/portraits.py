"""Phase portraits: what a state space looks like, in one picture for each kind and dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from dynbench.plotting.lines import draw_line_portrait
from dynbench.plotting.projections import View, view_of
from dynbench.plotting.style import (
    Colour,
    Style,
    add_legend,
    axes_or_new,
    draw_glyphs,
    glyph_of,
    label_axes,
    legible,
    number_points,
)
from dynbench.systems import ODE, System

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["phase_portrait"]

Array = NDArray[np.float64]
Legend = list[tuple[Artist, str]]

_STREAM_GRID = 45
_NULLCLINE_GRID = 241
_ARROW_GRID = 25
#: Starts and steps of the orbits that show where a planar map goes, and how many of their states are drawn.
_ORBITS, _SETTLE, _STEPS, _DRAWN = 64, 200, 60, 2000
#: Branches are drawn up to this many diagonals of the box.
_LONGEST = 6.0


def phase_portrait(analysis: Analysis, ax: Axes | None = None) -> Axes:
    """Draw the phase portrait of what was analysed.

    One state: the graph of the right-hand side, with the direction of motion on the axis (a flow) or with
    the diagonal and one orbit's cobweb (a map). Two states: for a flow streamlines, nullclines and unstable
    branches; for a map where bounded orbits settle, or arrows from x to F(x) where none stays bounded. From
    three states on: the points and the branches that join them, in projection. Always the fixed points, by
    glyph, and a legend.

    Parameters
    ----------
    analysis : Analysis
        What `dynbench.analyze` returned.
    ax : matplotlib Axes, optional
        Where to draw; a figure of its own by default, which is not shown.

    Returns
    -------
    matplotlib Axes
        The axes, with everything drawn on them.
    """
    ax = axes_or_new(ax)
    system = analysis.system
    if system.dimension == 1:
        return draw_line_portrait(analysis, ax)
    view = view_of(analysis)
    legend: Legend = []
    if system.dimension == 2:
        legend += _draw_flow(ax, analysis) if system.kind == "flow" else _draw_map(ax, analysis)
        legend += _draw_continua(ax, analysis) + _draw_undecided(ax, analysis)
    else:
        view.draw_frame(ax)
    legend += _draw_branches(ax, analysis, view)
    points = [*analysis.fixed_points, *analysis.slow_points]
    glyphs = [glyph_of(p.kind, p.status) for p in points]
    positions = view.project(np.array([p.x for p in points]).reshape(-1, system.dimension))
    draw_glyphs(ax, positions, glyphs)
    number_points(ax, positions[: len(analysis.fixed_points)], tuple(analysis.fixed_points))
    label_axes(ax, *view.labels)
    add_legend(ax, glyphs, legend)
    return ax


def _draw_flow(ax: Axes, analysis: Analysis) -> Legend:
    system, box = analysis.system, analysis.box
    ax.set_xlim(*box[0])
    ax.set_ylim(*box[1])
    x, y, field = _field(system, box, _STREAM_GRID)
    length = np.hypot(*np.moveaxis(field, -1, 0))
    usable = np.isfinite(length) & (length > 0)
    # Streamlines depend on the direction only; unit vectors keep fast corners from overflowing.
    unit = np.where(usable[..., None], field / np.where(usable, length, 1.0)[..., None], np.nan)
    if usable.any():
        ax.streamplot(x, y, unit[..., 0], unit[..., 1], density=1.0, linewidth=0.6, arrowsize=0.7, color=Colour.QUIET)
    return _draw_nullclines(ax, system, box)


def _draw_nullclines(ax: Axes, system: System, box: Array) -> Legend:
    x, y, field = _field(system, box, _NULLCLINE_GRID)
    legend: Legend = []
    for i, (colour, dashes) in enumerate(((Colour.FIRST, "dashed"), (Colour.SECOND, "dashdot"))):
        if _draw_zero_set(ax, x, y, field[..., i], colours=[colour], linestyles=[dashes], linewidths=1.3):
            style: Style = {"color": colour, "linestyle": dashes, "linewidth": 1.3}
            legend.append((Line2D([], [], **style), f"{legible(system.state_names[i])}\u2032 = 0"))
    return legend


def _draw_map(ax: Axes, analysis: Analysis) -> Legend:
    """The states where bounded orbits are after a while; arrows where there is no bounded orbit."""
    system, box = analysis.system, analysis.box
    ax.set_xlim(*box[0])
    ax.set_ylim(*box[1])
    states = np.random.default_rng(0).uniform(box[:, 0], box[:, 1], (_ORBITS, 2))
    visited = []
    with np.errstate(all="ignore"):
        for step in range(_SETTLE + _STEPS):
            states = system(states)
            states = states[np.isfinite(states).all(axis=-1) & (np.abs(states).max(axis=-1) < 1e6)]
            if step >= _SETTLE:
                visited.append(states)
    cloud = np.concatenate(visited)[:_DRAWN]
    if len(cloud):
        style: Style = {"marker": ".", "markersize": 1.6, "linestyle": "none", "color": "#6d6d6d"}
        ax.plot(cloud[:, 0], cloud[:, 1], **style)
        return [(Line2D([], [], **style | {"markersize": 4}), f"orbits after {_SETTLE} steps")]
    x, y, image = _field(system, box, _ARROW_GRID)
    origin = np.stack(np.meshgrid(x, y), axis=-1)
    step_taken = np.where(np.isfinite(image).all(axis=-1, keepdims=True), image - origin, np.nan)
    ax.quiver(
        *(origin[..., 0], origin[..., 1], step_taken[..., 0], step_taken[..., 1]),
        angles="xy",
        color=Colour.QUIET,
        width=0.002,
    )
    return [(Line2D([], [], color=Colour.QUIET, marker=">", markersize=5), "step from x to F(x), scaled")]


def _draw_continua(ax: Axes, analysis: Analysis) -> Legend:
    system = analysis.system
    drawn = False
    for continuum in analysis.fixed_points.continua:
        if len(continuum.equations) != 1:
            continue
        equation = continuum.equations[0].subs(system.exact_parameters)
        x, y, values = _field(ODE(dict.fromkeys(system.states, equation)), analysis.box, _NULLCLINE_GRID)
        style: Style = {"linewidths": 5.0, "alpha": 0.75}
        drawn |= _draw_zero_set(ax, x, y, values[..., 0], colours=[Colour.NONHYPERBOLIC], **style)
    label = "continuum of fixed points"
    return [(Line2D([], [], color=Colour.NONHYPERBOLIC, linewidth=5.0, alpha=0.75), label)] if drawn else []


def _draw_undecided(ax: Axes, analysis: Analysis) -> Legend:
    style: Style = {"facecolor": "none", "edgecolor": Colour.REPELLING, "hatch": "////", "linewidth": 0.8}
    for region in analysis.fixed_points.undecided:
        low, high = region.box.T
        ax.add_patch(Rectangle((low[0], low[1]), *(high - low), zorder=4, **style))
    return [(Patch(**style), "undecided")] if analysis.fixed_points.undecided else []


def _draw_branches(ax: Axes, analysis: Analysis, view: View) -> Legend:
    """The unstable branches of the points, as far as the transition graph holds their paths; not of maps."""
    drawn = False
    for _, _, edge in analysis.graph.edges(data=True) if analysis.system.kind == "flow" else ():
        path = _inside(np.asarray(edge.get("path", ()), dtype=float), analysis.box)
        if len(path) < 2:
            continue
        xy = _beginning(view.project(path), view.project(analysis.box.T))
        ax.plot(xy[:, 0], xy[:, 1], color=Colour.REPELLING, linewidth=1.5, zorder=3)
        _arrow_along(ax, xy)
        drawn = True
    handle = Line2D([], [], color=Colour.REPELLING, linewidth=1.5, marker=">", markersize=5)
    return [(handle, "unstable branch")] if drawn else []


def _inside(path: Array, box: Array) -> Array:
    """A path up to where it leaves the neighbourhood of the box: it may go on to infinity."""
    margin = 0.5 * (box[:, 1] - box[:, 0])
    outside = ~np.all((path >= box[:, 0] - margin) & (path <= box[:, 1] + margin), axis=-1) if len(path) else []
    return path[: int(np.argmax(outside))] if np.any(outside) else path


def _beginning(xy: Array, corners: Array) -> Array:
    """The first part of a path, a few times as long as the picture is wide: a chaotic one would fill it."""
    length = np.cumsum(np.hypot(*np.diff(xy, axis=0).T))
    return xy[: 1 + int(np.searchsorted(length, _LONGEST * np.hypot(*(corners[1] - corners[0]))))]


def _arrow_along(ax: Axes, xy: Array) -> None:
    """An arrowhead half-way along a path, by length."""
    steps = np.hypot(*np.diff(xy, axis=0).T)
    if not steps.sum() > 0:
        return
    middle = int(np.searchsorted(np.cumsum(steps), steps.sum() / 2))
    style: Style = {
        "arrowstyle": "-|>",
        "color": Colour.REPELLING,
        "linewidth": 1.2,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    ax.annotate("", xy[middle + 1], xy[middle], arrowprops=style, zorder=4, annotation_clip=True)


def _draw_zero_set(ax: Axes, x: Array, y: Array, values: Array, *, colours: list[str], **style: Any) -> bool:
    """The contour where `values` is zero, if it changes sign; Matplotlib warns about an empty contour."""
    finite = values[np.isfinite(values)]
    if not len(finite) or not finite.min() <= 0 <= finite.max() or finite.min() == finite.max():
        return False
    ax.contour(x, y, np.ma.masked_invalid(values), levels=[0.0], colors=colours, zorder=2, **style)
    return True


def _field(system: System, box: Array, count: int) -> tuple[Array, Array, Array]:
    """Grid coordinates and the right-hand side on the grid, (count, count, 2)."""
    x, y = (np.linspace(low, high, count) for low, high in box)
    with np.errstate(all="ignore"):
        return x, y, system(np.stack(np.meshgrid(x, y), axis=-1))
