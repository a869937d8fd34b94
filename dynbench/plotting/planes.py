"""The trace-determinant plane: the fixed points of a planar flow by the two numbers that decide their kind."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from dynbench.analysis import Analysis
from dynbench.errors import InputError
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.portraits import as_analysis
from dynbench.plotting.style import Colour, Style, axes_or_new, font_size, glyph_of, label_axes, number_points

__all__ = ["trace_determinant"]

Array = NDArray[np.float64]

#: The limits, as a multiple of what has to be seen.
_MARGIN = 1.35
_CURVE = 401
#: Points within this part of half the width of tr = 0 may cover the name beside it, which stands so far up.
_NEAR, _SLOTS = 0.2, (0.8, 0.5)


def trace_determinant(analysis: Analysis, ax: Axes | None = None) -> Drawing:
    """Draw the fixed points of a planar flow in the plane of trace and determinant of the Jacobian.

    Below the line det = 0 are saddles; above it nodes outside the parabola tr^2 = 4 det and foci within it,
    stable on the left and unstable on the right; on the half-line tr = 0 between them the linear centers.

    Parameters
    ----------
    analysis : Analysis
        What `dynbench.analyze` returned, for a flow of two states.
    ax : matplotlib Axes, optional
        Where to draw, in a figure made with ``layout="constrained"`` so that the legend below the axes has room;
        a figure of its own by default, which is not shown.

    Returns
    -------
    Drawing
        The artists, with roles "parabola", "axes", "regions", "points", "numbers" and "legend".

    Raises
    ------
    InputError
        If the system is not a flow of two states.
    """
    system = as_analysis(analysis).system
    if system.kind != "flow" or system.dimension != 2:
        kind = f"a {system.kind} of {system.dimension} state{'s' if system.dimension > 1 else ''}"
        raise InputError(f"The trace-determinant plane is of flows of two states, but this is {kind}.")
    sketch = Sketch(axes_or_new(ax, 4.0))
    points = [p for p in analysis.fixed_points if np.isfinite(p.eigenvalues).all()]
    values = np.array([p.eigenvalues for p in points]).reshape(-1, 2)
    positions = np.stack([values.sum(axis=1).real, values.prod(axis=1).real], axis=-1)
    width, low, high = _limits(positions)
    left = positions[positions[:, 1] < 0, 0].mean() > 0 if (positions[:, 1] < 0).any() else True
    near = positions[np.abs(positions[:, 0]) < _NEAR * width, 1] / high
    centers = max(_SLOTS, key=lambda slot: np.abs(near - slot).min(initial=np.inf))
    _draw_regions(sketch, width, low, high, saddles=-1 if left else 1, centers=centers)
    sketch.mark("points", positions, [glyph_of(p.kind, p.status) for p in points])
    sketch.add("numbers", number_points(sketch.ax, positions, points))
    label_axes(sketch.ax, "trace", "determinant")
    return sketch.finish()


def _limits(positions: Array) -> tuple[float, float, float]:
    """Half the width and the lowest and highest determinant: all points, and some of every region."""
    trace = float(np.abs(positions[:, 0]).max(initial=0.0))
    lowest, highest = float(positions[:, 1].min(initial=0.0)), float(positions[:, 1].max(initial=0.0))
    width = _MARGIN * max(trace, np.sqrt(highest), np.sqrt(-lowest)) or 1.0
    high = max(_MARGIN * highest, 0.3 * width**2)
    # The parabola is to leave at the sides about half-way up, so that nodes and foci have room for their names.
    return max(width, 1.8 * np.sqrt(high)), min(_MARGIN * lowest, -high / 3), high


def _draw_regions(sketch: Sketch, width: float, low: float, high: float, *, saddles: int, centers: float) -> None:
    """Border lines and the names of the regions: of saddles on a side (-1 or +1), of centers so far up, with room."""
    ax = sketch.ax
    ax.set_xlim(-width, width)
    ax.set_ylim(low, high)
    trace = np.linspace(-width, width, _CURVE)
    style: Style = {"color": Colour.INK, "linewidth": 1.2, "linestyle": (0, (5, 1.5))}
    sketch.add("parabola", ax.plot(trace, trace**2 / 4, zorder=1.5, **style))
    sketch.explain(Line2D([], [], **style), "tr\u00b2 = 4 det")
    stable = ax.fill_between([-width, 0], 0, high, color=Colour.SHADE, linewidth=0, zorder=0)
    axis: Style = {"color": Colour.INK, "linewidth": 0.9, "zorder": 1}
    sketch.add("axes", [stable, ax.axhline(0, **axis), *ax.plot([0, 0], [0, high], **axis)])
    # The names of nodes stand low by the edge, where the parabola is high; those of foci high in the middle.
    edge = 0.97 * width
    half = min(np.sqrt(3.2 * high), width) / 2
    names = [
        ("stable\nnodes", -edge, 0.06 * high, "left", "bottom"),
        ("unstable\nnodes", edge, 0.06 * high, "right", "bottom"),
        ("stable\nfoci", -half, 0.95 * high, "center", "top"),
        ("unstable\nfoci", half, 0.95 * high, "center", "top"),
        ("saddles", saddles * edge, 0.93 * low, "left" if saddles < 0 else "right", "bottom"),
    ]
    # In small axes the parabola may come near a name: it gives way.
    look: Style = {"fontsize": font_size(ax, small=True), "color": Colour.LEVEL, "fontstyle": "italic", "zorder": 2}
    behind: Style = {"boxstyle": "round,pad=0.1", "edgecolor": "none", "alpha": 0.8}
    for text, x, y, ha, va in names:
        behind["facecolor"] = Colour.SHADE if x < 0 < y else Colour.PAPER
        sketch.add("regions", ax.text(x, y, text, ha=ha, va=va, bbox=behind, **look))
    turned: Style = {"rotation": 90, "ha": "right", "va": "center", **look}
    sketch.add("regions", ax.text(-0.01 * width, centers * high, "centers", **turned))
