"""Spectra: the eigenvalues of all fixed points in one complex plane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from dynbench.analysis import Analysis
from dynbench.fixed_points import FixedPoint
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.portraits import as_analysis
from dynbench.plotting.style import (
    MOST_NUMBERED,
    Colour,
    axes_or_new,
    glyph_of,
    label_axes,
    number_places,
    set_height,
)

__all__ = ["drawn_eigenvalues", "spectrum"]

#: The eigenvalues of up to so many points are numbered.
_FEW = 6
#: More eigenvalues than this are a cloud in which nothing is seen, and megabytes: then of each point only the leading
#: ones are drawn, this many for all points together, but at least so many for each.
_MOST, _LEAST = 600, 8


def spectrum(analysis: Analysis, ax: Axes | None = None) -> Drawing:
    """Draw the eigenvalues (for a map, multipliers) of all fixed points, each with the glyph of its point.

    Of a few points the numbers stand beside their eigenvalues, which tells those apart that coincide.

    The side on which directions are stable is shaded: left of the imaginary axis for a flow, inside the unit
    circle for a map. Both axes have the same scale. Of many eigenvalues only the leading ones of each point are drawn,
    those of largest real part or modulus.

    Parameters
    ----------
    analysis : Analysis
        What `dynbench.analyze` returned.
    ax : matplotlib Axes, optional
        Where to draw, in a figure made with ``layout="constrained"`` so that the legend below the axes has room;
        a figure of its own by default, which is not shown.

    Returns
    -------
    Drawing
        The artists, with roles "border", "points", "numbers" and "legend".

    Raises
    ------
    InputError
        If `analysis` is no analysis, or `ax` no axes.
    """
    points = tuple(as_analysis(analysis).fixed_points)
    sketch = Sketch(axes_or_new(ax, 4.0))
    values, owners = [], []  # each eigenvalue, and the number of its point
    most = drawn_eigenvalues(points)
    for number, point in enumerate(points):
        finite = [complex(v) for v in point.eigenvalues[:most] if np.isfinite(v)]
        values += finite
        owners += [number] * len(finite)
    positions = np.array([(v.real, v.imag) for v in values]).reshape(-1, 2)
    flow = analysis.system.kind == "flow"
    _frame(sketch, positions, flow)
    if ax is None:
        width, height = np.ptp(sketch.ax.get_xlim()), np.ptp(sketch.ax.get_ylim())
        set_height(sketch.ax, 3.9 * height / width + 1.2)
    if flow:
        _draw_imaginary_axis(sketch)
    else:
        _draw_unit_circle(sketch)
    sketch.mark("points", positions, [glyph_of(points[k].kind, points[k].status) for k in owners])
    if 1 < len(points) <= _FEW and len(values) <= MOST_NUMBERED:
        sketch.add("numbers", number_places(sketch.ax, positions, owners))
    label_axes(sketch.ax, "real part", "imaginary part")
    return sketch.finish()


def drawn_eigenvalues(points: Sequence[FixedPoint]) -> int | None:
    """How many eigenvalues of each point are drawn, the leading ones; None where all are."""
    total = sum(len(point.eigenvalues) for point in points)
    return None if total <= _MOST else max(_LEAST, _MOST // len(points))


def _frame(sketch: Sketch, positions: np.ndarray, flow: bool) -> None:
    """Limits around all eigenvalues and the border of stability, never so flat that nothing can be read."""
    needed = np.array([[0.0, 0.0]] if flow else [[-1.0, -1.0], [1.0, 1.0]])
    everything = np.concatenate([positions, needed])
    low, high = everything.min(axis=0), everything.max(axis=0)
    centre = (low + high) / 2
    widest = float((high - low).max()) / 2 or 1.0
    half = 1.15 * np.maximum((high - low) / 2, np.array([0.5, 0.4]) * widest)
    ax = sketch.ax
    ax.set_xlim(centre[0] - half[0], centre[0] + half[0])
    ax.set_ylim(centre[1] - half[1], centre[1] + half[1])
    ax.set_aspect("equal")
    sketch.add("border", ax.axhline(0, color=Colour.QUIET, linewidth=0.6, zorder=1))


def _draw_imaginary_axis(sketch: Sketch) -> None:
    ax = sketch.ax
    sketch.add("border", ax.axvspan(min(ax.get_xlim()[0], 0.0), 0.0, color=Colour.SHADE, linewidth=0, zorder=0))
    sketch.add("border", ax.axvline(0, color=Colour.INK, linewidth=1.0, zorder=1))
    sketch.explain(Line2D([], [], color=Colour.INK, linewidth=1.0), "imaginary axis (stable: shaded)")


def _draw_unit_circle(sketch: Sketch) -> None:
    style = {"facecolor": Colour.SHADE, "edgecolor": Colour.INK, "linewidth": 1.0, "zorder": 0.5}
    sketch.add("border", sketch.ax.add_patch(Circle((0, 0), 1.0, **style)))
    sketch.explain(Line2D([], [], color=Colour.INK, linewidth=1.0), "unit circle (stable: shaded)")
