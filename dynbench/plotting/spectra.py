"""Spectra: the eigenvalues of all fixed points in one complex plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from dynbench.plotting.style import Colour, add_legend, axes_or_new, draw_glyphs, glyph_of, label_axes

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["spectrum"]


def spectrum(analysis: Analysis, ax: Axes | None = None) -> Axes:
    """Draw the eigenvalues (for a map, multipliers) of all fixed points, each with the glyph of its point.

    The side on which directions are stable is shaded: left of the imaginary axis for a flow, inside the unit
    circle for a map. Both axes have the same scale.

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
    ax = axes_or_new(ax, (5.6, 4.4))
    points = tuple(analysis.fixed_points)
    values = [complex(v) for p in points for v in p.eigenvalues if np.isfinite(v)]
    owners = [glyph_of(p.kind, p.status) for p in points for v in p.eigenvalues if np.isfinite(v)]
    positions = np.array([(v.real, v.imag) for v in values]).reshape(-1, 2)
    flow = analysis.system.kind == "flow"
    _frame(ax, positions, flow)
    border = _draw_imaginary_axis(ax) if flow else _draw_unit_circle(ax)
    draw_glyphs(ax, positions, owners)
    label_axes(ax, "real part", "imaginary part")
    add_legend(ax, owners, [border])
    return ax


def _frame(ax: Axes, positions: np.ndarray, flow: bool) -> None:
    """Limits around all eigenvalues and the border of stability, never so flat that nothing can be read."""
    needed = np.array([[0.0, 0.0]] if flow else [[-1.0, -1.0], [1.0, 1.0]])
    everything = np.concatenate([positions, needed])
    low, high = everything.min(axis=0), everything.max(axis=0)
    centre = (low + high) / 2
    widest = float((high - low).max()) / 2 or 1.0
    half = 1.15 * np.maximum((high - low) / 2, np.array([0.5, 0.4]) * widest)
    ax.set_xlim(centre[0] - half[0], centre[0] + half[0])
    ax.set_ylim(centre[1] - half[1], centre[1] + half[1])
    ax.set_aspect("equal")
    ax.axhline(0, color=Colour.QUIET, linewidth=0.6, zorder=1)


def _draw_imaginary_axis(ax: Axes) -> tuple[Artist, str]:
    ax.axvspan(min(ax.get_xlim()[0], 0.0), 0.0, color=Colour.SHADE, linewidth=0, zorder=0)
    ax.axvline(0, color=Colour.INK, linewidth=1.0, zorder=1)
    return Line2D([], [], color=Colour.INK, linewidth=1.0), "imaginary axis (stable side shaded)"


def _draw_unit_circle(ax: Axes) -> tuple[Artist, str]:
    ax.add_patch(Circle((0, 0), 1.0, facecolor=Colour.SHADE, edgecolor=Colour.INK, linewidth=1.0, zorder=0.5))
    return Line2D([], [], color=Colour.INK, linewidth=1.0), "unit circle (stable side shaded)"
