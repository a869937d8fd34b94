"""Fixed points with their eigenvalues and stability, as a table in a figure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from dynbench.analysis import Analysis
from dynbench.fixed_points import FixedPoint
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.portraits import as_analysis
from dynbench.plotting.style import MOST_NUMBERED, Colour, Style, axes_or_new, font_size, glyph_of, legible, set_height

__all__ = ["stability_table"]

#: More numbers than this in one cell are cut: the tables of a report hold them all.
_MOST_NUMBERS = 4
#: Where the columns start, as a fraction of the width, and how wide letters in them are (digits, or words).
_COLUMNS = (0.0, 0.115, 0.42, 0.72)
_LETTERS = (0.68, 0.68, 0.68, 0.55)
#: Inches for a line of text and for the legend; lines of space in a row.
_LINE, _REST, _PADDING = 0.19, 0.5, 0.7
#: Real and imaginary parts below this part of an eigenvalue are not written: the table gives three digits.
_ROUNDING = 1e-9

Cells = tuple[str, str, str, str]


def stability_table(analysis: Analysis, ax: Axes | None = None) -> Drawing:
    """Draw a table of the fixed points: glyph and number, state, eigenvalues, kind and how far it is proved.

    Parameters
    ----------
    analysis : Analysis
        What `dynbench.analyze` returned.
    ax : matplotlib Axes, optional
        Where to draw, in a figure made with ``layout="constrained"`` so that the legend below the axes has room;
        a figure of its own by default, as high as the table needs, which is not shown.

    Returns
    -------
    Drawing
        The artists, with roles "head", "rules", "cells", "points" and "legend". Of many points and many states
        the first are shown and the rest is counted.

    Raises
    ------
    InputError
        If `analysis` is no analysis, or `ax` no axes.
    """
    system = as_analysis(analysis).system
    points = [*analysis.fixed_points, *analysis.slow_points]
    sketch = Sketch(axes_or_new(ax))
    shown = points[:MOST_NUMBERED]
    values = "eigenvalues" if system.kind == "flow" else "multipliers"
    names = ", ".join(legible(name, 8) for name in system.state_names[:_MOST_NUMBERS])
    more = "" if system.dimension <= _MOST_NUMBERS else ", \N{HORIZONTAL ELLIPSIS}"
    head = ("", f"({names}{more})" if system.dimension > 1 else names, values, "kind, evidence")
    rows = [_wrapped(sketch.ax, cells) for cells in (head, *map(_cells, range(len(shown)), shown))]
    if len(points) > len(shown):
        rows.append(("", f"and {len(points) - len(shown)} more", "", ""))
    heights = [_PADDING + 1 + max(cell.count("\n") for cell in row) for row in rows]
    if ax is None:
        set_height(sketch.ax, _REST + _LINE * sum(heights))
    _draw(sketch, rows, heights, shown)
    return sketch.finish(gap=0.3)


def _cells(number: int, point: FixedPoint) -> Cells:
    kind = f"{point.kind.value}, {point.status.value}"
    return str(number), _listed([_number(x) for x in point.x]), _listed(_eigenvalues(point)), kind


def _number(value: float) -> str:
    return f"{value + 0.0:.3g}".replace("-", "\N{MINUS SIGN}")


def _eigenvalues(point: FixedPoint) -> list[str]:
    """Each eigenvalue as a text; a complex pair is one."""
    texts = []
    for value in point.eigenvalues:
        rounding = _ROUNDING * max(1.0, abs(value))
        if abs(value.imag) <= rounding:
            texts.append(_number(value.real))
        elif value.imag > 0:
            real = _number(value.real) + " " if abs(value.real) > rounding else ""
            texts.append(f"{real}\u00b1 {_number(value.imag)}i")
    return texts


def _listed(texts: Sequence[str]) -> str:
    rest = len(texts) - _MOST_NUMBERS
    return ", ".join(texts[:_MOST_NUMBERS]) + (f" and {rest} more" if rest > 0 else "")


def _wrapped(ax: Axes, cells: Cells) -> Cells:
    """Cells with line breaks where a column ends."""
    points_wide = 72 * ax.bbox.width / ax.figure.dpi / 0.8  # of a table, that has no ticks beside it
    sizes = points_wide * np.diff([*_COLUMNS, 1.0]) / font_size(ax, small=True)
    widths = [max(4, int(size / letter) - 1) for size, letter in zip(sizes, _LETTERS, strict=True)]
    # Letters joined by no-break spaces stay on one line: a complex pair is one thing.
    first, *texts = (
        "\n".join(textwrap.wrap(text.replace(" \u00b1 ", "\u00a0\u00b1\u00a0"), width, break_long_words=True)) or text
        for text, width in zip(cells, widths, strict=True)
    )
    return first, texts[0], texts[1], texts[2]


def _draw(sketch: Sketch, rows: Sequence[Cells], heights: Sequence[float], points: Sequence[FixedPoint]) -> None:
    """Rows from the top down, `heights` in lines of text; lines are no further apart than reads well."""
    ends = np.cumsum(heights)
    ax = sketch.ax
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    room = 72 * ax.bbox.height / ax.figure.dpi
    line = min(room / ends[-1], 72 * _LINE)
    ax.set_ylim(room / line, 0)
    look: Style = {"va": "center", "parse_math": False, "color": Colour.INK, "linespacing": 1.1}
    size = min(font_size(ax, small=True), line)
    for row, end, height in zip(rows, ends, heights, strict=True):
        y, is_head = end - height / 2, row is rows[0]
        weight = "bold" if is_head else "normal"
        for x, text in zip((0.055, *_COLUMNS[1:]), row, strict=True):
            if text:
                cell = ax.text(x, y, text, fontsize=size, fontweight=weight, **look)
                sketch.add("head" if is_head else "cells", cell)
        rule: Style = {"color": Colour.INK if is_head else Colour.QUIET, "linewidth": 1.0 if is_head else 0.5}
        sketch.add("rules", ax.plot([0, 1], [end, end], zorder=1, **rule))
    places = [(0.025, end - height / 2) for end, height in zip(ends[1:], heights[1:], strict=True)]
    sketch.mark("points", places[: len(points)], [glyph_of(p.kind, p.status) for p in points])
