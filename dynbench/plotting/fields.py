"""Functions of two states on a grid: streamlines, zero sets, level sets, basins as shades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.basins import INFINITY, UNDECIDED
from dynbench.errors import InputError, ModelError
from dynbench.plotting.drawing import Sketch
from dynbench.plotting.style import Colour, Style
from dynbench.systems import ODE, System

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.basins import Basins

__all__ = ["draw_basins", "draw_continua", "draw_level_sets", "draw_streamlines", "draw_zero_set", "values_on_grid"]

Array = NDArray[np.float64]

_STREAM_GRID = 45
_LEVEL_GRID = 201
_CONTINUUM_GRID = 241
_LEVELS = 7
#: Shades of basins, in the order of the attractors: light, and apart in grey for the first few.
_BASINS = ("#dfe6f3", "#f3dfc6", "#d3ead9", "#eedbe8", "#f6f1cf", "#d8d8d8", "#c9dfe6", "#e8cfc9")
_TO_INFINITY = "#b9b9b9"


def values_on_grid(function: Any, box: Array, count: int) -> tuple[Array, Array, Array]:
    """Grid coordinates and the values there of a function of states (..., 2), each axis of length `count`."""
    x, y = (np.linspace(low, high, count) for low, high in box)
    with np.errstate(all="ignore"):
        return x, y, function(np.stack(np.meshgrid(x, y), axis=-1))


def draw_streamlines(sketch: Sketch, system: System, box: Array) -> None:
    """Draw the streamlines of a planar flow."""
    x, y, field = values_on_grid(system, box, _STREAM_GRID)
    length = np.hypot(*np.moveaxis(field, -1, 0))
    usable = np.isfinite(length) & (length > 0)
    if not usable.any():
        return
    # Streamlines depend on the direction only; unit vectors keep fast corners from overflowing.
    unit = np.where(usable[..., None], field / np.where(usable, length, 1.0)[..., None], np.nan)
    ax = sketch.ax
    before = len(ax.patches)
    style: Style = {"density": 1.0, "linewidth": 0.6, "arrowsize": 0.7, "color": Colour.QUIET, "zorder": 1.5}
    streams = ax.streamplot(x, y, unit[..., 0], unit[..., 1], **style)
    sketch.add("streamlines", [streams.lines, *ax.patches[before:]])


def draw_zero_set(ax: Axes, x: Array, y: Array, values: Array, **style: Any) -> list[Artist]:
    """The contour where `values` is zero, if it changes sign: Matplotlib warns about an empty contour."""
    finite = values[np.isfinite(values)]
    if not len(finite) or not finite.min() <= 0 <= finite.max() or finite.min() == finite.max():
        return []
    return [ax.contour(x, y, np.ma.masked_invalid(values), levels=[0.0], **style)]


def draw_level_sets(sketch: Sketch, analysis_system: System, invariants: Sequence[Any], box: Array) -> None:
    """Contour the first proved invariant that is real and not constant on the box."""
    for invariant in invariants:
        holds = not isinstance(invariant.expression, MatrixExpr) and _meets(analysis_system, invariant.assumptions)
        values = _invariant_values(analysis_system, invariant.expression, box) if holds else None
        if values is None:
            continue
        style: Style = {"colors": [Colour.LEVEL], "linewidths": 0.9, "zorder": 1.8}
        x, y, found = values
        # Levels through equal shares of the box: a steep corner would otherwise take them all.
        levels = np.unique(np.nanquantile(found, np.linspace(0, 1, _LEVELS + 2)[1:-1]))
        contours = sketch.ax.contour(x, y, np.ma.masked_invalid(found), levels=levels, linestyles="solid", **style)
        sketch.add("level sets", contours)
        sketch.explain(Line2D([], [], color=Colour.LEVEL, linewidth=0.9), "invariant level sets")
        return


def _meets(system: System, assumptions: Sequence[Any]) -> bool:
    """Whether the parameters have the values at which alone an invariant was proved."""
    exact = {str(symbol): value for symbol, value in system.expand().exact_parameters.items()}
    return all(exact.get(str(c.lhs)) == c.rhs for c in assumptions if isinstance(c, sp.Equality))


def _invariant_values(system: System, expression: sp.Expr, box: Array) -> tuple[Array, Array, Array] | None:
    """The values of an invariant on a grid, nan where it is not real; None where there is nothing to contour."""
    names = {str(symbol): symbol for symbol in system.states}
    own = expression.xreplace({s: names[str(s)] for s in expression.free_symbols if str(s) in names})
    parameters = {str(symbol): value for symbol, value in system.expand().exact_parameters.items()}
    own = own.subs({s: parameters[str(s)] for s in own.free_symbols if str(s) in parameters})
    try:
        # A system of its own gives compiled, batched code; its second equation is only there to make it planar.
        x, y, values = values_on_grid(ODE(dict.fromkeys(system.states, own)), box, _LEVEL_GRID)
    except ModelError:
        return None  # not real, or in functions that are none of the language's
    values = np.where(np.isfinite(values[..., 0]), values[..., 0], np.nan)
    finite = values[np.isfinite(values)]
    return None if len(finite) < 4 or finite.max() - finite.min() <= 1e-12 * np.abs(finite).max() else (x, y, values)


def _of_states(e: sp.Expr, analysis: Analysis) -> tuple[NDArray[np.float64], ...]:
    """The grid of the curves of fixed points, and the values of a function of the states on it."""
    x, y, values = values_on_grid(ODE(dict.fromkeys(analysis.system.states, e)), analysis.box, _CONTINUUM_GRID)
    return x, y, values[..., 0]


def draw_continua(sketch: Sketch, analysis: Analysis) -> None:
    """Draw the curves of fixed points of a planar system, those that one equation describes."""
    system = analysis.system
    look: Style = {"alpha": 0.75, "zorder": 2.2}
    for continuum in analysis.fixed_points.continua:
        if len(continuum.equations) != 1:
            continue
        known = system.expand().exact_parameters
        x, y, values = _of_states(continuum.equations[0].subs(known), analysis)
        for inequality in continuum.inequalities:
            values = np.where(_of_states(inequality.subs(known), analysis)[-1] < 0, np.nan, values)
        drawn = draw_zero_set(sketch.ax, x, y, values, colors=[Colour.NONHYPERBOLIC], linewidths=5.0, **look)
        sketch.add("continua", drawn)
        if drawn:
            handle = Line2D([], [], color=Colour.NONHYPERBOLIC, linewidth=5.0, **look)
            sketch.explain(handle, "continuum of fixed points")


def draw_basins(sketch: Sketch, basins: Basins) -> None:
    """Shade a planar grid by where its states go."""
    if len(basins.axes) != 2:
        raise InputError(f"basins has {len(basins.axes)} axes, but this portrait has two.")
    present = [int(label) for label in np.unique(basins.labels)]
    attractors = [label for label in present if label >= 0]
    colours = {label: _BASINS[i % len(_BASINS)] for i, label in enumerate(attractors)}
    colours |= {UNDECIDED: Colour.PAPER, INFINITY: _TO_INFINITY}
    index = np.searchsorted(present, basins.labels)
    mesh = sketch.ax.pcolormesh(
        *basins.axes,
        index.T,
        cmap=ListedColormap([colours[label] for label in present]),
        vmin=-0.5,
        vmax=len(present) - 0.5,
        shading="nearest",
        rasterized=True,
        zorder=0,
    )
    sketch.add("basins", mesh)
    for label in present:
        name = {UNDECIDED: "undecided", INFINITY: "to infinity"}.get(label, f"basin of {label}")
        sketch.explain(Patch(facecolor=colours[label], edgecolor=Colour.QUIET, linewidth=0.6), name)
