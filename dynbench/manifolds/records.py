"""The record that describes an invariant manifold of dimension 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief, record_table

__all__ = ["Manifold"]


@dataclass(frozen=True, eq=False)
class Manifold:
    """The stable or unstable manifold of a fixed point, where it is a curve.

    Attributes
    ----------
    point : (n,) array
        The fixed point.
    which : "stable" or "unstable"
        Which of the two it is.
    branches : tuple of (m, n) arrays
        Polylines that start at the point.
    error : float
        An estimate: the largest distance of the polylines from those that start at half the offset from the point
        and are computed with looser tolerances. Nothing is proved.
    exact : bool
        Whether the polylines are the manifold itself (of piecewise linear maps), not an approximation.
    """

    point: NDArray[np.float64]
    which: Literal["stable", "unstable"]
    branches: tuple[NDArray[np.float64], ...]
    error: float
    exact: bool = False

    def __repr__(self) -> str:
        counts = " and ".join(str(len(branch)) for branch in self.branches)
        return (
            f"Manifold({self.which}, point={brief(self.point)}, branches of {counts} states, "
            f"{'exact' if self.exact else f'error={self.error:.2g}'})"
        )

    def _repr_html_(self) -> str:
        rows = {
            "of the point": brief(self.point),
            "states": ", ".join(str(len(branch)) for branch in self.branches),
            "ends": ", ".join(brief(branch[-1]) for branch in self.branches),
            "estimated error": "none: exact" if self.exact else f"{self.error:.2g}",
        }
        return record_table(f"{self.which.capitalize()} manifold", rows)
