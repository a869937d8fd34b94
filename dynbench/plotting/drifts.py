"""The drift of an invariant against the step, for several methods."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.flow import DriftStudy, Outcome
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.style import Colour, Style, axes_or_new, font_size, label_axes

__all__ = ["draw_drift"]

Array = NDArray[np.float64]

_COLOURS = (Colour.REPELLING, Colour.ATTRACTING, Colour.FIRST, Colour.SECOND, Colour.STABLE, Colour.SADDLE, Colour.INK)
_MARKERS = "os^Dv<>P"
#: A drift of 0 is drawn at this part of the invariant.
_EPS = float(np.finfo(float).eps)
#: So many steps are the ticks themselves.
_MOST_TICKS = 7
#: How far apart labels stand, in heights of their text.
_SPACING = 1.25


def draw_drift(study: DriftStudy, ax: Axes | None = None, *, invariant: int = 0) -> Drawing:
    """Draw the largest drift of an invariant against the step, both by their logarithms, one line a method.

    Each line ends in the method's name and, in brackets, the order of the drift in the step. Runs that did not reach
    the end are left out; a drift of 0 is drawn at the rounding of the invariant.

    Parameters
    ----------
    study : DriftStudy
        What `dynbench.flow.drift` returned.
    ax : matplotlib Axes, optional
        Where to draw; a figure of its own by default, which is not shown.
    invariant : int
        Which of the study's invariants.

    Returns
    -------
    Drawing
        The artists, with roles "drifts" and "labels".

    Raises
    ------
    InputError
        If `study` is no such result, or has no such invariant.
    """
    if not isinstance(study, DriftStudy):
        raise InputError(f"study is {study!r:.60}; expected what flow.drift returned.")
    number = invariant if isinstance(invariant, int | np.integer) and not isinstance(invariant, bool) else -1
    if not 0 <= number < len(study.expressions):
        raise InputError(f"invariant is {invariant!r:.60}; expected a number from 0 to {len(study.expressions) - 1}.")
    sketch = Sketch(axes_or_new(ax, 4.2))
    lowest = _EPS * (study.initial[number] or 1.0)
    ends = []
    for m, name in enumerate(study.methods):
        colour, marker = _COLOURS[m % len(_COLOURS)], _MARKERS[m % len(_MARKERS)]
        done = np.array([outcome is Outcome.COMPLETED for outcome in study.outcomes[m]])
        if not done.any():
            continue
        steps, drifts = study.steps[done], np.maximum(study.absolute[m, done, number], lowest)
        style: Style = {"color": colour, "marker": marker, "markersize": 4.5, "linewidth": 1.3}
        sketch.add("drifts", sketch.ax.plot(steps, drifts, markeredgecolor="black", markeredgewidth=0.5, **style))
        order = study.orders[m, number]
        ends.append((steps[0], drifts[0], f"{name} ({order:.1f})" if np.isfinite(order) else name, colour))
    sketch.ax.set_xscale("log")
    sketch.ax.set_yscale("log")
    if len(study.steps) <= _MOST_TICKS:
        sketch.ax.set_xticks(study.steps, [f"{h:.3g}" for h in study.steps])
        sketch.ax.minorticks_off()
    sketch.ax.margins(x=0.04, y=0.06)
    label_axes(sketch.ax, "step", f"drift up to t = {study.duration:g}")
    _label_ends(sketch, ends)
    return sketch.finish()


def _label_ends(sketch: Sketch, ends: list[tuple[float, float, str, str]]) -> None:
    """Write beside the right edge what each line is, from top to bottom as the lines end, never on one another."""
    ax, size = sketch.ax, font_size(sketch.ax, small=True)
    if not ends:
        return
    ends = sorted(ends, key=lambda end: end[1])
    low, high = np.log(ax.get_ylim())
    places = (np.log([end[1] for end in ends]) - low) / (high - low)
    room = _SPACING * size / 72 / (ax.bbox.height / ax.figure.dpi)
    for (step, drift, text, colour), place in zip(ends, _spread(places, room), strict=True):
        style: dict[str, Any] = {"xycoords": "data", "textcoords": ax.transAxes, "annotation_clip": False}
        leader = {"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 4}
        label = ax.annotate(
            text,
            (step, drift),
            xytext=(1.06, place),
            arrowprops=leader,
            color=colour,
            fontsize=size,
            va="center",
            parse_math=False,
            **style,
        )
        sketch.add("labels", label)


def _spread(places: Array, room: float) -> Array:
    """Ascending places moved as little as a few sweeps manage, until each is `room` above the one below."""
    places = np.array(places, dtype=float)
    for _ in range(200):
        for i, j in pairwise(range(len(places))):
            lack = room - (places[j] - places[i])
            if lack > 0:
                places[i] -= lack / 2
                places[j] += lack / 2
    return places
