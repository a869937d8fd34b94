"""Which attractors are neighbours, and which of them a saddle of index 1 is already known to join."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.search.paths import follow
from dynbench.systems import System

__all__ = ["distances", "joined_by", "relative_neighbours", "where_to"]

Array = NDArray[np.float64]

#: A state this close to an attractor, relative to max(1, |x|), goes there.
_CLOSE = 0.05
#: How far from a saddle its two sides are looked at, relative to max(1, |x|).
_ASIDE = 1e-2


def relative_neighbours(x: Array) -> list[tuple[int, int]]:
    """Pairs of rows of x (K, n) between which no third row lies, the closest pairs first.

    A row lies between two others if it is closer to both than they are to each other: on a cube the neighbours are its
    edges, not the diagonals.

    References
    ----------
    G. T. Toussaint: The relative neighbourhood graph of a finite planar set, Pattern Recognition 12 (1980), 261-268.
    """
    apart = np.linalg.norm(x[:, None] - x[None], axis=-1)
    pairs = [
        (i, j)
        for i, j in itertools.combinations(range(len(x)), 2)
        if not np.any(np.maximum(apart[i], apart[j]) < apart[i, j])
    ]
    return sorted(pairs, key=lambda pair: float(apart[pair]))


def where_to(system: System, states: Array, attractors: Array, duration: float) -> NDArray[np.intp]:
    """The number of the attractor that each state comes close to; -1 where it is none of them by then."""
    reach = _CLOSE * np.maximum(1.0, np.abs(attractors).max(-1))

    def arrived(x: Array) -> NDArray[np.bool_]:
        return (distances(x, attractors) <= reach).any(axis=1)

    ends = follow(system, states, duration, arrived=arrived)
    near = distances(ends, attractors) <= reach
    return np.where(near.any(axis=1), near.argmax(axis=1), -1)


def joined_by(
    system: System, saddles: Array, attractors: Array, duration: float, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """For each saddle of index 1 the numbers of the attractors on its two sides; -1 where it is none of them.

    Two states on either side of a saddle lie on either side of its stable manifold, whichever way they lie (but for
    tangent directions), so no eigenvectors are needed.
    """
    aside = rng.normal(size=saddles.shape)
    aside *= _ASIDE * np.maximum(1.0, np.abs(saddles).max(-1, keepdims=True)) / np.abs(aside).max(-1, keepdims=True)
    ends = where_to(system, np.concatenate([saddles + aside, saddles - aside]), attractors, duration)
    first, second = np.split(ends, 2)
    return [(int(i), int(j)) for i, j in zip(first, second, strict=True)]


def distances(x: Array, points: Array) -> Array:
    """Sup-norm distances (K, A) of states from points."""
    return np.array([np.abs(points - row).max(-1) for row in x]).reshape(len(x), len(points))
