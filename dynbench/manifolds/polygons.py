"""Convex polygons cut by hyperplanes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["clipped", "extents", "outside", "parted", "sizes", "without"]

Array = NDArray[np.float64]

#: A margin below this part of the largest one of the polygon counts as zero: no slivers are cut off.
_THIN = 1e-12


def parted(polygons: list[Array], margin: Callable[[Array], Array]) -> list[Array]:
    """Polygons, each split in two where a margin changes sign on it.

    Parameters
    ----------
    polygons : list of (c, m) arrays
        Corners in order; columns beyond the state are interpolated.
    margin : callable
        Of corners (K, m); returns (K,), affine on each polygon.
    """
    if not polygons:
        return []
    values, sizes = margin(np.concatenate(polygons)), [len(p) for p in polygons]
    found = []
    for polygon, y in zip(polygons, np.split(values, np.cumsum(sizes)[:-1]), strict=True):
        thin = _THIN * np.abs(y).max()
        if y.min() < -thin and y.max() > thin:
            found += [_cut(polygon, y), _cut(polygon, -y)]
        else:
            found.append(polygon)
    return found


def clipped(polygons: list[Array], margins: Callable[[Array], Array]) -> Iterator[Array]:
    """The parts of polygons where all margins are positive.

    Parameters
    ----------
    polygons : list of (c, m) arrays
    margins : callable
        Of corners (K, m); returns (K, H), affine.
    """
    if not polygons:
        return
    values, stops = margins(np.concatenate(polygons)), np.cumsum([0, *map(len, polygons)])
    # Most are wholly outside where there are many margins: those are not looked at one by one.
    met = np.asarray((np.maximum.reduceat(values, stops[:-1], axis=0) > 0).all(axis=1), dtype=np.bool_)
    for number in np.flatnonzero(met):
        polygon, y = polygons[number], values[stops[number] : stops[number + 1]]
        thin = _THIN * np.abs(y).max(axis=0, initial=0.0)
        if (y.max(axis=0) <= thin).any():
            continue
        part, rest = polygon, y
        for unit in np.flatnonzero(y.min(axis=0) < -thin):
            if len(part) < 3 or rest[:, unit].max() <= thin[unit]:
                part = part[:0]
                break
            both = _cut(np.column_stack([part, rest]), rest[:, unit])
            part, rest = both[:, : polygon.shape[1]], both[:, polygon.shape[1] :]
        if len(part) >= 3:
            yield part


def without(polygons: list[Array], margins: Callable[[Array], Array]) -> list[Array]:
    """What polygons have where not all margins are positive, in convex pieces; one that is nowhere there stays whole.

    Parameters
    ----------
    polygons : list of (c, m) arrays
    margins : callable
        Of corners (K, m); returns (K, H), affine.
    """
    if not polygons:
        return []
    values, stops = margins(np.concatenate(polygons)), np.cumsum([0, *map(len, polygons)])
    met = np.asarray((np.maximum.reduceat(values, stops[:-1], axis=0) > 0).all(axis=1), dtype=np.bool_)
    found = []
    for number, polygon in enumerate(polygons):
        found += _around(polygon, values[stops[number] : stops[number + 1]]) if met[number] else [polygon]
    return found


def _around(polygon: Array, y: Array) -> list[Array]:
    pieces, width, thin = [], polygon.shape[1], _THIN * np.abs(y).max(axis=0, initial=0.0)
    rest = np.column_stack([polygon, y])
    for unit in np.flatnonzero(y.min(axis=0) < -thin):
        own = rest[:, width + unit]
        if own.max() <= thin[unit]:
            return [polygon]
        if own.min() < -thin[unit]:
            pieces.append(_cut(rest, -own)[:, :width])
            rest = _cut(rest, own)
        if len(rest) < 3:
            return [polygon]
    return [piece for piece in pieces if len(piece) >= 3]


def outside(large: Array, small: Array) -> list[Array]:
    """What a convex polygon of the plane has outside another one that is counterclockwise, in convex pieces.

    Parameters
    ----------
    large, small : (c, 2) arrays
    """
    pieces, rest = [], large
    for start, end in zip(small, np.roll(small, -1, axis=0), strict=True):
        normal = np.array([end[1] - start[1], start[0] - end[0]])
        y = (rest - start) @ normal
        thin = _THIN * np.abs((large - start) @ normal).max()
        if y.max() > thin:
            pieces.append(_cut(rest, y))
            rest = _cut(rest, -y) if y.min() < -thin else rest[:0]
        if len(rest) < 3:
            break
    return [piece for piece in pieces if len(piece) >= 3]


def extents(polygons: list[Array], n: int) -> tuple[Array, Array]:
    """The least and the largest of the first n coordinates of each polygon, both (K, n)."""
    stacked = np.concatenate(polygons)[:, :n]
    starts = np.cumsum([0, *map(len, polygons)])[:-1]
    return np.minimum.reduceat(stacked, starts, axis=0), np.maximum.reduceat(stacked, starts, axis=0)


def sizes(polygons: list[Array], n: int) -> Array:
    """How far the corners of each polygon are from its first one, and from a line along that, at most; (2, K)."""
    counts = [len(polygon) for polygon in polygons]
    starts = np.cumsum([0, *counts])[:-1]
    stacked = np.concatenate(polygons)[:, :n]
    way = stacked - np.repeat(stacked[starts], counts, axis=0)
    length = np.linalg.norm(way, axis=1)
    size = np.maximum.reduceat(length, starts)
    owner = np.repeat(np.arange(len(polygons)), counts)
    farthest = np.flatnonzero(length == size[owner])
    farthest = farthest[np.unique(owner[farthest], return_index=True)[1]]
    with np.errstate(invalid="ignore"):
        along = np.nan_to_num(way[farthest] / size[:, None])[owner]
    across = np.linalg.norm(way - along * np.sum(way * along, axis=1, keepdims=True), axis=1)
    return np.stack([size, np.maximum.reduceat(across, starts)])


def _cut(polygon: Array, y: Array) -> Array:
    """The part of a polygon where y, given at its corners, is not negative."""
    following, after = np.roll(polygon, -1, axis=0), np.roll(y, -1)
    corners = []
    for corner, nxt, a, b in zip(polygon, following, y, after, strict=True):
        if a >= 0:
            corners.append(corner)
        if a * b < 0:
            share = a / (a - b)
            corners.append(corner + share * (nxt - corner) if share < 0.5 else nxt - (1 - share) * (nxt - corner))
    return np.array(corners).reshape(-1, polygon.shape[1])
