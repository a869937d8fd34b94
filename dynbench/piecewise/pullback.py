"""Preimages of polylines under a piecewise-linear map."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.inverse import Inverse
from dynbench.piecewise.katzenelson import followed
from dynbench.piecewise.polylines import inserted

__all__ = ["all_preimages", "kept", "pulled_back"]

Array = NDArray[np.float64]

#: With more regions than this the inverse is followed from region to region, not tried in each.
_REGIONS = 64
#: Corners of a segment nearer to its end than this part of it are the end.
_SAME = 1e-13


def pulled_back(inverse: Inverse, line: Array) -> Array:
    """The preimage of a polyline under a map with an inverse: a polyline with corners at the borders of the regions.

    Parameters
    ----------
    inverse : Inverse
        Of an invertible map.
    line : (n + r, m) array
        A corner a column, its state first; what follows (r rows) is interpolated.

    Returns
    -------
    (n + r, m') array
    """
    form = inverse.form
    if line.shape[1] < 2 or (inverse.coherent and 2 ** min(form.units, 30) > _REGIONS):
        return _followed(inverse, line)
    n = form.dimension
    states, segments, rest = [], [], []
    last = np.full(n, np.nan)
    for k_matrix, k, p_matrix, p in zip(*inverse.pieces, strict=True):
        inside = _clipped(p_matrix @ line[:n] + p[:, None])
        if not len(inside.segment):
            continue
        corner = _between(line, inside.segment, inside.low)
        corner[:n] = k_matrix @ corner[:n] + k[:, None]
        states.append(corner)
        segments.append(inside.segment)
        rest.append(inside.low)
        if inside.segment[-1] == line.shape[1] - 2 and inside.high[-1] == 1.0:
            last = k_matrix @ line[:n, -1] + k
    segment, low = np.concatenate(segments), np.concatenate(rest)
    order = np.argsort(segment, kind="stable")
    tied = np.flatnonzero(np.diff(segment[order]) == 0)
    if len(tied):  # only segments that cross a border have more than one piece
        shared = np.isin(segment[order], segment[order][tied])
        part = order[shared]
        order[shared] = part[np.lexsort((low[part], segment[part]))]
    pieces = np.concatenate(states, axis=1)[:, order]
    if np.isnan(last).any():
        last = inverse.preimage(line[:n, -1])
    return np.column_stack([pieces, np.append(last, line[n:, -1])])


class _Inside(NamedTuple):
    """Which segments meet a region, and where on them."""

    segment: NDArray[np.intp]
    low: Array
    high: Array


def _clipped(y: Array) -> _Inside:
    """The parts of segments on which all margins (H, m), affine on each, are positive; those to nan have none."""
    negative = y < 0
    known = np.asarray(np.isfinite(y).all(axis=0), dtype=np.bool_)
    candidates: NDArray[np.bool_] = known[:-1] & known[1:]
    for row in negative:
        candidates &= ~(row[:-1] & row[1:])
    segment = np.flatnonzero(candidates)
    low, high = np.zeros(len(segment)), np.ones(len(segment))
    for row, below in zip(y, negative, strict=True):
        entering, leaving = below[segment], below[segment + 1]
        mixed = np.flatnonzero(entering != leaving)
        if len(mixed):
            a, b = row[segment[mixed]], row[segment[mixed] + 1]
            share = a / (a - b)
            enters = entering[mixed]
            low[mixed[enters]] = np.maximum(low[mixed[enters]], share[enters])
            high[mixed[~enters]] = np.minimum(high[mixed[~enters]], share[~enters])
    kept = low < high
    return _Inside(segment[kept], low[kept], high[kept])


def _between(line: Array, segment: NDArray[np.intp], share: Array) -> Array:
    """The states at shares of segments of a polyline."""
    corner = line[:, segment]
    inner = np.flatnonzero(share > 0)
    if len(inner):
        start, end, s = corner[:, inner], line[:, segment[inner] + 1], share[inner]
        corner[:, inner] = np.where(s < 0.5, start + s * (end - start), end - (1 - s) * (end - start))
    return corner


def _followed(inverse: Inverse, line: Array) -> Array:
    """The same by following the segments whose ends have preimages in different regions."""
    form, n = inverse.form, inverse.form.dimension
    ends = inverse.preimage(line[:n].T)
    pattern = form.pattern(ends)
    crossing = np.flatnonzero((pattern[:-1] != pattern[1:]).any(axis=1))
    back = np.vstack([ends.T, line[n:]])
    if not len(crossing):
        return back
    paths = followed(form, ends[crossing], pattern[crossing], line[:n, crossing + 1].T)
    # A corner that the line has already, on a border, is met again within rounding.
    new = (paths.share > _SAME) & (paths.share < 1 - _SAME)
    segment, share = crossing[paths.path[new]], paths.share[new]
    longer, place = inserted(back, segment, share)
    longer[:n, place], longer[n:, place] = paths.corners[new].T, _between(line[n:], segment, share)
    return longer


def all_preimages(inverse: Inverse, line: Array) -> Array:
    """All preimages of polylines in regions with a nonsingular matrix.

    The preimages in neighbouring regions meet on their border, up to rounding, and are not joined.

    Parameters
    ----------
    inverse : Inverse
        Of any map.
    line : (n + r, m) array
        Polylines parted by columns of nan, a corner a column, its state first; what follows (r rows) is interpolated.

    Returns
    -------
    (n + r, m') array
        Polylines, each in one region, parted and ended by columns of nan.
    """
    n = inverse.form.dimension
    found = [np.empty((len(line), 0))]
    for k_matrix, k, p_matrix, p in zip(*inverse.pieces, strict=True):
        back = kept(line, p_matrix @ line[:n] + p[:, None])
        back[:n] = k_matrix @ back[:n] + k[:, None]
        found.append(back)
    return np.concatenate(found, axis=1)


def kept(line: Array, y: Array) -> Array:
    """The parts of polylines on which margins are positive.

    Parameters
    ----------
    line : (r, m) array
        Polylines parted by columns of nan.
    y : (H, m) array
        Margins at the corners, affine between them.

    Returns
    -------
    (r, m') array
        Polylines parted and ended by columns of nan.
    """
    inside = _clipped(y)
    if not len(inside.segment):
        return np.empty((len(line), 0))
    broken = (np.diff(inside.segment) != 1) | (inside.high[:-1] < 1) | (inside.low[1:] > 0)
    last = np.append(np.flatnonzero(broken), len(inside.segment) - 1)
    corners = _between(line, inside.segment, inside.low)
    ends = _between(line, inside.segment[last], inside.high[last])
    parted = np.insert(corners, np.repeat(last + 1, 2), np.nan, axis=1)
    parted[:, last + 1 + 2 * np.arange(len(last))] = ends
    return parted
