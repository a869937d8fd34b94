"""The cells into which points part the line, lines the plane, or planes space: their patterns, by no linear program."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["cells", "spread"]

Array = NDArray[np.float64]
Pattern = NDArray[np.bool_]

#: Edges shorter than this, relative to where they are, are none.
_THIN = 1e-10
#: Borders nearer than this, relative to where they are, coincide.
_SAME = 1e-13
#: Unit normals that differ by less are parallel; by less than the second, nearly.
_PARALLEL, _NEARLY = 1e-13, 1e-4


def cells(G: Array, g: Array, away: float = 0.0) -> Pattern:
    """The signs that functions G z + g of up to three variables take together, in cells with an interior.

    Every cell has an edge, on which no other border lies: the edges of a border lie between its meetings with others,
    and the cells on both sides of each are listed. In space it has a face, and the faces in a border are the cells into
    which the other borders part that plane. In doubles.

    Parameters
    ----------
    G : (H, n) array
        With n = 1, 2 or 3.
    g : (H,) array
    away : float
        How far off z = 0 lies from where the data are from: differences that are small beside it are rounding.

    Returns
    -------
    (R, H) array of bool
        Which functions are positive, each pattern once; of functions that are constant the sign of the constant.
    """
    lengths = np.linalg.norm(G, axis=1)
    moving = lengths > 0
    pattern = np.asarray(g > 0, dtype=np.bool_)
    if not moving.any():
        return pattern[None]
    normal, offset = G[moving] / lengths[moving, None], g[moving] / lengths[moving]
    if normal.shape[1] == 3:
        sides = np.concatenate([_beside(number, normal, offset, away) for number in range(len(normal))])
        return _filled(pattern, moving, sides)
    places = [_edges(number, normal, offset, away) for number in range(len(normal))]
    owner = np.repeat(np.arange(len(normal)), [len(place) for place in places])
    z = np.concatenate(places)
    y = z @ normal.T + offset
    y[np.abs(y) <= _THIN * away + _SAME * (np.linalg.norm(z, axis=1, keepdims=True) + np.abs(offset))] = 0.0
    y[np.arange(len(z)), owner] = 0.0
    # On a border, and on those that coincide with it, the sign is that of a step off it, to either side.
    across = normal[owner] @ normal.T
    sides = np.concatenate([np.where(y == 0, side * across, y) for side in (1.0, -1.0)]) > 0
    return _filled(pattern, moving, sides)


def spread(G: Array) -> bool:
    """Whether no two borders are nearly parallel, and not quite: in space they meet too far away to be told apart."""
    lengths = np.linalg.norm(G, axis=1)
    normal = G[lengths > 0] / lengths[lengths > 0, None]
    apart = np.minimum(*(np.linalg.norm(normal[:, None] - side * normal[None], axis=-1) for side in (1, -1)))
    return not ((apart > _PARALLEL) & (apart < _NEARLY)).any()


def _filled(pattern: Pattern, moving: NDArray[np.bool_], sides: Pattern) -> Pattern:
    """The patterns of all functions, of those that are not constant each once."""
    found = np.tile(pattern, (len(sides), 1))
    found[:, moving] = sides
    return np.unique(found, axis=0)


def _beside(number: int, normal: Array, offset: Array, away: float) -> Pattern:
    """The patterns on both sides of the faces in a plane."""
    own = normal[number]
    plane = np.linalg.svd(own[None])[2][1:].T
    inner, level = normal @ plane, offset - offset[number] * (normal @ own)
    parallel = np.linalg.norm(inner, axis=1) <= _PARALLEL
    inner[parallel] = 0.0
    same = parallel & (np.abs(level) <= _SAME * (away + np.abs(offset) + abs(offset[number])))
    faces = cells(inner, level, float(np.hypot(away, offset[number])))
    sides = [faces.copy(), faces.copy()]
    for found, side in zip(sides, (1.0, -1.0), strict=True):
        found[:, same] = side * (normal[same] @ own) > 0
    return np.concatenate(sides)


def _edges(number: int, normal: Array, offset: Array, away: float) -> Array:
    """A state on each edge of a border: between its meetings with the others, and beyond them."""
    foot = -offset[number] * normal[number]
    if normal.shape[1] == 1:
        return foot[None]
    along = np.array([-normal[number, 1], normal[number, 0]])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        meetings = -(normal @ foot + offset) / (normal @ along)
    meetings = np.sort(meetings[np.isfinite(meetings) & (np.arange(len(normal)) != number)])
    if not len(meetings):
        return foot[None]
    beyond = 1.0 + float(np.abs(offset).max()) + np.abs(meetings[[0, -1]])
    stops = np.concatenate([[meetings[0] - 2 * beyond[0]], meetings, [meetings[-1] + 2 * beyond[1]]])
    middle = (stops[1:] + stops[:-1]) / 2
    place = np.hypot(np.hypot(away, offset[number]), np.maximum(np.abs(stops[1:]), np.abs(stops[:-1])))
    return np.asarray(foot + middle[np.diff(stops) > _THIN * place, None] * along)
