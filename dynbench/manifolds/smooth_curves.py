"""Manifolds of smooth systems that are curves, by integration or iteration from the eigenvector: an approximation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.directions import Directions
from dynbench.fixed_points.newton import nearby_root
from dynbench.flow import Event, Outcome, integrate
from dynbench.flow.polylines import arclength, beginning, distances, thinned
from dynbench.manifolds.iterate import iterated_segment
from dynbench.manifolds.records import Manifold
from dynbench.systems import System

__all__ = ["Bounds", "smooth_curves"]

Array = NDArray[np.float64]

#: States kept of a branch.
_STATES = 400
#: States of the integration after which a branch is given up, and of one piece of it.
_MOST, _PIECE = 24_000, 200
#: Steps of the solver after which a piece is given up: the branch nears a singularity of the equations.
_MOST_STEPS = 500
#: A branch has arrived where the field has fallen to this part of its largest value along it and Newton's method
#: leads to a fixed point no farther off than the second part of its length; a bottleneck, where it does not, is passed.
_STILL, _NEARBY = 1e-4, 1e-2


@dataclass(frozen=True, eq=False)
class Bounds:
    """How far a branch is followed.

    Attributes
    ----------
    box : (n, 2) array
        A branch ends outside.
    length : float
        The arclength at which it ends.
    """

    box: Array
    length: float

    def inside(self, path: Array) -> NDArray[np.bool_]:
        """Which states (m, n) are in the box."""
        return np.asarray(((path >= self.box[:, 0]) & (path <= self.box[:, 1])).all(axis=-1))

    def leaving(self) -> Event:
        """An event that ends an orbit beyond the box, where its field may be so fast that no step is long enough."""
        room = self.box[:, 1] - self.box[:, 0]

        def margin(_: float, state: Array) -> float:
            return float(np.minimum(state - self.box[:, 0] + room, self.box[:, 1] + room - state).min())

        margin.terminal = True  # type: ignore[attr-defined]
        return margin


def smooth_curves(
    system: System,
    point: FixedPoint,
    which: Literal["stable", "unstable"],
    bounds: Bounds,
    rtol: float,
    atol: float,
) -> Manifold:
    """The two branches of a manifold of dimension 1, with at most 400 states each.

    Flows: the two orbits that start along the eigenvector are integrated, backward for the stable manifold. Maps: a
    fundamental segment of the unstable manifold is iterated, states being inserted where the image bends or stretches.

    Parameters
    ----------
    system : System
    point : FixedPoint
    which : "stable" or "unstable"
    bounds : Bounds
    rtol, atol : float
        Tolerances of the integration.
    """
    directions = Directions.of(system, point, 1, stable=which == "stable")
    value, vector = directions.eigenvectors[0]
    branches, errors = [], []
    for side in (1, -1):
        start = directions.start(side * vector) - point.x
        if system.kind == "map":
            fine = iterated_segment(system, point.x, start, value, bounds.inside, bounds.length, _STATES)
            coarse = iterated_segment(system, point.x, start / 2, value, bounds.inside, bounds.length, _STATES // 2)
        else:
            sign = -1 if which == "stable" else 1
            fine = _integrated(system, point.x, start, sign, bounds, rtol, atol)
            coarse = _integrated(system, point.x, start / 2, sign, bounds, 100 * rtol, 100 * atol)
        branches.append(readonly(thinned(fine, _STATES)))
        errors.append(_apart(branches[-1], coarse))
    method = "integrated from the eigenvector" if system.kind == "flow" else "fundamental segment iterated"
    return Manifold(readonly(point.x), which, tuple(branches), max(errors), method=method)


def _integrated(system: System, x: Array, offset: Array, sign: int, bounds: Bounds, rtol: float, atol: float) -> Array:
    """The polyline from the point along one branch, as far as the bounds."""
    path = np.stack([x, x + offset])
    total, fastest, chunk = arclength(path), 0.0, 1.0
    while len(path) < _MOST:
        run = integrate(
            system, path[-1], sign * chunk, rtol=rtol, atol=atol, events=(bounds.leaving(),), max_steps=_MOST_STEPS
        )
        piece = _rounded(system, run.t, run.x)[1:]
        inside = bounds.inside(piece)
        left = not inside.all()
        piece = piece[: int(np.argmin(inside)) + 1] if left else piece
        if not len(piece):
            break
        along = total + np.cumsum(np.linalg.norm(np.diff(np.concatenate([path[-1:], piece]), axis=0), axis=1))
        within = along <= bounds.length
        path = np.concatenate([path, piece[: max(1, int(within.sum()))]])
        total = float(along[-1])
        speeds = np.linalg.norm(system(piece), axis=-1)
        fastest = max(fastest, float(speeds.max()))
        slow = speeds <= _STILL * fastest
        if speeds.max() == fastest:
            slow[: int(np.argmax(speeds))] = False  # it gathers speed as it leaves the point it comes from
        arrived = np.flatnonzero(slow)
        if len(arrived) and nearby_root(system, piece[arrived[0]], _NEARBY * arclength(path)) is not None:
            path = path[: len(path) - len(piece) + arrived[0] + 1]
            break
        if left or not within.all() or run.outcome is not Outcome.COMPLETED:
            break
        chunk *= float(np.clip(_PIECE / len(run.t), 0.1, 2.0))
    return path


def _rounded(system: System, times: Array, states: Array) -> Array:
    """The finite states, with three between any two of them (cubic Hermite interpolation, by halves)."""
    usable = np.isfinite(states).all(axis=-1)
    times, states = times[usable], states[usable]
    for _ in range(2):
        rates = system(states)
        step = np.diff(times)[:, None]
        middle = (states[:-1] + states[1:]) / 2 + step * (rates[:-1] - rates[1:]) / 8
        places = np.arange(1, len(states))
        states = np.insert(states, places, middle, axis=0)
        times = np.insert(times, places, (times[:-1] + times[1:]) / 2)
    return states[np.isfinite(states).all(axis=-1)]


def _apart(line: Array, other: Array) -> float:
    """The largest distance of a state of `other` from the polyline `line`, as far as that goes."""
    return float(distances(beginning(thinned(other, 100), 0.98 * arclength(line)), line).max(initial=0.0))
