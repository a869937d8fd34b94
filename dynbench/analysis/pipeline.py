"""The pipeline: everything that dynbench can say about one system, in one record."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from typing import Any, TypeVar

import numpy as np

from dynbench._version import __version__
from dynbench.analysis.record import Analysis
from dynbench.analysis.recurrence import ORBIT_ATOL, ORBIT_RTOL, cycles_of, graph_of, homoclinic_of, manifolds_of
from dynbench.cycles import Cycles
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint, FixedPoints, find_fixed_points, symmetry_orbits
from dynbench.fixed_points.certificates import PRECISION
from dynbench.fixed_points.cover import Cover, cover
from dynbench.fixed_points.large import DOUBLES, is_large
from dynbench.fixed_points.search import MultiStart, Progress, SearchStrategy, as_boxes
from dynbench.fixed_points.search.boxes import holds
from dynbench.invariants import Invariants, hamiltonian_structure, volume_preservation
from dynbench.manifolds import Manifold
from dynbench.systems import System, as_system
from dynbench.transitions import TransitionGraph

__all__ = ["analyze"]

T = TypeVar("T")

#: A minimum of speed counts as slow if |F| there is below this fraction of its median over the box.
_SLOW = 1e-2
_SLOW_STARTS = 128


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
    cycles = stages.run_cycles(lambda: cycles_of(system, box, periods, rng, certify, progress))
    manifolds: tuple[Manifold, ...] = ()
    return Analysis(
        system=system,
        fixed_points=points,
        cycles=cycles,
        graph=stages.run(lambda: graph_of(system, points, cycles, rng, progress), TransitionGraph()),
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
        manifolds=(manifolds := stages.run(lambda: manifolds_of(system, points, cycles, progress), manifolds)),
        homoclinic=stages.run(lambda: homoclinic_of(system, points, cycles, manifolds, progress), ()),
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


def _cover(system: System, points: FixedPoints, progress: Progress | None) -> Cover | None:
    """The proof of completeness, where the list is complete in boxes that are known."""
    bounds = points.bounds.box if points.bounds is not None else None
    region = bounds[None] if points.region is None and bounds is not None else points.region
    return None if region is None or not points.complete else cover(system, region, points, progress=progress)


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
