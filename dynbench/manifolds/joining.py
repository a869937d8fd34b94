"""Polylines that meet at their ends, joined to longer ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

__all__ = ["joined"]

Array = NDArray[np.float64]


def joined(starts: list[Array], pieces: list[Array], near: float) -> tuple[list[Array], list[Array]]:
    """Chains of polylines, the end of each within `near` of the beginning of the next.

    Where more than two ends meet, two of them are joined and the others begin or end there.

    Parameters
    ----------
    starts : list of (n, m) arrays
        Polylines that begin a chain with their first corner.
    pieces : list of (n, m) arrays
        The others, in either direction.
    near : float
        Ends this near are the same.

    Returns
    -------
    list of (n, m) arrays, list of (n, m) arrays
        The chains that begin with `starts`, and the others.
    """
    lines = [*starts, *pieces]
    mate = _mates(lines, len(starts), near)
    used = np.zeros(len(lines), dtype=bool)
    used[: len(starts)] = True  # a chain that arrives at another start ends there: the set is a closed curve
    attached = [_chain(number, 0, lines, mate, used) for number in range(len(starts))]
    others = []
    for number in range(len(starts), len(lines)):
        for side in (0, 1):
            if not used[number] and (number, side) not in mate:
                others.append(_chain(number, side, lines, mate, used))
    # What is left is closed, or was joined to a chain that is used up.
    others += [_chain(number, 0, lines, mate, used) for number in range(len(lines)) if not used[number]]
    return attached, others


def _mates(lines: list[Array], fixed: int, near: float) -> dict[tuple[int, int], tuple[int, int]]:
    """Which end (line, 0 first or 1 last) meets which; the first ends of the first `fixed` lines meet none."""
    ends = [(i, side) for i in range(len(lines)) for side in (0, 1) if i >= fixed or side == 1]
    places = np.array([lines[i][:, -side] for i, side in ends])
    owner = np.array([i for i, _ in ends])
    pairs = cKDTree(places).query_pairs(near, output_type="ndarray")
    # The two ends of a line shorter than `near` are not the same for that.
    pairs = pairs[owner[pairs[:, 0]] != owner[pairs[:, 1]]]
    distance = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
    mate: dict[tuple[int, int], tuple[int, int]] = {}
    for a, b in pairs[np.lexsort((pairs[:, 1], pairs[:, 0], distance))].tolist():
        if ends[a] not in mate and ends[b] not in mate:
            mate[ends[a]], mate[ends[b]] = ends[b], ends[a]
    return mate


def _chain(
    number: int, side: int, lines: list[Array], mate: dict[tuple[int, int], tuple[int, int]], used: NDArray[np.bool_]
) -> Array:
    """The chain that begins with the end `side` of a line."""
    parts: list[Array] = []
    while not parts or not used[number]:
        used[number] = True
        line = lines[number] if side == 0 else lines[number][:, ::-1]
        parts.append(line if not parts else line[:, 1:])
        following = mate.get((number, 1 - side))
        if following is None:
            break
        number, side = following
    return np.concatenate(parts, axis=1)
