"""The attractors that an orbit may reach, and how to tell that it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.cycles import Cycle
from dynbench.cycles.attraction import CycleBalls, cycle_balls
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.attraction import AttractionBall, attraction_ball
from dynbench.flow.polylines import distances
from dynbench.manifolds.belonging import check_belongs
from dynbench.systems import System
from dynbench.transitions.given import check_fixed
from dynbench.transitions.graph import check_graph
from dynbench.transitions.limits import arrival_radius

__all__ = ["CycleTarget", "PointTarget", "Target", "read_targets"]

Array = NDArray[np.float64]

#: An orbit is on a cycle that stays within this part of the cycle's size of it for a period, or so near to it, relative
#: to its largest coordinate: a cycle of one state has no size.
_TUBE, _NEAR = 1e-2, 1e-8


@dataclass(frozen=True, eq=False)
class PointTarget:
    """An attracting fixed point; `near` is how near an orbit must come where no ellipsoid is proved."""

    label: int
    point: FixedPoint
    attraction: AttractionBall | None
    near: float

    @property
    def name(self) -> str:
        """What it is."""
        return self.point.kind.value

    @property
    def states(self) -> Array:
        """The point, of shape (1, n)."""
        return self.point.x[None]

    @property
    def size(self) -> float:
        """The largest coordinate."""
        return float(np.abs(self.point.x).max())

    def reached(self, states: Array) -> NDArray[np.bool_]:
        """Whether the limit of states (K, n) is decided."""
        if self.attraction is not None:
            return np.asarray(self.attraction.holds(states))
        return np.abs(states - self.point.x).max(axis=-1) <= self.near


@dataclass(frozen=True, eq=False)
class CycleTarget:
    """An attracting cycle; `line` is the closed polyline along it (flows) or its states (maps).

    Around the states of a cycle of a map ellipsoids may be proved to lie in its basin; where there are none an orbit is
    on the cycle that stays beside it for a period.
    """

    label: int
    cycle: Cycle
    attraction: CycleBalls | None
    line: Array
    joined: bool

    @property
    def name(self) -> str:
        """What it is."""
        return self.cycle.kind.value

    @property
    def states(self) -> Array:
        """The states of the cycle, of shape (p, n)."""
        return self.cycle.points

    @property
    def size(self) -> float:
        """The largest coordinate."""
        return float(np.abs(self.line).max())

    def reached(self, states: Array) -> NDArray[np.bool_]:
        """Whether the limit of states (K, n) is decided by where they are."""
        return np.zeros(len(states), dtype=bool) if self.attraction is None else self.attraction.holds(states)

    def beside(self, states: Array) -> NDArray[np.bool_]:
        """Whether states (K, n) are beside the cycle now."""
        tube = max(_TUBE * float(np.ptp(self.line, axis=0).max()), _NEAR * max(1.0, self.size))
        return distances(states, self.line, joined=self.joined) <= tube


Target = PointTarget | CycleTarget


def read_targets(system: System, targets: Any, rtol: float, name: str = "targets") -> list[Target]:
    """The attractors of a transition graph or of a list of points.

    Parameters
    ----------
    system : System
        The system.
    targets : TransitionGraph or sequence of FixedPoint and Cycle
        What the user gave.
    rtol : float
        The tolerance of the orbits.
    name : str
        The argument, for messages.

    Raises
    ------
    InputError
        If they are neither, belong to another system, or hold no attractor that an orbit could be shown to reach.
    """
    found: list[Target] = []
    for node, data in _nodes(targets, name):
        record = data["point"] if data["point"] is not None else data.get("cycle")
        if record is None:
            continue
        states = np.shape(record.x if isinstance(record, FixedPoint) else record.points)[-1]
        if states != system.dimension:
            raise InputError(f"{name} holds a limit of {states} states; the system has {system.dimension}.")
        if not record.kind.attracting:
            continue
        if isinstance(record, FixedPoint):
            check_fixed(system, record, name)
            ball = data["attraction"] if "attraction" in data else attraction_ball(system, record)
            found.append(PointTarget(node, record, ball, arrival_radius(record, rtol)))
        else:
            flow = system.kind == "flow"
            if not flow:  # to check a cycle of a flow would take an integration
                check_belongs(system, record.points, name)
            line = np.concatenate([record.points, record.points[:1]]) if flow else np.asarray(record.points)
            found.append(CycleTarget(node, record, cycle_balls(system, record), line, flow))
    if not found:
        raise InputError(f"{name} holds no attractor, so no state could be labelled; expected one at least.")
    if all(isinstance(t, PointTarget) and t.attraction is None and t.near < 0 for t in found):
        raise InputError(f"{name} holds no certified attractor; orbits are shown to reach only those.")
    return found


def _nodes(targets: Any, name: str) -> list[tuple[int, dict[str, Any]]]:
    """Labels, with what is known of each limit."""
    if isinstance(targets, Sequence) and all(isinstance(p, FixedPoint | Cycle) for p in targets):
        kinds = ("cycle" if isinstance(p, Cycle) else "point" for p in targets)
        return [(i, {"point": None, kind: p}) for i, (kind, p) in enumerate(zip(kinds, targets, strict=True))]
    check_graph(targets, name, "a transition graph or a sequence of fixed points and cycles")
    return list(targets.nodes(data=True))
