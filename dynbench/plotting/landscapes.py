"""The q landscape: where a flow or map is slow, and where a search that descends it ends."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from dynbench._arrays import as_states
from dynbench.analysis import Analysis
from dynbench.errors import InputError
from dynbench.plotting.drawing import Drawing, Sketch
from dynbench.plotting.fields import draw_continua, values_on_grid
from dynbench.plotting.portraits import as_analysis
from dynbench.plotting.style import Colour, Style, axes_or_new, font_size, glyph_of, label_axes, number_points
from dynbench.systems import ODE, System

__all__ = ["speed_landscape"]

Array = NDArray[np.float64]

_GRID = 161
_LINE_GRID = 801
_STARTS = 24
_BANDS = 12
#: The greys run over this many powers of ten below the highest q in the box.
_DECADES = 6.0
#: A descent follows dx/ds = -grad q so far; near a degenerate minimum it slows down like a power of s.
_LONGEST = 1e7
#: Steps at which a descent is given up: in the kink of a q that is not smooth it goes to and fro and hardly on.
_MOST_STEPS = 2000
#: The gradient against its start at which a descent has ended.
_FLAT = 1e-8
#: An end within this part of the size of the box belongs to a point.
_NEAR = 1e-2


def speed_landscape(analysis: Analysis, ax: Axes | None = None, *, starts: Any = None) -> Drawing:
    """Draw log10 of q = |F|^2 / 2 (for a map, of F(x) - x), and paths that descend it to its minima.

    A descent ends at a fixed point, where q = 0, or at another minimum of q; the glyphs tell them apart. A cross
    marks the end of a descent at neither: a minimum outside of what was searched, one that is not slow, or where a
    descent was given up in a kink of q. Where fixed points make up a continuum, that is drawn too, and a plus marks the
    end of a descent on it.

    Parameters
    ----------
    analysis : Analysis
        What `dynbench.analyze` returned, for one or two states.
    ax : matplotlib Axes, optional
        Where to draw, in a figure made with ``layout="constrained"`` so that the legend below the axes has room;
        a figure of its own by default, which is not shown.
    starts : (K, n) array_like, optional
        Where the descents start; by default 24 states drawn from the box, the same in every run.

    Returns
    -------
    Drawing
        The artists, with roles "landscape", "descents", "starts", "points", "continua", "ends on continua", "ends",
        "numbers" and "legend", and "scale" (the axes of the colour bar, for two states).

    Raises
    ------
    InputError
        If the system has more than two states, or `starts` are no states of it.

    Notes
    -----
    D. Sussillo, O. Barak, Opening the black box: low-dimensional dynamics in high-dimensional recurrent neural
    networks, Neural Computation 25 (2013) 626-649; J. Jang, 2015, figure 2.
    """
    system = as_analysis(analysis).system
    if system.dimension > 2:
        raise InputError(f"The landscape of q is drawn over one or two states, but this system has {system.dimension}.")
    box = analysis.box
    if starts is None:
        starts = np.random.default_rng(0).uniform(box[:, 0], box[:, 1], (_STARTS, system.dimension))
    states = as_states(starts, system.dimension, name="starts").reshape(-1, system.dimension)
    sketch = Sketch(axes_or_new(ax, 4.6))
    heights = _draw_line(sketch, system, box) if system.dimension == 1 else _draw_plane(sketch, system, box)
    paths = [descend(system, x) for x in states]
    _draw_paths(sketch, paths, heights)
    _draw_ends(sketch, analysis, np.array([path[-1] for path in paths]).reshape(-1, system.dimension), heights)
    names = system.state_names
    label_axes(sketch.ax, names[0], "log10 q" if system.dimension == 1 else names[1])
    return sketch.finish()


def descend(system: System, start: Array) -> Array:
    """The path (m, n) of dx/ds = -grad q from a state, down to where q is flat, or as far as 2000 steps lead.

    Implicit steps, as near a minimum the directions differ in steepness by the square of those of F.
    """
    from scipy.integrate import LSODA

    def slope(_: float, x: Array) -> Array:
        return -system.speed_gradient(x)

    def bend(_: float, x: Array) -> Array:
        return -system.speed_hessian(x, gauss_newton=False)

    path = [start]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        # SciPy's LSODA warns when it gives up: the path ends there.
        warnings.filterwarnings("ignore", message="lsoda", category=UserWarning)
        steep = float(np.linalg.norm(slope(0.0, start)))
        if not np.isfinite(steep) or steep == 0:
            return start[None]
        run = LSODA(slope, 0.0, start, _LONGEST, jac=bend, rtol=1e-5, atol=1e-7, first_step=1e-6)
        while run.status == "running" and len(path) <= _MOST_STEPS:
            run.step()
            path.append(run.y.copy())
            if np.linalg.norm(slope(0.0, run.y)) <= _FLAT * steep:
                break
    states = np.array(path)
    return states[np.isfinite(states).all(axis=-1)]


def _log(q: Array) -> Array:
    """log10 of q: -inf where q = 0, and nan where it is no number or too large for one."""
    with np.errstate(all="ignore"):
        values = np.log10(q)
    return np.where(values < np.inf, values, np.nan)


def _draw_line(sketch: Sketch, system: System, box: Array) -> Any:
    low, high = box[0]
    x = np.linspace(low, high, _LINE_GRID)
    with np.errstate(all="ignore"):
        values = _log(system.speed(x[:, None]))
    finite = values[np.isfinite(values)]
    top = float(finite.max()) if len(finite) else 0.0
    bottom = top - _DECADES
    sketch.ax.set_xlim(low, high)
    sketch.ax.set_ylim(bottom - 0.4, top + 0.4)
    sketch.add("landscape", sketch.ax.plot(x, np.maximum(values, bottom), color=Colour.FIRST, linewidth=1.6))
    sketch.explain(Line2D([], [], color=Colour.FIRST, linewidth=1.6), "log10 q")
    return lambda states: np.stack(
        [states[:, 0], np.maximum(np.nan_to_num(_log(system.speed(states)), nan=bottom), bottom)], axis=-1
    )


def _draw_plane(sketch: Sketch, system: System, box: Array) -> Any:
    x, y, q = values_on_grid(system.speed, box, _GRID)
    values = _log(q)
    sketch.ax.set_xlim(*box[0])
    sketch.ax.set_ylim(*box[1])
    known = values[~np.isnan(values)]
    top = float(known.max(initial=-np.inf))
    bottom = max(float(known.min(initial=np.inf)), top - _DECADES)
    if -np.inf < bottom < top:
        levels = np.linspace(bottom, top, _BANDS + 1)
        # Dark is slow; the lightest greys are left to paper and the darkest to the paths.
        style: Style = {"levels": levels, "cmap": "Greys_r", "vmin": levels[0] - 0.55 * np.ptp(levels), "extend": "min"}
        # Where q = 0 it is slowest, which is below the lowest level; only what is no number is left out.
        clipped = np.ma.masked_invalid(np.maximum(values, bottom - 1.0))
        filled = sketch.ax.contourf(x, y, clipped, zorder=0, **style)
        sketch.add("landscape", filled)
        _add_scale(sketch, filled)
    return lambda states: states


def _add_scale(sketch: Sketch, filled: Any) -> None:
    bar = sketch.ax.figure.colorbar(filled, cax=sketch.ax.inset_axes((1.03, 0, 0.045, 1)))
    size = font_size(sketch.ax, small=True)
    bar.set_label("log10 q", fontsize=size)
    bar.ax.tick_params(labelsize=size)
    low, high = filled.levels[0], filled.levels[-1]
    ticks = MaxNLocator(5).tick_values(low, high)  # which may be one beyond: Matplotlib would draw it at the end
    bar.set_ticks(ticks[(ticks > low - 1e-9) & (ticks < high + 1e-9)])
    sketch.add("scale", bar.ax)


def _draw_paths(sketch: Sketch, paths: list[Array], heights: Any) -> None:
    style: Style = {"color": Colour.SECOND, "linewidth": 1.2}
    for path in paths:
        xy = heights(path)
        sketch.add("descents", sketch.ax.plot(xy[:, 0], xy[:, 1], zorder=3, **style))
    if paths:
        first = heights(np.array([path[0] for path in paths]))
        dots: Style = {"marker": ".", "markersize": 5, "color": Colour.SECOND, "linestyle": "none"}
        sketch.add("starts", sketch.ax.plot(first[:, 0], first[:, 1], zorder=3.5, **dots))
        sketch.explain(Line2D([], [], marker=".", markersize=6, markevery=[0], **style), "descent of q, from its start")


def _draw_ends(sketch: Sketch, analysis: Analysis, ends: Array, heights: Any) -> None:
    """The points and continua, and marks at the ends of descents that are at none of the points."""
    points = [*analysis.fixed_points, *analysis.slow_points]
    known = np.array([p.x for p in points]).reshape(-1, analysis.system.dimension)
    size = float(np.max(analysis.box[:, 1] - analysis.box[:, 0]))
    distance = np.linalg.norm(ends[:, None] - known[None], axis=-1).min(axis=1, initial=np.inf)
    strays = ends[distance > _NEAR * size]
    on_continuum = _distance_to_continua(analysis, strays) <= _NEAR * size
    if analysis.system.dimension == 2:
        draw_continua(sketch, analysis)
    for role, marker, found, text in (
        ("ends on continua", "+", strays[on_continuum], "end of a descent on a continuum"),
        ("ends", "x", strays[~on_continuum], "end of a descent elsewhere"),
    ):
        if len(found):
            style: Style = {"marker": marker, "markersize": 5, "color": Colour.INK, "linestyle": "none"}
            xy = heights(found)
            sketch.add(role, sketch.ax.plot(xy[:, 0], xy[:, 1], zorder=4, **style))
            sketch.explain(Line2D([], [], **style), text)
    positions = heights(known)
    sketch.mark("points", positions, [glyph_of(p.kind, p.status) for p in points])
    count = len(analysis.fixed_points)
    sketch.add("numbers", number_points(sketch.ax, positions[:count], tuple(analysis.fixed_points)))


def _distance_to_continua(analysis: Analysis, states: Array) -> Array:
    """How far each of the states (K, n) is from the nearest continuum of fixed points, by one step of Newton's."""
    system, distance = analysis.system, np.full(len(states), np.inf)
    for continuum in analysis.fixed_points.continua:
        # A system of its own gives compiled, batched code for an equation and its gradient.
        known = system.expand().exact_parameters
        curves = [ODE(dict.fromkeys(system.states, e.subs(known))) for e in continuum.equations]
        steps = np.zeros_like(states)
        if curves:  # without, every state on the right side of the inequalities is a fixed point
            values = np.stack([curve(states)[:, 0] for curve in curves], axis=-1)
            slopes = np.stack([curve.jacobian_at(states)[:, 0] for curve in curves], axis=-2)
            steps = np.einsum("kij,kj->ki", np.linalg.pinv(slopes), values)
        apart = np.linalg.norm(steps, axis=-1)
        for inequality in continuum.inequalities:  # affine: a state beyond one is as far as that from its border
            side = ODE(dict.fromkeys(system.states, inequality.subs(known)))
            slope = np.linalg.norm(side.jacobian_at(states)[:, 0], axis=-1)
            apart = np.maximum(apart, -side(states)[:, 0] / slope)
        distance = np.minimum(distance, apart)
    return distance
