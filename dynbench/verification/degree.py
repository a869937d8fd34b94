"""The degree of -G over a box from proved signs of G on its boundary: what the indices inside add up to.

If on each pair of opposite faces the component across them keeps a sign, then -G is homotopic, without zeros on the
boundary, to a linear field with a diagonal of signs, or misses a direction and has degree 0. In the plane the degree is
the number of turns of G along the boundary, counted by the half-planes in which G stays on pieces of it.

References
----------
K. Deimling, Nonlinear Functional Analysis, Springer 1985, chapter 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flint import ctx

from dynbench.verification.declaration import Declared
from dynbench.verification.enclosure import Enclosure
from dynbench.verification.points import REGION_BITS
from dynbench.verification.zeros import Box

__all__ = ["degree"]

T = TypeVar("T")
_BUDGET = 4000


def degree(system: Declared, box: Box) -> int | None:
    """The degree of -G over a box; None where it is not proved."""
    with ctx.workprec(REGION_BITS):
        if _pieces(box, lambda part: all(v.continuous for v in system.G.values(part)) or None) is None:
            return None
        found = _by_faces(system, box)
        return _by_turns(system, box) if found is None and system.dimension == 2 else found


def _by_faces(system: Declared, box: Box) -> int | None:
    result = 1
    for i, side in enumerate(box):
        signs = [_face_sign(system, box, i, end) for end in (side.lo, side.hi)]
        if None in signs:
            return None
        result *= 0 if signs[0] == signs[1] else (signs[0] or 0)
    return result


def _face_sign(system: Declared, box: Box, axis: int, end: object) -> int | None:
    face = tuple(Enclosure(end, end) if j == axis else s for j, s in enumerate(box))  # type: ignore[arg-type]

    def sign(part: Box) -> int | None:
        value = system.G.values(part)[axis]
        return (1 if value.lo > 0 else -1) if value.zero_free and value.continuous else None

    signs = _pieces(face, sign)
    return None if signs is None or len(set(signs)) != 1 else signs[0]


def _by_turns(system: Declared, box: Box) -> int | None:
    """Counter-clockwise along the boundary; each piece gets a half-plane 0 right, 1 up, 2 left, 3 down."""
    x, y = box

    def at(value: object) -> Enclosure:
        return Enclosure(value, value)  # type: ignore[arg-type]

    edges = [((x, at(y.lo)), False), ((at(x.hi), y), False), ((x, at(y.hi)), True), ((at(x.lo), y), True)]
    labels: list[int] = []
    for edge, backwards in edges:
        found = _pieces(edge, lambda part: _half_plane(system, part))
        if found is None:
            return None
        labels += found[::-1] if backwards else found
    quarters = [(b - a + 1) % 4 - 1 for a, b in zip(labels, labels[1:] + labels[:1], strict=True)]
    # Neighbouring pieces share a point, so their half-planes are not opposite.
    return None if 2 in quarters else sum(quarters) // 4


def _half_plane(system: Declared, part: Box) -> int | None:
    u, v = system.G.values(part)
    if not (u.continuous and v.continuous):
        return None
    cases = (u.lo > 0, v.lo > 0, u.hi < 0, v.hi < 0)
    return next((k for k, holds in enumerate(cases) if holds), None)


def _pieces(box: Box, decide: Callable[[Box], T | None]) -> list[T] | None:
    """Cut a box until `decide` is not None on each piece: its answers, in order along the axes; None if that fails."""
    waiting, answers, looked = [box], list[T](), 0
    while waiting:
        part = waiting.pop()
        looked += 1
        if looked > _BUDGET:
            return None
        answer = decide(part)
        if answer is not None:
            answers.append(answer)
            continue
        widths = [float(s.hi - s.lo) for s in part]
        axis = widths.index(max(widths))
        side = part[axis]
        if not side.lo < side.mid < side.hi:
            return None
        upper = tuple(Enclosure(s.mid, s.hi) if j == axis else s for j, s in enumerate(part))
        lower = tuple(Enclosure(s.lo, s.mid) if j == axis else s for j, s in enumerate(part))
        waiting += [upper, lower]
    return answers
