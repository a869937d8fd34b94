"""The roots found so far, each with an enclosure and a box in which it is proved to be the only one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.search.interval_newton import contract, inflate, linearise, precondition, regular
from dynbench.symbolic.intervals import Interval
from dynbench.systems import System

__all__ = ["RootList"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_REFINEMENTS, _WORTHWHILE = 40, 0.9
_GROWTHS = 4


class RootList:
    """Proved roots.

    Parameters
    ----------
    dimension : int
        The number of states n.
    """

    def __init__(self, dimension: int) -> None:
        self._enclosures = np.empty((0, dimension, 2))
        self._alone = np.empty((0, dimension, 2))

    def settles(self, box: Interval) -> Mask:
        """Where a box (m, n) lies in a box in which a root known already is the only one."""
        settled = np.zeros(len(box), dtype=bool)
        for alone in self._alone:
            settled |= ((box.lo >= alone[:, 0]) & (box.hi <= alone[:, 1])).all(-1)
        return settled

    def add(self, system: System, alone: Interval, enclosure: Interval) -> None:
        """Add roots: each box of `alone` (m, n) is proved to hold exactly one, which lies in `enclosure`."""
        first = len(self._alone)
        for around, one in zip(_stacked(alone), _stacked(enclosure), strict=True):
            if not (_within(one, self._alone) | _within(self._enclosures, around)).any():
                self._enclosures = np.concatenate([self._enclosures, one[None]])
                self._alone = np.concatenate([self._alone, around[None]])
        self._grow(system, np.arange(first, len(self._alone)))

    def enclosures(self, system: System, region: Interval) -> Interval:
        """Tight enclosures (K, n) of the roots, each once, less those proved to lie outside `region` (B, n).

        Two entries are the same root where one lies in the box in which the other is the only root.
        """
        if not len(self._alone):
            return Interval(np.empty((0, self._alone.shape[1])))
        tight = _refine(system, Interval(self._enclosures[..., 0], self._enclosures[..., 1]))
        inside = ((tight.lo[:, None] <= region.hi) & (tight.hi[:, None] >= region.lo)).all(-1).any(-1)
        boxes = _stacked(tight)
        kept: list[int] = []
        for i in np.flatnonzero(inside):
            if not (_within(boxes[i], self._alone[kept]) | _within(boxes[kept], self._alone[i])).any():
                kept.append(int(i))
        return tight[kept]

    def _grow(self, system: System, rows: NDArray[np.intp]) -> None:
        """Widen the boxes in which the roots `rows` are alone, while the Jacobian stays regular on them."""
        for _ in range(_GROWTHS):
            if not len(rows):
                return
            wider = inflate(Interval(self._alone[rows, :, 0], self._alone[rows, :, 1]), 0.5)
            still = regular(precondition(linearise(system, wider)))
            rows, wider = rows[still], wider[still]
            self._alone[rows] = _stacked(wider)


def _refine(system: System, enclosure: Interval) -> Interval:
    """Interval Newton steps until they no longer help."""
    for _ in range(_REFINEMENTS):
        smaller, _ = contract(precondition(linearise(system, enclosure)))
        still = smaller.hi - smaller.lo < _WORTHWHILE * (enclosure.hi - enclosure.lo)
        enclosure = smaller
        if not still.any():
            break
    return enclosure


def _stacked(box: Interval) -> Array:
    return np.stack([box.lo, box.hi], axis=-1)


def _within(inner: Array, outer: Array) -> Mask:
    return np.all((inner[..., 0] >= outer[..., 0]) & (inner[..., 1] <= outer[..., 1]), axis=-1)
