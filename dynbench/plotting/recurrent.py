"""Recurrent states of maps: cycles by kind, homoclinic points, and the borders between regions of linearity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from dynbench.cycles import Cycle
from dynbench.piecewise import piecewise_linear
from dynbench.plotting.drawing import Sketch
from dynbench.plotting.fields import draw_zero_set
from dynbench.plotting.projections import View
from dynbench.plotting.style import Colour, Style

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["MOST_CROSSINGS", "draw_borders", "draw_homoclinic", "draw_periodic", "drawn_cycles", "numbered_states"]

#: Cycles drawn of a list: the shortest ones. Each has a colour by its kind, and its states are joined in turn.
_MOST_CYCLES = 3
#: Crossings drawn, proved and not: the first ones, which are those of the first saddle.
MOST_CROSSINGS = 12
#: Borders of so many units are drawn, on a grid of so many points a side.
_MOST_UNITS, _GRID = 16, 241
_BORDER: Style = {"colors": [Colour.QUIET], "linewidths": 1.0, "linestyles": "dotted", "zorder": 1.5}


def drawn_cycles(analysis: Analysis) -> list[tuple[int, Cycle]]:
    """The cycles of the list that a portrait shows, with their numbers: attracting ones first, then the shortest."""
    longer = analysis.numbered_cycles.items()
    return sorted(longer, key=lambda entry: (not entry[1].kind.attracting, entry[1].period))[:_MOST_CYCLES]


def numbered_states(analysis: Analysis) -> dict[int, NDArray[np.float64]]:
    """A state of each cycle that a portrait shows, by the number that it calls the cycle by."""
    listed = [id(cycle) for cycle in analysis.cycles or ()]
    met = ((node, cycle) for node, cycle in analysis.graph.nodes(data="cycle") if cycle is not None)
    shown = [*drawn_cycles(analysis), *((node, cycle) for node, cycle in met if id(cycle) not in listed)]
    return {number: np.asarray(cycle.points)[0] for number, cycle in shown}


def draw_periodic(sketch: Sketch, cycles: Sequence[Cycle], view: View) -> None:
    """Draw the states of cycles of a map, squares filled by kind as points are, joined in the order of the orbit."""
    for cycle in cycles:
        xy = view.project(np.asarray(cycle.points))
        colour, fill = _look(cycle)
        closed = np.concatenate([xy, xy[:1]])
        joined: Style = {"color": colour, "linewidth": 0.7, "linestyle": (0, (1, 1.5))}
        body: Style = {
            **{"marker": "s", "markersize": 5.0, "linestyle": "none", "fillstyle": fill, "color": colour},
            **{"markerfacecoloralt": Colour.PAPER, "markeredgecolor": "black", "markeredgewidth": 0.7},
        }
        drawn = [*sketch.ax.plot(closed[:, 0], closed[:, 1], zorder=4.2, **joined)]
        drawn += sketch.ax.plot(xy[:, 0], xy[:, 1], zorder=4.6, **body)
        sketch.add("cycles", drawn)
        periods = sorted({int(c.period) for c in cycles if c.kind is cycle.kind})
        sketch.explain(Line2D([], [], **body), f"{cycle.kind.value}, {', '.join(map(str, periods))} states")


def _look(cycle: Cycle) -> tuple[str, str]:
    """Colour and fill by kind: filled attracts, half-filled is a saddle, open repels."""
    if cycle.kind.attracting:
        return Colour.ATTRACTING, "full"
    words = cycle.kind.value
    if words.startswith("saddle"):
        return Colour.SADDLE, "left"
    return (Colour.REPELLING, "none") if words.startswith("unstable") else (Colour.NONHYPERBOLIC, "full")


def draw_homoclinic(sketch: Sketch, analysis: Analysis, view: View) -> None:
    """Draw the crossings of manifolds: a cross where one is proved, a thin plus where it was only seen."""
    for proved, marker, text in ((True, "X", "homoclinic (proved)"), (False, "+", "crossing, not proved")):
        states = [p.x for p in analysis.homoclinic if p.proved is proved][:MOST_CROSSINGS]
        if not states:
            continue
        xy = view.project(np.array(states))
        style: Style = {"marker": marker, "markersize": 5.0, "linestyle": "none", "color": Colour.FIRST}
        style |= {
            "markeredgecolor": Colour.PAPER if proved else Colour.FIRST,
            "markeredgewidth": 0.5 if proved else 1.0,
        }
        sketch.add("homoclinic points", sketch.ax.plot(xy[:, 0], xy[:, 1], zorder=4.8, **style))
        sketch.explain(Line2D([], [], **style), text)


def draw_borders(sketch: Sketch, analysis: Analysis) -> None:
    """Draw the lines of the plane on which a unit of a piecewise-linear map switches."""
    form = piecewise_linear(analysis.system)
    if form is None or form.units > _MOST_UNITS:
        return
    x, y = (np.linspace(low, high, _GRID) for low, high in analysis.box)
    margins = form.margins(np.stack(np.meshgrid(x, y), axis=-1))
    for i in range(form.units):
        drawn = draw_zero_set(sketch.ax, x, y, margins[..., i], **_BORDER)
        sketch.add("borders", drawn)
        if drawn:
            sketch.explain(Line2D([], [], color=Colour.QUIET, linewidth=1.0, linestyle="dotted"), "border of a region")
