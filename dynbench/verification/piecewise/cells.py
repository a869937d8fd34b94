"""The regions of a piecewise-linear map of the plane, all of them and no others, in rational numbers.

The borders are lines. Every cell that they cut the plane into meets the inside of a square that holds every crossing
of two lines, and the foot of each, inside: so the cells are what the lines cut this square into.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from flint import fmpq

from dynbench.verification.piecewise.rows import Rectified

__all__ = ["Cell", "cells"]

Corner = tuple[fmpq, fmpq]
Line = tuple[fmpq, fmpq, fmpq]
#: The corners of a convex polygon, in order.
Cell = tuple[Corner, ...]


def cells(function: Rectified) -> list[tuple[tuple[bool, ...], Cell]]:
    """The patterns that hold on open sets of the plane, each with the part of its region in a square.

    Parameters
    ----------
    function : Rectified
        Of two states, without nested units.
    """
    lines = [(a.terms.get(0, fmpq(0)), a.terms.get(1, fmpq(0)), a.constant) for a in function.arguments]
    size = _size(lines)
    square = (-size, -size), (size, -size), (size, size), (-size, size)
    found: list[tuple[tuple[bool, ...], Cell]] = [((), square)]
    for line in lines:
        halves = [((*pattern, side), _half(cell, line, side)) for pattern, cell in found for side in (False, True)]
        found = [(pattern, half) for pattern, half in halves if half]
    return found


def _size(lines: Sequence[Line]) -> fmpq:
    """More than any coordinate of a crossing of two lines, and of the foot of any."""
    size = fmpq(1)
    for a, b, c in lines:
        if a != 0 or b != 0:
            size = max(size, abs(c * a / (a * a + b * b)), abs(c * b / (a * a + b * b)))
    for (a, b, c), (d, e, f) in combinations(lines, 2):
        det = a * e - b * d
        if det != 0:
            size = max(size, abs((b * f - c * e) / det), abs((c * d - a * f) / det))
    return size + 1


def _half(cell: Cell, line: Line, positive: bool) -> Cell:
    """The part of a polygon where a x + b y + c has a sign; no corners where it has no inside."""
    a, b, c = line if positive else tuple(-e for e in line)
    heights = [a * x + b * y + c for x, y in cell]
    if not any(h > 0 for h in heights):
        return ()
    corners: list[Corner] = []
    for (p, h), (q, k) in zip(
        zip(cell, heights, strict=True), zip((*cell[1:], cell[0]), (*heights[1:], heights[0]), strict=True), strict=True
    ):
        if h >= 0:
            corners.append(p)
        if (h > 0 > k) or (h < 0 < k):
            share = h / (h - k)
            corners.append((p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])))
    return tuple(corners)
