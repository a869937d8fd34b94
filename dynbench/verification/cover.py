"""Completeness by a list of boxes: that they cover the region, and that each box is settled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.ledger import Ledger
from dynbench.verification.points import REGION_BITS
from dynbench.verification.records import Outcome
from dynbench.verification.regions import Found, box_of, search
from dynbench.verification.zeros import Box, Root, box_around

__all__ = ["UniqueBall", "check_cover", "uncovered"]

Array = NDArray[np.float64]
Pairs = tuple[tuple[float, float], ...]

_BUDGET = 4000


class UniqueBall:
    """A box |x - center| <= radius in which a point was proved again to be the only fixed point."""

    def __init__(self, center: Sequence[float], radius: float, root: Root) -> None:
        self.box = box_around(center, radius)
        self.root = root
        # Rounded inwards: what lies in these bounds lies in the ball.
        r = arb(radius)
        self._inner = [((arb(c) - r).upper(), (arb(c) + r).lower()) for c in center]

    def holds(self, box: Box) -> bool:
        """Whether a box lies in the ball."""
        return all(side.lo >= lo and side.hi <= hi for side, (lo, hi) in zip(box, self._inner, strict=True))


def check_cover(
    system: Declared, cover: Field, regions: Sequence[Pairs], balls: dict[int, UniqueBall], ledger: Ledger
) -> bool:
    """Check that the boxes of a report cover its region and hold no fixed point but those of their owners."""
    boxes = [field.box(system.dimension) for field in cover["boxes"].items()]
    owners = [field.integer() for field in cover["owners"].items(len(boxes))]
    claim = f"the {len(boxes)} boxes of the cover cover the region"
    gap = next((g for r in regions if (g := uncovered(r, np.array(boxes, dtype=float))) is not None), None)
    holds = ledger.require(claim, gap is None, f"not {_shown(gap)}")
    with ctx.workprec(REGION_BITS):
        return _check_boxes(system, boxes, owners, balls, ledger) and holds


def _check_boxes(
    system: Declared, boxes: Sequence[Pairs], owners: Sequence[int], balls: dict[int, UniqueBall], ledger: Ledger
) -> bool:
    empty = owners.count(-1)
    worst, detail = Outcome.HOLDS, ""
    for number, (pairs, owner) in enumerate(zip(boxes, owners, strict=True)):
        if number % 50 == 0:
            ledger.progress("checking the cover", number, len(boxes))
        found = _settled(system, box_of(pairs), owner, balls)
        if found is Found.ANOTHER:
            worst, detail = Outcome.FAILS, f"box {number}, {_shown(pairs)}, holds a fixed point that it should not"
            break
        if found is Found.UNDECIDED:
            worst, detail = Outcome.NOT_ESTABLISHED, f"box {number}, {_shown(pairs)}, could not be decided"
    claim = f"{empty} boxes of the cover hold no fixed point, {len(boxes) - empty} only the point that owns them"
    return ledger.add(claim, worst, detail)


def _settled(system: Declared, box: Box, owner: int, balls: dict[int, UniqueBall]) -> Found:
    if owner == -1:
        return search(system, box, [], [b.root for b in balls.values()], budget=_BUDGET)
    ball = balls.get(owner)
    if ball is None:
        return Found.UNDECIDED
    if ball.holds(box):
        return Found.NOTHING_ELSE
    return search(system, box, [ball.root], [b.root for k, b in balls.items() if k != owner], budget=_BUDGET)


def uncovered(region: Pairs, boxes: Array) -> Pairs | None:
    """A box inside `region` that the union of closed boxes (m, n, 2) leaves out; None where it covers all of it.

    Only comparisons of the doubles are made, so the answer is exact. The region is cut along faces of the boxes until
    each part lies in one box, or meets the interior of none: closed boxes that leave out a point leave out an open set.
    """
    waiting = [(np.array(region, dtype=float), np.arange(len(boxes)))]
    while waiting:
        part, near = waiting.pop()
        low, high = part[:, 0], part[:, 1]
        near = near[np.all((boxes[near, :, 0] < high) & (boxes[near, :, 1] > low), axis=-1)] if len(near) else near
        if not len(near):
            return tuple((float(a), float(b)) for a, b in part)
        if np.any(np.all((boxes[near, :, 0] <= low) & (boxes[near, :, 1] >= high), axis=-1)):
            continue
        axis, at = _plane(part, boxes[near])
        left, right = part.copy(), part.copy()
        left[axis, 1] = right[axis, 0] = at
        waiting += [(left, near), (right, near)]
    return None


def _plane(part: Array, boxes: Array) -> tuple[int, float]:
    """A face of one of the boxes that cuts the part, near the middle of the faces along the axis that has most."""
    best: tuple[int, int, float] = (0, 0, 0.0)
    for axis, (low, high) in enumerate(part):
        faces = boxes[:, axis, :].ravel()
        faces = np.sort(faces[(faces > low) & (faces < high)])
        if len(faces) > best[0]:
            best = len(faces), axis, float(faces[len(faces) // 2])
    assert best[0], "a part that lies in none of the boxes it meets is cut by a face"
    return best[1], best[2]


def _shown(pairs: Pairs | None) -> str:
    return "" if pairs is None else " x ".join(f"[{low:.6g}, {high:.6g}]" for low, high in pairs)
