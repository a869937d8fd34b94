"""The record of an analysis: what was found, derived and proved about one system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.analysis.recurrence import box_around
from dynbench.cycles import Cycle, Cycles
from dynbench.fixed_points import FixedPoint, FixedPoints, SymmetryOrbit
from dynbench.fixed_points.cover import Cover
from dynbench.invariants import HamiltonianStructure, Invariant, Proof, Scaling, Symmetry
from dynbench.manifolds import HomoclinicPoint, Manifold
from dynbench.systems import System
from dynbench.transitions import TransitionGraph

__all__ = ["Analysis"]


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
        Minima of speed in the box that are proved not to be fixed points, though |F|, of maps |F(x) - x|, is below
        one hundredth of its median over the box there. Not looked for in matrix forms of more than 30 states, where a
        descent of q takes seconds.
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
        The one-dimensional stable and unstable manifolds of the saddles, within reach of `box`, and of fixed points of
        a piecewise-linear map of three states those of dimension 2. Not traced in matrix forms of more than 30 states,
        where the branches followed for `graph` stand for the unstable ones.
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

    @property
    def numbered_cycles(self) -> dict[int, Cycle]:
        """The cycles of more than one state by the numbers that the graph, figures and reports call them by.

        They follow the numbers of the fixed points, which are their places in the list.
        """
        return {} if self.cycles is None else self.cycles.numbered(len(self.fixed_points))

    def __repr__(self) -> str:
        found = (
            (len(self.fixed_points), "fixed point", "fixed points"),
            *([] if self.cycles is None else [(len(self.numbered_cycles), "longer cycle", "longer cycles")]),
            (self.graph.number_of_edges(), "transition", "transitions"),
            (len(self.invariants), "invariant", "invariants"),
            (len(self.symmetries), "symmetry", "symmetries"),
        )
        counts = (f"{count} {one if count == 1 else more}" for count, one, more in found)
        return f"Analysis of {self.system.name or type(self.system).__name__}: {', '.join(counts)}"

    def _repr_html_(self) -> str:
        return "".join(part._repr_html_() for part in (self.system, self.fixed_points, self.graph))

    def _repr_latex_(self) -> str:
        return self.system._repr_latex_() + "\n" + self.fixed_points._repr_latex_()

    @property
    def box(self) -> NDArray[np.float64]:
        """An (n, 2) box around everything of interest: the region searched, or the points with a margin."""
        return box_around(self.fixed_points)
