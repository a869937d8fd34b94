"""Surfaces made of flat polygons, and patches through sampled states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    """

    vertices: NDArray[np.float64]
    polygons: tuple[NDArray[np.intp], ...]

    def __repr__(self) -> str:
        return f"Mesh({len(self.polygons)} polygons, {len(self.vertices)} vertices)"

    def __len__(self) -> int:
        return len(self.polygons)

    def corners(self) -> tuple[NDArray[np.float64], ...]:
        """The polygons, each as its (c, n) corners."""
        return tuple(self.vertices[polygon] for polygon in self.polygons)

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
