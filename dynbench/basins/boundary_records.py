"""The record of a basin boundary in the plane, and how far it agrees with orbits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, record_table, shown
from dynbench.basins.records import UNDECIDED, Basins
from dynbench.basins.sides import Sides
from dynbench.cycles import Cycle, CycleKind
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint, Kind
from dynbench.manifolds import Manifold
from dynbench.manifolds.intersections import cells_passed

__all__ = ["Agreement", "BasinBoundary", "nonsmooth", "same_states"]

Array = NDArray[np.float64]

#: Limits whose states are so near to each other, relative to their size, are one.
_SAME = 1e-6


def same_states(first: Array, second: Array) -> bool:
    """Whether two limits are one: as many states, from whichever the list begins.

    Parameters
    ----------
    first, second : (p, n) and (q, n) arrays
        Their states.
    """
    if first.shape != second.shape:
        return False
    gaps = np.abs(first[:, None] - second[None]).max(axis=-1).min(axis=1)
    return bool(gaps.max() <= _SAME * max(1.0, float(np.abs(first).max())))


def nonsmooth(limit: FixedPoint | Cycle) -> bool:
    """Whether it lies on a border of regions, where it has no manifolds in the usual sense."""
    return limit.kind in (Kind.NONSMOOTH, CycleKind.NONSMOOTH)


@dataclass(frozen=True, eq=False)
class Agreement:
    """How far the sides of a boundary agree with a grid of orbits.

    Attributes
    ----------
    states : int
        States of the grid.
    on_boundary : int
        Those whose cell the boundary passes: they are not compared.
    agreeing : int
        Those of the others on which both say the same.
    disagreeing : (m, 2) array
        The others.
    """

    states: int
    on_boundary: int
    agreeing: int
    disagreeing: NDArray[np.float64]

    @property
    def share(self) -> float:
        """The part of the compared states on which both say the same."""
        return self.agreeing / max(1, self.states - self.on_boundary)

    def __repr__(self) -> str:
        return (
            f"Agreement({self.share:.6%} of {self.states - self.on_boundary} states off the boundary, "
            f"{self.on_boundary} on it)"
        )


@dataclass(frozen=True, eq=False)
class BasinBoundary:
    """The boundary between basins of attraction in the plane: stable manifolds of the saddles between attractors.

    Attributes
    ----------
    limits : tuple of FixedPoint and Cycle
        The attractors and saddles that it was made of; labels are places in this tuple.
    saddles : tuple of int
        Which of them are between: the two sides of their unstable manifolds lead to different attractors.
    leads : tuple of (int, int)
        For each of these, where the two sides lead.
    manifolds : tuple of Manifold
        Their stable manifolds.
    curves : tuple of (m, 2) arrays
        The boundary: the two sides of a manifold joined at the saddle, and its other preimages where the map has no
        inverse.
    sides : tuple of (int, int)
        For each curve, the labels on its left and on its right.
    box : (2, 2) array
        The region for which it was made.
    names : mapping of int to str
        What each label stands for, as in `Basins`.
    search : str
        Where the limits were not given, what is known about the list.
    everywhere : int
        Where there is no curve, the label on which the orbits of a coarse grid in the box agree; else `UNDECIDED`.

    Notes
    -----
    The curves are exact where the manifolds are. Which attractor is on which side is seen from orbits of doubles, two
    at each of a few places of a curve.
    """

    limits: tuple[FixedPoint | Cycle, ...]
    saddles: tuple[int, ...]
    leads: tuple[tuple[int, int], ...]
    manifolds: tuple[Manifold, ...]
    curves: tuple[NDArray[np.float64], ...]
    sides: tuple[tuple[int, int], ...]
    box: NDArray[np.float64]
    names: Mapping[int, str]
    search: str = ""
    everywhere: int = UNDECIDED

    @cached_property
    def _sides(self) -> Sides:
        return Sides(self.curves, [left for left, _ in self.sides], [right for _, right in self.sides])

    @property
    def error(self) -> float:
        """The largest transversal error of the manifolds."""
        return max((manifold.error for manifold in self.manifolds), default=0.0)

    @property
    def note(self) -> str:
        """What may be missing: saddles that were not found, and what the manifolds say of where they were cut short."""
        manifolds = [f"saddle {s}: {m.note}" for s, m in zip(self.saddles, self.manifolds, strict=True) if m.note]
        borders = [f"limit {i} lies on a border and is passed over" for i, x in enumerate(self.limits) if nonsmooth(x)]
        return "; ".join([self.search] * bool(self.search) + borders + manifolds)

    def classify(self, states: ArrayLike) -> NDArray[np.intp]:
        """In whose basin states lie, by the side of the boundary, without following an orbit.

        Parameters
        ----------
        states : (..., 2) array_like
            States.

        Returns
        -------
        (...) integer array
            Places in `limits`, `INFINITY` (-2) or `UNDECIDED` (-1), as orbits from the sides of the curves have it, or
            `CONTRADICTED` (-3) between two curves that say different things: one is missing there. Where a manifold
            was cut short (`note`) no label is more than what the curves that were found say. Where there is no curve
            at all, `everywhere`.
        """
        given = as_states(states, 2, name="states")
        if not self.curves:
            return np.full(given.shape[:-1], self.everywhere, dtype=np.intp)
        return self._sides.labels(given.reshape(-1, 2)).reshape(given.shape[:-1])

    def agreement(self, grid: Basins) -> Agreement:
        """Compare with a grid of orbits.

        Parameters
        ----------
        grid : Basins
            What `dynbench.basins` returned for the same attractors, in any order, over two states within `box`.

        Raises
        ------
        InputError
            If it is no such grid, or reaches beyond the box, where the boundary has not been traced.
        """
        if not isinstance(grid, Basins):
            raise InputError(f"grid is {shown(grid)}; expected what dynbench.basins returned.")
        if len(grid.axes) != 2:
            raise InputError(f"grid has {len(grid.axes)} axes; expected those of two states.")
        if any(axis[0] < low or axis[-1] > high for axis, (low, high) in zip(grid.axes, self.box, strict=True)):
            raise InputError("grid reaches beyond the box for which the boundary was made; expected one within it.")
        states = np.stack(np.meshgrid(*grid.axes, indexing="ij"), axis=-1)
        near = self._passed(grid.axes)
        same = (self.classify(states) == self._own_labels(grid)) | near
        return Agreement(grid.labels.size, int(near.sum()), int((same & ~near).sum()), states[~same])

    def _own_labels(self, grid: Basins) -> NDArray[np.intp]:
        """The labels of a grid with each attractor called by its place in `limits`."""
        points = [np.atleast_2d(limit.x if isinstance(limit, FixedPoint) else limit.points) for limit in self.limits]
        labels, known = grid.labels.copy(), [label for label in self.names if label >= 0]
        places = {}
        for label, states in grid.attractors.items():
            same = (place for place in known if same_states(points[place], states))
            places[label] = next(same, UNDECIDED)
            labels[grid.labels == label] = places[label]
        if sorted(places.values()) != sorted(known):
            raise InputError("grid was made with other attractors than those among the limits; expected the same.")
        return labels

    def _passed(self, axes: tuple[Array, ...]) -> NDArray[np.bool_]:
        """Which states of a grid are in cells that the boundary passes; a state is in the middle of its cell."""
        shape = len(axes[0]), len(axes[1])
        origin = np.array([axis[0] for axis in axes])
        spacing = np.array([axis[1] - axis[0] for axis in axes])
        passed = np.zeros(shape, dtype=bool)
        for curve in self.curves:
            column, row = cells_passed((curve - origin) / spacing + 0.5, shape)
            passed[column, row] = True
        return passed

    def __repr__(self) -> str:
        between = ", ".join(f"{a}|{b}" for a, b in self.leads)
        saddles = f"{len(self.saddles)} saddle{'s' if len(self.saddles) != 1 else ''}"
        curves = f"{len(self.curves)} curve{'s' if len(self.curves) != 1 else ''}"
        return f"BasinBoundary({saddles} between {between or 'nothing'}, {curves})"

    def _repr_html_(self) -> str:
        rows = {
            "saddles between": "; ".join(
                f"{shown(self.limits[s])}: {self.names[a]} and {self.names[b]}"
                for s, (a, b) in zip(self.saddles, self.leads, strict=True)
            ),
            "curves": str(len(self.curves)),
            "corners": str(sum(len(curve) for curve in self.curves)),
            "transversal error": f"{self.error:.2g}",
            "note": self.note,
        }
        return record_table("Basin boundary", rows)
