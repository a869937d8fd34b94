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
    n, size = form.dimension, form.units
    rectified = np.zeros((size, line.shape[1]))
    for level in form.levels:
        y = form.W2[level] @ line[:n] + form.h2[level, None]
        if level is not form.levels[0]:
            y += form.V[level] @ rectified
        unit, segment = np.nonzero(y[:, :-1] * y[:, 1:] < 0)
        if len(segment):
            before, after = y[unit, segment], y[unit, segment + 1]
            share = before / (before - after)
            if len(level) > 1:
                order = np.lexsort((share, segment))
                unit, segment, share = unit[order], segment[order], share[order]
            line, place = inserted(line, segment, share)
            y, _ = inserted(y, segment, share)
            y[unit, place] = 0.0
            rectified, _ = inserted(rectified, segment, share)
        rectified[level] = np.maximum(y, 0.0)
    image = np.empty_like(line)
    image[:n] = form.A @ line[:n] + form.W1 @ rectified + form.h1[:, None]
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
    old = np.ones(line.shape[1] + len(segment), dtype=bool)
    old[place] = False
    longer = np.empty((len(line), len(old)))
    start, step = line[:, segment], line[:, segment + 1] - line[:, segment]
    # From the nearer end: the other one may be so far away that its rounding would show.
    corner = np.where(share < 0.5, start + share * step, line[:, segment + 1] - (1 - share) * step)
    for row, values, new in zip(longer, line, corner, strict=True):
        row[old] = values
        row[place] = new
    return longer, place
