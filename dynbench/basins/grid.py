"""The labels of a grid of states: what is asked for, and how it is put together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import check_positive, check_tolerances, readonly, shown
from dynbench.basins.follow import Follower
from dynbench.basins.records import INFINITY, UNDECIDED, Basins
from dynbench.basins.targets import read_targets
from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.search import as_boxes
from dynbench.systems import System, as_system

if TYPE_CHECKING:
    from dynbench.fixed_points.search import Progress

__all__ = ["basins"]

Array = NDArray[np.float64]

#: A grid of more states than this is a mistake in `resolution`.
_MOST_STATES = 4_000_000
#: States are followed together in batches of this many: of flows the solver's step suits the fastest of them.
_BATCH = {"flow": 1024, "map": 65_536}


def basins(
    system: System,
    targets: nx.MultiDiGraph | Sequence[FixedPoint | Cycle],
    box: Any,
    *,
    resolution: int | Sequence[int] = 101,
    time: float | None = None,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    progress: Progress | None = None,
) -> Basins:
    """Follow the states of a grid until they are in the basin of an attractor.

    Parameters
    ----------
    system : System
        The system.
    targets : TransitionGraph or sequence of FixedPoint and Cycle
        The attractors among which to decide: those of a transition graph, cycles included, or of the sequence.
    box : mapping or (n, 2) array_like
        State -> (low, high), as in `dynbench.find_fixed_points`. A state whose two bounds are equal keeps that
        value: a plane through a space of many states has two states with an interval.
    resolution : int or sequence of int
        States along each axis, or along each of them.
    time : float, optional
        How long to follow a state: a duration for flows, a number of steps for maps. By default 50 times the
        slowest time scale of the attractors (at least 100), or 2,000 steps.
    rtol, atol : float
        Tolerances of the integration.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    Basins
        A label for each state. An orbit belongs to a fixed point where it enters the ellipsoid that is proved to
        lie in its basin, or, where there is none, has converged to it within the ball in which it is proved to be
        the only one, as in `dynbench.transition_graph`; to a cycle of a map where it enters an ellipsoid around one of
        its states that is proved to lie in its basin, or, where there is none, and of a flow, where it stays beside it
        for a period.

    Raises
    ------
    InputError
        If an argument does not fit, or `targets` hold no attractor that an orbit could be shown to reach; the message
        says what was expected.
    """
    bounds = _bounds(as_system(system), box)
    axes = _axes(bounds, resolution)
    if time is not None:
        check_positive(time, name="time", what="duration or number of steps")
    check_tolerances(rtol, atol)
    attractors = read_targets(system, targets, rtol)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, system.dimension)
    follower = Follower(system, attractors, bounds, time, rtol, atol)
    labels = np.full(len(grid), UNDECIDED)
    size = _BATCH[system.kind]
    for start in range(0, len(grid), size):
        labels[start : start + size] = follower.labels(grid[start : start + size])
        if progress is not None:
            progress("following a grid of states", min(start + size, len(grid)), len(grid))
    wide = [i for i, axis in enumerate(axes) if len(axis) > 1]
    names = {t.label: t.name for t in attractors} | {UNDECIDED: "undecided", INFINITY: "infinity"}
    return Basins(
        labels=readonly(labels.reshape([len(axes[i]) for i in wide]), np.intp),
        axes=tuple(readonly(axes[i]) for i in wide),
        states=tuple(system.state_names[i] for i in wide),
        names=MappingProxyType(names),
        attractors=MappingProxyType({t.label: readonly(t.states) for t in attractors}),
    )


def _bounds(system: System, box: Any) -> Array:
    boxes = as_boxes(system, box, flat=True)
    if len(boxes) != 1:
        raise InputError(f"box is a union of {len(boxes)} boxes; expected one, for the axes of a grid.")
    if np.all(boxes[0, :, 0] == boxes[0, :, 1]):
        raise InputError("box is a single state; expected low < high for one of the states at least.")
    return np.asarray(boxes[0], dtype=np.float64)


def _axes(bounds: Array, resolution: Any) -> list[Array]:
    wide = bounds[:, 0] < bounds[:, 1]
    try:
        counts = np.atleast_1d(np.asarray(resolution))
    except ValueError:  # rows of different lengths
        counts = np.empty(0)
    fits = counts.dtype.kind in "iu" and counts.ndim == 1 and len(counts) in (1, len(bounds)) and np.all(counts >= 2)
    if not fits or math.prod(int(c) for c in np.where(wide, counts, 1)) > _MOST_STATES:
        raise InputError(
            f"resolution is {shown(resolution)}; expected the number of states along each axis, 2 or more and "
            f"{_MOST_STATES} in all at most."
        )
    return [
        np.linspace(low, high, int(c) if low < high else 1)
        for (low, high), c in zip(bounds, np.broadcast_to(counts, len(bounds)), strict=True)
    ]
