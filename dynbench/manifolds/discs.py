"""Invariant polygons in the eigenplanes of piecewise-linear maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.manifolds.seeds import Anchor, turn

__all__ = ["Disc"]

Array = NDArray[np.float64]

#: Two eigenvectors nearer to each other than this condition number says make no parallelogram.
_SKEW = 100.0
#: A multiplier this small, relative to the matrix, cannot be told from zero.
_ZERO = 1e-14


@dataclass(frozen=True, eq=False)
class Disc:
    """A polygon around the first point of a cycle in its eigenplane, part of its image or preimage after one turn.

    The map takes it through the regions of the cycle's word, on which it is affine. With D_i what it has become after
    i < k steps, the disc of point i, the image of D_(k - 1) holds D_0 (unstable), or is held by it (stable).

    Attributes
    ----------
    anchor : Anchor
        The cycle, or fixed point (k = 1).
    bases : (k, n, 2) array
        Two directions of the plane at each point, those at the first one carried on.
    growth : (2, 2) array
        What the k-th iterate (unstable), or its inverse (stable), does to coordinates along them.
    corners : (c, 2) array
        The corners, counterclockwise, in these coordinates.
    """

    anchor: Anchor
    bases: Array
    growth: Array
    corners: Array

    @classmethod
    def of(cls, anchor: Anchor, which: Literal["stable", "unstable"], cap: float) -> Disc:
        """The largest one of its shape that stays in the regions of the word, and not larger than `cap`.

        A parallelogram along two real eigenvectors, whose sides are exchanged by negative multipliers; otherwise a
        regular polygon, in coordinates in which the inverse of the growth is a contraction of the Euclidean norm, of so
        many corners that the contracted one fits in however it is turned. For a complex pair these are the coordinates
        in which the map turns and stretches; for a repeated multiplier they come of a Lyapunov equation.

        Raises
        ------
        InputError
            If a stable multiplier is zero.
        """
        space, matrix = anchor.eigenspace(which), turn(anchor.matrices)
        inner = space.T @ matrix @ space
        values, vectors = np.linalg.eig(inner)
        if np.abs(values).min() <= _ZERO * np.linalg.norm(matrix):
            raise InputError("point has a stable multiplier of 0; expected one that the inverse map can divide by.")
        growth = np.asarray(inner if which == "unstable" else np.linalg.inv(inner))
        turning = bool(values[0].imag)
        frame = np.stack([vectors[:, 0].real, vectors[:, 0].imag], axis=-1) if turning else vectors.real
        contraction = float(1 / np.abs(np.linalg.eigvals(growth)).min())
        if not np.linalg.cond(frame) < _SKEW:
            frame, contraction = _contracting(np.linalg.inv(growth))
        elif not turning:
            contraction = 0.0
        frame = frame / np.linalg.norm(frame, axis=0).max()
        growth = np.asarray(np.linalg.solve(frame, growth @ frame), dtype=np.float64)
        shape = _regular(contraction) if contraction else np.array([[1.0, 1], [-1, 1], [-1, -1], [1, -1]])
        bases = [space @ frame]
        for step in anchor.matrices[:-1]:
            bases.append(step @ bases[-1])
        room = min(anchor.extents(corner)[0] for corner in shape @ bases[0].T)
        return cls(anchor, np.array(bases), growth, min(room, cap) * shape)

    def at(self, number: int, corners: Array) -> Array:
        """Corners in the state space, around a point of the cycle, followed by their coordinates in the plane."""
        return np.column_stack([self.anchor.points[number] + corners @ self.bases[number].T, corners])


def _regular(contraction: float) -> Array:
    """A regular polygon of the plane that holds itself contracted and turned by any angle."""
    count = max(8, int(np.ceil(np.pi / np.arccos(contraction))))
    angles = 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def _contracting(inverse: Array) -> tuple[Array, float]:
    """Coordinates in which a matrix with eigenvalues inside the unit circle is a contraction, and by how much.

    P - R^T P R = 1 has a positive solution P = C^T C, and |C R u|^2 = |C u|^2 - |u|^2.
    """
    form = scipy.linalg.solve_discrete_lyapunov(inverse.T, np.eye(2))
    root = np.linalg.cholesky(form).T
    return np.linalg.inv(root), float(np.linalg.norm(root @ inverse @ np.linalg.inv(root), 2))
