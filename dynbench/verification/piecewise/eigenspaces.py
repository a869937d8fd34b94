"""Whether the seed of a manifold of a piecewise-linear map lies in an eigenspace of the right kind, in doubles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynbench.verification.piecewise.manifolds import InDoubles, doubles
from dynbench.verification.piecewise.rows import Rectified

__all__ = ["ALONG", "off_eigenspace", "return_matrices", "spans"]

Array = NDArray[np.float64]

#: Seeds are told to be off an eigenspace from this on, relative to the norm of the matrix.
ALONG = 1e-6
#: Corners are rounded by this, relative to max(1, |x|).
_ROUNDED = 1e-14


def return_matrices(system: Rectified, states: Sequence[Sequence[float]]) -> list[Array]:
    """The derivative of the iterate that returns to each state of a cycle, with the states in their order."""
    patterns = (InDoubles.of(system).margins(np.array(states)) > 0).tolist()
    steps = [doubles(system.piece(pattern).J.tolist()) for pattern in patterns]
    found = []
    for k in range(len(steps)):
        matrix = np.eye(system.dimension)
        for step in steps[k:] + steps[:k]:
            matrix = step @ matrix
        found.append(matrix)
    return found


def spans(vectors: Array, dimension: int, size: float) -> bool:
    """Whether differences of corners, (m, n), of that size tell a space of so many dimensions as exactly as `ALONG`."""
    values = np.linalg.svd(vectors, compute_uv=False)
    return len(values) >= dimension and bool(values[dimension - 1] * ALONG > _ROUNDED * max(1.0, size))


def off_eigenspace(matrix: Array, vectors: Array, dimension: int, which: str) -> float:
    """How far a matrix takes the space of some vectors out of itself, relative to its norm.

    Infinite where the eigenvalues on the space are not those in (stable), or outside (unstable), the unit circle.

    Parameters
    ----------
    matrix : (n, n) array
    vectors : (m, n) array
        Of which the space of so many dimensions is the nearest.
    dimension : int
    which : "stable" or "unstable"
    """
    basis = np.linalg.svd(vectors, full_matrices=False)[2][:dimension].T
    image = matrix @ basis
    inner = basis.T @ image
    sign = 1 if which == "stable" else -1
    kinds = [int((sign * np.abs(np.linalg.eigvals(m)) < sign).sum()) for m in (inner, matrix)]
    if kinds != [dimension, dimension]:
        return np.inf
    return float(np.linalg.norm(image - basis @ inner) / max(float(np.linalg.norm(matrix)), 1e-300))
