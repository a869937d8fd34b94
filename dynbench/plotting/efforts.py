"""What a search had found by when: points by unstable directions, and the sum of their indices."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoints
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.style import Colour, Style, axes_or_new, label_axes

__all__ = ["search_effort"]

#: Counts and sums up to so much are to scale, beyond by their logarithm.
_LINEAR = 4.0
#: What is counted: the text, whether a number of unstable directions belongs, and how its line looks.
_CLASSES: tuple[tuple[str, range, Style], ...] = (
    ("attractors", range(1), {"color": Colour.ATTRACTING, "marker": "o"}),
    ("1 unstable direction", range(1, 2), {"color": Colour.SADDLE, "marker": "o", "fillstyle": "left"}),
    ("2 or more", range(2, 10**9), {"color": Colour.LEVEL, "marker": "s"}),
)
_SUM: Style = {"color": Colour.REPELLING, "marker": "D", "linestyle": (0, (3, 1.2))}


def search_effort(points: FixedPoints, ax: Axes | None = None) -> Drawing:
    """Draw how many points a search knew after so many CPU seconds, by unstable directions, and their index sum.

    A count that has stopped to grow while the effort doubles is as much as a search can say for itself where no proof
    of completeness is to be had; an index sum other than that of all fixed points shows that some are missing.

    Parameters
    ----------
    points : FixedPoints
        What `dynbench.find_fixed_points` returned; the search must keep its history, as `dynbench.search.NetworkPlan`
        does.
    ax : matplotlib Axes, optional
        Where to draw, in a figure made with ``layout="constrained"`` so that the legend below the axes has room;
        a figure of its own by default, which is not shown.

    Returns
    -------
    Drawing
        The artists, with roles "counts", "index sum", "expected" and "legend".

    Raises
    ------
    InputError
        If the search kept no history.
    """
    if not isinstance(points, FixedPoints) or not points.history:
        raise InputError(f"points is {points!r:.60}; expected fixed points found by a search that keeps its history.")
    sketch = Sketch(axes_or_new(ax, 4.4))
    seconds = [stage.seconds for stage in points.history]
    look: Style = {"markersize": 4.5, "markeredgecolor": "black", "markeredgewidth": 0.6, "drawstyle": "steps-post"}
    look |= {"linewidth": 1.3, "markerfacecoloralt": Colour.PAPER}
    for text, unstable, style in _CLASSES:
        counts = [sum(n for k, n in stage.by_index.items() if k in unstable) for stage in points.history]
        sketch.add("counts", sketch.ax.plot(seconds, counts, **look, **style))
        sketch.explain(Line2D([], [], **look, **style), text)
    sums = [np.nan if stage.index_sum is None else stage.index_sum for stage in points.history]
    sketch.add("index sum", sketch.ax.plot(seconds, sums, zorder=3, **look, **_SUM))
    sketch.explain(Line2D([], [], **look, **_SUM), "sum of the indices")
    if points.expected_index_sum is not None:
        line = sketch.ax.axhline(points.expected_index_sum, color=Colour.REPELLING, linewidth=0.8, zorder=1)
        sketch.add("expected", line)
        sketch.explain(line, f"that of all fixed points: {points.expected_index_sum}")
    sketch.ax.set_yscale("symlog", linthresh=_LINEAR)
    sketch.ax.yaxis.set_major_formatter("{x:.0f}")
    label_axes(sketch.ax, "CPU seconds", "points")
    return sketch.finish()
