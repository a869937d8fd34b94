"""Surfaces made of flat pieces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Mesh"]


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
