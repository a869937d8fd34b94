"""The looks that every figure shares: palette, glyphs, axes, legends.

Fill comes first and colour second, so that a figure survives a grey printer and a colour-blind reader: a
filled disc attracts, an open disc repels, a half-filled disc is a saddle, a diamond is nonhyperbolic; the same
disc in a ring is a cycle of that kind. Edges are black. Sizes are those of a figure as wide as a page; in
narrower axes they shrink, but never below what can be read in print.
"""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox, TransformedBbox
from numpy.typing import ArrayLike

from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint, Kind, Status

__all__ = [
    "MOST_NUMBERED",
    "Colour",
    "Glyph",
    "Style",
    "add_legend",
    "axes_or_new",
    "draw_glyphs",
    "font_size",
    "glyph_handle",
    "glyph_of",
    "glyph_of_cycle",
    "label_axes",
    "legible",
    "number_places",
    "number_points",
    "set_height",
]


#: More points than this are not numbered in a figure: the numbers would hide it.
MOST_NUMBERED = 30
#: Keyword arguments of Matplotlib's artists.
Style = dict[str, Any]

#: The size of text in axes of full width, the least that is legible in print, and that full width in inches.
_FONT, _SMALLEST_FONT, _FULL_WIDTH = 10.5, 7.2, 3.7
#: The width of a figure of our own, in inches.
_WIDTH = 4.8
#: Small text (numbers and ticks) against the rest.
_SMALL = 0.95
#: Glyphs are clipped by this part of the axes beyond them: as much as half of the widest.
_EDGE = 0.05
#: How wide a letter is, in units of the size of the text, and how many sizes a legend's handle takes.
_LETTER, _HANDLE = 0.5, 4.0


class Colour:
    """The palette. Attracting, saddle and repelling stay apart for colour-blind readers, and in grey."""

    ATTRACTING = "#332288"
    SADDLE = "#CC79A7"
    REPELLING = "#bd1f01"
    NONHYPERBOLIC = "#DDCC77"
    STABLE = "#4477AA"
    FIRST = "#117733"
    SECOND = "#a35a00"
    LEVEL = "#5a5a5a"
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
    ring: bool = False


class Glyph(enum.Enum):
    """What is drawn for a kind of point, the same in every figure; ``.value.label`` names it in a legend."""

    ATTRACTING = _Look("attracting", "o", Colour.ATTRACTING)
    SADDLE = _Look("saddle", "o", Colour.SADDLE, fill="left")
    REPELLING = _Look("repelling", "o", Colour.REPELLING, hole=True)
    NONHYPERBOLIC = _Look("nonhyperbolic", "D", Colour.NONHYPERBOLIC, size=7.0)
    CENTER = _Look("center", "D", Colour.PAPER, size=7.0)
    UNKNOWN = _Look("kind not known", "s", Colour.PAPER, size=7.0)
    SLOW = _Look("slow point (no fixed point)", "X", Colour.QUIET)
    STABLE_CYCLE = _Look("stable cycle", "o", Colour.ATTRACTING, size=6.5, ring=True)
    SADDLE_CYCLE = _Look("saddle cycle", "o", Colour.SADDLE, fill="left", size=6.5, ring=True)
    UNSTABLE_CYCLE = _Look("unstable cycle", "o", Colour.REPELLING, size=6.5, hole=True, ring=True)
    OTHER_CYCLE = _Look("nonhyperbolic cycle", "D", Colour.NONHYPERBOLIC, size=5.5, ring=True)
    INFINITY = _Look("infinity", "$\\infty$", Colour.INK, size=14.0)
    UNDECIDED = _Look("undecided", "$?$", Colour.INK, size=9.0)
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


def glyph_of_cycle(kind: str) -> Glyph:
    """The glyph of a cycle, by the text of its kind."""
    named = {glyph.value.label: glyph for glyph in (Glyph.STABLE_CYCLE, Glyph.SADDLE_CYCLE, Glyph.UNSTABLE_CYCLE)}
    return named.get(kind, Glyph.OTHER_CYCLE)


def draw_glyphs(ax: Axes, positions: ArrayLike, glyphs: Sequence[Glyph], *, scale: float = 1.0) -> list[Line2D]:
    """Draw a glyph at each of the (K, 2) positions; returns the lines, which carry the markers.

    A glyph on the edge of the axes is whole: it is clipped a little beyond them.
    """
    xy = np.asarray(positions, dtype=float).reshape(-1, 2)
    scale *= max(0.8, font_size(ax) / _FONT)
    lines = []
    for glyph in Glyph:
        chosen = xy[[g is glyph for g in glyphs]] if len(xy) else xy
        for style in _layers(glyph, scale) if len(chosen) else ():
            lines += ax.plot(chosen[:, 0], chosen[:, 1], zorder=5, **style)
    beyond = TransformedBbox(Bbox([[-_EDGE, -_EDGE], [1 + _EDGE, 1 + _EDGE]]), ax.transAxes)
    for line in lines:
        line.set_clip_box(beyond)
    return lines


def glyph_handle(glyph: Glyph, scale: float = 1.0) -> tuple[Line2D, ...]:
    """What stands for a glyph in a legend."""
    return tuple(Line2D([], [], **style) for style in _layers(glyph, scale))


def font_size(ax: Axes, *, small: bool = False) -> float:
    """The size of the text in these axes, in points: smaller in narrow ones, but legible in print."""
    width = ax.bbox.width / ax.figure.dpi
    return max(_SMALLEST_FONT, (_SMALL if small else 1.0) * _FONT * min(1.0, width / _FULL_WIDTH))


def add_legend(
    ax: Axes,
    glyphs: Iterable[Glyph],
    others: Sequence[tuple[Any, str]] = (),
    *,
    gap: float = 4.0,
) -> Legend | None:
    """Put a legend `gap` lines below the axes: the glyphs that occur, in a fixed order, then `others`."""
    present = set(glyphs)
    entries: list[tuple[Any, str]] = [(glyph_handle(g), g.value.label) for g in Glyph if g in present]
    entries += others
    if not entries:
        return None
    handles, labels = zip(*entries, strict=True)
    size = font_size(ax)
    legend = ax.legend(
        *(handles, labels),
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        borderaxespad=gap,
        ncols=_columns(ax, labels, size),
        frameon=False,
        fontsize=size,
        columnspacing=1.4,
        handletextpad=0.5,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    return legend


def _columns(ax: Axes, labels: Sequence[str], size: float) -> int:
    """As many columns as fit into the width of the axes and half the margins, at most three."""
    room = 72 * (ax.figure.bbox.width + ax.bbox.width) / 2 / ax.figure.dpi / size
    for columns in (3, 2):
        if len(labels) < columns:
            continue
        lengths = np.array_split([len(label) for label in labels], columns)  # as Matplotlib fills them
        if sum(_HANDLE + _LETTER * column.max() for column in lengths) <= room:
            return columns
    return 1


def axes_or_new(ax: Axes | None, height: float = 4.8) -> Axes:
    """The axes given, or those of a new figure, `height` inches high, that belongs to no global state.

    Raises
    ------
    InputError
        If `ax` is neither plane axes of a figure nor None.
    """
    if ax is not None:
        if not isinstance(ax, Axes) or ax.figure is None:
            raise InputError(f"ax is {ax!r:.60}; expected Matplotlib axes, or None for a figure of its own.")
        if ax.name != "rectilinear":
            raise InputError(f"ax has the projection {ax.name!r:.60}; expected plane axes, with x across and y up.")
        return ax
    ax = Figure(figsize=(_WIDTH, height), layout="constrained").add_subplot()
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=_SMALL * _FONT, colors=Colour.INK)
    return ax


def set_height(ax: Axes, inches: float) -> None:
    """Change the height of the figure that `axes_or_new` made for these axes."""
    ax.figure.canvas.figure.set_size_inches(_WIDTH, inches)


def label_axes(ax: Axes, x: str, y: str) -> None:
    """Label the axes with names that may hold anything: no mathematics is read into a dollar sign."""
    style: Style = {"parse_math": False, "usetex": False, "fontsize": font_size(ax)}
    ax.set_xlabel(legible(x), **style)
    ax.set_ylabel(legible(y), **style)


def legible(name: str, longest: int = 24) -> str:
    """A name as it can be drawn: control characters replaced, overlong names cut with an ellipsis."""
    clean = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c)[0] == "C" else c for c in name)
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"


def number_points(
    ax: Axes, positions: ArrayLike, points: Sequence[FixedPoint], *, middle: float = np.inf
) -> list[Annotation]:
    """Write each point's place in the list beside it, for up to `MOST_NUMBERED` of them; see `number_places`."""
    return number_places(ax, positions, range(len(points)), middle=middle) if len(points) <= MOST_NUMBERED else []


def number_places(
    ax: Axes, positions: ArrayLike, numbers: Sequence[int], *, middle: float = np.inf, above: bool = True
) -> list[Annotation]:
    """Write a number at the upper right of each of the (K, 2) positions, or at the upper left beyond x = `middle`.

    Positions that are closer on the page than their labels are high share one: "0, 2". Where glyphs are crowded, so
    that a number may cover one, the numbers are not to stand `above` them.
    """
    xy = np.asarray(positions, dtype=float).reshape(-1, 2)
    ax.autoscale_view()  # Matplotlib puts it off until it draws
    page = 72 / ax.figure.dpi * (ax.transData.transform(xy) if len(xy) else xy)
    size = font_size(ax, small=True)
    style: Style = {"textcoords": "offset points", "zorder": 6 if above else 4.5}
    style |= {"bbox": _HALO, "annotation_clip": True}
    labels: dict[int, list[int]] = {}  # the first of those that share a label -> all of their numbers
    for k, (number, place) in enumerate(zip(numbers, page, strict=True)):
        first = next((f for f in labels if np.hypot(*(page[f] - place)) < 0.7 * size), k)
        together = labels.setdefault(first, [])
        together += [number] if number not in together else []
    sides: dict[bool, Style] = {False: {"xytext": (6, 5)}, True: {"xytext": (-6, 5), "ha": "right"}}
    return [
        ax.annotate(_numbers(together), tuple(xy[first]), fontsize=size, **sides[bool(xy[first, 0] > middle)], **style)
        for first, together in labels.items()
    ]


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:3])) + (", \N{HORIZONTAL ELLIPSIS}" if len(numbers) > 3 else "")


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
        "markeredgewidth": 0.4 if look.marker.startswith("$") else 0.9,
        "linestyle": "none",
    }
    around = {
        "marker": "o",
        "markersize": 2.1 * size,
        "markerfacecolor": Colour.PAPER,
        "markeredgecolor": look.colour,
        "markeredgewidth": 1.6,
        "linestyle": "none",
    }
    hole = {"marker": "o", "markersize": 0.5 * size, "color": Colour.PAPER, "linestyle": "none"}
    return [*([around] if look.ring else []), body, *([hole] if look.hole else [])]
