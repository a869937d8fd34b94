"""The record that describes an invariant manifold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief, record_table
from dynbench.cycles import Cycle
from dynbench.manifolds.meshes import Mesh, Patch

__all__ = ["Manifold"]


@dataclass(frozen=True, eq=False)
class Manifold:
    """The stable or unstable manifold of a fixed point, or of a cycle of a map.

    Attributes
    ----------
    point : (n,) array
        The fixed point, or the first point of the cycle.
    which : "stable" or "unstable"
        Which of the two it is.
    branches : tuple of (m, n) arrays
        Dimension 1: polylines, of which the first `attached` start at the point: two, or for a cycle of period k two at
        each of its points in turn. The others (the stable set of a map without an inverse) are those preimages of them
        that are not joined to a point. Empty in higher dimensions.
    error : float
        The transversal error, an estimate. Exact manifolds: the largest distance of a sample of the corners in the box
        from the manifold, which is computed at each of them in 1000 bits from the declared (rational) map; a corner may
        lie farther along the manifold than it should; infinite where none could be measured. Smooth systems: the
        largest distance of the polylines from those that start at half the offset and are computed with looser
        tolerances. Samples: the largest distance of states that were held back from the fitted pieces.
    exact : bool
        Whether the corners are the manifold's own (of piecewise-linear maps), up to rounding, and the segments between
        them its pieces.
    delta : float or None
        Another error, in the manner of Eisenmann et al.: the same corners are carried towards the seed by the affine
        maps of the regions that they came through, as far as rounding grows no more than 10^7 times; the largest
        distance there from the manifold, relative to the length of the seed. It measures what rounding has become on
        the way, and says little of the polyline.
    cycle : Cycle or None
        The cycle, where it is one's manifold.
    dimension : int
        The dimension of the manifold.
    method : str
        How it was computed.
    attached : int
        The number of branches that start at the point or cycle.
    mesh : Mesh or None
        Dimension 2: the polygons, of a cycle with the point that each belongs to.
    patches : tuple of Patch
        Dimension 3 and more: flat pieces fitted to a sample.
    note : str
        What else there is to say: why a branch ends early, what was dropped.
    """

    point: NDArray[np.float64]
    which: Literal["stable", "unstable"]
    branches: tuple[NDArray[np.float64], ...]
    error: float
    exact: bool = False
    delta: float | None = None
    cycle: Cycle | None = None
    dimension: int = 1
    method: str = ""
    attached: int = 2
    mesh: Mesh | None = None
    patches: tuple[Patch, ...] = ()
    note: str = ""

    def __repr__(self) -> str:
        if self.mesh is not None:
            size = repr(self.mesh)
        elif self.patches:
            size = f"{len(self.patches)} patches of dimension {self.dimension}"
        else:
            counts = [str(len(branch)) for branch in self.branches]
            shown = " and ".join(counts) if len(counts) <= 4 else f"{', '.join(counts[:4])}, ..."
            size = f"branches of {shown} states"
        of = f"cycle of period {self.cycle.period}" if self.cycle is not None else f"point={brief(self.point)}"
        note = f"; {self.note}" if self.note else ""
        return f"Manifold({self.which}, {of}, {size}, {'exact, ' if self.exact else ''}error={self.error:.2g}{note})"

    def _repr_html_(self) -> str:
        rows = {
            "of the point": brief(self.point) if self.cycle is None else "",
            "of the cycle": "" if self.cycle is None else f"period {self.cycle.period} through {brief(self.point)}",
            "dimension": str(self.dimension),
            "method": self.method,
            "states": ", ".join(str(len(branch)) for branch in self.branches[:8]),
            "ends": ", ".join(brief(branch[-1]) for branch in self.branches[: min(8, self.attached)]),
            "mesh": "" if self.mesh is None else repr(self.mesh),
            "transversal error": f"{self.error:.2g}",
            "delta": "" if self.delta is None else f"{self.delta:.2g}",
            "note": self.note,
        }
        return record_table(f"{self.which.capitalize()} manifold", rows)
