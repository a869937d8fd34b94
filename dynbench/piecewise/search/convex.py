"""Many convex polygons at once, cut by half-planes: what is kept always holds what exact arithmetic would keep.

A batch of polygons is an array (B, v, d) of vertices in order, d = 1 or 2, padded by repeating vertices. A polygon
stands for all points within `slack` of it in the sup norm; every operation returns a slack to which it has added what
its rounding may have cost.

Cutting by a z + b >= 0: a point z of the set is within the slack of a point p of the polygon, with
a p + b >= -|a|_1 slack. The polygon is cut at a value that is lower by twice the rounding error of a z + b, so that
no such p is lost; a new vertex is within a few roundings of the edge that it cuts. Where numbers overflow nothing is
cut off, and the slack that results is no finite number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["cut", "moved", "rectangle"]

Array = NDArray[np.float64]

_U = 2.0**-53
#: More than a few numbers lose together where they underflow.
_UNDERFLOW = 2.0**-1070
_ROUNDED_UP = 1.0 + 2.0**-30


def rectangle(box: Array) -> Array:
    """A box (d, 2) as one polygon (1, v, d)."""
    if len(box) == 1:
        return box.T[None].copy()
    (x, X), (y, Y) = box
    return np.array([[[x, y], [X, y], [X, Y], [x, Y]]])


def moved(polygons: Array, slack: float, J: Array, c: Array) -> tuple[Array, float]:
    """The images under z -> J z + c, J (B, d, d) and c (B, d), with the slack of the images."""
    with np.errstate(over="ignore", invalid="ignore"):
        images = (polygons[:, :, None] * J[:, None]).sum(axis=-1) + c[:, None]
        norm = np.abs(J).sum(axis=-1).max(initial=0.0)
        largest = np.abs(polygons).max(initial=0.0) + slack
        # The data are roundings too.
        rounding = 16 * _U * (norm * largest + np.abs(c).max(initial=0.0)) + _UNDERFLOW * (1.0 + largest)
        return images, float(_ROUNDED_UP * (norm * slack + rounding))


def cut(polygons: Array, slack: float, a: Array, b: Array | float) -> tuple[Array, NDArray[np.bool_], float]:
    """Cut every polygon by its half-plane a z + b >= 0.

    Parameters
    ----------
    polygons : (B, v, d) array
    slack : float
    a : (d,) or (B, d) array
    b : float or (B,) array

    Returns
    -------
    polygons : (B', v', d) array
        Those that are left.
    left : (B,) bool array
        Which of them.
    slack : float
    """
    normal = np.broadcast_to(a, (len(polygons), polygons.shape[-1]))
    offset = np.broadcast_to(b, (len(polygons),))
    with np.errstate(over="ignore", invalid="ignore"):
        value = (polygons * normal[:, None]).sum(axis=-1) + offset[:, None]
        size = np.abs(normal).sum(axis=-1)
        largest = np.abs(polygons).max(initial=0.0)
        rounding = 16 * _U * (size * (largest + slack) + np.abs(offset)) + _UNDERFLOW * (1.0 + largest)
        value = value + _ROUNDED_UP * (size * slack + 2 * rounding)[:, None]
    # What is no number after an overflow is not shown to be outside.
    inside = ~(value < 0)
    left = inside.any(axis=1)
    if not left.any():
        return polygons[:0], left, slack
    polygons, value, inside = polygons[left], value[left], inside[left]
    slack = float(_ROUNDED_UP * (slack + 16 * _U * largest + _UNDERFLOW))
    if inside.all():
        return polygons, left, slack
    after, following = np.roll(polygons, -1, axis=1), np.roll(value, -1, axis=1)
    crossing = inside != np.roll(inside, -1, axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        share = np.where(crossing, value / np.where(crossing, value - following, 1.0), 0.0)
        between = polygons + share[..., None] * (after - polygons)
    # Each vertex that stays, each followed by the crossing of its edge, in order.
    joined = np.stack([polygons, between], axis=2).reshape(len(polygons), -1, polygons.shape[-1])
    # Padding must not be taken for vertices: each cut would add to it.
    new = np.ones_like(inside)
    new[:, 1:] = (polygons[:, 1:] != polygons[:, :-1]).any(axis=-1)
    kept = np.stack([inside & new, crossing], axis=2).reshape(len(polygons), -1)
    return _compressed(joined, kept), left, slack


def _compressed(vertices: Array, kept: NDArray[np.bool_]) -> Array:
    """The vertices kept, moved to the front, and the first of them repeated in the rest."""
    count = kept.sum(axis=1)
    width = int(count.max())
    order = np.argsort(~kept, axis=1, kind="stable")[:, :width]
    order = np.where(np.arange(width) < count[:, None], order, order[:, :1])
    return np.take_along_axis(vertices, order[..., None], axis=1)
