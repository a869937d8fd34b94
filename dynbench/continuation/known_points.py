"""The fixed points of one system that are known so far; following adds to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.assemble import certified_points, converged_points, in_order
from dynbench.fixed_points.records import FixedPoint, Status
from dynbench.fixed_points.results import FixedPoints
from dynbench.fixed_points.search.base import Contribution, Findings
from dynbench.systems import System

__all__ = ["KnownPoints"]

Array = NDArray[np.float64]

#: States closer than this, relative to max(1, |x|), are one.
_CLOSE = 1e-6


class KnownPoints:
    """The fixed points of one system, numbered in the order in which they became known.

    Parameters
    ----------
    system : System
        The system.
    found : FixedPoints
        What is known of it.
    odd : bool
        Whether -x is a fixed point wherever x is: then its mirror image comes with each point, and so does 0.
    certify : bool
        Whether new points are to be proved.
    """

    def __init__(self, system: System, found: FixedPoints, *, odd: bool, certify: bool) -> None:
        self.system, self.odd, self._found, self._certify = system, odd, found, certify
        self.points: list[FixedPoint] = [p for p in found if p.status in (Status.CERTIFIED, Status.CONVERGED)]
        self._given = len(self.points)
        if odd:
            # What converged to the origin stands for it exactly.
            self.points = [p for p in self.points if not 0 < np.abs(p.x).max() <= _CLOSE]
            for x in [np.zeros(system.dimension), *(-p.x for p in self.points)]:
                self.find_or_add(x)

    def find(self, x: Array) -> int | None:
        """The number of the point at `x`, if it is known."""
        if not self.points:
            return None
        distances = np.abs(np.array([p.x for p in self.points]) - x).max(axis=-1)
        k = int(distances.argmin())
        return k if distances[k] <= _CLOSE * max(1.0, float(np.abs(x).max())) else None

    def find_or_add(self, x: Array) -> int | None:
        """The number of the point at `x`, which is certified and added if it is new; None if it is none."""
        known = self.find(x)
        if known is not None:
            return known
        states = np.array([x, -x]) if self.odd and np.any(x) else x[None]
        proofs = certified_points(self.system, [Findings(states)], prove=self._certify, progress=None)
        if proofs.interrupted:
            raise KeyboardInterrupt
        new = [*proofs.certified, *converged_points(self.system, proofs.doubtful, proofs.certified)]
        self.points += [p for p in new if self.find(p.x) is None]
        return self.find(x)

    def unstable(self, k: int) -> int:
        """The number of unstable directions of a point, proved or estimated."""
        return self.points[k].stability[2]

    def is_origin(self, k: int) -> bool:
        """Whether a point is x = 0 of an odd system."""
        return self.odd and not np.any(self.points[k].x)

    def finished(self) -> tuple[FixedPoints, list[int]]:
        """The set with all points, and for each number the point's place in it."""
        ordered = in_order(self.points)
        place = {id(p): k for k, p in enumerate(ordered)}
        new = len(self.points) - self._given
        points = replace(self._found, points=ordered + self._found.slow_points)
        if new:
            argument = f"{self._found.argument}; {new} points came from following those of neighbouring systems"
            parts = (*self._found.contributions, Contribution("following", new, np.nan))
            points = replace(points, complete=False, argument=argument, contributions=parts)
        return points, [place[id(p)] for p in self.points]
