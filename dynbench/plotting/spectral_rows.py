"""The spectra of many points with many eigenvalues: a row for each point, all to one scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from dynbench.analysis import Analysis
from dynbench.fixed_points import FixedPoint
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.portraits import as_analysis
from dynbench.plotting.style import Colour, Style, axes_or_new, font_size, glyph_of, label_axes, set_height

__all__ = ["STABLE_SHOWN", "spectral_rows"]

Array = NDArray[np.float64]

#: Of the stable eigenvalues of each point so many are drawn, the leading ones.
STABLE_SHOWN = 12
#: More rows than this cannot be told apart on a page: the points with the most unstable directions are left out.
_MOST_ROWS = 40
#: Inches for a row, and for all that is not rows; how much of a row the largest imaginary part takes.
_ROW, _REST, _HEIGHT = 0.2, 1.3, 0.8
#: States are mirror images if they add up to no more than this, relative to their size.
_MIRRORED = 1e-9


def spectral_rows(analysis: Analysis, ax: Axes | None = None) -> Drawing:
    """Draw the eigenvalues (for a map, multipliers) of each fixed point in a row of its own: how many are unstable.

    Rows are ordered by the number of unstable directions, which stands at their right; a point and its mirror image
    share one. In a row a real eigenvalue lies on the line and a complex pair above it, by the size of its imaginary
    part (of a multiplier, its angle); across goes the real part (the modulus). All unstable eigenvalues are drawn and
    the leading ones of the stable.

    Parameters
    ----------
    analysis : Analysis
        What `dynbench.analyze` returned.
    ax : matplotlib Axes, optional
        Where to draw, in a figure made with ``layout="constrained"`` so that the legend below the axes has room;
        a figure of its own by default, as high as the rows need, which is not shown.

    Returns
    -------
    Drawing
        The artists, with roles "border", "lines", "eigenvalues", "points", "counts" and "legend".

    Raises
    ------
    InputError
        If `analysis` is no analysis, or `ax` no axes.
    """
    points = tuple(as_analysis(analysis).fixed_points)
    flow = analysis.system.kind == "flow"
    rows = _rows(points)
    sketch = Sketch(axes_or_new(ax))
    if ax is None:
        set_height(sketch.ax, _REST + _ROW * max(len(rows), 8))
    shown = [_places(points[row[0]], flow) for row in rows]
    border = 0.0 if flow else 1.0
    every = np.concatenate([np.array([[border, 0.0]]), *shown])
    _draw_border(sketch, border, every[:, 0], len(rows), flow)
    tallest = float(every[:, 1].max()) or 1.0
    for y, (row, places) in enumerate(zip(rows, shown, strict=True)):
        _draw_row(sketch, y, places * [1.0, _HEIGHT / tallest], places[:, 0] > border, points[row[0]])
    left = sketch.ax.get_xlim()[0]
    glyphs = [glyph_of(points[row[0]].kind, points[row[0]].status) for row in rows]
    sketch.mark("points", [(left, y) for y in range(len(rows))], glyphs, scale=0.8)
    sketch.ax.set_yticks(range(len(rows)), [", ".join(map(str, row)) for row in rows])
    sketch.ax.tick_params(axis="y", length=0, pad=8, labelsize=font_size(sketch.ax, small=True))
    label_axes(sketch.ax, "real part" if flow else "modulus", "point")
    return sketch.finish()


def _rows(points: Sequence[FixedPoint]) -> list[tuple[int, ...]]:
    """The numbers of the points of each row, by unstable directions: a point, and its mirror image if it is listed."""
    rows: list[tuple[int, ...]] = []
    paired: set[int] = set()
    for i, p in enumerate(points):
        if i in paired:
            continue
        far = _MIRRORED * max(1.0, float(np.abs(p.x).max()))
        twin = next((j for j in range(i + 1, len(points)) if np.abs(p.x + points[j].x).max() <= far), None)
        paired |= set() if twin is None else {twin}
        rows.append((i,) if twin is None else (i, twin))
    return sorted(rows, key=lambda row: points[row[0]].stability[2])[:_MOST_ROWS]


def _places(point: FixedPoint, flow: bool) -> Array:
    """Where the eigenvalues of a point stand in its row (K, 2), one of each complex pair, before heights are scaled."""
    values = point.eigenvalues[: point.stability[2] + STABLE_SHOWN]
    values = values[np.isfinite(values) & (values.imag >= 0)]
    across = values.real if flow else np.abs(values)
    return np.stack([across, values.imag if flow else np.angle(values)], axis=-1)


def _draw_border(sketch: Sketch, border: float, across: Array, count: int, flow: bool) -> None:
    ax = sketch.ax
    margin = 0.06 * float(np.ptp(across)) or 1.0
    ax.set_xlim(float(across.min()) - margin, float(across.max()) + margin)
    ax.set_ylim(-0.6, max(count, 1) - 0.6 + _HEIGHT)
    ax.spines["left"].set_visible(False)
    sketch.add("border", ax.axvspan(ax.get_xlim()[0], border, color=Colour.SHADE, linewidth=0, zorder=0))
    sketch.add("border", ax.axvline(border, color=Colour.INK, linewidth=1.0, zorder=1))
    name = "imaginary axis" if flow else "modulus 1"
    sketch.explain(Line2D([], [], color=Colour.INK, linewidth=1.0), f"{name} (stable: shaded)")


def _draw_row(sketch: Sketch, y: int, places: Array, unstable: NDArray[np.bool_], point: FixedPoint) -> None:
    """The line, the eigenvalues (filled where stable, open where unstable) and the number of unstable ones."""
    ax = sketch.ax
    sketch.add("lines", ax.axhline(y, color=Colour.QUIET, linewidth=0.5, zorder=1))
    for chosen, look, text in ((~unstable, _STABLE, "stable eigenvalue"), (unstable, _UNSTABLE, "unstable eigenvalue")):
        if chosen.any():
            sketch.add("eigenvalues", ax.plot(places[chosen, 0], y + places[chosen, 1], zorder=2, **look))
            sketch.explain(Line2D([], [], **look), text)
    style: Style = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "va": "center"}
    sketch.add("counts", ax.annotate(_count(point), (1.0, y), (5, 0), fontsize=font_size(ax, small=True), **style))


def _count(point: FixedPoint) -> str:
    return f"{point.stability[2]} unstable"


_DOT: Style = {"marker": "o", "linestyle": "none", "markersize": 2.6, "markeredgewidth": 0.7}
_STABLE: Style = {**_DOT, "color": Colour.ATTRACTING}
_UNSTABLE: Style = {**_DOT, "markerfacecolor": Colour.PAPER, "markeredgecolor": Colour.REPELLING}
