"""Where the eigenvalues of the Jacobian at a fixed point lie, proved for many states.

With V the computed eigenvectors in real form (a pair of columns for a complex pair) and Y the computed inverse of V,
let E = Y V - I and L the block diagonal of computed eigenvalues, blocks [[a, b], [-b, a]] for a +- i b. Where |E| < 1,

    V^-1 J V - L = (I + E)^-1 (Y J V - L - E L) =: X,

so J is similar to L + X for every J in the ball of Jacobians, which enters Y J V through |Y| D |V|. A unitary change
of basis in each block makes L complex diagonal and at most doubles what stands in the rows of X (see `_row_radii`).
By Gershgorin's theorem the discs around the computed eigenvalues, of the row sums of X as radii, hold all
eigenvalues, and
a union of k discs that is apart from the others holds exactly k.

References
----------
R. S. Varga, Gersgorin and His Circles, Springer 2004. S. M. Rump, Acta Numerica 19 (2010) 287-449, section 13.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgeev
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from dynbench._arrays import readonly
from dynbench.fixed_points.large.linearisation import Linearisation
from dynbench.fixed_points.large.rounding import gamma, raised, times
from dynbench.fixed_points.spectrum import Spectrum

__all__ = ["index_of", "prove_spectrum"]

Array = NDArray[np.float64]


def prove_spectrum(around: Linearisation, radius: float, kind: Literal["flow", "map"]) -> Spectrum | None:
    """Discs for the eigenvalues of the right-hand side's Jacobian anywhere within `radius` of the centre, or None.

    For a map the Jacobian of the right-hand side is that of G plus the identity, and the side is that of the unit
    circle.
    """
    real, imaginary, _, vectors, info = dgeev(around.matrix, compute_vl=0)
    (first,) = np.nonzero(imaginary > 0)
    if info != 0 or not _in_pairs(real, imaginary, first):
        return None
    discs = _radii(around, radius, real, imaginary, vectors)
    if discs is None or not np.isfinite(discs).all():
        return None
    values = real + 1j * imaginary
    if kind == "map":
        values = values + 1.0
        discs = raised(discs + gamma(2) * np.abs(values), 3)
    return _spectrum(values, discs, kind)


def index_of(spectrum: Spectrum, kind: Literal["flow", "map"]) -> int | None:
    """The sign of det(-G'): one factor -1 for each eigenvalue of G' with positive real part, where none is in doubt.

    Non-real ones come in pairs and do not count.
    """
    part = spectrum.midpoints.real - (1.0 if kind == "map" else 0.0)
    slack = spectrum.radii + 2.0**-50 * np.abs(spectrum.midpoints)
    if not np.all(np.abs(part) > slack):
        return None
    return -1 if np.count_nonzero(part > 0) % 2 else 1


def _in_pairs(real: Array, imaginary: Array, first: NDArray[np.intp]) -> bool:
    """Whether non-real eigenvalues come as a + i b, a - i b, one after the other, as LAPACK says they do."""
    return bool(
        np.count_nonzero(imaginary) == 2 * len(first)
        and np.array_equal(imaginary[1:][first], -imaginary[first])
        and np.array_equal(real[1:][first], real[first])
    )


def _radii(around: Linearisation, radius: float, real: Array, imaginary: Array, vectors: Array) -> Array | None:
    """The radii of the discs, one an eigenvalue; None where the eigenvectors are too close to dependent."""
    n = len(real)
    try:
        inverse = np.linalg.inv(vectors)
    except np.linalg.LinAlgError:
        return None
    if not (np.isfinite(inverse).all() and np.isfinite(vectors).all()):
        return None
    sizes, sizes_v = np.abs(inverse), np.abs(vectors)
    ones = np.ones(n)
    rows_v = times(sizes_v, ones)
    # E = Y V - I, by rows; the rounding of the product beside it.
    off = inverse @ vectors
    off[np.diag_indices(n)] -= 1
    off = np.abs(off)
    off_rounding = raised(gamma(n + 3) * times(sizes, rows_v) + gamma(2), 4)
    lost = raised(times(off, ones) + off_rounding, 2)
    if not lost.max() < 0.5:
        return None
    # Y J V - L, in two products: the first errs by gamma |J| |V|, the second by gamma |Y| (|fl(J V)|).
    first = around.matrix @ vectors
    moved = raised(gamma(n + 2) * times(np.abs(around.matrix), rows_v) + around.spread(radius, rows_v), 3)
    moved = raised(moved + gamma(n + 3) * times(np.abs(first), ones), 3)
    second = inverse @ first
    _subtract_blocks(second, real, imaginary)
    block = raised(np.abs(real) + np.abs(imaginary), 2)
    rest = raised(np.abs(second), 2) @ ones
    rest = raised(rest + times(sizes, moved) + gamma(3) * block, n + 4)
    # E L: a column of E meets a row of L, which adds up to |a| + |b|.
    rest = raised(rest + times(off, block) + off_rounding * block.max(), 4)
    # (I + E)^-1 X = X - E (I + E)^-1 X, and the last factor is at most |X| / (1 - |E|).
    rows = raised(rest + lost * raised(rest.max() / (1 - lost.max()), 4), 3)
    return _row_radii(rows, imaginary)


def _subtract_blocks(matrix: Array, real: Array, imaginary: Array) -> None:
    """`matrix` minus the block diagonal of eigenvalues, in place; LAPACK lists a + i b, b > 0, first of a pair."""
    n = len(real)
    matrix[np.diag_indices(n)] -= real
    (first,) = np.nonzero(imaginary > 0)
    matrix[first, first + 1] -= imaginary[first]
    matrix[first + 1, first] += imaginary[first]


def _row_radii(rows: Array, imaginary: Array) -> Array:
    """Row sums after the unitary change of basis that makes the blocks diagonal.

    An entry of U* x for a 2 x 2 block x is at most half the sum of the sizes of its entries, for a column of two or
    a row of two at most that sum over sqrt(2). So a row of a pair has at most the two rows together, and a single row
    at
    most sqrt(2) times itself.
    """
    radii = raised(1.4142135623730952 * rows, 2)
    (first,) = np.nonzero(imaginary > 0)
    together = raised(rows[first] + rows[first + 1], 2)
    radii[first] = radii[first + 1] = together
    return radii


def _spectrum(values: NDArray[np.complex128], radii: Array, kind: Literal["flow", "map"]) -> Spectrum:
    leading = np.abs(values) if kind == "map" else values.real
    order = np.lexsort((-values.imag, -values.real, -np.round(leading, 9)))
    values, radii, leading = values[order], radii[order], leading[order]
    distance = leading - 1 if kind == "map" else leading
    slack = raised(radii + 2.0**-50 * np.abs(values), 3)
    sides = np.where(np.abs(distance) > slack, np.sign(distance), 0).astype(int)
    nonreal, resolved = _told_apart(values, slack)
    return Spectrum(
        midpoints=readonly(values, complex),
        radii=readonly(radii),
        sides=tuple(sides.tolist()),
        nonreal=tuple(nonreal.tolist()),
        resolved=resolved,
        decided=bool(np.all(sides != 0)),
    )


def _told_apart(values: NDArray[np.complex128], slack: Array) -> tuple[NDArray[np.bool_], bool]:
    """For each disc whether all that overlap it, directly or through others, are off the real axis; and if none do."""
    reach = slack[:, None] + slack[None, :]
    near = np.abs(values[:, None] - values[None, :]) <= reach * (1 + 2.0**-40)
    count, group = connected_components(csr_array(near), directed=False)
    touches = np.zeros(count, dtype=bool)
    np.logical_or.at(touches, group, np.abs(values.imag) <= slack)
    return ~touches[group], count == len(values)
