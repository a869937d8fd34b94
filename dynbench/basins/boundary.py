"""Basin boundaries of piecewise-linear maps of the plane, as the stable manifolds of the saddles between attractors."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import check_positive, readonly, shown
from dynbench.basins.boundary_records import BasinBoundary, nonsmooth, same_states
from dynbench.basins.follow import Follower
from dynbench.basins.records import INFINITY, UNDECIDED
from dynbench.basins.sides import CONTRADICTED
from dynbench.basins.targets import read_targets
from dynbench.cycles import Cycle, find_cycles
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.search import as_boxes
from dynbench.manifolds import Manifold, trace_manifold
from dynbench.manifolds.saddles import read_saddle
from dynbench.piecewise import PiecewiseLinear, piecewise_linear
from dynbench.systems import System, as_system

__all__ = ["basin_boundary"]

Array = NDArray[np.float64]

#: Orbits that say what is on the sides of a curve start this far from it, relative to the box, at so many places.
_BESIDE, _PLACES = 1e-8, 3
#: Where there is no curve, orbits of a grid of so many states along each axis say whether there is one basin.
_COARSE = 9
#: Cycles up to this period are looked for where no limits are given.
_PERIODS = 4
#: Orbits of maps have no tolerance; this one says how near to a fixed point without a proved ellipsoid they must come.
_RTOL = 1e-6


def basin_boundary(
    system: System, limits: Sequence[FixedPoint | Cycle] | None = None, box: Any = None, *, length: float | None = None
) -> BasinBoundary:
    """The boundary between the basins of attractors of a piecewise-linear map of the plane.

    A saddle is between two attractors where the two sides of its unstable manifold lead to different ones; the boundary
    is made up of the stable manifolds of these saddles, with all their preimages.

    Parameters
    ----------
    system : System
        A piecewise-linear map of the plane.
    limits : sequence of FixedPoint and Cycle, optional
        Its attractors and saddles; others among them are passed over. What is not listed is not known: a saddle that
        is missing leaves a gap in the boundary, and one that is listed twice (a fixed point, and the cycle of period 1
        that it is) counts once, at its first place. By default what `dynbench.find_cycles` finds of periods 1 (the
        fixed points) to 4 by its default plan; for which of these periods that is complete is said in `note`.
    box : mapping or (2, 2) array_like, optional
        The region of interest, as in `dynbench.basins`. By default the box around the limits, with a margin of their
        largest distance in one state, at least 1, on every side.
    length : float, optional
        Arclength to which the manifolds are traced, as in `dynbench.trace_manifold`.

    Returns
    -------
    BasinBoundary
        The curves, what is on either side, and `classify` and `agreement`.

    Raises
    ------
    InputError
        If the system is no piecewise-linear map of the plane, there is no attractor among `limits`, or an argument does
        not fit.

    References
    ----------
    H. E. Nusse, J. A. Yorke, Dynamics: Numerical Explorations (Springer 1998), chapter 7: a saddle straddles the
    boundary where the two sides of its unstable manifold lie in different basins.
    """
    form = piecewise_linear(as_system(system))
    if form is None or form.kind != "map" or form.dimension != 2:
        raise InputError(
            f"system is a {system.kind} that is not recognised as a piecewise-linear map of two states; expected one."
        )
    if length is not None:
        check_positive(length, name="length", what="arclength")
    given = None if box is None else _bounds(system, box)
    limits, search = _found(system) if limits is None else (limits, "")
    if not isinstance(limits, Sequence) or not all(isinstance(limit, FixedPoint | Cycle) for limit in limits):
        raise InputError(f"limits is {shown(limits)}; expected a sequence of fixed points and cycles.")
    limits = _once(limits)
    bounds = _around(limits) if given is None else given
    targets = read_targets(system, limits, _RTOL, "limits")
    follower = Follower(system, targets, bounds, None, _RTOL, _RTOL)
    saddles, leads = _between(form, limits, follower)
    manifolds = tuple(trace_manifold(system, limits[s], "stable", length=length, box=bounds) for s in saddles)
    curves = [curve for manifold in manifolds for curve in _curves(manifold)]
    names = {t.label: t.name for t in targets}
    names |= {UNDECIDED: "undecided", INFINITY: "infinity", CONTRADICTED: "contradicted"}
    return BasinBoundary(
        limits=tuple(limits),
        saddles=tuple(saddles),
        leads=tuple(leads),
        manifolds=manifolds,
        curves=tuple(map(readonly, curves)),
        sides=tuple(_sides(curve, follower, bounds) for curve in curves),
        box=readonly(bounds),
        names=MappingProxyType(names),
        search=search,
        everywhere=UNDECIDED if curves else _everywhere(follower, bounds),
    )


def _bounds(system: System, box: Any) -> Array:
    boxes = as_boxes(system, box, flat=True)
    if len(boxes) != 1 or not (boxes[0, :, 0] < boxes[0, :, 1]).all():
        raise InputError("box must be one box with low < high in both states.")
    return np.asarray(boxes[0], dtype=np.float64)


def _found(system: System) -> tuple[Sequence[Cycle], str]:
    """The cycles of low periods, and for which periods these are all."""
    cycles = find_cycles(system, periods=_PERIODS, rng=0)
    open_ = [str(period) for period, complete in cycles.complete.items() if not complete]
    known = f"perhaps not all of period {', '.join(open_)}" if open_ else "all of them"
    return cycles, f"limits: the cycles of periods 1 to {_PERIODS}, {known}"


def _once(limits: Sequence[FixedPoint | Cycle]) -> list[FixedPoint | Cycle]:
    """The limits without those that come a second time."""
    kept: list[FixedPoint | Cycle] = []
    for limit in limits:
        if not any(same_states(_states(limit), _states(other)) for other in kept):
            kept.append(limit)
    return kept


def _states(limit: FixedPoint | Cycle) -> Array:
    return np.atleast_2d(limit.x if isinstance(limit, FixedPoint) else limit.points)


def _around(limits: Sequence[FixedPoint | Cycle]) -> Array:
    states = np.concatenate([_states(limit) for limit in limits] or [np.zeros((1, 2))])
    low, high = states.min(axis=0), states.max(axis=0)
    margin = max(1.0, float((high - low).max()))
    return np.stack([low - margin, high + margin], axis=-1)


def _between(
    form: PiecewiseLinear, limits: Sequence[FixedPoint | Cycle], follower: Follower
) -> tuple[list[int], list[tuple[int, int]]]:
    """The saddles whose two sides lead to different attractors, and to which."""
    saddles = [i for i, limit in enumerate(limits) if limit.stability == (1, 0, 1) and not nonsmooth(limit)]
    leads = []
    for i in saddles:
        saddle = read_saddle(form, limits[i], "limits")
        offset = _BESIDE * max(1.0, float(np.abs(saddle.points).max())) * saddle.right[0]
        up, down = follower.labels(np.stack([saddle.points[0] + offset, saddle.points[0] - offset]))
        leads.append((int(up), int(down)))
    between = [k for k, (up, down) in enumerate(leads) if up != down]
    return [saddles[k] for k in between], [leads[k] for k in between]


def _curves(manifold: Manifold) -> list[Array]:
    """The branches that start at one point joined there, and the others as they are."""
    joined = [
        np.concatenate([manifold.branches[i][::-1], manifold.branches[i + 1][1:]])
        for i in range(0, manifold.attached, 2)
    ]
    curves = (*joined, *manifold.branches[manifold.attached :])
    return [curve for curve in curves if np.ptp(curve, axis=0).any()]  # not those too short for doubles


def _sides(curve: Array, follower: Follower, bounds: Array) -> tuple[int, int]:
    """Where orbits from the left and from the right of a curve lead, from a few of its longest segments in the box."""
    step, middle = np.diff(curve, axis=0), (curve[1:] + curve[:-1]) / 2
    size = np.hypot(*step.T)
    inside = ((middle >= bounds[:, 0]) & (middle <= bounds[:, 1])).all(axis=1)
    chosen = np.argsort(np.where(inside | ~inside.any(), -size, 0.0))[:_PLACES]
    chosen = chosen[size[chosen] > 0]
    normal = np.stack([-step[chosen, 1], step[chosen, 0]], axis=1) / size[chosen, None]
    offset = _BESIDE * float(np.linalg.norm(bounds[:, 1] - bounds[:, 0])) * normal
    labels = follower.labels(np.concatenate([middle[chosen] + offset, middle[chosen] - offset])).reshape(2, -1)
    left, right = (int(row[0]) if (row == row[0]).all() else UNDECIDED for row in labels)
    return left, right


def _everywhere(follower: Follower, bounds: Array) -> int:
    """The label of all the states of a coarse grid, or `UNDECIDED`."""
    axes = np.linspace(bounds[:, 0], bounds[:, 1], _COARSE, axis=-1)
    labels = follower.labels(np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2))
    return int(labels[0]) if (labels == labels[0]).all() else UNDECIDED
