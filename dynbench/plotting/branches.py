"""Bifurcation diagrams: the paths of fixed points through a sequence of systems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from dynbench.continuation import ChangeKind, FixedPointPath, FixedPointPaths
from dynbench.errors import InputError
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.style import Colour, Style, axes_or_new, font_size, label_axes, legible

__all__ = ["draw_paths"]

Array = NDArray[np.float64]

#: Solid where stable, dashed where not.
_STABLE: Style = {"color": Colour.ATTRACTING, "linestyle": "solid", "linewidth": 1.6}
_SADDLE: Style = {"color": Colour.SADDLE, "linestyle": (0, (4, 1.6)), "linewidth": 1.2}
_REPELLING: Style = {"color": Colour.REPELLING, "linestyle": (0, (1.5, 1.2)), "linewidth": 1.2}
#: A marker for each kind of change, and whether it is filled.
_MARKERS = {
    ChangeKind.BIRTH: (">", True),
    ChangeKind.DEATH: ("<", False),
    ChangeKind.SUPERCRITICAL: ("D", True),
    ChangeKind.SUBCRITICAL: ("D", False),
    ChangeKind.EXCHANGE: ("X", True),
    ChangeKind.HOPF: ("o", True),
    ChangeKind.FLIP: ("s", True),
    ChangeKind.REAL: ("P", False),
    ChangeKind.UNRESOLVED: ("*", False),
}


def draw_paths(
    paths: FixedPointPaths,
    ax: Axes | None = None,
    *,
    coordinate: Callable[[Array], Array] | str | int | None = None,
    labels: Sequence[Any] | None = None,
    name: str | None = None,
) -> Drawing:
    """Draw the bifurcation diagram of a sequence of systems: a coordinate of the fixed points over the sequence.

    Lines are solid where a point is stable and dashed where it is not; they are interpolated between stations. Markers
    stand where something happened. Changes that were not located are not drawn.

    Parameters
    ----------
    paths : FixedPointPaths
        What `dynbench.follow_fixed_points` returned.
    ax : matplotlib Axes, optional
        Where to draw, in a figure made with ``layout="constrained"`` so that the legend below the axes has room;
        a figure of its own by default, which is not shown.
    coordinate : callable, str or int, optional
        What to draw of a state: a function of states (m, n) that returns (m,), or a state by its name or number; the
        first state by default.
    labels : sequence, optional
        What to write below the systems, such as the steps of a training; their numbers by default.
    name : str, optional
        The label of the vertical axis; by default the name of the state.

    Returns
    -------
    Drawing
        The artists, with roles "branches", "changes" and "legend".

    Raises
    ------
    InputError
        If `paths` is no such result or holds nothing, a coordinate is none, or there are not as many labels as systems.
    """
    if not isinstance(paths, FixedPointPaths):
        raise InputError(f"paths is {paths!r:.60}; expected what follow_fixed_points returned.")
    if not paths.systems:
        raise InputError("paths holds no system: following was interrupted before the first search ended.")
    function, title = _coordinate(paths, coordinate)
    texts = [str(i) for i in range(len(paths.systems))] if labels is None else [str(label) for label in labels]
    if len(texts) != len(paths.systems):
        raise InputError(f"labels holds {len(texts)} entries; expected one for each of {len(paths.systems)} systems.")
    sketch = Sketch(axes_or_new(ax, 4.0))
    for path in paths.paths:
        _draw_branch(sketch, path, function)
    for kind, (marker, filled) in _MARKERS.items():
        places = [(c.position, _value(function, c.x)) for c in paths.changes if c.kind is kind]
        if not places:
            continue
        style: Style = {"marker": marker, "markersize": 6, "markeredgecolor": "black", "linestyle": "none"}
        style |= {"markerfacecolor": Colour.NONHYPERBOLIC if filled else Colour.PAPER, "markeredgewidth": 0.8}
        sketch.add("changes", sketch.ax.plot(*np.transpose(places), zorder=5, **style))
        sketch.explain(Line2D([], [], **style), kind.value)
    sketch.ax.set_xticks(
        range(len(texts)), [legible(text) for text in texts], fontsize=font_size(sketch.ax, small=True)
    )
    sketch.ax.set_xlim(-0.02, len(texts) - 0.98)
    label_axes(sketch.ax, "system" if labels is None else "", title if name is None else name)
    return sketch.finish()


def _coordinate(paths: FixedPointPaths, coordinate: Any) -> tuple[Callable[[Array], Array], str]:
    """A function of states and its name."""
    if callable(coordinate):
        return coordinate, ""
    names = paths.systems[0].state_names
    if isinstance(coordinate, str) and coordinate in names:
        coordinate = names.index(coordinate)
    number = 0 if coordinate is None else coordinate
    if not isinstance(number, int | np.integer) or isinstance(number, bool) or not 0 <= number < len(names):
        raise InputError(f"coordinate is {coordinate!r:.60}; expected a function of states, or a state.")
    return lambda x: x[:, number], names[number]


def _value(function: Callable[[Array], Array], x: Array) -> float:
    return float(np.asarray(function(x[None])).reshape(-1)[0])


def _draw_branch(sketch: Sketch, path: FixedPointPath, function: Callable[[Array], Array]) -> None:
    """The stretches of a path between changes."""
    values = np.asarray(function(path.x), dtype=float)
    if values.shape != path.t.shape:
        raise InputError(
            f"coordinate returned an array of shape {values.shape} for {len(path.t)} states; expected one value each."
        )
    n = path.x.shape[-1]
    for unstable, group in groupby(range(len(path.t)), key=lambda k: path.unstable[k]):
        chosen = list(group)
        style, text = (_STABLE, "stable") if unstable == 0 else (_SADDLE, "saddle")
        if unstable == n:
            style, text = _REPELLING, "repelling"
        sketch.add("branches", sketch.ax.plot(path.t[chosen], values[chosen], zorder=3, **style))
        sketch.explain(Line2D([], [], **style), text)
