"""The pipeline: everything that dynbench can say about one system, in one record."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from dynbench._version import __version__
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint, FixedPoints, find_fixed_points
from dynbench.fixed_points.search import MultiStart, Progress, as_boxes
from dynbench.fixed_points.search.boxes import holds
from dynbench.invariants import Invariant, Symmetry
from dynbench.systems import System, as_system
from dynbench.transitions import transition_graph

__all__ = ["Analysis", "analyze"]

T = TypeVar("T")

#: A minimum of speed counts as slow if |F| there is below this fraction of its median over the box.
_SLOW = 1e-2
_SLOW_STARTS = 128


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
        of its median over the box.
    graph : networkx.MultiDiGraph
        The transition graph.
    invariants : tuple of Invariant
        Conserved quantities, proved.
    symmetries : tuple of Symmetry
        Symmetries of the equations, proved.
    interrupted : bool
        True where the user interrupted the search or a later stage; what was not reached is empty.
    provenance : mapping
        Versions, seed and search settings: what it takes to run the analysis again.
    """

    system: System
    fixed_points: FixedPoints
    slow_points: tuple[FixedPoint, ...]
    graph: nx.MultiDiGraph
    invariants: tuple[Invariant, ...]
    symmetries: tuple[Symmetry, ...]
    interrupted: bool
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        return (
            f"Analysis of {self.system.name or type(self.system).__name__}: {len(self.fixed_points)} fixed points, "
            f"{self.graph.number_of_edges()} transitions, {len(self.invariants)} invariants, "
            f"{len(self.symmetries)} symmetries"
        )

    @property
    def box(self) -> NDArray[np.float64]:
        """An (n, 2) box around everything of interest: the region searched, or the points with a margin."""
        region = self.fixed_points.region
        if region is not None:
            return np.stack([region[..., 0].min(axis=0), region[..., 1].max(axis=0)], axis=-1)
        points = np.array([p.x for p in self.fixed_points]).reshape(-1, self.system.dimension)
        low = points.min(axis=0) if len(points) else np.zeros(self.system.dimension)
        high = points.max(axis=0) if len(points) else np.zeros(self.system.dimension)
        margin = np.maximum(0.5 * (high - low), 1.0)
        return np.stack([low - margin, high + margin], axis=-1)


def analyze(
    system: System,
    *,
    box: Any = None,
    starts: Any = None,
    rng: int = 0,
    certify: bool = True,
    progress: Progress | None = None,
) -> Analysis:
    """Run the whole pipeline on one system.

    Parameters
    ----------
    system : System
        The system, with a value for every parameter.
    box, starts, certify, progress
        As in `dynbench.find_fixed_points`.
    rng : int
        Seed of everything that samples; it is kept in the provenance.

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
    points = find_fixed_points(as_system(system), box=box, starts=starts, rng=rng, certify=certify, progress=progress)
    stages = _Stages(points.interrupted)
    return Analysis(
        system=system,
        fixed_points=points,
        graph=stages.run(lambda: transition_graph(system, points, progress=progress), nx.MultiDiGraph()),
        invariants=stages.run(system.invariants, ()),
        symmetries=stages.run(system.symmetries, ()),
        slow_points=stages.run(lambda: _slow_points(system, box, rng, progress), ()),
        interrupted=stages.interrupted,
        provenance={
            "dynbench": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "seed": int(rng),
            "strategies": list(points.strategies),
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


def _slow_points(system: System, box: Any, rng: int, progress: Progress | None) -> tuple[FixedPoint, ...]:
    """Minima of speed met from starts all over the box, where |F| is small against its median."""
    if box is None:
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
