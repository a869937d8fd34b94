"""Orbits from saddle to saddle, where no eigenvector points along them.

Forward: between two neighbouring directions with different limits there is a direction whose orbit lies on the
stable manifold of a saddle between the two basins; bisection on the arc finds it. Backward: where the stable manifold
of a saddle has one dimension, both its branches are followed back to the source that they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.directions import Directions, between
from dynbench.transitions.follow import Follower
from dynbench.transitions.limits import Limit
from dynbench.transitions.orbits import Branch

__all__ = ["Arc", "arcs", "bisected"]

Array = NDArray[np.float64]

_ROUNDS = 30
#: An arc is parted by so many directions a round: as many as make this number for all arcs together, between the two.
_ORBITS, _FEWEST, _MOST = 360, 3, 15
#: Arcs of one unstable sphere of dimension 2 or more that are bisected at most.
_MOST_ARCS = 12
#: Arcs shorter than this are not resolved in doubles.
_SHORTEST = 4e-16


@dataclass(frozen=True, eq=False)
class Arc:
    """Two directions from one point whose orbits have different limits."""

    source: int
    ends: tuple[Array, Array]
    labels: tuple[tuple[str, int | None], tuple[str, int | None]]


def arcs(source: int, directions: Array, limits: Sequence[Limit]) -> list[Arc]:
    """Neighbouring directions with different, known limits; in space one arc for each pair of limits.

    Parameters
    ----------
    source : int
        The point.
    directions : (m, n) array
        Unit vectors; those of a plane in order.
    limits : sequence of Limit
        Where they lead.
    """
    rank = np.linalg.matrix_rank(directions, tol=1e-8)
    labels = [limit.label for limit in limits]
    if rank == 2:
        pairs = [(i, (i + 1) % len(labels)) for i in range(len(labels))]
    else:
        nearest = np.argsort(-(directions @ directions.T), axis=1)
        pairs = [(i, int(j)) for i in range(len(labels)) for j in nearest[i, 1:5]]
    found: list[Arc] = []
    seen: set[frozenset[tuple[str, int | None]]] = set()
    for i, j in pairs:
        pair = frozenset((labels[i], labels[j]))
        known = len(pair) == 2 and all(kind != "undecided" for kind, _ in pair)
        if not known or (rank > 2 and (pair in seen or len(seen) >= _MOST_ARCS)):
            continue
        seen.add(pair)
        found.append(Arc(source, (directions[i], directions[j]), (labels[i], labels[j])))
    return found


def bisected(follower: Follower, directions: dict[int, Directions], wanted: Sequence[Arc]) -> list[tuple[int, Limit]]:
    """The connections found by parting the arcs again and again: (source, limit) of each.

    Parameters
    ----------
    follower : Follower
        With tolerances tight enough for neighbouring orbits.
    directions : dict
        Source -> its directions.
    wanted : sequence of Arc
        The arcs.
    """
    found: list[tuple[int, Limit]] = []
    open_arcs = list(wanted)
    for _ in range(_ROUNDS):
        if not open_arcs:
            break
        count = int(np.clip(_ORBITS // len(open_arcs), _FEWEST, _MOST))
        parts = [between(*arc.ends, count) for arc in open_arcs]
        starts = [directions[arc.source].start(ds) for arc, ds in zip(open_arcs, parts, strict=True)]
        branches = [Branch(arc.source, x) for arc, xs in zip(open_arcs, starts, strict=True) for x in xs]
        limits = follower.follow(branches)
        following = []
        for k, (arc, ds) in enumerate(zip(open_arcs, parts, strict=True)):
            inner = limits[k * count : (k + 1) * count]
            met = next((limit for limit in inner if limit.how == "connection"), None)
            if met is not None:
                found.append((arc.source, met))
                continue
            shorter = _shorter(arc, ds, inner)
            if shorter is not None:
                following.append(shorter)
        open_arcs = following
    return found


def _shorter(arc: Arc, parts: Array, limits: Sequence[Limit]) -> Arc | None:
    """The first part of the arc whose ends have different limits; None where doubles resolve no shorter one."""
    vectors = [arc.ends[0], *parts, arc.ends[1]]
    labels = [arc.labels[0], *(limit.label for limit in limits), arc.labels[1]]
    for i in range(len(labels) - 1):
        pair = (labels[i], labels[i + 1])
        if pair[0] != pair[1] and not any(kind == "undecided" for kind, _ in pair):
            if np.linalg.norm(vectors[i] - vectors[i + 1]) < _SHORTEST:
                return None
            return Arc(arc.source, (vectors[i], vectors[i + 1]), pair)
    return None
