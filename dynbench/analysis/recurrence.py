"""The stages of an analysis about what recurs: cycles, the transition graph, manifolds and where they cross."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Literal

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from dynbench.cycles import Cycle, CycleKind, Cycles, find_cycles
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint, FixedPoints
from dynbench.fixed_points.large import is_large
from dynbench.fixed_points.search import Progress, as_boxes
from dynbench.manifolds import HomoclinicPoint, Manifold, homoclinic_points, trace_manifold
from dynbench.piecewise import piecewise_linear
from dynbench.systems import System
from dynbench.transitions import TransitionGraph, transition_graph

__all__ = [
    "ORBIT_ATOL",
    "ORBIT_RTOL",
    "affordable_periods",
    "box_around",
    "cycles_of",
    "graph_of",
    "homoclinic_of",
    "manifolds_of",
]

#: Tolerances of the orbits of the transition graph and of the manifolds.
ORBIT_RTOL, ORBIT_ATOL = 1e-9, 1e-10
#: More curves than this hide each other in a figure; `trace_manifold` makes any of them.
_MOST_MANIFOLDS = 40
#: Polygons at which a surface ends, but for the last generation of them.
_POLYGONS = 500
#: Periods of a piecewise-linear map are searched up to the largest with so many words of patterns up to rotation, or
#: the second number: every word is then looked at in a second or so, and again by `dynbench.verify`.
_MOST_WORDS, _MOST_PERIODS = 20_000, 8
#: Saddle cycles whose manifolds are traced: the shortest ones. In a chaotic map all lie along the same curves.
_MOST_CYCLES_TRACED = 3
#: Homoclinic points are looked for on manifolds this many diagonals of the box long; so many orbits of each saddle are
#: proved, those with the shortest words, and so many of its points are kept.
_HOMOCLINIC_DIAGONALS, _PROVED_ORBITS, _KEPT = 3.0, 6, 12


def box_around(points: FixedPoints) -> NDArray[np.float64]:
    """An (n, 2) box around the region searched, or, where that is the whole space, around the points."""
    if points.region is not None:
        return np.stack([points.region[..., 0].min(axis=0), points.region[..., 1].max(axis=0)], axis=-1)
    n = len(points.state_names)
    states = np.array([p.x for p in points]).reshape(-1, n)
    low = states.min(axis=0) if len(states) else np.zeros(n)
    high = states.max(axis=0) if len(states) else np.zeros(n)
    margin = np.maximum(0.5 * (high - low), 1.0)
    return np.stack([low - margin, high + margin], axis=-1)


def cycles_of(
    system: System, box: Any, periods: Any, rng: int, certify: bool, progress: Progress | None
) -> Cycles | None:
    """The cycles of the periods asked for, of a map."""
    asked = affordable_periods(system) if periods is None else periods
    if isinstance(asked, int) and asked == 0:
        return None
    if system.kind == "flow":
        raise InputError(f"periods is {asked!r:.60}, but the system is a flow: an analysis lists cycles of maps only.")
    region = None if box is None else as_boxes(system, box)
    # A union of boxes holds no cycle that visits several of them: there the whole space is searched.
    within = None if region is None or len(region) > 1 else box
    return find_cycles(system, periods=asked, box=within, rng=rng, certify=certify, progress=progress)


def affordable_periods(system: System) -> int:
    """The largest period with few enough words; 0 for systems whose cycles are not looked for unless asked for."""
    form = piecewise_linear(system) if system.kind == "map" else None
    if form is None:
        return 0
    words = [2 ** (form.units * k) // k for k in range(1, _MOST_PERIODS + 1)]
    return sum(count <= _MOST_WORDS for count in words)


def graph_of(
    system: System, points: FixedPoints, cycles: Cycles | None, rng: int, progress: Progress | None
) -> TransitionGraph:
    """The transition graph, with the cycles that attract and the shortest of the others as nodes."""
    listed = {} if cycles is None else cycles.numbered(len(points))
    chosen = _graph_cycles(listed)
    known = None if cycles is None else list(chosen.values())
    graph = transition_graph(system, points, cycles=known, rtol=ORBIT_RTOL, atol=ORBIT_ATOL, rng=rng, progress=progress)
    # Cycles keep the numbers of the list; what was met besides, such as infinity, comes after all of that list.
    given, left_out = [*range(len(points)), *chosen], len(listed) - len(chosen)
    numbers = {node: given[node] if node < len(given) else node + left_out for node in graph}
    numbered: TransitionGraph = nx.relabel_nodes(graph, numbers)
    return numbered


def _graph_cycles(listed: Mapping[int, Cycle]) -> dict[int, Cycle]:
    """The cycles that are nodes of the graph: all that attract, and the shortest of the others."""
    others = [number for number, cycle in listed.items() if not cycle.kind.attracting][:_MOST_CYCLES_TRACED]
    return {number: cycle for number, cycle in listed.items() if cycle.kind.attracting or number in others}


def manifolds_of(
    system: System, points: FixedPoints, cycles: Cycles | None, progress: Progress | None
) -> tuple[Manifold, ...]:
    """The curves that the saddles of a flow or of a piecewise-linear map send out and receive.

    Of a smooth map the unstable ones are in the transition graph. Of a piecewise-linear map of three states also the
    surfaces.
    """
    exact = system.kind == "map" and piecewise_linear(system) is not None
    if (system.kind == "map" and not exact) or is_large(system):
        return ()
    traced: list[Manifold] = []
    box = box_around(points)
    sources: list[FixedPoint | Cycle] = [*_saddles(points), *_saddle_cycles(cycles)]
    for done, saddle in enumerate(sources):
        sides: tuple[tuple[Literal["stable", "unstable"], int], ...]
        sides = ("stable", saddle.stability[0]), ("unstable", saddle.stability[2])
        for which, directions in sides:
            surface = directions == 2 and system.dimension == 3 and exact
            if (directions == 1 or surface) and len(traced) < _MOST_MANIFOLDS:
                traced += _traced(system, saddle, which, box)
        if progress is not None:
            progress("tracing manifolds", done + 1, len(sources))
    return tuple(traced)


def _traced(
    system: System, saddle: FixedPoint | Cycle, which: Literal["stable", "unstable"], box: NDArray[np.float64]
) -> list[Manifold]:
    """A manifold; nothing where no method applies, as of a map with a multiplier zero: the report says so."""
    try:
        return [trace_manifold(system, saddle, which, box=box, pieces=_POLYGONS, rtol=ORBIT_RTOL, atol=ORBIT_ATOL)]
    except InputError:
        if system.kind == "flow":
            raise
        return []


def _saddles(points: FixedPoints) -> list[FixedPoint]:
    """The saddles that are proved to be some."""
    return [p for p in points if p.kind.saddle and p.certificate is not None and p.certificate.stability is not None]


def _saddle_cycles(cycles: Cycles | None) -> list[Cycle]:
    """The shortest saddle cycles of more than one state that are proved to be some."""
    found = (c for c in cycles or () if c.kind is CycleKind.SADDLE and c.proved and len(c.points) > 1)
    return list(islice(found, _MOST_CYCLES_TRACED))


def homoclinic_of(
    system: System,
    points: FixedPoints,
    cycles: Cycles | None,
    manifolds: Sequence[Manifold],
    progress: Progress | None,
) -> tuple[HomoclinicPoint, ...]:
    """Where the manifolds of one saddle after the other cross, of a piecewise-linear map of the plane."""
    if system.kind != "map" or system.dimension != 2 or piecewise_linear(system) is None:
        return ()
    box = box_around(points)
    length = _HOMOCLINIC_DIAGONALS * float(np.linalg.norm(box[:, 1] - box[:, 0]))
    found: list[HomoclinicPoint] = []
    saddles: list[FixedPoint | Cycle] = [*_saddles(points), *_saddle_cycles(cycles)]
    sources = [saddle for saddle in saddles if _has_both(saddle, manifolds)]
    for done, saddle in enumerate(sources):
        met = homoclinic_points(system, saddle, length=length, box=box, prove=_PROVED_ORBITS, manifolds=manifolds)
        proved = [p for p in met if p.proved]
        found += (proved or met)[:_KEPT]
        if progress is not None:
            progress("looking for homoclinic points", done + 1, len(sources))
    return tuple(found)


def _has_both(saddle: FixedPoint | Cycle, manifolds: Sequence[Manifold]) -> bool:
    """Whether both manifolds of a saddle were traced."""
    x = saddle.x if isinstance(saddle, FixedPoint) else saddle.points[0]
    return len({m.which for m in manifolds if np.array_equal(m.point, x)}) == 2
