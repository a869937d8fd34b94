"""The looks that every figure shares: palette, glyphs, axes, legends.

Fill comes first and colour second, so that a figure survives a grey printer and a colour-blind reader: a
filled disc attracts, an open disc repels, a half-filled disc is a saddle, a diamond is nonhyperbolic. Edges
are black.
"""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from dynbench.fixed_points import FixedPoint, Kind, Status

__all__ = [
    "MOST_NUMBERED",
    "Colour",
    "Glyph",
    "Style",
    "add_legend",
    "axes_or_new",
    "draw_glyphs",
    "glyph_handle",
    "glyph_of",
    "label_axes",
    "legible",
    "number_points",
]


#: More points than this are not numbered in a figure: the numbers would hide it.
MOST_NUMBERED = 30
#: Keyword arguments of Matplotlib's artists.
Style = dict[str, Any]


class Colour:
    """The palette. The first three stay apart for colour-blind readers, and in grey by their lightness."""

    ATTRACTING = "#332288"
    SADDLE = "#CC79A7"
    REPELLING = "#bd1f01"
    NONHYPERBOLIC = "#DDCC77"
    FIRST = "#117733"
    SECOND = "#a35a00"
    QUIET = "#a9a9a9"
    SHADE = "#eef0f4"
    INK = "#1a1a1a"
    PAPER = "#ffffff"


@dataclass(frozen=True)
class _Look:
    label: str
    marker: str
    colour: str
    fill: str = "full"
    size: float = 8.0
    hole: bool = False


class Glyph(enum.Enum):
    """What is drawn for a kind of point, the same in every figure; ``.value.label`` names it in a legend."""

    ATTRACTING = _Look("attracting", "o", Colour.ATTRACTING)
    SADDLE = _Look("saddle", "o", Colour.SADDLE, fill="left")
    REPELLING = _Look("repelling", "o", Colour.REPELLING, hole=True)
    NONHYPERBOLIC = _Look("nonhyperbolic", "D", Colour.NONHYPERBOLIC, size=7.0)
    CENTER = _Look("center", "D", Colour.PAPER, size=7.0)
    UNKNOWN = _Look("kind not known", "s", Colour.PAPER, size=7.0)
    SLOW = _Look("slow point (no fixed point)", "X", Colour.QUIET)
    LIMIT = _Look("limit that is no fixed point", "h", Colour.SHADE, size=10.0)


def glyph_of(kind: Kind, status: Status = Status.CERTIFIED) -> Glyph:
    """The glyph of a fixed point of this kind; a slow point has one of its own, whatever its eigenvalues."""
    if status is Status.SLOW_POINT:
        return Glyph.SLOW
    if kind.saddle:
        return Glyph.SADDLE
    if kind.attracting:
        return Glyph.ATTRACTING
    if kind.repelling:
        return Glyph.REPELLING
    return {Kind.CENTER: Glyph.CENTER, Kind.NONHYPERBOLIC: Glyph.NONHYPERBOLIC}.get(kind, Glyph.UNKNOWN)


def draw_glyphs(ax: Axes, positions: ArrayLike, glyphs: Sequence[Glyph], *, scale: float = 1.0) -> list[Line2D]:
    """Draw a glyph at each of the (K, 2) positions; returns the lines, which carry the markers."""
    xy = np.asarray(positions, dtype=float).reshape(-1, 2)
    lines = []
    for glyph in Glyph:
        chosen = xy[[g is glyph for g in glyphs]] if len(xy) else xy
        for style in _layers(glyph, scale) if len(chosen) else ():
            lines += ax.plot(chosen[:, 0], chosen[:, 1], zorder=5, **style)
    return lines


def glyph_handle(glyph: Glyph, scale: float = 1.0) -> tuple[Line2D, ...]:
    """What stands for a glyph in a legend."""
    return tuple(Line2D([], [], **style) for style in _layers(glyph, scale))


def add_legend(
    ax: Axes,
    glyphs: Iterable[Glyph],
    others: Sequence[tuple[Artist, str]] = (),
    *,
    columns: int = 3,
    gap: float = 4.0,
) -> None:
    """Put a legend `gap` lines below the axes: the glyphs that occur, in a fixed order, then `others`."""
    present = set(glyphs)
    entries: list[tuple[Any, str]] = [(glyph_handle(g), g.value.label) for g in Glyph if g in present]
    entries += others
    if not entries:
        return
    handles, labels = zip(*entries, strict=True)
    legend = ax.legend(
        *(handles, labels),
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        borderaxespad=gap,
        ncols=min(columns, len(entries)),
        frameon=False,
        fontsize=10,
        columnspacing=1.6,
        handletextpad=0.5,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def axes_or_new(ax: Axes | None, size: tuple[float, float] = (5.6, 5.2)) -> Axes:
    """The axes given, or those of a new figure that belongs to no global state."""
    if ax is not None:
        return ax
    ax = Figure(figsize=size, layout="constrained").add_subplot()
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=10, colors=Colour.INK)
    return ax


def label_axes(ax: Axes, x: str, y: str) -> None:
    """Label the axes with names that may hold anything: no mathematics is read into a dollar sign."""
    ax.set_xlabel(legible(x), parse_math=False, usetex=False)
    ax.set_ylabel(legible(y), parse_math=False, usetex=False)


def legible(name: str, longest: int = 24) -> str:
    """A name as it can be drawn: control characters replaced, overlong names cut with an ellipsis."""
    clean = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c)[0] == "C" else c for c in name)
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"


def number_points(ax: Axes, positions: ArrayLike, points: Sequence[FixedPoint]) -> None:
    """Write each point's place in the list beside it, for up to `MOST_NUMBERED` of them."""
    if len(points) > MOST_NUMBERED:
        return
    for number, (x, y) in enumerate(np.asarray(positions, dtype=float).reshape(-1, 2)):
        ax.annotate(
            str(number),
            (x, y),
            (6, 5),
            textcoords="offset points",
            fontsize=10,
            zorder=6,
            bbox=_HALO,
            annotation_clip=True,
        )


_HALO: Style = {"boxstyle": "round,pad=0.1", "facecolor": Colour.PAPER, "edgecolor": "none", "alpha": 0.8}


def _layers(glyph: Glyph, scale: float) -> list[Style]:
    """Keyword arguments of the lines that make up a glyph; an open disc is a ring around a white hole."""
    look = glyph.value
    size = scale * look.size
    body = {
        "marker": look.marker,
        "markersize": size,
        "fillstyle": look.fill,
        "markerfacecolor": look.colour,
        "markerfacecoloralt": Colour.PAPER,
        "markeredgecolor": "black",
        "markeredgewidth": 0.9,
        "linestyle": "none",
    }
    hole = {"marker": "o", "markersize": 0.5 * size, "color": Colour.PAPER, "linestyle": "none"}
    return [body, hole] if look.hole else [body]
