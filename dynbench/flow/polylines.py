"""Polylines: how long they are, and how to draw them with fewer states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["arclength", "thinned"]

Array = NDArray[np.float64]


def arclength(path: Array) -> float:
    """The length of the polyline through the rows of `path`, shape (m, n).

    Parameters
    ----------
    path : (m, n) array
        States in order.
    """
    with np.errstate(over="ignore"):
        return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def thinned(path: Array, most: int) -> Array:
    """At most so many rows of a polyline, evenly by arclength and by the angle that it turns; both ends are kept.

    Parameters
    ----------
    path : (m, n) array
        States in order.
    most : int
        The number of rows to keep, at least 2.
    """
    if len(path) <= most:
        return path
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
    finite = np.isfinite(lengths)
    steps, lengths = np.where(finite[:, None], np.diff(path, axis=0), 0.0), np.where(finite, lengths, 0.0)
    units = steps / np.where(lengths > 0, lengths, 1.0)[:, None]
    turns = np.append(np.linalg.norm(np.diff(units, axis=0), axis=1), 0.0)
    # A polyline that crawls towards a limit turns there at random: only turns over a distance that shows count.
    turns[lengths < 1e-6 * max(float(lengths.sum()), 1e-300)] = 0.0
    measure = np.concatenate([[0.0], np.cumsum(_share(lengths) + _share(turns))])
    chosen = np.unique(np.searchsorted(measure, np.linspace(0.0, measure[-1], most)))
    chosen[0], chosen[-1] = 0, len(path) - 1
    return path[np.unique(np.minimum(chosen, len(path) - 1))]


def _share(values: Array) -> Array:
    total = float(values.sum())
    return values / total if total > 0 else values
