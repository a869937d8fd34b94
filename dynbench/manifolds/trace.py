"""Tracing stable and unstable manifolds: the front that picks the method by the kind of system and the dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import as_generator, check_count, check_positive, check_tolerances, readonly, shown
from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.search import as_boxes
from dynbench.manifolds.exact import exact_manifold
from dynbench.manifolds.reach import Branch, Reach
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.smooth_curves import Bounds, smooth_curves
from dynbench.piecewise import piecewise_linear
from dynbench.systems import System, as_system

__all__ = ["trace_manifold", "traced_manifold"]

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
    form = piecewise_linear(system) if system.kind == "map" else None
    if form is not None:
        return exact_manifold(form, point, which, _reach(system, point, length, box), pieces, rng)
    if isinstance(point, Cycle):
        raise InputError("point is a Cycle of a system that is not recognised as a piecewise-linear map; expected one.")
    _check_curve(system, point, which)
    reach = _reach(system, point, length, _inner(system, point.x[None], box))
    return smooth_curves(system, point, which, Bounds(reach.box, reach.length), rtol, atol)


def traced_manifold(
    system: System,
    point: FixedPoint | Cycle,
    which: Literal["stable", "unstable"],
    known: Sequence[Manifold],
    *,
    length: float | None = None,
    box: Any = None,
) -> Manifold:
    """A manifold of a piecewise-linear map: one of those known, its branches cut to the length, or a new one.

    Parameters
    ----------
    system, point, which, length, box
        As in `trace_manifold`.
    known : sequence of Manifold
        Manifolds of the system, traced at least as far. One with preimages that are not joined to the point cannot
        be cut, and is traced again.

    Raises
    ------
    InputError
        As `trace_manifold`, and where one that is said to be known is no manifold.
    """
    _check(system, point, which, length)
    if not isinstance(known, Sequence):
        raise InputError(f"manifolds is {shown(known)}; expected a sequence of what trace_manifold returned.")
    for manifold in known:
        if not isinstance(manifold, Manifold):
            raise InputError(f"manifolds holds {shown(manifold)}; expected what trace_manifold returned.")
    x = point.x if isinstance(point, FixedPoint) else point.points[0]
    for manifold in known:
        whole = manifold.attached == len(manifold.branches)
        if manifold.exact and whole and manifold.which == which and np.array_equal(manifold.point, x):
            if length is None:
                return manifold
            reach = _reach(system, point, length, box)
            return replace(manifold, branches=tuple(readonly(Branch.of(b, reach).path) for b in manifold.branches))
    return trace_manifold(system, point, which, length=length, box=box)


def _reach(system: System, point: FixedPoint | Cycle, length: float | None, box: Any) -> Reach:
    """How far a manifold is followed: in the box, grown, or everywhere where only a length was given."""
    states = np.atleast_2d(point.x if isinstance(point, FixedPoint) else point.points)
    inner = _inner(system, states, box)
    diagonals = float(length or _DIAGONALS * np.linalg.norm(inner[:, 1] - inner[:, 0]))
    everywhere = length is not None and box is None
    return Reach(np.full_like(inner, [-np.inf, np.inf]) if everywhere else _grown(inner), diagonals)


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
    check_count(pieces, name="pieces")
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
