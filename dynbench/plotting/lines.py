"""Phase portraits of one state: the graph of the right-hand side says it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.style import Colour, Style, glyph_of, glyph_of_cycle, label_axes, legible, number_points

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["draw_line_portrait"]

Array = NDArray[np.float64]

_SAMPLES = 601
_COBWEB_STEPS = 60
#: Where a cobweb starts, as a fraction of the box: a round one would often be a fixed point.
_COBWEB_START = 0.382
#: Cycles of long periods crowd the diagonal: their glyphs are smaller than those of the fixed points.
_CYCLE_SCALE = 0.65


def draw_line_portrait(analysis: Analysis, sketch: Sketch) -> Drawing:
    """Draw the graph of F for one state: over its zero line (a flow), or against the diagonal (a map)."""
    system, ax = analysis.system, sketch.ax
    flow = system.kind == "flow"
    name = legible(system.state_names[0])
    graph_label = f"{name}\u2032" if flow else f"next {name}"
    low, high = (float(bound) for bound in analysis.box[0])
    x = np.linspace(low, high, _SAMPLES)
    points = [*analysis.fixed_points, *analysis.slow_points]
    zeros = np.array([p.x[0] for p in points])
    ax.set_xlim(low, high)
    (graph,) = ax.plot(x, _values(system, x), color=Colour.FIRST, linewidth=1.6)
    sketch.add("graph", graph)
    sketch.explain(graph, graph_label)
    if flow:
        _draw_directions(sketch, system, zeros, low, high)
    else:
        _draw_cobweb(sketch, system, low, high)
        _draw_cycles(sketch, analysis)
    positions = np.stack([zeros, np.zeros(len(points)) if flow else zeros], axis=-1)
    sketch.mark("points", positions, [glyph_of(p.kind, p.status) for p in points])
    sketch.add("numbers", number_points(ax, positions[: len(analysis.fixed_points)], tuple(analysis.fixed_points)))
    label_axes(ax, name, graph_label)
    return sketch.finish()


def _values(system: System, x: Array) -> Array:
    with np.errstate(all="ignore"):
        y = system(x[:, None])[:, 0]
    return np.where(np.isfinite(y), y, np.nan)


def _draw_directions(sketch: Sketch, system: System, zeros: Array, low: float, high: float) -> None:
    """Arrowheads on the zero line, one between each two neighbouring fixed points."""
    drawn = [sketch.ax.axhline(0, color=Colour.INK, linewidth=0.8, zorder=1)]
    ends = np.unique([low, *zeros[(zeros > low) & (zeros < high)], high])
    middles = (ends[:-1] + ends[1:]) / 2
    rates = _values(system, middles)
    style: Style = {"color": Colour.INK, "markersize": 7, "linestyle": "none", "zorder": 4}
    for marker, chosen in ((">", rates > 0), ("<", rates < 0)):
        drawn += sketch.ax.plot(middles[chosen], np.zeros(chosen.sum()), marker=marker, **style)
    sketch.add("directions", drawn)
    sketch.explain(Line2D([], [], marker=">", **style), "direction of motion")


def _draw_cobweb(sketch: Sketch, system: System, low: float, high: float) -> None:
    """The diagonal, and the cobweb of one orbit until it leaves the box."""
    (diagonal,) = sketch.ax.plot([low, high], [low, high], color=Colour.INK, linewidth=0.8, zorder=1)
    x = low + _COBWEB_START * (high - low)
    corners = [(x, x)]
    for _ in range(_COBWEB_STEPS):
        following = float(_values(system, np.array([x]))[0])
        corners.append((x, following))
        if not low <= following <= high:
            break
        corners.append((following, following))
        x = following
    (cobweb,) = sketch.ax.plot(*np.transpose(corners), color=Colour.QUIET, linewidth=0.9, zorder=2)
    sketch.add("cobweb", [diagonal, cobweb])
    sketch.explain(diagonal, "diagonal")
    sketch.explain(cobweb, f"orbit from {corners[0][0]:.3g}")


def _draw_cycles(sketch: Sketch, analysis: Analysis) -> None:
    """The states of the graph's cycles, on the diagonal like the fixed points."""
    for _, data in analysis.graph.nodes(data=True):
        if data.get("cycle") is not None:
            states = np.asarray(data["cycle"].points)[:, 0]
            glyph = glyph_of_cycle(str(data["cycle"].kind.value))
            sketch.mark("cycles", np.stack([states, states], axis=-1), [glyph] * len(states), scale=_CYCLE_SCALE)
