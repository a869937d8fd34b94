"""Where an unstable manifold that is a curve meets a stable one of codimension 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.manifolds.intersections import crossings
from dynbench.manifolds.itineraries import UnstableLine
from dynbench.manifolds.records import Manifold
from dynbench.manifolds.saddles import Saddle

__all__ = ["Meetings", "local_meetings", "planar_meetings"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


class Meetings(NamedTuple):
    """Crossings on one side of an unstable manifold, in the order along it.

    Attributes
    ----------
    segment, share : (m,) arrays
        On which segment of the line, and how far along it.
    stable : (m, n) array
        Directions of the stable manifold there; NaN where it is no curve.
    angle : (m,) array
        Angles between the two manifolds.
    """

    segment: Indices
    share: Array
    stable: Array
    angle: Array

    def chosen(self, places: Indices | slice) -> Meetings:
        """Some of them."""
        return Meetings(self.segment[places], self.share[places], self.stable[places], self.angle[places])


def planar_meetings(line: UnstableLine, stable: Manifold) -> Meetings:
    """Crossings with the traced stable manifold, without the saddle itself."""
    parts = []
    for branch in stable.branches:
        found = crossings(line.line, branch)
        keep = np.ones(len(found.first), dtype=bool)
        if np.allclose(line.line[0], branch[0], rtol=1e-12):
            keep = (found.first > 0) | (found.second > 0)
        segment, other = found.first[keep], found.second[keep]
        along, across = line.line[segment + 1] - line.line[segment], branch[other + 1] - branch[other]
        turned = along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]
        angle = np.arctan2(np.abs(turned), np.abs((along * across).sum(axis=1)))
        parts.append(Meetings(segment, found.share_first[keep], across, angle))
    return _sorted(parts)


def local_meetings(line: UnstableLine, target: Saddle) -> Meetings:
    """Crossings with the local stable manifold: changes of sign of the unstable coordinate along the line."""
    parts = []
    for phase in range(len(target.points)):
        heights = target.heights(line.line, phase)
        segment = np.flatnonzero((heights[:-1] > 0) != (heights[1:] > 0))
        if np.allclose(line.line[0], target.points[phase], rtol=1e-12):
            segment = segment[segment > 0]
        share = heights[segment] / (heights[segment] - heights[segment + 1])
        keep = target.stays(line.states(line.at(segment, share)), phase)
        segment, share = segment[keep], share[keep]
        along = line.line[segment + 1] - line.line[segment]
        sine = np.abs(along @ target.left[phase]) / np.linalg.norm(along, axis=1)
        parts.append(Meetings(segment, share, np.full_like(along, np.nan), np.arcsin(np.minimum(sine, 1.0))))
    return _sorted(parts)


def _sorted(parts: Sequence[Meetings]) -> Meetings:
    met = Meetings(
        np.concatenate([part.segment for part in parts]),
        np.concatenate([part.share for part in parts]),
        np.concatenate([part.stable for part in parts]),
        np.concatenate([part.angle for part in parts]),
    )
    return met.chosen(np.lexsort((met.share, met.segment)))
