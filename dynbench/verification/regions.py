"""Whole regions: that they hold no zero of G, or none but one that is known, by cutting them up."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from flint import arb

from dynbench.verification.declaration import Declared
from dynbench.verification.enclosure import Enclosure
from dynbench.verification.zeros import Box, Root, excluded, is_one_to_one

__all__ = ["Found", "box_of", "search"]


class Found(enum.Enum):
    """What is known of a region."""

    NOTHING_ELSE = "no zero but those known"
    ANOTHER = "a zero that should not be there"
    UNDECIDED = "undecided"


def box_of(pairs: Sequence[tuple[float, float]]) -> Box:
    """The box with these doubles as bounds, exactly."""
    return tuple(Enclosure(arb(low), arb(high)) for low, high in pairs)


def search(system: Declared, box: Box, allowed: Sequence[Root], known: Sequence[Root] = (), *, budget: int) -> Found:
    """Whether a closed box holds no zero but the `allowed` ones.

    Parameters
    ----------
    system : Declared
        The system.
    box : tuple of Enclosure
        The box.
    allowed : sequence of Root
        Zeros that may lie in it.
    known : sequence of Root
        Other zeros that are known, looked for in the box.
    budget : int
        At most so many parts of the box are looked at.

    Notes
    -----
    A part is done with if it is shown to hold no zero, or if G is one-to-one on the hull of the part and of the box of
    one allowed zero: then no second one lies in that hull.
    """
    if any(_inside(root.box, box) for root in known):
        return Found.ANOTHER
    waiting = [box]
    looked = 0
    while waiting:
        part = waiting.pop()
        looked += 1
        if looked > budget:
            return Found.UNDECIDED
        if excluded(system, part) or any(is_one_to_one(system, _hull(part, r.box)) for r in _near(part, allowed)):
            continue
        halves = _halves(system, part)
        if halves is None:
            return Found.UNDECIDED
        waiting += halves
    return Found.NOTHING_ELSE


def _near(part: Box, roots: Sequence[Root]) -> list[Root]:
    """The roots that may lie in a part, or closer to it than its own size."""
    near = []
    for root in roots:
        for side, at in zip(part, root.box, strict=True):
            room = side.hi - side.lo
            if at.hi < side.lo - room or at.lo > side.hi + room:
                break
        else:
            near.append(root)
    return near


def _hull(a: Box, b: Box) -> Box:
    return tuple(Enclosure(x.lo.min(y.lo), x.hi.max(y.hi)) for x, y in zip(a, b, strict=True))


def _inside(inner: Box, outer: Box) -> bool:
    return all(a.inside(b) for a, b in zip(inner, outer, strict=True))


def _halves(system: Declared, part: Box) -> list[Box] | None:
    """The part cut in two where that tells most of G: across the direction in which it varies most."""
    widths = [side.hi - side.lo for side in part]
    _, rows = system.G.values_and_jacobian(part)
    if all(e.finite for row in rows for e in row):
        totals = [sum((e.mag * w for e, w in zip(row, widths, strict=True)), arb(0)) for row in rows]
        scores = [
            float(sum((row[j].mag * w / t for row, t in zip(rows, totals, strict=True) if t > 0), arb(0)))
            for j, w in enumerate(widths)
        ]
    else:
        scores = [float(w) for w in widths]
    for axis in sorted(range(len(part)), key=lambda j: -scores[j]):
        side = part[axis]
        middle = side.mid
        if side.lo < middle < side.hi:
            left, right = Enclosure(side.lo, middle), Enclosure(middle, side.hi)
            return [tuple(half if j == axis else s for j, s in enumerate(part)) for half in (left, right)]
    return None
