"""Where two polylines of the plane cross, by a grid that hashes their segments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Crossings", "cells_passed", "crossings"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

#: Pairs of segments that are tested at once.
_AT_ONCE = 2_000_000
#: So few pairs are all tested.
_FEW = 1_000_000
#: The grid has at most so many cells along an axis: their numbers stay far below 2**63.
_MOST_CELLS = 2**24
#: A segment is in a cell that it misses by no more than this part of a cell.
_SLACK = 1e-6


class Crossings(NamedTuple):
    """Crossings of two polylines, in the order along the first.

    Attributes
    ----------
    states : (c, 2) array
        The crossings.
    first, second : (c,) arrays of int
        The segments: segment i goes from corner i to corner i + 1.
    share_first, share_second : (c,) arrays
        How far along these segments, from 0 to 1.
    """

    states: Array
    first: Indices
    second: Indices
    share_first: Array
    share_second: Array


def crossings(first: Array, second: Array) -> Crossings:
    """The crossings of two polylines of the plane.

    The segments are entered in the cells of a grid that they pass through, cells about as large as a segment is long;
    pairs that share a cell are tested by the side on which the ends of the one lie of the other. The side of a corner
    is the same number for both segments that meet there, so that a crossing at a corner of one line is counted once.
    Segments on one line do not cross. Where there are few pairs all are tested.

    Parameters
    ----------
    first, second : (m1, 2) and (m2, 2) arrays
        Corners in order; not finite where a line is interrupted.

    Returns
    -------
    Crossings
    """
    one, other = _used(first, second), _used(second, first)
    if not len(one) or not len(other):
        nothing = np.zeros(0, dtype=np.intp)
        return Crossings(np.zeros((0, 2)), nothing, nothing, np.zeros(0), np.zeros(0))
    pairs = _all_pairs(one, other) if len(one) * len(other) <= _FEW else _near_pairs(first, second, one, other)
    found = [_tested(first, second, i, j) for i, j in pairs]
    met = np.concatenate([np.zeros((2, 0), dtype=np.intp), *found], axis=1)
    i, j = np.divmod(np.unique(met[0] * len(second) + met[1]), len(second))
    share, share_other = (_share(*ends) for ends in (_sides(first, second, i, j), _sides(second, first, j, i)))
    order = np.lexsort((share, i))
    i, j, share, share_other = i[order], j[order], share[order], share_other[order]
    return Crossings(first[i] + share[:, None] * (first[i + 1] - first[i]), i, j, share, share_other)


def cells_passed(line: Array, shape: tuple[int, int]) -> tuple[Indices, Indices]:
    """The cells of a unit grid, columns 0, ..., shape[0] - 1 and rows likewise, that a polyline passes.

    Parameters
    ----------
    line : (m, 2) array
        Corners in units of the grid.
    shape : (int, int)
        Numbers of columns and rows; cells beyond are left out.

    Returns
    -------
    (c,) arrays of int
        Columns and rows; a cell may come several times.
    """
    corners = np.array([[0.0, 0.0], shape])
    column, row = _entered(line, _used(line, corners))[:2]
    inside = (column >= 0) & (column < shape[0]) & (row >= 0) & (row < shape[1])
    return column[inside].astype(np.intp), row[inside].astype(np.intp)


def _used(line: Array, other: Array) -> Indices:
    """The segments of a line that meet the box around the other one."""
    low, high = np.nanmin(other, axis=0, initial=np.inf), np.nanmax(other, axis=0, initial=-np.inf)
    before, after = line[:-1], line[1:]
    with np.errstate(invalid="ignore"):
        meets = (np.minimum(before, after) <= high) & (np.maximum(before, after) >= low)
    return np.flatnonzero(meets.all(axis=1) & np.isfinite(before).all(axis=1) & np.isfinite(after).all(axis=1))


def _all_pairs(one: Indices, other: Indices) -> Iterator[tuple[Indices, Indices]]:
    yield np.repeat(one, len(other)), np.tile(other, len(one))


def _near_pairs(first: Array, second: Array, one: Indices, other: Indices) -> Iterator[tuple[Indices, Indices]]:
    """The pairs of segments that share a cell of the grid, in pieces."""
    steps = np.concatenate([_steps(first, one), _steps(second, other)])
    low = np.minimum(first[one].min(axis=0), second[other].min(axis=0)) - np.abs(steps).max(axis=0)
    high = np.maximum(first[one].max(axis=0), second[other].max(axis=0)) + np.abs(steps).max(axis=0)
    cell = max(float(np.abs(steps).sum()) / len(steps), float((high - low).max()) / _MOST_CELLS)
    entered = (_cells((line - low) / cell, segments) for line, segments in ((first, one), (second, other)))
    for i, j in _pairs(*entered):
        yield one[i], other[j]


def _steps(line: Array, segments: Indices) -> Array:
    return line[segments + 1] - line[segments]


def _cells(line: Array, segments: Indices) -> tuple[Indices, Indices]:
    """The cells of the unit grid that segments pass through, as numbers, and the places in `segments`."""
    column, row, place = _entered(line, segments)
    return (column * (2 * _MOST_CELLS) + row).astype(np.intp), place


def _entered(line: Array, segments: Indices) -> tuple[Array, Array, Indices]:
    """The columns and rows of these cells, and the places in `segments`."""
    start, end = line[segments], line[segments + 1]
    swap = start[:, 0] > end[:, 0]
    start, end = np.where(swap[:, None], end, start), np.where(swap[:, None], start, end)
    place, column = _ranges(np.floor(start[:, 0] - _SLACK), np.floor(end[:, 0] + _SLACK))
    start, end = start[place], end[place]
    width = end[:, 0] - start[:, 0]
    slope = np.where(width > _SLACK, (end[:, 1] - start[:, 1]) / np.maximum(width, _SLACK), 0.0)
    left = start[:, 1] + slope * (np.clip(column, start[:, 0], end[:, 0]) - start[:, 0])
    right = start[:, 1] + slope * (np.clip(column + 1, start[:, 0], end[:, 0]) - start[:, 0])
    steep = width <= _SLACK
    left, right = np.where(steep, start[:, 1], left), np.where(steep, end[:, 1], right)
    inner, row = _ranges(np.floor(np.minimum(left, right) - _SLACK), np.floor(np.maximum(left, right) + _SLACK))
    return column[inner], row, place[inner]


def _ranges(low: Array, high: Array) -> tuple[Indices, Array]:
    """The whole numbers from low[i] to high[i], for all i in a row: the i, and the numbers."""
    counts = (high - low).astype(np.intp) + 1
    place = np.repeat(np.arange(len(low)), counts)
    ends = np.cumsum(counts)
    return place, low[place] + (np.arange(len(place)) - (ends - counts)[place])


def _pairs(one: tuple[Indices, Indices], other: tuple[Indices, Indices]) -> Iterator[tuple[Indices, Indices]]:
    """The pairs of places that share a cell, in pieces."""
    order = np.argsort(other[0], kind="stable")
    cells, places = other[0][order], other[1][order]
    start, stop = (np.searchsorted(cells, one[0], side=side) for side in ("left", "right"))
    met = np.flatnonzero(stop > start)
    total = np.cumsum((stop - start)[met])
    for piece in np.split(
        met, np.searchsorted(total, np.arange(_AT_ONCE, int(total[-1]) if len(total) else 0, _AT_ONCE))
    ):
        if len(piece):
            i, j = _ranges(start[piece].astype(float), (stop[piece] - 1).astype(float))
            yield one[1][piece][i], places[j.astype(np.intp)]


def _tested(first: Array, second: Array, i: Indices, j: Indices) -> NDArray[np.intp]:
    """The pairs that cross, as two rows."""
    before, after = _sides(first, second, i, j)
    keep = (before > 0) != (after > 0)
    i, j = i[keep], j[keep]
    before, after = _sides(second, first, j, i)
    keep = (before > 0) != (after > 0)
    return np.stack([i[keep], j[keep]])


def _sides(line: Array, other: Array, i: Indices, j: Indices) -> tuple[Array, Array]:
    """On which side of the segments j of the other line the two ends of the segments i lie, and how far."""
    base, along = other[j], _steps(other, j)
    first, second = line[i] - base, line[i + 1] - base
    return (
        along[:, 0] * first[:, 1] - along[:, 1] * first[:, 0],
        along[:, 0] * second[:, 1] - along[:, 1] * second[:, 0],
    )


def _share(before: Array, after: Array) -> Array:
    return before / (before - after)
