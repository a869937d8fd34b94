"""Polylines: how long they are, how far away states lie, and how to draw them with fewer states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["arclength", "beginning", "distances", "thinned"]

Array = NDArray[np.float64]

#: Numbers held at once in measuring distances.
_AT_ONCE = 1_000_000


def arclength(path: Array) -> float:
    """The length of the polyline through the rows of `path`, shape (m, n).

    Parameters
    ----------
    path : (m, n) array
        States in order.
    """
    with np.errstate(over="ignore"):
        return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def beginning(path: Array, length: float) -> Array:
    """The rows of a polyline up to an arclength.

    Parameters
    ----------
    path : (m, n) array
        States in order.
    length : float
        The arclength.
    """
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    return path[along <= length]


def distances(states: Array, line: Array, *, joined: bool = True) -> Array:
    """How far states (K, n) are from a polyline, (K,).

    Parameters
    ----------
    states : (K, n) array
        States.
    line : (m, n) array
        Its corners in order; a closed one repeats the first.
    joined : bool
        False where the rows are separate states, of which the nearest counts.
    """
    start, step = line, np.zeros_like(line)
    if joined and len(line) > 1:
        start, step = line[:-1], np.diff(line, axis=0)
    # Steps may have no length: then the foot of the perpendicular is the corner itself.
    squared = np.maximum(np.einsum("ij,ij->i", step, step), np.finfo(float).tiny)
    found = np.empty(len(states))
    rows = max(1, _AT_ONCE // line.size)
    for first in range(0, len(states), rows):
        offset = states[first : first + rows, None] - start
        share = np.clip(np.einsum("kij,ij->ki", offset, step) / squared, 0.0, 1.0)
        found[first : first + rows] = np.linalg.norm(offset - share[..., None] * step, axis=-1).min(axis=-1)
    return found


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
