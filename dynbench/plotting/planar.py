"""What lies behind the points of a planar portrait: a flow's field and nullclines, a map's orbits or steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from dynbench.plotting.drawing import Sketch
from dynbench.plotting.fields import draw_continua, draw_level_sets, draw_streamlines, draw_zero_set, values_on_grid
from dynbench.plotting.recurrent import draw_borders
from dynbench.plotting.style import Colour, Style, legible
from dynbench.systems import System

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["draw_plane"]

Array = NDArray[np.float64]

_NULLCLINE_GRID = 241
_ARROW_GRID = 25
#: Starts and steps of the orbits that show where a planar map goes, and how many of their states are drawn.
_ORBITS, _SETTLE, _STEPS, _DRAWN = 64, 200, 60, 2000
#: Nullclines are wide, pale and below: a manifold that runs along one leaves both to be seen.
_NULLCLINE: Style = {"linewidths": 2.4, "alpha": 0.75, "zorder": 2}


def draw_plane(sketch: Sketch, analysis: Analysis, *, level_sets: bool, streamlines: bool) -> None:
    """Draw the background of a planar portrait in the box of the analysis."""
    system, box = analysis.system, analysis.box
    sketch.ax.set_xlim(*box[0])
    sketch.ax.set_ylim(*box[1])
    if system.kind == "map":
        draw_borders(sketch, analysis)
        _draw_orbits(sketch, system, box)
    else:
        if streamlines:
            draw_streamlines(sketch, system, box)
        if level_sets:
            draw_level_sets(sketch, system, analysis.invariants, box)
        _draw_nullclines(sketch, system, box)
    draw_continua(sketch, analysis)
    _draw_undecided(sketch, analysis)


def _draw_nullclines(sketch: Sketch, system: System, box: Array) -> None:
    """Contour each component of the symbolic right-hand side, compiled, at zero."""
    x, y, field = values_on_grid(system, box, _NULLCLINE_GRID)
    for i, (colour, dashes) in enumerate(((Colour.FIRST, (0, (4, 1.2))), (Colour.SECOND, (0, (4, 1.2, 1, 1.2))))):
        drawn = draw_zero_set(sketch.ax, x, y, field[..., i], colors=[colour], linestyles=[dashes], **_NULLCLINE)
        sketch.add("nullclines", drawn)
        if drawn:
            style: Style = {"color": colour, "linestyle": dashes, "linewidth": 2.4, "alpha": 0.75}
            sketch.explain(Line2D([], [], **style), f"{legible(system.state_names[i])}\u2032 = 0")


def _draw_orbits(sketch: Sketch, system: System, box: Array) -> None:
    """The states where bounded orbits are after a while; arrows where there is no bounded orbit."""
    states = np.random.default_rng(0).uniform(box[:, 0], box[:, 1], (_ORBITS, 2))
    visited = []
    with np.errstate(all="ignore"):
        for step in range(_SETTLE + _STEPS):
            states = system(states)
            states = states[np.isfinite(states).all(axis=-1) & (np.abs(states).max(axis=-1) < 1e6)]
            if step >= _SETTLE:
                visited.append(states)
    cloud = np.concatenate(visited)[:_DRAWN]
    if not len(cloud):
        _draw_steps(sketch, system, box)
        return
    style: Style = {"marker": ".", "markersize": 1.6, "linestyle": "none", "color": "#6d6d6d"}
    sketch.add("orbits", sketch.ax.plot(cloud[:, 0], cloud[:, 1], **style))
    sketch.explain(Line2D([], [], **style | {"markersize": 4}), f"orbits after {_SETTLE} steps")


def _draw_steps(sketch: Sketch, system: System, box: Array) -> None:
    x, y, image = values_on_grid(system, box, _ARROW_GRID)
    origin = np.stack(np.meshgrid(x, y), axis=-1)
    step = np.where(np.isfinite(image).all(axis=-1, keepdims=True), image - origin, np.nan)
    columns = (origin[..., 0], origin[..., 1], step[..., 0], step[..., 1])
    sketch.add("steps", sketch.ax.quiver(*columns, angles="xy", color=Colour.QUIET, width=0.002))
    sketch.explain(Line2D([], [], color=Colour.QUIET, marker=">", markersize=5), "step from x to F(x), scaled")


def _draw_undecided(sketch: Sketch, analysis: Analysis) -> None:
    style: Style = {"facecolor": "none", "edgecolor": Colour.REPELLING, "hatch": "////", "linewidth": 0.8}
    for region in analysis.fixed_points.undecided:
        low, high = region.box.T
        sketch.add("undecided", sketch.ax.add_patch(Rectangle((low[0], low[1]), *(high - low), zorder=4, **style)))
        sketch.explain(Patch(**style), "undecided")
