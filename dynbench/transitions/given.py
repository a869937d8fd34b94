"""What the user gives for the nodes of a transition graph: fixed points, and cycles by the numbers of their nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dynbench._arrays import brief, check_positive, shown
from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint, Status
from dynbench.manifolds.belonging import check_belongs
from dynbench.systems import System

__all__ = ["check_fixed", "check_points", "numbered_cycles"]

#: States that differ by no more, relative to 1 + |x|, are one.
_ONE = 1e-6
#: A rate at a fixed point of a flow that is so many times what was found there belongs to another flow.
_KNOWN = 100.0


def check_points(system: System, fixed_points: Any, time: Any, samples: Any) -> None:
    """Refuse what is no list of fixed points of the system, no time or no number of samples.

    Parameters
    ----------
    system : System
        The system.
    fixed_points, time, samples : object
        What the user gave.

    Raises
    ------
    InputError
        If one does not fit, or a point is none of the system.
    """
    if time is not None:
        check_positive(time, name="time", what="duration or number of steps")
    if isinstance(samples, bool) or not isinstance(samples, int | np.integer) or samples < 1:
        raise InputError(f"samples is {shown(samples)}; it must be a positive integer.")
    fits = isinstance(fixed_points, Sequence) and all(
        isinstance(p, FixedPoint) and len(p.x) == system.dimension for p in fixed_points
    )
    if not fits:
        raise InputError(f"fixed_points is {shown(fixed_points)}; expected the result of find_fixed_points.")
    for i, point in enumerate(fixed_points):
        if point.status is not Status.SLOW_POINT:
            check_fixed(system, point, f"fixed_points[{i}]")


def check_fixed(system: System, point: FixedPoint, name: str) -> None:
    """Refuse a fixed point of another system.

    Parameters
    ----------
    system : System
        The system.
    point : FixedPoint
        What the user gave.
    name : str
        The argument, for the message.

    Raises
    ------
    InputError
        If the map takes it to another state, or the flow's rate there is not what was found.
    """
    if system.kind == "map":
        check_belongs(system, point.x[None], name)
        return
    rate = float(np.abs(system(point.x)).max())
    if not rate <= max(_ONE * (1.0 + float(np.abs(point.x).max())), _KNOWN * point.residual):
        raise InputError(
            f"{name} at {brief(point.x)} is no fixed point of this flow, whose rate is {rate:.2g} there; is it of "
            "another system, or of other parameters?"
        )


def numbered_cycles(system: System, cycles: Any, points: Mapping[int, FixedPoint], first: int) -> dict[int, Cycle]:
    """Cycles by the numbers of their nodes; those that are fixed points of the list are left out.

    Parameters
    ----------
    system : System
        The system.
    cycles : object
        What the user gave.
    points : mapping
        Number -> fixed point.
    first : int
        The number of the first cycle.

    Raises
    ------
    InputError
        If they are no cycles of the system.
    """
    if cycles is None:
        return {}
    fits = isinstance(cycles, Sequence) and all(
        isinstance(c, Cycle) and c.points.ndim == 2 and c.points.shape[1] == system.dimension for c in cycles
    )
    if not fits:
        raise InputError(f"cycles is {shown(cycles)}; expected cycles of the system, as find_cycles returns them.")
    if system.kind == "map":  # to check a cycle of a flow would take an integration
        for i, cycle in enumerate(cycles):
            check_belongs(system, cycle.points, f"cycles[{i}]")
    return dict(enumerate((c for c in cycles if not _is_point(c, points)), first))


def _is_point(cycle: Cycle, points: Mapping[int, FixedPoint]) -> bool:
    (x, *more) = cycle.points
    return not more and any(np.abs(p.x - x).max() <= _ONE * (1 + np.abs(p.x).max()) for p in points.values())
