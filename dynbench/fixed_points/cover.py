"""The proof that a list of fixed points is complete, written down as boxes that anyone can check.

A search shrinks and discards boxes as it goes; what it leaves behind is an answer, not an argument. A cover is the
argument: closed boxes whose union is the region, each of which is either shown to hold no zero of G, or lies in the
ball in which a certified point is proved to be the only one. Whoever believes those two kinds of statements, box by
box, and that the boxes cover the region, knows that there is no other fixed point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.fixed_points.records import FixedPoint
from dynbench.fixed_points.search.base import Progress
from dynbench.fixed_points.search.interval_newton import contract, excluded, linearise, precondition
from dynbench.symbolic.intervals import Interval
from dynbench.systems import System

__all__ = ["Cover", "cover"]

Array = NDArray[np.float64]

#: Boxes looked at together.
_BATCH = 2048


@dataclass(frozen=True, eq=False)
class Cover:
    """Boxes that cover a region, each settled.

    Attributes
    ----------
    boxes : (B, n, 2) array
        Closed boxes; their union holds the region.
    owners : (B,) int array
        -1 where a box is shown to hold no fixed point; k where it lies within the uniqueness radius of point k.
    """

    boxes: Array
    owners: NDArray[np.int64]

    def __repr__(self) -> str:
        owned = int((self.owners >= 0).sum())
        return f"Cover({len(self.boxes)} boxes: {len(self.boxes) - owned} without a fixed point, {owned} beside one)"


def cover(
    system: System,
    region: Array,
    points: Sequence[FixedPoint],
    *,
    max_boxes: int = 20_000,
    progress: Progress | None = None,
) -> Cover | None:
    """Cover a region by boxes that are settled one by one.

    Parameters
    ----------
    system : System
        The system.
    region : (B, n, 2) array
        The boxes to cover.
    points : sequence of FixedPoint
        Its fixed points there; only certified ones can own a box.
    max_boxes : int
        How many boxes a cover may have.
    progress : callable, optional
        Called as ``progress(stage, done, None)``.

    Returns
    -------
    Cover or None
        None where more boxes would be needed: that says nothing about the region.

    Notes
    -----
    A box is cut in the middle of the side along which the equations vary most. Rounding is outward, as in
    `dynbench.symbolic.intervals`, on whose arithmetic the statement rests.
    """
    zones = _zones(points)
    waiting, settled, owners = np.array(region, dtype=float), [], []
    width, done = np.ptp(region, axis=(0, 2)), 0
    while len(waiting):
        children = []
        for start in range(0, len(waiting), _BATCH):
            boxes = waiting[start : start + _BATCH]
            owner, smear = _settle(system, boxes, zones)
            closed = owner >= -1
            settled.append(boxes[closed])
            owners.append(owner[closed])
            done += int(closed.sum())
            children.append(_halves(boxes[~closed], smear[~closed], width))
        waiting = np.concatenate(children)
        if progress is not None:
            progress("writing the proof of completeness", done, None)
        if done + len(waiting) > max_boxes:
            return None
    return Cover(readonly(np.concatenate(settled)), readonly(np.concatenate(owners), np.int64))


def _zones(points: Sequence[FixedPoint]) -> list[tuple[int, Array, float]]:
    """(number, centre, uniqueness radius) of each point that can own a box."""
    return [
        (k, p.certificate.center, p.certificate.uniqueness_radius)
        for k, p in enumerate(points)
        if p.certificate is not None and p.certificate.uniqueness_radius is not None
    ]


def _settle(system: System, boxes: Array, zones: list[tuple[int, Array, float]]) -> tuple[NDArray[np.int64], Array]:
    """For each box its owner, -1 where it holds no zero, -2 where it is open; and for the open ones the smear."""
    owner = np.full(len(boxes), -2, dtype=np.int64)
    smear = np.ones(boxes.shape[:2])
    for k, center, radius in zones:
        # Two differences in doubles, each rounded: one ulp of room decides on the safe side.
        reach = np.nextafter(np.maximum(boxes[..., 1] - center, center - boxes[..., 0]), np.inf).max(axis=-1)
        owner[(owner == -2) & (reach < radius)] = k
    rows = np.flatnonzero(owner == -2)
    box = Interval(boxes[rows, :, 0], boxes[rows, :, 1])
    value = system.enclose_residual(box)
    out = excluded(value)
    owner[rows[out]] = -1
    rows, box, value = rows[~out], box[~out], value[~out]
    if len(rows):
        linear = linearise(system, box, value)
        impossible = contract(linear)[1] | contract(precondition(linear))[1]
        owner[rows[impossible]] = -1
        spread = linear.slope.mag * box.width[:, None, :]
        total = spread.sum(axis=-1, keepdims=True)
        share = np.divide(spread, total, out=np.zeros_like(spread), where=total > 0).sum(axis=-2)
        smear[rows] = np.where(linear.valid[:, None], share, 0.0)
    return owner, smear


def _halves(boxes: Array, smear: Array, width: Array) -> Array:
    """Each box cut in two; along its relatively longest side, where there is no smear or the box is long."""
    relative = np.ptp(boxes, axis=-1) / width
    longest = relative.max(axis=-1, keepdims=True)
    score = np.where(relative >= longest / 16, smear, -1.0)
    score = np.where((smear.max(axis=-1, keepdims=True) > 0), score, relative)
    axis, every = np.argmax(score, axis=-1), np.arange(len(boxes))
    left, right = boxes.copy(), boxes.copy()
    middle = boxes[every, axis].mean(axis=-1)
    left[every, axis, 1] = right[every, axis, 0] = middle
    return np.concatenate([left, right])
