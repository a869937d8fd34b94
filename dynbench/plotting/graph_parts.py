"""What every layout of a transition graph draws alike: arrows, and the glyph and the name of a node."""

from __future__ import annotations

from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from dynbench.fixed_points import FixedPoint
from dynbench.plotting.drawing import Sketch
from dynbench.plotting.style import Glyph, Style, glyph_of, glyph_of_cycle, legible

__all__ = ["ARROW", "arrow", "dashes", "explain_arrow", "glyph_of_node", "kind_of_node", "name_of_node"]

#: The colour of arrows.
ARROW = "#444444"


def arrow(ax: Axes, source: tuple[float, float], target: tuple[float, float], route: str, style: Style) -> Artist:
    """An arrow from node to node; `route` is a connection style of Matplotlib's."""
    ends = (source, target)
    if source == target:  # a loop leaves and enters its node above
        ends, route = ((source[0] - 1e-3, source[1]), (source[0] + 1e-3, source[1])), "arc3,rad=-30"
    look: Style = {"arrowstyle": "-|>,head_width=0.22,head_length=0.45", "shrinkA": 6, "shrinkB": 7}
    patch = FancyArrowPatch(posA=ends[0], posB=ends[1], connectionstyle=route, mutation_scale=10, **look, **style)
    return ax.add_patch(patch)


def dashes(proved: bool) -> Any:
    """The line style of a connection: dotted where it is not proved."""
    return "solid" if proved else (0, (1.2, 1.6))


def explain_arrow(sketch: Sketch, proved: bool) -> None:
    """Let the legend say what an arrow means."""
    handle = Line2D([], [], color=ARROW, linewidth=1.1, linestyle=dashes(proved), marker=">", markersize=4)
    sketch.explain(handle, f"connection, {'proved' if proved else 'not proved'}")


def glyph_of_node(data: dict[str, Any]) -> Glyph:
    """The glyph of a node with these attributes."""
    point, cycle = data.get("point"), data.get("cycle")
    if isinstance(point, FixedPoint):
        return glyph_of(point.kind, point.status)
    kind = kind_of_node(data)
    if cycle is not None:
        return glyph_of_cycle(kind)
    return {"infinity": Glyph.INFINITY, "undecided": Glyph.UNDECIDED}.get(kind, Glyph.LIMIT)


def kind_of_node(data: dict[str, Any]) -> str:
    """The text of its kind."""
    kind = data.get("kind")
    return str(getattr(kind, "value", kind))


def name_of_node(node: Any, data: dict[str, Any]) -> str:
    """What is written beside it: the number of a point, number and period of a cycle, the kind of anything else.

    The glyph says what kind a point or a cycle is of.
    """
    if isinstance(data.get("point"), FixedPoint):
        return str(node)
    cycle = data.get("cycle")
    if cycle is None:
        return legible(kind_of_node(data))
    if isinstance(cycle.period, int):
        return f"{node}: {cycle.period}-cycle"
    return f"{node}: period {float(cycle.period):.4g}"
