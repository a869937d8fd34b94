"""Discs that hold the eigenvalues of F' at a fixed point, for many states.

With L the diagonal of computed eigenvalues, V computed eigenvectors, Y a computed inverse of V and E = Y V - I, for
every derivative J in an enclosure of F' over a ball that holds the fixed point

    V^-1 J V - L = (I + E)^-1 Y S,   S = J V - V L,

as long as |E| < 1 (sup norm). So with s >= |S| 1 row by row and q = |Y| s, J is similar to L plus a matrix whose row i
adds up to at most q_i + e_i max(q) / (1 - max(e)), e = |E| 1. By Gershgorin's theorem discs of these radii hold all
eigenvalues, and a union of k discs that is apart from the others holds exactly k. S is formed from real products only,
and rounding enters by a-priori bounds (`blocks`).

References
----------
R. S. Varga, Gersgorin and His Circles, Springer 2004. S. M. Rump, Acta Numerica 19 (2010) 287-449, section 13.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from dynbench.verification.matrices.blocks import Block, gamma, product_in_parts, size_times, up

__all__ = ["Enclosed", "enclose_eigenvalues", "grouped"]

Array = NDArray[np.float64]
Complexes = NDArray[np.complex128]


class Enclosed(NamedTuple):
    """Discs, and the groups in which they overlap: each group holds as many eigenvalues as it has discs.

    Attributes
    ----------
    middles : (n,) complex array
        The centres.
    radii : (n,) array
        The radii.
    groups : (n,) array of int
        For each disc the number of its group.
    """

    middles: Complexes
    radii: Array
    groups: NDArray[np.int32]

    def sides(self, is_map: bool) -> NDArray[np.int_]:
        """For each disc -1 (stable), +1 (unstable) or 0 (its group is not told from the axis or circle)."""
        distance = np.abs(self.middles) - 1 if is_map else self.middles.real
        return self._by_group(distance)

    def right(self, line: float) -> NDArray[np.int_]:
        """For each disc +1 to the right of the vertical line, -1 to its left, 0 for a group that is not told."""
        return self._by_group(self.middles.real - line)

    def nonreal(self) -> NDArray[np.bool_]:
        """For each disc whether its group is off the real axis: then none of its eigenvalues is real."""
        touches = np.zeros(self.groups.max() + 1, dtype=bool)
        np.logical_or.at(touches, self.groups, np.abs(self.middles.imag) <= self.radii)
        return ~touches[self.groups]

    def real_count(self) -> int | None:
        """The number of real eigenvalues; None where it is not proved.

        A disc around a real number that meets no other holds a real eigenvalue: else it held two, conjugate ones.
        """
        if self.groups.max() + 1 < len(self.middles):
            return None
        touching = ~self.nonreal()
        return int(touching.sum()) if np.all(self.middles.imag[touching] == 0) else None

    def _by_group(self, distance: Array) -> NDArray[np.int_]:
        slack = up(self.radii + 2.0**-48 * (np.abs(self.middles) + 1), 3)
        own = np.where(distance > slack, 1, np.where(distance < -slack, -1, 0))
        least, most = (np.full(self.groups.max() + 1, start) for start in (1, -1))
        np.minimum.at(least, self.groups, own)
        np.maximum.at(most, self.groups, own)
        return np.where(least == most, least, 0)[self.groups]


def enclose_eigenvalues(derivative: Block) -> Enclosed | None:
    """Discs for the eigenvalues of every matrix in an enclosure; None where the proof fails."""
    if not derivative.finite:
        return None
    try:
        middles, vectors = np.linalg.eig(derivative.mid)
        inverse = np.linalg.inv(vectors)
    except np.linalg.LinAlgError:
        return None
    middles, vectors, inverse = (part.astype(complex) for part in (middles, vectors, inverse))
    radii = _radii(derivative, middles, vectors, inverse)
    if radii is None or not np.isfinite(radii).all():
        return None
    return Enclosed(middles, radii, grouped(middles, radii))


def grouped(middles: Complexes, radii: Array) -> NDArray[np.int32]:
    """For each disc the number of its group: discs that overlap or touch, directly or through others."""
    reach = (radii[:, None] + radii[None, :]) * (1 + 2.0**-40) + 2.0**-1000
    near = np.abs(middles[:, None] - middles[None, :]) <= reach
    _, labels = connected_components(csr_array(near), directed=False)
    return labels


def _radii(derivative: Block, middles: Complexes, vectors: Complexes, inverse: Complexes) -> Array | None:
    n = len(middles)
    sizes_v, sizes_y = (up(np.abs(part), 4) for part in (vectors, inverse))
    ones = np.ones((n, 1))
    rows_v = size_times(sizes_v, ones)
    off = _product_error(inverse, vectors, sizes_y, rows_v)
    if not off.max() < 0.5:
        return None
    # S: the two real products J Re V and J Im V err by c |J| |V| together, V L and the difference by a few roundings.
    real, error = product_in_parts(derivative.mid, vectors.real)
    imaginary, _ = product_in_parts(derivative.mid, vectors.imag)
    computed = np.abs(real + 1j * imaginary - vectors * middles)
    weights = up(np.abs(middles)[:, None], 2)
    sums = up(up(computed, 4).sum(axis=1, keepdims=True), n)
    sums = sums + error * size_times(np.abs(derivative.mid), rows_v) + size_times(derivative.rad, rows_v)
    sums = up(sums + gamma(16) * size_times(sizes_v, weights), 8)
    q = size_times(sizes_y, sums)
    radii: Array = up(q + off * (q.max() / (1 - off.max())), 6)[:, 0]
    return radii


def _product_error(inverse: Complexes, vectors: Complexes, sizes_y: Array, rows_v: Array) -> Array:
    """A bound of the row sums of |Y V - I|, (n, 1): four real products, whose rounding is bounded a priori."""
    n = len(inverse)
    (a, error), (b, _) = product_in_parts(inverse.real, vectors.real), product_in_parts(inverse.imag, vectors.imag)
    (c, _), (d, _) = product_in_parts(inverse.real, vectors.imag), product_in_parts(inverse.imag, vectors.real)
    real, imaginary = a - b, c + d
    real[np.diag_indices(n)] -= 1
    sums = up(np.hypot(real, imaginary).sum(axis=1, keepdims=True), n + 4)
    rounding = 2 * (error + gamma(2)) * size_times(sizes_y, rows_v) + gamma(2)
    return up(sums + rounding, 4)
