"""Diagonal matrices D with D M skew or symmetric, found along a spanning forest of the graph of M."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from flint import fmpq
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order

from dynbench.piecewise.rational import to_rational

__all__ = ["exact_scaling", "scaling"]

Array = NDArray[np.float64]

#: Ratios are exact rational numbers for up to so many nonzero entries; they grow along paths.
_MOST_ENTRIES = 20_000
#: Longer ratios (in bits of numerator and denominator) are no use to a reader; in doubles they are near ones only.
_MOST_BITS = 4000
#: So many first rows and columns are screened before anything longer is done.
_CORNER = 8


def scaling(matrix: Any, sign: int, tolerance: float) -> tuple[Array, Any] | None:
    """d with d_i m_ij close to sign d_j m_ji for all i, j, in doubles, and the forest that it was found along.

    Parameters
    ----------
    matrix : (n, n) array or sparse array
        M.
    sign : int
        -1 for a skew D M, 1 for a symmetric one.
    tolerance : float
        How far off ``d_i m_ij - sign d_j m_ji`` may be, relative to the greatest entry of D M.

    Returns
    -------
    (d, forest) or None
        No entry of d is 0; it is 1 at the root of each tree. The forest is a list of (parent, child), parents first.
    """
    m = scipy.sparse.csr_array(matrix, copy=True)
    m.eliminate_zeros()
    if not np.isfinite(m.data).all() or (sign < 0 and m.diagonal().any()):
        return None
    mirrored = scipy.sparse.csr_array(m.T)
    mirrored.sort_indices()
    m.sort_indices()
    if not (np.array_equal(m.indptr, mirrored.indptr) and np.array_equal(m.indices, mirrored.indices)):
        return None
    if not _round_triangles(m[:_CORNER, :_CORNER].toarray(), sign):
        return None
    forest = _forest(m)
    d = np.ones(m.shape[0])
    with np.errstate(all="ignore"):
        for i, j in forest:
            d[j] = d[i] * sign * m[i, j] / m[j, i]
        scaled = m.multiply(d[:, None])
        error = abs(scaled - sign * scaled.T).max()
        greatest = abs(scaled).max()
    fine = np.isfinite(d).all() and d.all() and error <= tolerance * greatest
    return (d, forest) if fine else None


def _round_triangles(m: Array, sign: int) -> bool:
    """A quick screen: round every triangle the products of the entries agree up to the sign, to a few digits."""
    forward = np.einsum("ij,jk,ki->ijk", m, m, m)
    backward = np.einsum("ji,kj,ik->ijk", m, m, m)
    with np.errstate(over="ignore", invalid="ignore"):  # nan, which is not near, where a product overflows
        return bool((np.abs(forward - sign * backward) <= 1e-3 * (np.abs(forward) + np.abs(backward))).all())


def _forest(m: Any) -> list[tuple[int, int]]:
    """The edges (parent, child) of a breadth-first forest, parents first."""
    seen = np.zeros(m.shape[0], dtype=bool)
    edges: list[tuple[int, int]] = []
    for root in range(m.shape[0]):
        if not seen[root]:
            order, parents = breadth_first_order(m, root, directed=False)
            seen[order] = True
            edges += [(int(parents[j]), int(j)) for j in order[1:]]
    return edges


def exact_scaling(matrix: Any, sign: int, forest: list[tuple[int, int]], size: int) -> list[fmpq] | None:
    """The rational d with d_i m_ij = sign d_j m_ji for all i, j exactly.

    None where there is none, M has too many entries, or the ratios are too long.

    Parameters
    ----------
    matrix : (n, n) array or sparse array of doubles, or mapping (i, j) -> fmpq
        M: its nonzero entries.
    sign : int
        As in `scaling`.
    forest : list
        As `scaling` returns it.
    size : int
        n.
    """
    entries = matrix if isinstance(matrix, dict) else _entries(matrix)
    if entries is None or len(entries) > _MOST_ENTRIES:
        return None
    d = [fmpq(1)] * size
    for i, j in forest:
        d[j] = d[i] * sign * entries[i, j] / entries[j, i]
        if int(d[j].p).bit_length() + int(d[j].q).bit_length() > _MOST_BITS:
            return None
    if all(d[i] * a == sign * d[j] * entries.get((j, i), fmpq(0)) for (i, j), a in entries.items()):
        return d
    return None


def _entries(matrix: Any) -> dict[tuple[int, int], fmpq] | None:
    m = scipy.sparse.coo_array(matrix)
    if m.nnz > _MOST_ENTRIES:
        return None
    rows, columns = m.coords
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    rational = [to_rational(a) for a in m.data.tolist()]
    return {edge: a for edge, a in zip(pairs, rational, strict=True) if a != 0}
