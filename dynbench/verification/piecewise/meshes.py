"""Polygons that are said to make up a manifold of dimension 2: whether the map carries their corners along it.

Corners are rounded, so that nothing is proved: what is checked is that nothing contradicts the claim, up to the error
that is stated. Images of corners are computed in rational numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.verification.document import Field
from dynbench.verification.piecewise.manifolds import MOST_UNITS, InDoubles, comes_from_outside, doubles
from dynbench.verification.piecewise.rows import Rectified

__all__ = ["distances", "largest_jump", "read_mesh", "read_sheets"]

Array = NDArray[np.float64]

#: Corners compared of one mesh; more are sampled evenly.
_MOST_CORNERS = 500
#: States this near to the side of the box around the mesh, relative to it, may have been cut off there.
_CUT = 1e-9
#: A mesh is flat along a coordinate of which it has no more than this part of its largest extent.
_FLAT = 1e-6


def read_mesh(field: Field, dimension: int) -> list[Array]:
    """The polygons of a mesh, each as its corners (c, n) in order.

    Raises
    ------
    InputError
        If it has none, or one has fewer than three corners or a corner that there is not.
    """
    vertices = np.array([v.vector(dimension) for v in field["vertices"].items()]).reshape(-1, dimension)
    polygons = []
    for k, face in enumerate(field["faces"].items()):
        corners = [corner.integer() for corner in face.items()]
        if len(corners) < 3 or not all(0 <= corner < len(vertices) for corner in corners):
            raise InputError(f"{field.path}.faces[{k}] is no polygon of the {len(vertices)} vertices.")
        polygons.append(vertices[corners])
    if not polygons:
        raise InputError(f"{field.path} has no faces.")
    return polygons


def read_sheets(field: Field, period: int) -> list[int]:
    """The state of the cycle, by its number, on whose sheet each polygon of a mesh is; all 0 of a fixed point.

    Raises
    ------
    InputError
        If there is not one for each polygon, or it is no number of a state; or if those of a cycle are missing.
    """
    count = len(field["faces"].items())
    if "sheets" not in field.keys() and period == 1:  # noqa: SIM118 (a field is no mapping)
        return [0] * count
    sheets = [sheet.integer() for sheet in field["sheets"].items(count)]
    if not all(0 <= sheet < period for sheet in sheets):
        raise InputError(f"{field.path}.sheets holds what is no number of one of the {period} states.")
    return sheets


def largest_jump(system: Rectified, which: str, polygons: Sequence[Array], box: Array) -> float | None:
    """How far the polygons are from being invariant, relative to max(1, |x|), by a sample of corners and middles.

    The image of a stable manifold lies in it, and an unstable one in its own image. What left the box around the mesh,
    or may have come from outside, is not judged. None where nothing is left to judge, or there are too many units.

    Parameters
    ----------
    system : Rectified
    which : "stable" or "unstable"
    polygons : sequence of (c, n) arrays
    box : (n, 2) array
        A box in which all of the manifold was traced; it counts in the coordinates along which the mesh is flat.
    """
    corners = np.unique(np.concatenate([*polygons, [polygon.mean(axis=0) for polygon in polygons]]), axis=0)
    low, high = _judged(corners, box)
    slack = _CUT * (high - low)
    corners = corners[np.unique(np.linspace(0, len(corners) - 1, _MOST_CORNERS).astype(int))]
    if which == "stable":
        images = np.array([_image(system, corner) for corner in corners])
        inside = ((images > low + slack) & (images < high - slack)).all(axis=1)
        corners, surface = images[inside], list(polygons)
    else:
        if len(system.arguments) > MOST_UNITS:
            return None
        inside = np.array([not comes_from_outside(system, x, low + slack, high - slack) for x in corners], dtype=bool)
        corners = corners[inside]
        function = InDoubles.of(system)
        surface = [function.image(part) for polygon in polygons for part in _parts(function, polygon)]
    if not len(corners):
        return None
    return float((distances(corners, surface) / np.maximum(1.0, np.abs(corners).max(axis=1))).max())


def distances(states: Array, polygons: Sequence[Array]) -> Array:
    """How far states (m, n) are from the nearest of convex flat polygons, (m,)."""
    nearest = np.full(len(states), np.inf)
    for corners in polygons:
        middle = corners.mean(axis=0)
        basis = np.linalg.svd(corners - middle, full_matrices=False)[2][:2]
        flat, seen = (corners - middle) @ basis.T, (states - middle) @ basis.T
        above = np.linalg.norm(states - middle - seen @ basis, axis=1)
        inside, beside = _seen(flat, seen)
        nearest = np.minimum(nearest, np.hypot(above, np.where(inside, 0.0, beside)))
    return nearest


def _seen(corners: Array, states: Array) -> tuple[NDArray[np.bool_], Array]:
    """Which states (m, 2) are in a convex polygon around the origin, and their distances from its sides and spokes.

    The polygon is looked at as triangles from the origin: a side as short as rounding has no direction of its own, and
    decides of the states in its thin triangle only. The spokes, from the origin to the corners, are near to all these.
    """
    following = np.roll(corners, -1, axis=0)
    starts = np.concatenate([corners, np.zeros_like(corners)])
    along = np.concatenate([following - corners, corners])
    offset = states[:, None] - starts
    turns = along[:, 0] * offset[..., 1] - along[:, 1] * offset[..., 0]
    side, left = np.split(turns, 2, axis=1)
    signs = np.stack([side, left, -np.roll(left, -1, axis=1)])
    inside = np.any(np.all(signs >= 0, axis=0) | np.all(signs <= 0, axis=0), axis=1)
    share = (offset * along).sum(axis=-1) / np.maximum((along**2).sum(axis=1), 1e-300)
    return np.asarray(inside), np.linalg.norm(offset - np.clip(share, 0.0, 1.0)[..., None] * along, axis=-1).min(axis=1)


def _judged(corners: Array, box: Array) -> tuple[Array, Array]:
    """The box around corners; along coordinates in which they do not differ as wide as the other box, and not flat."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    flat = high - low <= _FLAT * (high - low).max()
    around = _FLAT * (high - low).max()
    wide = np.minimum(low - around, box[:, 0]), np.maximum(high + around, box[:, 1])
    return np.where(flat, wide[0], low), np.where(flat, wide[1], high)


def _image(system: Rectified, state: Array) -> Array:
    exact = system.image([fmpq(*float(e).as_integer_ratio()) for e in state])
    return doubles([exact])[0]


def _parts(function: InDoubles, polygon: Array) -> list[Array]:
    """The parts of a polygon on which the map is affine; the argument of a unit is so once earlier units are parted."""
    parts = [polygon]
    for unit in range(len(function.arguments)):
        parts = [
            part
            for whole in parts
            for side in (1.0, -1.0)
            if len(part := _side(whole, side * function.margins(whole)[:, unit])) > 2
        ]
    return parts


def _side(corners: Array, y: Array) -> Array:
    """The part of a convex polygon where a linear function, y at its corners, is not negative."""
    kept: list[Array] = []
    for i in range(len(corners)):
        j = (i + 1) % len(corners)
        if y[i] >= 0:
            kept.append(corners[i])
        if (y[i] < 0) != (y[j] < 0) and y[i] != 0 and y[j] != 0:
            kept.append(corners[i] + y[i] / (y[i] - y[j]) * (corners[j] - corners[i]))
    return np.array(kept).reshape(-1, corners.shape[1])
