"""Tracing stable and unstable manifolds: the front that picks the method by the kind of system and the dimension."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import as_generator, check_positive, check_tolerances, shown
from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.search import as_boxes
from dynbench.manifolds.exact import exact_manifold
from dynbench.manifolds.reach import Reach
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.smooth_curves import Bounds, smooth_curves
from dynbench.piecewise import piecewise_linear
from dynbench.systems import System, as_system

__all__ = ["trace_manifold"]

Array = NDArray[np.float64]

#: A branch is followed no longer than so many diagonals of the box, where no length was given.
_DIAGONALS = 20.0


def trace_manifold(
    system: System,
    point: FixedPoint | Cycle,
    which: Literal["stable", "unstable"],
    *,
    length: float | None = None,
    box: Any = None,
    pieces: int = 5000,
    rng: Any = None,
    rtol: float = 1e-9,
    atol: float = 1e-10,
) -> Manifold:
    """Trace the stable or unstable manifold of a fixed point, or of a cycle of a piecewise-linear map.

    Piecewise-linear maps: a manifold of dimension 1 is an exact polyline in any number of states, with all its corners;
    a stable one needs preimages, by regions or by following paths, and where the map has no inverse all preimages are
    collected. In dimension 2 it is made of exact polygons, of a cycle on a sheet for each of its points; above, of
    patches fitted to samples (fixed points only). Other flows and maps: an approximate polyline of a manifold of
    dimension 1, of smooth maps the unstable one only.

    Parameters
    ----------
    system : System
        The system.
    point : FixedPoint or Cycle
        One of its hyperbolic fixed points, or a hyperbolic cycle of a piecewise-linear map.
    which : "stable" or "unstable"
        Which manifold.
    length : float, optional
        Arclength at which a branch ends; where a box is given, of a piecewise-linear map only what is inside counts. By
        default 20 diagonals of the box; a branch of a smooth system ends where it leaves the box, or
        comes so near to a fixed point that a figure cannot tell the two apart.
    box : (n, 2) array or mapping, optional
        The region of interest; a branch is followed in it, grown by its own size on every side. Exact branches are
        followed through excursions from it, and dropped once they are all beyond 1000 times its width. By
        default the cube of side 10 max(1, |x|) around the point, and for an exact manifold with a length no box.
    pieces : int
        Polygons at which a surface ends (the last generation is complete), or states of a sample.
    rng : seed or Generator, optional
        Of a sample; nothing else is random.
    rtol, atol : float
        Tolerances of the integration.

    Returns
    -------
    Manifold
        Two branches, or two for each point of a cycle: exact polylines, or at most 400 states each. Polygons are in
        `mesh` (`mesh.sheets` numbers the points of a cycle), patches in `patches`.

    Raises
    ------
    InputError
        If the method for such a manifold does not exist, the point is not hyperbolic or lies on a switching border, or
        an argument does not fit.

    References
    ----------
    L. Eisenmann, A. Braendle, Z. Monfared, D. Durstewitz, Detecting invariant manifolds in ReLU-based RNNs,
    arXiv:2510.03814 (2025), for what is fitted to samples there and is exact here.
    """
    system = as_system(system)
    _check(system, point, which, length)
    _check_sample(pieces, rng)
    check_tolerances(rtol, atol)
    states = np.atleast_2d(point.x if isinstance(point, FixedPoint) else point.points)
    form = piecewise_linear(system) if system.kind == "map" else None
    inner = _inner(system, states, box)
    diagonals = float(length or _DIAGONALS * np.linalg.norm(inner[:, 1] - inner[:, 0]))
    if form is not None:
        everywhere = length is not None and box is None
        reach = Reach(np.full_like(inner, [-np.inf, np.inf]) if everywhere else _grown(inner), diagonals)
        return exact_manifold(form, point, which, reach, pieces, rng)
    if isinstance(point, Cycle):
        raise InputError("point is a Cycle of a system that is not recognised as a piecewise-linear map; expected one.")
    _check_curve(system, point, which)
    return smooth_curves(system, point, which, Bounds(_grown(inner), diagonals), rtol, atol)


def _check(system: System, point: Any, which: Any, length: Any) -> None:
    states = point.x if isinstance(point, FixedPoint) else point.points if isinstance(point, Cycle) else None
    if states is None or states.shape[-1] != system.dimension:
        raise InputError(
            f"point is {shown(point)}; expected a FixedPoint or a Cycle of a system with {system.dimension} states."
        )
    if not isinstance(which, str) or which not in ("stable", "unstable"):
        raise InputError(f"which is {shown(which)}; expected 'stable' or 'unstable'.")
    if length is not None:
        check_positive(length, name="length", what="arclength")


def _check_sample(pieces: Any, rng: Any) -> None:
    if isinstance(pieces, bool) or not isinstance(pieces, int | np.integer) or pieces < 1:
        raise InputError(f"pieces is {shown(pieces)}; expected a positive integer.")
    as_generator(rng)


def _check_curve(system: System, point: FixedPoint, which: str) -> None:
    size = point.stability[0 if which == "stable" else 2]
    if point.stability[1] or size != 1:
        raise InputError(
            f"point has {size} {which} and {point.stability[1]} central directions; its {which} manifold can be traced "
            "only where exactly one direction is of this kind and none is central."
        )
    if system.kind == "map" and which == "stable":
        raise InputError("which is 'stable', but the stable manifold of a map is not traced: it needs the inverse.")


def _inner(system: System, states: Array, box: Any) -> Array:
    """The box as given, or a cube around the point."""
    if box is None:
        half = 5 * max(1.0, float(np.abs(states).max()))
        return np.stack([states.min(axis=0) - half, states.max(axis=0) + half], axis=-1)
    region = as_boxes(system, box)
    return np.stack([region[..., 0].min(axis=0), region[..., 1].max(axis=0)], axis=-1)


def _grown(inner: Array) -> Array:
    widths = inner[:, 1] - inner[:, 0]
    return np.stack([inner[:, 0] - widths, inner[:, 1] + widths], axis=-1)
