"""Basins of attraction on a grid: where the states of a box go."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.flow import Outcome, integrate
from dynbench.systems import System, as_system

if TYPE_CHECKING:
    from dynbench.fixed_points.search import Progress

__all__ = ["Basins", "basins"]

Array = NDArray[np.float64]

#: Labels of states that go to infinity, and of those of which it is not known where they go.
INFINITY, UNDECIDED = -2, -1
#: A grid of more states than this is a mistake in `resolution`.
_MOST_STATES = 4_000_000
#: States are followed together in batches of this many: the solver's step suits the fastest of them.
_BATCH = 1024
#: An orbit at a fixed point is this near to it at most, relative to max(1, |x|), whatever is proved.
_NEAR = 1e-3
#: An orbit is on a cycle that stays within this part of the cycle's size of it for a period.
_TUBE = 1e-2
#: An orbit this many sizes of the box and the attractors away counts as on its way to infinity.
_FAR = 1e6


@dataclass(frozen=True, eq=False)
class Basins:
    """Where the states of a grid go.

    Attributes
    ----------
    labels : (r1, ..., rn) integer array
        For each state the attractor that its orbit was seen to reach: its node in the transition graph, which for
        a fixed point is its place in the list; -1 undecided, -2 to infinity. States of one value make no axis.
    axes : tuple of arrays
        The coordinates along each axis of `labels`, in the order of the states.
    states : tuple of str
        The states that the axes belong to.
    names : mapping of int to str
        What each label stands for.

    Notes
    -----
    Orbits are integrated in doubles: a label is evidence, not proof.
    """

    labels: NDArray[np.intp]
    axes: tuple[Array, ...]
    states: tuple[str, ...]
    names: Mapping[int, str]

    @property
    def fractions(self) -> dict[int, float]:
        """The share of the grid's states with each label (that of an attractor is its basin stability)."""
        labels, counts = np.unique(self.labels, return_counts=True)
        return {int(label): int(count) / self.labels.size for label, count in zip(labels, counts, strict=True)}


def basins(
    system: System,
    targets: nx.MultiDiGraph | Sequence[FixedPoint],
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
    targets : TransitionGraph or sequence of FixedPoint
        The attractors among which to decide: those of a transition graph, cycles included, or of the fixed points.
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
        lie in its basin (node attribute ``attraction``), or else comes close to it within the ball in which it is
        proved to be the only one; to a cycle where it stays beside it for a period.

    Raises
    ------
    InputError
        If an argument does not fit; the message says what was expected.
    """
    bounds = _bounds(as_system(system), box)
    axes = _axes(bounds, resolution)
    if time is not None and not (isinstance(time, int | float | np.integer) and 0 < time < math.inf):
        raise InputError(f"time is {time!r:.60}; it must be a positive, finite duration or number of steps.")
    targets_found = _targets(system, targets)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, system.dimension)
    follower = _Follower(system, targets_found, bounds, time, rtol, atol)
    labels = np.full(len(grid), UNDECIDED)
    for start in range(0, len(grid), _BATCH):
        labels[start : start + _BATCH] = follower.labels(grid[start : start + _BATCH])
        if progress is not None:
            progress("following a grid of states", min(start + _BATCH, len(grid)), len(grid))
    wide = [i for i, axis in enumerate(axes) if len(axis) > 1]
    names = {t.label: t.name for t in targets_found} | {UNDECIDED: "undecided", INFINITY: "infinity"}
    return Basins(
        labels=readonly(labels.reshape([len(axes[i]) for i in wide]), np.intp),
        axes=tuple(readonly(axes[i]) for i in wide),
        states=tuple(system.state_names[i] for i in wide),
        names=MappingProxyType(names),
    )


def _bounds(system: System, box: Any) -> Array:
    if isinstance(box, Mapping):
        by_name = {str(state): pair for state, pair in box.items()}
        if set(by_name) != set(system.state_names):
            raise InputError(
                f"box has bounds for {', '.join(by_name)}, but the states are {', '.join(system.state_names)}."
            )
        box = [by_name[name] for name in system.state_names]
    try:
        bounds = np.asarray(box, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"box is {box!r:.80}; expected a row (low, high) of numbers for each state.") from error
    if bounds.shape != (system.dimension, 2) or not np.isfinite(bounds).all():
        raise InputError(f"box must hold a row (low, high) of finite numbers for each of {system.dimension} states.")
    if np.any(bounds[:, 0] > bounds[:, 1]) or np.all(bounds[:, 0] == bounds[:, 1]):
        raise InputError("box must have low <= high in each row, and low < high in one at least.")
    return bounds


def _axes(bounds: Array, resolution: Any) -> list[Array]:
    wide = bounds[:, 0] < bounds[:, 1]
    counts = np.atleast_1d(np.asarray(resolution))
    fits = counts.dtype.kind in "iu" and counts.ndim == 1 and len(counts) in (1, len(bounds)) and np.all(counts >= 2)
    if not fits or math.prod(int(c) for c in np.where(wide, counts, 1)) > _MOST_STATES:
        raise InputError(
            f"resolution is {resolution!r:.60}; expected the number of states along each axis, 2 or more and "
            f"{_MOST_STATES} in all at most."
        )
    return [
        np.linspace(low, high, int(c) if low < high else 1)
        for (low, high), c in zip(bounds, np.broadcast_to(counts, len(bounds)), strict=True)
    ]


@dataclass(frozen=True, eq=False)
class _Target:
    """An attractor, and how to tell that an orbit has reached it."""

    label: int
    name: str
    point: FixedPoint | None = None
    attraction: Any = None  #: AttractionBall or None
    cycle: Any = None  #: Cycle or None

    def reached(self, states: Array) -> NDArray[np.bool_]:
        """For a point: whether its basin is decided; for a cycle: whether states are beside it now."""
        if self.point is None:
            return _distance_to_curve(states, np.asarray(self.cycle.points), self._closed) <= self._tube
        if self.attraction is not None:
            return np.asarray(self.attraction.holds(states))
        return np.abs(states - self.point.x).max(axis=-1) <= self._ball

    @property
    def _closed(self) -> bool:
        return not isinstance(self.cycle.period, int | np.integer)

    @property
    def _tube(self) -> float:
        return _TUBE * max(float(np.ptp(np.asarray(self.cycle.points), axis=0).max()), 1e-12)

    @property
    def _ball(self) -> float:
        assert self.point is not None
        unique = self.point.certificate.uniqueness_radius if self.point.certificate is not None else None
        near = _NEAR * max(1.0, float(np.abs(self.point.x).max()))
        return near if unique is None else min(unique, near)


def _distance_to_curve(states: Array, points: Array, closed: bool) -> Array:
    """Distance of states (K, n) from a closed polyline (flows) or from the nearest of its corners (maps)."""
    start, end = points, np.roll(points, -1, axis=0) if closed else points
    along = end - start
    length = np.maximum(np.sum(along**2, axis=-1), np.finfo(float).tiny)
    nearest = np.full(len(states), np.inf)
    for corner, step, squared in zip(start, along, length, strict=True):
        share = np.clip((states - corner) @ step / squared, 0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(states - corner - share[:, None] * step, axis=-1))
    return nearest


def _targets(system: System, targets: Any) -> list[_Target]:
    """The attractors of a graph or of a list of points."""
    if isinstance(targets, nx.MultiDiGraph) and all("point" in data for _, data in targets.nodes(data=True)):
        nodes = dict(targets.nodes(data=True))
    elif isinstance(targets, Sequence) and all(isinstance(p, FixedPoint) for p in targets):
        nodes = {i: {"point": p} for i, p in enumerate(targets)}
    else:
        raise InputError(f"targets is {targets!r:.60}; expected a transition graph or a sequence of fixed points.")
    found = []
    for node, data in nodes.items():
        point, cycle = data.get("point"), data.get("cycle")
        if point is not None and len(point.x) != system.dimension:
            raise InputError(f"targets holds a point of {len(point.x)} states; the system has {system.dimension}.")
        if point is not None and point.kind.attracting:
            found.append(_Target(node, point.kind.value, point=point, attraction=data.get("attraction")))
        elif cycle is not None and cycle.kind.attracting:
            found.append(_Target(node, cycle.kind.value, cycle=cycle))
    return found


class _Follower:
    """Follows batches of states in pieces of time, and drops those that have arrived."""

    def __init__(
        self, system: System, targets: list[_Target], bounds: Array, time: float | None, rtol: float, atol: float
    ) -> None:
        self.system, self.targets = system, targets
        self.rtol, self.atol = rtol, atol
        corners = [np.abs(bounds).max(), *(np.abs(t.point.x).max() for t in targets if t.point is not None)]
        self.far = _FAR * max(1.0, float(max(corners)))
        self.flow = system.kind == "flow"
        self.horizon = time if time is not None else self._patience()
        periods = [float(t.cycle.period) for t in targets if t.cycle is not None]
        self.piece: float = min([2.0, *(p / 7 for p in periods)]) if self.flow else 20

    def _patience(self) -> float:
        if not self.flow:
            return 2000
        rates = [float(np.abs(t.point.eigenvalues.real).min()) for t in self.targets if t.point is not None]
        periods = [float(t.cycle.period) for t in self.targets if t.cycle is not None]
        return max(100.0, 50 / max(min(rates, default=1.0), 1e-2), *(20 * p for p in periods), 0.0)

    def labels(self, states: Array) -> NDArray[np.intp]:
        """A label for each of the states (K, n)."""
        labels = np.full(len(states), UNDECIDED)
        going = np.arange(len(states))
        beside = np.zeros((len(self.targets), len(states)))  # time spent beside each cycle without leaving it
        elapsed, now = 0.0, states
        while len(going):
            settled = self._settle(now, beside[:, going])
            labels[going[settled >= 0]] = [self.targets[k].label for k in settled[settled >= 0]]
            now, going = now[settled < 0], going[settled < 0]
            if not len(going) or elapsed >= self.horizon:
                break
            piece = min(self.piece, self.horizon - elapsed)
            now, gone = self._advance(now, piece)
            elapsed += piece
            labels[going[gone]] = INFINITY
            keep = ~gone & np.isfinite(now).all(axis=-1)
            now, going = now[keep], going[keep]
            self._wait(now, beside, going, piece)
        return labels

    def _settle(self, states: Array, beside: Array) -> NDArray[np.intp]:
        """The target that each state has reached, or -1."""
        settled = np.full(len(states), -1)
        for k, target in enumerate(self.targets):
            arrived = target.reached(states) if target.cycle is None else beside[k] >= float(target.cycle.period)
            settled[arrived & (settled < 0)] = k
        return settled

    def _wait(self, states: Array, beside: Array, going: NDArray[np.intp], piece: float) -> None:
        for k, target in enumerate(self.targets):
            if target.cycle is not None:
                beside[k, going] = np.where(target.reached(states), beside[k, going] + piece, 0.0)

    def _advance(self, states: Array, piece: float) -> tuple[Array, NDArray[np.bool_]]:
        """States a piece of time later, and which of them went to infinity."""
        if self.flow:
            orbit = integrate(self.system, states, [0.0, piece], rtol=self.rtol, atol=self.atol)
        else:
            orbit = integrate(self.system, states, int(piece))
        final = orbit.final
        with np.errstate(invalid="ignore"):
            gone = (orbit.outcomes == Outcome.BLOW_UP) | (np.abs(final).max(axis=-1) > self.far)
        return final, gone
