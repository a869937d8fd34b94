"""What tests of polygons share: a network of three states by its seed, and measures of polygons."""

from __future__ import annotations

import numpy as np

import dynbench as db


def network(seed):
    rng = np.random.default_rng(seed)
    return db.PLRNN(
        np.round(rng.uniform(0.2, 0.9, 3), 2),
        np.round(rng.normal(size=(3, 3)) * 0.8, 2),
        np.round(rng.normal(size=3), 2),
    )


def area(polygon):
    """Of a convex polygon of the plane."""
    x, y = (polygon - polygon[0]).T
    return abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2


def apart(states, mesh):
    """How far states are from the polygons of a mesh."""
    nearest = np.full(len(states), np.inf)
    for corners in mesh.corners():
        basis = np.linalg.svd(corners - corners[0])[2][:2].T
        flat, off = (corners - corners[0]) @ basis, (states - corners[0]) @ basis
        height = np.linalg.norm(states - corners[0] - off @ basis.T, axis=1)
        edge = np.roll(flat, -1, axis=0) - flat
        turn = edge[None, :, 0] * (off[:, None, 1] - flat[None, :, 1]) - edge[None, :, 1] * (
            off[:, None, 0] - flat[None, :, 0]
        )
        size = np.abs(turn).max(axis=1)[:, None] * 1e-9 + 1e-12
        inside = (turn >= -size).all(axis=1) | (turn <= size).all(axis=1)
        nearest = np.where(inside, np.minimum(nearest, height), nearest)
    return nearest
