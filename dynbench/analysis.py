"""The pipeline: everything that dynbench can say about one system, in one record."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from itertools import islice
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from dynbench._version import __version__
from dynbench.cycles import Cycle, CycleKind, Cycles, find_cycles
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint, FixedPoints, SymmetryOrbit, find_fixed_points, symmetry_orbits
from dynbench.fixed_points.certificates import PRECISION
from dynbench.fixed_points.cover import Cover, cover
from dynbench.fixed_points.large import DOUBLES, is_large
from dynbench.fixed_points.search import MultiStart, Progress, SearchStrategy, as_boxes
from dynbench.fixed_points.search.boxes import holds
from dynbench.invariants import (
    HamiltonianStructure,
    Invariant,
    Invariants,
    Proof,
    Scaling,
    Symmetry,
    hamiltonian_structure,
    volume_preservation,
)
from dynbench.manifolds import HomoclinicPoint, Manifold, trace_manifold
from dynbench.manifolds.homoclinic import homoclinic_points
from dynbench.piecewise import piecewise_linear
from dynbench.systems import System, as_system
from dynbench.transitions import TransitionGraph, transition_graph

__all__ = ["Analysis", "analyze"]

T = TypeVar("T")

#: Tolerances of the orbits of the transition graph and of the manifolds.
ORBIT_RTOL, ORBIT_ATOL = 1e-9, 1e-10
#: A minimum of speed counts as slow if |F| there is below this fraction of its median over the box.
_SLOW = 1e-2
_SLOW_STARTS = 128
#: More curves than this hide each other in a figure; `trace_manifold` makes any of them.
_MOST_MANIFOLDS = 40
#: Periods of a piecewise-linear map are searched up to the largest with so many words of patterns up to rotation, or
#: the second number: every word is then looked at in a second or so, and again by `dynbench.verify`.
_MOST_WORDS, _MOST_PERIODS = 20_000, 8
#: Saddle cycles whose manifolds are traced: the shortest ones. In a chaotic map all lie along the same curves.
_MOST_CYCLES_TRACED = 3
#: Homoclinic points are looked for on manifolds this many diagonals of the box long; so many orbits of each saddle are
#: proved, those with the shortest words, and so many of its points are kept.
_HOMOCLINIC_DIAGONALS, _PROVED_ORBITS, _KEPT = 3.0, 6, 12


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """What was found, derived and proved about one system.

    Attributes
    ----------
    system : System
        The system.
    fixed_points : FixedPoints
        Its fixed points, with evidence.
    slow_points : tuple of FixedPoint
        Minima of speed in the box that are proved not to be fixed points, though |F| there is below one hundredth
        of its median over the box. Not looked for in matrix forms of more than 30 states, where a descent of q takes
        seconds.
    graph : TransitionGraph
        The transition graph, a networkx.MultiDiGraph.
    invariants : tuple of Invariant
        Conserved quantities, proved.
    symmetries : Symmetries
        Symmetries of the equations, proved.
    interrupted : bool
        True where the user interrupted the search or a later stage; what was not reached is empty.
    provenance : mapping
        Versions, seed and search settings: what it takes to run the analysis again.
    manifolds : tuple of Manifold
        The one-dimensional stable and unstable manifolds of the saddles, within reach of `box`. Not traced in matrix
        forms of more than 30 states, where the branches followed for `graph` stand for the unstable ones.
    cover : Cover or None
        Where the list of fixed points is complete: the boxes that prove it. None where the proof rests on exact
        algebra, or would take too many boxes to write down.
    reversing_symmetries : Symmetries
        Those that reverse the time of a flow, proved.
    scalings : tuple of Scaling
        Scaling symmetries, proved.
    symmetry_orbits : tuple of SymmetryOrbit
        The fixed points, sorted into orbits under the symmetries.
    lyapunov_functions : tuple of Invariant
        Functions that never increase along solutions, proved.
    hamiltonian : HamiltonianStructure or None
        F = S grad H with S skew, where it was found, proved.
    volume : Proof or None
        That the flow preserves volume, div F = 0.
    cycles : Cycles or None
        The cycles of a piecewise-linear map by period, fixed points among them as those of period 1; None where they
        were not looked for.
    homoclinic : tuple of HomoclinicPoint
        Of a piecewise-linear map of the plane: where the manifolds of its saddles cross, each with its proof if there
        is one. Of each saddle a dozen at most: proved ones, if any.
    """

    system: System
    fixed_points: FixedPoints
    slow_points: tuple[FixedPoint, ...]
    graph: TransitionGraph
    invariants: tuple[Invariant, ...]
    symmetries: Sequence[Symmetry]
    interrupted: bool
    provenance: Mapping[str, Any]
    manifolds: tuple[Manifold, ...] = ()
    cover: Cover | None = None
    reversing_symmetries: Sequence[Symmetry] = ()
    scalings: tuple[Scaling, ...] = ()
    symmetry_orbits: tuple[SymmetryOrbit, ...] = ()
    lyapunov_functions: tuple[Invariant, ...] = ()
    hamiltonian: HamiltonianStructure | None = None
    volume: Proof | None = None
    cycles: Cycles | None = None
    homoclinic: tuple[HomoclinicPoint, ...] = ()

    def __repr__(self) -> str:
        return (
            f"Analysis of {self.system.name or type(self.system).__name__}: {len(self.fixed_points)} fixed points, "
            f"{self.graph.number_of_edges()} transitions, {len(self.invariants)} invariants, "
            f"{len(self.symmetries)} symmetries"
        )

    def _repr_html_(self) -> str:
        return "".join(part._repr_html_() for part in (self.system, self.fixed_points, self.graph))

    def _repr_latex_(self) -> str:
        return self.system._repr_latex_() + "\n" + self.fixed_points._repr_latex_()

    @property
    def box(self) -> NDArray[np.float64]:
        """An (n, 2) box around everything of interest: the region searched, or the points with a margin."""
        return box_around(self.fixed_points)


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


def analyze(
    system: System,
    *,
    box: Any = None,
    starts: Any = None,
    search: SearchStrategy | Sequence[SearchStrategy] | None = None,
    rng: int = 0,
    certify: bool = True,
    periods: int | Iterable[int] | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Run the whole pipeline on one system.

    Parameters
    ----------
    system : System
        The system, with a value for every parameter.
    box, starts, search, certify, progress
        As in `dynbench.find_fixed_points`.
    rng : int
        Seed of everything that samples; it is kept in the provenance.
    periods : int or iterable of int, optional
        The periods of cycles of a map to look for, as in `dynbench.find_cycles`; 0 leaves them out. By default those of
        piecewise-linear maps are, up to the period, 8 at most, for which all words of patterns can be gone through.

    Returns
    -------
    Analysis
        Everything found. Interrupted (Ctrl-C), it is an analysis of what had been decided by then.

    Raises
    ------
    InputError, ModelError
        As `dynbench.find_fixed_points`; also where `rng` is no seed.
    """
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise InputError(f"rng is {rng!r:.60}; an analysis needs an integer seed, so that it can be repeated.")
    points = find_fixed_points(
        as_system(system), box=box, starts=starts, search=search, rng=rng, certify=certify, progress=progress
    )
    stages = _Stages(points.interrupted)
    cycles = stages.run_cycles(lambda: _cycles(system, box, periods, rng, certify, progress))
    manifolds: tuple[Manifold, ...] = ()
    return Analysis(
        system=system,
        fixed_points=points,
        cycles=cycles,
        graph=stages.run(lambda: _graph(system, points, cycles, rng, progress), TransitionGraph()),
        invariants=stages.run_search(system.invariants),
        lyapunov_functions=stages.run_search(system.lyapunov_functions),
        hamiltonian=stages.run(lambda: hamiltonian_structure(system), None),
        volume=stages.run(lambda: volume_preservation(system), None),
        symmetries=stages.run(system.symmetries, ()),
        reversing_symmetries=stages.run(lambda: system.reversing_symmetries() if system.kind == "flow" else (), ()),
        scalings=stages.run(system.scaling_symmetries, ()),
        symmetry_orbits=stages.run(lambda: symmetry_orbits(system, points), ()),
        slow_points=stages.run(lambda: _slow_points(system, box, rng, progress), ()),
        cover=stages.run(lambda: _cover(system, points, progress), None),
        manifolds=(manifolds := stages.run(lambda: _manifolds(system, points, cycles, progress), manifolds)),
        homoclinic=stages.run(lambda: _homoclinic(system, points, cycles, manifolds, progress), ()),
        interrupted=stages.interrupted,
        provenance={
            "dynbench": __version__,
            "python": platform.python_version(),
            **{package: metadata.version(package) for package in ("numpy", "scipy", "sympy", "python-flint")},
            "seed": int(rng),
            "strategies": list(points.strategies),
            "tolerances": {
                "certificates (bits)": DOUBLES if is_large(system) else PRECISION,
                "orbits (relative)": ORBIT_RTOL,
                "orbits (absolute)": ORBIT_ATOL,
            },
            "content_hash": system.content_hash,
        },
    )


class _Stages:
    """Runs the stages after the search until the user interrupts one; the rest are left out."""

    def __init__(self, interrupted: bool) -> None:
        self.interrupted = interrupted

    def run(self, stage: Callable[[], T], otherwise: T) -> T:
        if self.interrupted:
            return otherwise
        try:
            return stage()
        except KeyboardInterrupt:
            self.interrupted = True
            return otherwise

    def run_search(self, search: Callable[[], Invariants]) -> Invariants:
        """A search that keeps what it has found when the user interrupts it."""
        found = self.run(search, Invariants())
        self.interrupted = self.interrupted or found.stopped == "interrupted"
        return found

    def run_cycles(self, search: Callable[[], Cycles | None]) -> Cycles | None:
        """The search for cycles, which likewise keeps what it has found."""
        found = self.run(search, None)
        self.interrupted = self.interrupted or (found is not None and found.interrupted)
        return found


def _cycles(
    system: System, box: Any, periods: Any, rng: int, certify: bool, progress: Progress | None
) -> Cycles | None:
    """The cycles of the periods asked for, of a map."""
    asked = _affordable_periods(system) if periods is None else periods
    if asked in (0, ()):
        return None
    region = None if box is None else as_boxes(system, box)
    # A union of boxes holds no cycle that visits several of them: there the whole space is searched.
    within = None if region is None or len(region) > 1 else box
    return find_cycles(system, periods=asked, box=within, rng=rng, certify=certify, progress=progress)


def _affordable_periods(system: System) -> int:
    """The largest period with few enough words; 0 for systems whose cycles are not looked for unless asked for."""
    form = piecewise_linear(system) if system.kind == "map" else None
    if form is None:
        return 0
    words = [2 ** (form.units * k) // k for k in range(1, _MOST_PERIODS + 1)]
    return sum(count <= _MOST_WORDS for count in words)


def _graph(
    system: System, points: FixedPoints, cycles: Cycles | None, rng: int, progress: Progress | None
) -> TransitionGraph:
    known = _graph_cycles(cycles)
    return transition_graph(system, points, cycles=known, rtol=ORBIT_RTOL, atol=ORBIT_ATOL, rng=rng, progress=progress)


def _graph_cycles(cycles: Cycles | None) -> list[Cycle] | None:
    """The cycles that are nodes of the graph: all that attract, and the shortest of the others."""
    if cycles is None:
        return None
    longer = [c for c in cycles if len(c.points) > 1]
    others = [c for c in longer if not c.kind.attracting]
    return [*(c for c in longer if c.kind.attracting), *others[:_MOST_CYCLES_TRACED]]


def _cover(system: System, points: FixedPoints, progress: Progress | None) -> Cover | None:
    """The proof of completeness, where the list is complete in boxes that are known."""
    bounds = points.bounds.box if points.bounds is not None else None
    region = bounds[None] if points.region is None and bounds is not None else points.region
    return None if region is None or not points.complete else cover(system, region, points, progress=progress)


def _manifolds(
    system: System, points: FixedPoints, cycles: Cycles | None, progress: Progress | None
) -> tuple[Manifold, ...]:
    """The curves that the saddles of a flow or of a piecewise-linear map send out and receive.

    Of a smooth map the unstable ones are in the transition graph.
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
            if directions == 1 and len(traced) < _MOST_MANIFOLDS:
                traced += _traced(system, saddle, which, box)
        if progress is not None:
            progress("tracing manifolds", done + 1, len(sources))
    return tuple(traced)


def _traced(
    system: System, saddle: FixedPoint | Cycle, which: Literal["stable", "unstable"], box: NDArray[np.float64]
) -> list[Manifold]:
    """A manifold; nothing where no method applies, as of a map with a multiplier zero: the report says so."""
    try:
        return [trace_manifold(system, saddle, which, box=box, rtol=ORBIT_RTOL, atol=ORBIT_ATOL)]
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


def _homoclinic(
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
        met = homoclinic_points(system, saddle, length=length, box=box, prove=_PROVED_ORBITS)
        proved = [p for p in met if p.proved]
        found += (proved or met)[:_KEPT]
        if progress is not None:
            progress("looking for homoclinic points", done + 1, len(sources))
    return tuple(found)


def _has_both(saddle: FixedPoint | Cycle, manifolds: Sequence[Manifold]) -> bool:
    """Whether both manifolds of a saddle were traced."""
    x = saddle.x if isinstance(saddle, FixedPoint) else saddle.points[0]
    return len({m.which for m in manifolds if np.array_equal(m.point, x)}) == 2


def _slow_points(system: System, box: Any, rng: int, progress: Progress | None) -> tuple[FixedPoint, ...]:
    """Minima of speed met from starts all over the box, where |F| is small against its median."""
    if box is None or is_large(system):
        return ()
    region = as_boxes(system, box)
    generator = np.random.default_rng(rng)
    # The fixed points met on the way are known already: only the minima need a proof here.
    found = find_fixed_points(
        system, search=MultiStart(box=region, count=_SLOW_STARTS), rng=generator, certify=False, progress=progress
    )
    if found.interrupted:
        raise KeyboardInterrupt  # the search keeps what it has; the stages after it are left out
    sample = generator.uniform(region[0, :, 0], region[0, :, 1], (_SLOW_STARTS, system.dimension))
    median = float(np.nanmedian(np.sqrt(2 * system.speed(sample))))
    slow = (p for p in found.slow_points if np.sqrt(2 * float(system.speed(p.x))) <= _SLOW * median)
    return tuple(p for p in slow if holds(region, p.x))
