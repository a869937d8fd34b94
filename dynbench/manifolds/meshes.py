"""Surfaces made of flat polygons, and patches through sampled states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import readonly
from dynbench.errors import InputError
from dynbench.manifolds.polygons import clipped

__all__ = ["Mesh", "Patch"]


@dataclass(frozen=True, eq=False)
class Mesh:
    """Flat polygons in space.

    Attributes
    ----------
    vertices : (v, n) array
        The corners; polygons that meet do so along an edge, but each has corners of its own.
    polygons : tuple of (c,) arrays of int
        The corners of each polygon in order, as rows of `vertices`.
    sheets : (p,) array of int or None
        Of the manifold of a cycle: the number of the point, from 0 on, whose sheet each polygon is part of. The map
        takes each sheet to the next one. None of a fixed point, which has a single sheet.
    """

    vertices: NDArray[np.float64]
    polygons: tuple[NDArray[np.intp], ...]
    sheets: NDArray[np.intp] | None = None

    @classmethod
    def of(
        cls, polygons: Sequence[NDArray[np.float64]], dimension: int, sheets: NDArray[np.intp] | None = None
    ) -> Mesh:
        """The mesh of polygons, each (c, n) corners in order, of so many states n, and their sheets."""
        stops = np.cumsum([0, *map(len, polygons)])
        vertices = np.concatenate([*polygons, np.zeros((0, dimension))])
        owners = None if sheets is None else readonly(sheets, np.intp)
        return cls(readonly(vertices), tuple(np.arange(a, b) for a, b in pairwise(stops)), owners)

    def __repr__(self) -> str:
        sheets = "" if self.sheets is None else f" on {len(np.unique(self.sheets))} sheets"
        return f"Mesh({len(self.polygons)} polygons{sheets}, {len(self.vertices)} vertices)"

    def __len__(self) -> int:
        return len(self.polygons)

    def corners(self) -> tuple[NDArray[np.float64], ...]:
        """The polygons, each as its (c, n) corners."""
        return tuple(self.vertices[polygon] for polygon in self.polygons)

    def within(self, box: ArrayLike) -> Mesh:
        """The parts of the polygons in a box, (n, 2): for figures, whose axes in space do not clip.

        Parameters
        ----------
        box : (n, 2) array
        """
        low, high = np.asarray(box, dtype=np.float64).T
        n = len(low)
        whole = self.corners()
        if self.sheets is not None:  # what follows the state is cut along with it
            whole = tuple(np.insert(c, n, sheet, axis=1) for c, sheet in zip(whole, self.sheets, strict=True))
        parts = list(clipped(list(whole), lambda z: np.concatenate([z[:, :n] - low, high - z[:, :n]], axis=1)))
        sheets = None if self.sheets is None else np.array([part[0, n] for part in parts], dtype=np.intp)
        return Mesh.of([part[:, :n] for part in parts], n, sheets)

    def sheet(self, number: int) -> Mesh:
        """The polygons on the sheet of one point of the cycle.

        Parameters
        ----------
        number : int
            Of the point, from 0 on.

        Raises
        ------
        InputError
            If there is no such sheet.
        """
        sheets = np.zeros(len(self), dtype=np.intp) if self.sheets is None else self.sheets
        chosen = np.flatnonzero(sheets == number)
        if not len(chosen):
            raise InputError(f"number is {number!r:.60}; expected that of a sheet: {np.unique(sheets).tolist()}.")
        corners = self.corners()
        n = self.vertices.shape[1]
        return Mesh.of([corners[i] for i in chosen], n, None if self.sheets is None else sheets[chosen])

    def section(self, normal: NDArray[np.float64], offset: float) -> NDArray[np.float64]:
        """Where the polygons meet a hyperplane: the segments, (m, 2, n).

        Parameters
        ----------
        normal : (n,) array
        offset : float
            The hyperplane is normal . z = offset.
        """
        segments = []
        for corners in self.corners():
            y = corners @ np.asarray(normal, dtype=np.float64) - offset
            after, following = np.roll(y, -1), np.roll(corners, -1, axis=0)
            crossing = (y < 0) != (after < 0)
            if crossing.sum() == 2:
                share = (y[crossing] / (y[crossing] - after[crossing]))[:, None]
                segments.append(corners[crossing] + share * (following[crossing] - corners[crossing]))
        return np.array(segments).reshape(-1, 2, self.vertices.shape[1])


@dataclass(frozen=True, eq=False)
class Patch:
    """A flat piece of a manifold that was fitted to states.

    Attributes
    ----------
    center : (n,) array
        The mean of the states that it was fitted to.
    basis : (n, d) array
        An orthonormal basis of its directions.
    states : (m, n) array
        The states of the sample that came through the same regions.
    """

    center: NDArray[np.float64]
    basis: NDArray[np.float64]
    states: NDArray[np.float64]
