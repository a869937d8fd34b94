"""Images and preimages of convex polygons under piecewise-linear maps, split at the borders of regions."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from dynbench.manifolds.polygons import clipped, parted, without
from dynbench.piecewise import PiecewiseLinear
from dynbench.piecewise.inverse import Inverse

__all__ = ["images", "preimages"]

Array = NDArray[np.float64]
Polygons = list[Array]


def images(form: PiecewiseLinear, polygons: Polygons) -> Polygons:
    """The images of polygons, each part in a region on its own.

    Parameters
    ----------
    form : PiecewiseLinear
    polygons : list of (c, n + r) arrays
        Corners in order, the state first; what follows is interpolated.
    """
    if not polygons:
        return []
    n = form.dimension
    for unit in range(form.units):
        polygons = parted(polygons, partial(_margin, form, unit))
    stacked = np.concatenate(polygons)
    stacked[:, :n] = form(stacked[:, :n])
    return np.split(stacked, np.cumsum([len(p) for p in polygons])[:-1])


def preimages(inverse: Inverse, polygons: Polygons) -> Polygons:
    """All preimages of polygons in regions with a nonsingular matrix, each part in a region on its own.

    Under a map that is proved invertible by all of its patterns only the regions that the polygons meet are visited,
    found one after the other by Katzenelson's paths to states of them; otherwise every region is.

    Parameters
    ----------
    inverse : Inverse
    polygons : list of (c, n + r) arrays

    Raises
    ------
    InputError
        If every region has to be visited and there are too many to be listed.
    """
    if inverse.coherent:
        return _where_met(inverse, polygons)
    found: Polygons = []
    for piece in zip(*inverse.pieces, strict=True):
        found += _in_region(piece, polygons)
    return found


def _where_met(inverse: Inverse, polygons: Polygons) -> Polygons:
    """The preimages under an invertible map: each polygon is covered region by region until nothing is left of it."""
    form, n = inverse.form, inverse.form.dimension
    known: dict[bytes, tuple[Array, ...]] = {}
    found, rests = [], [[polygon] for polygon in polygons]
    seen: list[set[bytes]] = [set() for _ in polygons]
    left = [number for number, polygon in enumerate(polygons) if len(polygon)]
    while left:
        centers = np.array([rests[number][0][:, :n].mean(axis=0) for number in left])
        patterns = form.pattern(inverse.preimage(centers))
        for number, pattern in zip(left, patterns, strict=True):
            key = pattern.tobytes()
            if key in seen[number]:  # what rounding has left beside a border
                del rests[number][0]
                continue
            seen[number].add(key)
            if key not in known:
                known[key] = tuple(part[0] for part in inverse.of_patterns(pattern[None]))
            _, _, P, p = known[key]
            found += _in_region(known[key], [polygons[number]])
            rests[number] = without(rests[number], partial(_affine, P, p))
        left = [number for number in left if rests[number]]
    return found


def _in_region(piece: tuple[Array, ...], polygons: Polygons) -> Polygons:
    """The preimages in one region, given by its affine inverse and margins."""
    K, k, P, p = piece
    n = len(k)
    parts = clipped(polygons, partial(_affine, P, p))
    return [np.column_stack([part[:, :n] @ K.T + k, part[:, n:]]) for part in parts]


def _margin(form: PiecewiseLinear, unit: int, corners: Array) -> Array:
    return np.asarray(form.margins(corners[:, : form.dimension])[:, unit])


def _affine(matrix: Array, offset: Array, corners: Array) -> Array:
    return np.asarray(corners[:, : matrix.shape[1]] @ matrix.T + offset)
