"""Images of polylines under a piecewise-linear map: split where they cross from region to region, and mapped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.form import PiecewiseLinear

__all__ = ["inserted", "mapped"]

Array = NDArray[np.float64]


def mapped(form: PiecewiseLinear, line: Array) -> Array:
    """The image of a polyline, which is a polyline again: with corners where the line leaves a region.

    Units of one level are affine where those of earlier levels keep their signs, so the line is split level by level.

    Parameters
    ----------
    form : PiecewiseLinear
    line : (n + r, m) array
        A corner a column, its state first; what follows (r rows) is interpolated where the line is split and kept.

    Returns
    -------
    (n + r, m') array
    """
    n = form.dimension
    rectified = np.zeros((0, line.shape[1]))
    earlier = np.zeros(0, dtype=np.intp)
    for level in form.levels:
        y = form.W2[level] @ line[:n] + form.h2[level, None]
        if len(earlier):
            y += form.V[np.ix_(level, earlier)] @ rectified
        unit, segment = np.nonzero(y[:, :-1] * y[:, 1:] < 0)
        if len(segment):
            before, after = y[unit, segment], y[unit, segment + 1]
            share = before / (before - after)
            if len(level) > 1:
                order = np.lexsort((share, segment))
                unit, segment, share = unit[order], segment[order], share[order]
            stacked, place = inserted(np.concatenate([line, y, rectified]), segment, share)
            line, y, rectified = np.split(stacked, [len(line), len(line) + len(level)])
            y[unit, place] = 0.0
        rectified = np.concatenate([rectified, np.maximum(y, 0.0)])
        earlier = np.concatenate([earlier, level])
    image = np.empty_like(line)
    image[:n] = form.A @ line[:n] + form.W1[:, earlier] @ rectified + form.h1[:, None]
    image[n:] = line[n:]
    return image


def inserted(line: Array, segment: NDArray[np.intp], share: Array) -> tuple[Array, NDArray[np.intp]]:
    """A polyline with more corners on its segments.

    Parameters
    ----------
    line : (r, m) array
        A corner a column.
    segment : (c,) array of int
        The segments that get a corner, ascending.
    share : (c,) array
        How far along, from 0 to 1; ascending in each segment.

    Returns
    -------
    (r, m + c) array, (c,) array of int
        The line, and the columns of the new corners.
    """
    place = segment + np.arange(1, len(segment) + 1)
    source = np.repeat(np.arange(line.shape[1]), np.bincount(segment, minlength=line.shape[1]) + 1)
    longer = np.take(line, source, axis=1, mode="clip")
    start, end = np.take(line, segment, axis=1), np.take(line, segment + 1, axis=1)
    # From the nearer end: the other one may be so far away that its rounding would show.
    near = share < 0.5
    longer[:, place] = np.where(near, start, end) + np.where(near, share, share - 1) * (end - start)
    return longer, place
