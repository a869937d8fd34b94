"""Invariant polygons in the eigenplanes of piecewise-linear maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.manifolds.seeds import Anchor
from dynbench.piecewise import PiecewiseLinear

__all__ = ["Disc"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Disc:
    """A polygon around a fixed point in its eigenplane that its image (unstable) or preimage (stable) contains.

    Attributes
    ----------
    basis : (n, 2) array
        Two directions of the plane.
    growth : (2, 2) array
        What the map, or its inverse, does to coordinates along them.
    corners : (c, 2) array
        The corners, counterclockwise, in these coordinates.
    """

    basis: Array
    growth: Array
    corners: Array

    @classmethod
    def of(cls, form: PiecewiseLinear, anchor: Anchor, which: Literal["stable", "unstable"], cap: float) -> Disc:
        """The largest one of its shape in the region, and not larger than `cap`.

        A parallelogram along two real eigenvectors; for a complex pair a regular polygon of so many corners, in
        coordinates in which the map turns and stretches, that the contracted one fits in however it is turned.

        Raises
        ------
        InputError
            If the plane has no two eigenvectors, or a multiplier is zero.
        """
        chosen = anchor.chosen(which)
        values, vectors = anchor.values[chosen], anchor.vectors[:, chosen]
        turning = bool(values[0].imag)
        basis = np.stack([vectors[:, 0].real, vectors[:, 0].imag], axis=-1) if turning else vectors.real
        basis = basis / np.linalg.norm(basis, axis=0).max()
        if not np.linalg.cond(basis) < 1e8 or (values == 0).any():
            raise InputError("point has a repeated or zero multiplier without two eigenvectors; expected two of them.")
        growth = np.linalg.pinv(basis) @ anchor.matrices[0] @ basis
        growth = growth if which == "unstable" else np.linalg.inv(growth)
        if turning:
            stretch = float(np.abs(values[0]) if which == "unstable" else 1 / np.abs(values[0]))
            count = max(8, int(np.ceil(np.pi / np.arccos(1 / stretch))))
            angles = 2 * np.pi * np.arange(count) / count
            shape = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        else:
            shape = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
        region = form.region(anchor.patterns[0])
        y, rate = region.G @ anchor.points[0] + region.g, shape @ basis.T @ region.G.T
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(rate * y < 0, np.abs(y) / np.abs(rate), np.inf)
        return cls(basis, growth, min(float(room.min(initial=np.inf)), cap) * shape)

    def lifted(self, x: Array, corners: Array) -> Array:
        """Corners in the state space, around the point x, followed by their coordinates in the plane."""
        return np.column_stack([x + corners @ self.basis.T, corners])
