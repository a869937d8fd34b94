"""Where orbits of a piecewise-linear flow pass from one region into another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Switches"]


@dataclass(frozen=True, eq=False)
class Switches:
    """Switches of an orbit, or of all orbits of a batch one orbit after the other, in the order of integration.

    Attributes
    ----------
    orbit : (k,) int array
        Number of the orbit in the flattened batch.
    t : (k,) array
        Times.
    x : (k, n) array
        States.
    unit : (k,) int array
        The unit whose margin changes sign; units that switch together have a row each.
    start : (K, H) bool array
        The pattern with which each orbit starts.
    pattern : (k, H) bool array
        The pattern after the switch, in the direction of integration.
    touches : tuple of (orbit, time, unit)
        Where a margin comes to zero without changing sign, to rounding: whether it passes through zero for an instant
        is not decided there, and does not matter to rounding.
    """

    orbit: NDArray[np.int64]
    t: NDArray[np.float64]
    x: NDArray[np.float64]
    unit: NDArray[np.int64]
    start: NDArray[np.bool_]
    pattern: NDArray[np.bool_]
    touches: tuple[tuple[int, float, int], ...] = ()

    def __len__(self) -> int:
        return len(self.t)

    def __repr__(self) -> str:
        touches = f", {len(self.touches)} touches" if self.touches else ""
        return f"Switches({len(self.t)} of {len(self.start)} orbit{'s' if len(self.start) != 1 else ''}{touches})"
