"""Convex polygons cut by hyperplanes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["clipped", "outside", "parted"]

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
    values, sizes = margins(np.concatenate(polygons)), [len(p) for p in polygons]
    for polygon, y in zip(polygons, np.split(values, np.cumsum(sizes)[:-1]), strict=True):
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
