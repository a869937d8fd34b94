"""Phase portraits: what a state space looks like, in one picture for each kind and dimension."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from numpy.typing import NDArray

from dynbench.analysis import Analysis
from dynbench.errors import InputError
from dynbench.fixed_points.results import MOST_COLUMNS
from dynbench.plotting.curves import draw_cycles, draw_manifolds, draw_some_orbits, draw_trajectories
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.fields import draw_basins
from dynbench.plotting.lines import draw_line_portrait
from dynbench.plotting.planar import draw_plane
from dynbench.plotting.projections import View, view_of
from dynbench.plotting.recurrent import draw_homoclinic, draw_periodic, drawn_cycles, numbered_states
from dynbench.plotting.style import MOST_NUMBERED, axes_or_new, glyph_of, label_axes, number_places

if TYPE_CHECKING:
    from dynbench.basins import Basins
    from dynbench.flow import Trajectory

__all__ = ["as_analysis", "phase_portrait"]

#: The roles of what a projection shows beside points.
_CURVES = frozenset({"stable manifolds", "unstable manifolds", "cycles", "trajectories"})


def phase_portrait(
    analysis: Analysis,
    ax: Axes | None = None,
    *,
    basins: Basins | None = None,
    level_sets: bool = True,
    manifolds: bool = True,
    states: Sequence[Any] | None = None,
    trajectories: Sequence[Trajectory | NDArray[np.float64]] | None = None,
) -> Drawing:
    """Draw the phase portrait of what was analysed.

    One state: the graph of the right-hand side, with the direction of motion on the axis (a flow) or with
    the diagonal and one orbit's cobweb (a map). Two states: for a flow streamlines, nullclines, level sets of
    a proved invariant, stable and unstable manifolds of the saddles and limit cycles; for a map where bounded
    orbits settle, or arrows from x to F(x) where none stays bounded, of a piecewise-linear one the borders of its
    regions, exact manifolds, homoclinic points and the shortest cycles. From three states on: points, manifolds,
    cycles and trajectories, in projection; a few orbits from random starts where there are none of those but
    points. Always the fixed points, by glyph, and a legend.

    Parameters
    ----------
    analysis : Analysis
        What `dynbench.analyze` returned.
    ax : matplotlib Axes, optional
        Where to draw, in a figure made with ``layout="constrained"`` so that the legend below the axes has room;
        a figure of its own by default, which is not shown.
    basins : Basins, optional
        What `dynbench.basins` returned for two states: shades behind everything else.
    level_sets : bool
        Whether to contour a proved invariant (planar flows).
    manifolds : bool
        Whether to draw the manifolds of the saddles.
    states : pair of states, optional
        The two states (names, symbols or positions) to show, of three and more; of two states they are those
        two, in any order, and the first of the system stays on the horizontal axis. By default three
        states are seen from a corner of their box, more along the principal components of the fixed points.
    trajectories : sequence of Trajectory or arrays, optional
        Orbits to draw too (two states and more), as `dynbench.integrate` returns them, or their states (m, n).

    Returns
    -------
    Drawing
        The artists, with roles "streamlines", "nullclines", "level sets", "basins", "stable manifolds",
        "unstable manifolds", "cycles", "homoclinic points", "borders", "trajectories", "orbits", "steps", "continua",
        "undecided", "frame",
        "graph", "directions", "cobweb", "points", "numbers" and "legend".

    Raises
    ------
    InputError
        If an argument does not fit; the message says what was expected.
    """
    system = as_analysis(analysis).system
    orbits = _checked(system.dimension, basins, states, trajectories)
    sketch = Sketch(axes_or_new(ax))
    if system.dimension == 1:
        return draw_line_portrait(analysis, sketch)
    view = view_of(analysis, states)
    if basins is not None:
        draw_basins(sketch, basins)
    if system.dimension == 2:
        draw_plane(sketch, analysis, level_sets=level_sets, streamlines=basins is None)
    else:
        view.draw_frame(sketch)
    if manifolds:
        draw_manifolds(sketch, analysis, view)
    draw_cycles(sketch, system, analysis.graph, view, listed=analysis.cycles or ())
    draw_periodic(sketch, [cycle for _, cycle in drawn_cycles(analysis)], view)
    draw_homoclinic(sketch, analysis, view)
    draw_trajectories(sketch, orbits, view, system)
    if system.dimension > 2 and _CURVES.isdisjoint(sketch.roles):
        draw_some_orbits(sketch, analysis, view)
        # The shadow of a box of many states is far wider than what lies in it: there the axes fit what is drawn.
        if view.frame is None and system.dimension <= MOST_COLUMNS:
            view.show(sketch, analysis.box)
    points = [*analysis.fixed_points, *analysis.slow_points]
    positions = view.project(np.array([p.x for p in points]).reshape(-1, system.dimension))
    sketch.mark("points", positions, [glyph_of(p.kind, p.status) for p in points])
    # The edges of a frame are numbered on the outside, so that the points are numbered towards the middle.
    middle = np.inf if view.frame is None else 0.0
    sketch.add("numbers", _numbers(sketch, analysis, view, middle))
    label_axes(sketch.ax, *view.labels)
    return sketch.finish()


def _numbers(sketch: Sketch, analysis: Analysis, view: View, middle: float) -> list[Annotation]:
    """Numbers beside the fixed points, unless there are too many, and beside a state of each cycle drawn."""
    count = len(analysis.fixed_points)
    states = {k: p.x for k, p in enumerate(analysis.fixed_points) if count <= MOST_NUMBERED}
    states |= numbered_states(analysis)
    positions = view.project(np.array([*states.values()]).reshape(-1, analysis.system.dimension))
    return number_places(sketch.ax, positions, list(states), middle=middle)


def as_analysis(value: Any) -> Analysis:
    """Check that a figure was asked of an analysis.

    Raises
    ------
    InputError
        If it was asked of anything else.
    """
    if not isinstance(value, Analysis):
        raise InputError(f"analysis is {value!r:.60}; expected what analyze returned.")
    return value


def _checked(dimension: int, basins: Any, states: Any, trajectories: Any) -> tuple[Any, ...]:
    """Refuse what does not fit; the trajectories, none where None was given."""
    if basins is not None and (dimension != 2 or not hasattr(basins, "labels")):
        raise InputError(f"basins is {basins!r:.60}; expected what basins returned for a system of two states.")
    if states is not None and dimension < 2:
        raise InputError(f"states is {states!r:.60}, but there is nothing to choose from in a system of {dimension}.")
    if trajectories is None:
        return ()
    if isinstance(trajectories, str) or not isinstance(trajectories, Iterable):
        raise InputError(f"trajectories is {trajectories!r:.60}; expected a sequence of what integrate returned.")
    return tuple(trajectories)
