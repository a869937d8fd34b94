"""The graph of saddle-mediated transitions, for saddles with one unstable direction.

Both branches of the one-dimensional unstable manifold of such a saddle are followed to their limits. A limit is a
fixed point only where the orbit has entered the ball in which that point is proved to be the only fixed point, and
converged there to its centre; otherwise the edge ends in a node of its own, "infinity" or "undecided". Nothing is
assigned to the nearest point.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint, Status
from dynbench.fixed_points.search import Progress
from dynbench.flow import Outcome, integrate
from dynbench.systems import System, as_system

__all__ = ["attractor_transitions", "transition_graph"]

Array = NDArray[np.float64]

#: An orbit has converged to an attractor within this distance, relative to max(1, |x|).
_ARRIVED = 1e-6
#: An orbit that leaves this many times the scale of the fixed points is taken to be on its way to infinity.
_FAR = 1e6
#: Offsets along the eigenvector, relative to the scale, that are tried until the local manifold is straight enough.
_OFFSETS = np.logspace(-3, -7, 9)
#: Straight enough: the quadratic part of the field along the manifold against the linear part.
_CURVATURE = 1e-4
#: A branch of a flow is given up after so many states, four a step of the solver, where the user named no time.
_MOST_STATES = 20_000
#: It is integrated in pieces of about so many, and looked at after each.
_STATES_PER_PIECE = 800


@dataclass(frozen=True, eq=False)
class _Limit:
    """Where a branch of an unstable manifold ends."""

    kind: Literal["point", "infinity", "undecided"]
    point: int | None
    time: float
    reason: str
    path: Array


def transition_graph(
    system: System,
    fixed_points: Sequence[FixedPoint],
    *,
    time: float | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-10,
    progress: Progress | None = None,
) -> nx.MultiDiGraph:
    """Join each fixed point with one unstable direction to the limits of its unstable manifold.

    In one dimension these are the repellers between attractors, in higher dimension the saddles of index 1.

    Parameters
    ----------
    system : System
        The system.
    fixed_points : sequence of FixedPoint
        Its fixed points, as `dynbench.find_fixed_points` returns them.
    time : float, optional
        How long to follow a branch: a duration for flows, a number of steps for maps. By default 200 times the
        slowest time scale of the saddle and the attractors (at least 500) but at most 5,000 steps of the solver, or
        10,000 steps of a map.
    rtol, atol : float
        Tolerances of the integration.
    progress : callable, optional
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are the fixed points, by their position in `fixed_points` (slow points left out), with attributes
        ``point`` (the record) and ``kind``; "infinity" and "undecided" get the next integers, with ``point`` None.
        Edges run from a saddle to a limit, with attributes ``side`` (+1 or -1 along the eigenvector whose largest
        component is positive), ``time`` (steps, for maps), ``identified`` (False where the limit is undecided),
        ``reason`` (by what the limit was identified) and ``path`` ((m, n) states along the branch). A point whose
        manifold was not followed has the node attribute ``skipped``, why. The branches are integrated in doubles:
        that an attractor is the limit is evidence, not proof.

    Raises
    ------
    InputError
        If `time` is not positive and finite, or `fixed_points` are not fixed points of the system.
    """
    _check(as_system(system), fixed_points, time)
    graph = nx.MultiDiGraph(name=system.name or type(system).__name__)
    nodes = {i: p for i, p in enumerate(fixed_points) if p.status in (Status.CERTIFIED, Status.CONVERGED)}
    for i, point in nodes.items():
        graph.add_node(i, point=point, kind=point.kind.value)
    saddles = [i for i, p in nodes.items() if p.stability[2] >= 1]
    tracer = _Tracer(system, nodes, time, rtol, atol)
    for done, i in enumerate(saddles, 1):
        reason = _skipped(nodes[i])
        if reason:
            graph.nodes[i]["skipped"] = reason
            continue
        for side, limit in tracer.branches(nodes[i]):
            target = limit.point if limit.point is not None else _special(graph, limit.kind, len(fixed_points))
            graph.add_edge(
                i,
                target,
                side=side,
                time=limit.time,
                identified=limit.kind != "undecided",
                reason=limit.reason,
                path=readonly(limit.path),
            )
        if progress is not None:
            progress("following unstable manifolds", done, len(saddles))
    return graph


def attractor_transitions(graph: nx.MultiDiGraph) -> nx.MultiGraph:
    """Attractors, joined by the saddles between them.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        As `transition_graph` returns it.

    Returns
    -------
    networkx.MultiGraph
        Nodes are the attractors; for each saddle whose two branches both end in attractors an edge between
        these (a loop, if they are the same), with attribute ``saddle``.

    Raises
    ------
    InputError
        If `graph` is no transition graph.
    """
    transitions = nx.MultiGraph()
    if not (isinstance(graph, nx.MultiDiGraph) and all("point" in data for _, data in graph.nodes(data=True))):
        raise InputError(f"graph is {graph!r:.60}; expected what transition_graph returned.")
    for node, data in graph.nodes(data=True):
        if data["point"] is not None and data["point"].kind.attracting:
            transitions.add_node(node, **data)
    for saddle in graph.nodes:
        ends = sorted(target for _, target in graph.out_edges(saddle))
        if len(ends) == 2 and all(end in transitions for end in ends):
            transitions.add_edge(*ends, saddle=saddle)
    return transitions


def _check(system: System, fixed_points: Any, time: Any) -> None:
    if time is not None and not (isinstance(time, int | float | np.integer) and 0 < time < math.inf):
        raise InputError(f"time is {time!r:.60}; it must be a positive, finite duration or number of steps.")
    fits = isinstance(fixed_points, Sequence) and all(
        isinstance(p, FixedPoint) and len(p.x) == system.dimension for p in fixed_points
    )
    if not fits:
        raise InputError(f"fixed_points is {fixed_points!r:.60}; expected the result of find_fixed_points.")


def _skipped(point: FixedPoint) -> str:
    """Why the unstable manifold of a saddle is not followed, or nothing."""
    if point.certificate is None or point.certificate.n_unstable is None:
        return "its number of unstable directions is not proved"
    if point.certificate.n_unstable > 1:
        return f"its unstable manifold has dimension {point.certificate.n_unstable}"
    return ""


def _special(graph: nx.MultiDiGraph, kind: str, first: int) -> int:
    """The node for a limit that is no fixed point."""
    for node, data in graph.nodes(data=True):
        if data["kind"] == kind:
            return int(node)
    node = max([first - 1, *graph.nodes]) + 1
    graph.add_node(node, point=None, kind=kind)
    return int(node)


class _Tracer:
    """Follows branches of unstable manifolds, with what is common to all of them."""

    def __init__(
        self, system: System, nodes: dict[int, FixedPoint], time: float | None, rtol: float, atol: float
    ) -> None:
        self.system = system
        self.nodes = nodes
        self.time = time
        self.rtol, self.atol = rtol, atol
        self.attractors = {
            i: p
            for i, p in nodes.items()
            if p.certificate is not None and p.certificate.stability == (system.dimension, 0, 0)
        }
        self.scale = max([1.0, *(float(np.abs(p.x).max()) for p in nodes.values())])

    def branches(self, saddle: FixedPoint) -> Iterator[tuple[int, _Limit]]:
        """Both branches, the side +1 first."""
        multiplier, direction = _unstable_direction(self.system, saddle)
        for side in (1, -1):
            start = self._start(saddle, side * direction)
            if self.system.kind == "map":
                yield side, self._iterate(start, flips=multiplier < 0)
            else:
                yield side, self._integrate(start, saddle)

    def _start(self, saddle: FixedPoint, direction: Array) -> Array:
        """A state on the linear unstable manifold, so near that the quadratic part of the field is small beside it."""
        scale = max(1.0, float(np.abs(saddle.x).max()))
        linear = np.linalg.norm(self.system.residual_jacobian(saddle.x) @ direction)
        quadratic = np.linalg.norm(self.system.second_derivative(saddle.x, direction, direction)) / 2
        offset = next((h for h in _OFFSETS if h * scale * quadratic <= _CURVATURE * linear), _OFFSETS[-1])
        return saddle.x + offset * scale * direction

    def _integrate(self, state: Array, saddle: FixedPoint) -> _Limit:
        horizon = self.time or max(500.0, 200 * self._slowest(saddle))
        elapsed, chunk, path = 0.0, min(1.0, horizon), [state[None]]
        while elapsed < horizon and (self.time is not None or sum(map(len, path)) < _MOST_STATES):
            chunk = min(chunk, horizon - elapsed)
            orbit = integrate(self.system, state, chunk, rtol=self.rtol, atol=self.atol)
            elapsed += float(orbit.t[-1])
            state = orbit.final
            path.append(orbit.x[1:])
            if orbit.outcome is not Outcome.COMPLETED:
                kind = "infinity" if orbit.outcome is Outcome.BLOW_UP else "undecided"
                return self._limit(kind, elapsed, f"{orbit.outcome.value} at time {elapsed:.4g}", path)
            limit = self._arrived(state, elapsed, path)
            if limit is not None:
                return limit
            # Pieces of about equal work, so that a branch that becomes stiff on its way to infinity is noticed.
            chunk *= float(np.clip(_STATES_PER_PIECE / len(orbit.t), 0.1, 2.0))
        return self._limit("undecided", elapsed, f"no limit was reached in time {elapsed:.4g}", path)

    def _iterate(self, state: Array, *, flips: bool) -> _Limit:
        """As `_integrate`; with a negative multiplier every second iterate lies on this branch."""
        stride = 2 if flips else 1
        horizon = int(self.time or 10_000)
        elapsed, path = 0, [state[None]]
        while elapsed < horizon:
            orbit = integrate(self.system, state, min(100, horizon - elapsed))
            path.append(orbit.x[stride::stride])
            elapsed += len(orbit.t) - 1
            if orbit.outcome is not Outcome.COMPLETED:
                kind = "infinity" if orbit.outcome is Outcome.BLOW_UP else "undecided"
                return self._limit(kind, elapsed, f"{orbit.outcome.value} after {elapsed} steps", path)
            state = orbit.final
            limit = self._arrived(state, elapsed, path)
            if limit is not None:
                return limit
        return self._limit("undecided", elapsed, f"no limit was reached in {elapsed} steps", path)

    def _arrived(self, state: Array, elapsed: float, path: list[Array]) -> _Limit | None:
        if np.abs(state).max() > _FAR * self.scale:
            return self._limit("infinity", elapsed, f"|x| exceeded {_FAR * self.scale:.3g}", path)
        for i, point in self.attractors.items():
            distance = float(np.abs(state - point.x).max())
            unique = point.certificate.uniqueness_radius if point.certificate else None
            if unique is not None and distance <= min(unique, _ARRIVED * max(1.0, np.abs(point.x).max())):
                reason = f"within {distance:.2g} of the attractor, which is the only fixed point within {unique:.2g}"
                return self._limit("point", elapsed, reason, path, i)
        return None

    def _limit(self, kind: Any, elapsed: float, reason: str, path: list[Array], point: int | None = None) -> _Limit:
        return _Limit(kind, point, float(elapsed), reason, np.concatenate(path))

    def _slowest(self, saddle: FixedPoint) -> float:
        """The longest time scale 1 / |Re lambda| among the saddle and the attractors."""
        rates = [np.abs(p.eigenvalues.real).min() for p in (saddle, *self.attractors.values())]
        return 1 / max(float(min(rates)), 1e-3)


def _unstable_direction(system: System, saddle: FixedPoint) -> tuple[float, Array]:
    """The unstable eigenvalue (multiplier) and its unit eigenvector, the largest component positive."""
    values, vectors = np.linalg.eig(system.jacobian_at(saddle.x))
    leading = int(np.argmax(np.abs(values) if system.kind == "map" else values.real))
    vector = np.real(vectors[:, leading])
    vector = vector / np.linalg.norm(vector)
    return float(values[leading].real), vector * np.sign(vector[np.argmax(np.abs(vector))])
