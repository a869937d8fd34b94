"""Where the nodes of a transition graph stand: in layers by unstable dimension, or as in state space."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from dynbench.plotting.projections import corner_matrix, principal_components

__all__ = ["Places", "layered_places", "layers_of", "reads_better_by_state", "rungs", "state_places"]

Array = NDArray[np.float64]
Places = dict[Any, tuple[float, float]]

#: Sweeps that move each node towards its neighbours; few are needed, as layers are few.
_SWEEPS = 12
#: Layers stand at the height of their dimension where that leaves no more than so many times their number of places.
_SPARSE = 2
#: A planar graph of up to so many nodes is drawn as in state space.
_FEW = 12
#: Nodes nearer than this, as a fraction of the picture, cannot be told apart.
_APART = 0.05


def layers_of(graph: nx.MultiDiGraph) -> dict[int, list[Any]]:
    """Unstable dimension -> nodes; limits of no dimension stand with the attractors, last."""
    layers: dict[int, list[Any]] = defaultdict(list)
    for node, data in graph.nodes(data=True):
        layers[_unstable(data)].append(node)
    for nodes in layers.values():
        nodes.sort(key=lambda node: [graph.nodes[node].get(key) is None for key in ("point", "cycle")])
    return dict(layers)


def rungs(graph: nx.MultiDiGraph) -> dict[int, float]:
    """Unstable dimension -> height: the same, or the rank where few dimensions occur between far ones."""
    dimensions = sorted(layers_of(graph))
    to_scale = not dimensions or dimensions[-1] - dimensions[0] < _SPARSE * max(len(dimensions), 3)
    return {d: float(d if to_scale else rank) for rank, d in enumerate(dimensions)}


def _unstable(data: dict[str, Any]) -> int:
    if data.get("unstable") is not None:
        return int(data["unstable"])
    return int(data["point"].stability[2]) if data.get("point") is not None else 0


def layered_places(graph: nx.MultiDiGraph) -> Places:
    """Places by layer; within a layer by the mean place of the neighbours, a heuristic against crossings.

    K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system structures, IEEE
    Trans. Syst. Man Cybern. 11 (1981) 109-125.
    """
    neighbours = graph.to_undirected(as_view=True)
    heights = rungs(graph)
    order = {heights[unstable]: list(nodes) for unstable, nodes in layers_of(graph).items()}
    x = {node: place for nodes in order.values() for node, place in zip(nodes, _spread(len(nodes)), strict=True)}
    best, fewest = dict(x), None
    for _ in range(_SWEEPS):
        for nodes in order.values():
            wish = {n: np.mean([x[m] for m in neighbours[n]]) if len(neighbours[n]) else x[n] for n in nodes}
            nodes.sort(key=wish.__getitem__)
            x.update(zip(nodes, _spread(len(nodes)), strict=True))
        places = {node: (float(x[node]), height) for height, nodes in order.items() for node in nodes}
        count = _crossings(graph, places)
        if fewest is None or count < fewest:
            best, fewest = dict(x), count
    return {node: (float(best[node]), height) for height, nodes in order.items() for node in nodes}


def _spread(count: int) -> Array:
    return (np.arange(count) + 0.5) / count


def state_places(graph: nx.MultiDiGraph) -> Places:
    """Places in the unit square as in state space; infinity and the like stand on the right.

    One state lies along the x axis, three are seen from a corner, more along principal components. A cycle
    stands at its highest state.
    """
    states = {node: _state(data) for node, data in graph.nodes(data=True)}
    known = {node: x for node, x in states.items() if x is not None}
    places: Places = {}
    if known:
        page = _project(np.array(list(known.values())))
        low, size = page.min(axis=0), np.ptp(page, axis=0)
        # A direction in which nothing differs gets the middle of the picture.
        unit = np.where(size > 1e-9 * max(size.max(), 1e-300), (page - low) / np.where(size > 0, size, 1.0), 0.5)
        places = {node: (float(x), float(y)) for node, (x, y) in zip(known, unit, strict=True)}
    others = [node for node in graph if node not in places]
    return places | {node: (1.3, y) for node, y in zip(others, 1 - _spread(len(others)), strict=True)}


def _state(data: dict[str, Any]) -> Array | None:
    if data.get("point") is not None:
        return np.asarray(data["point"].x, dtype=float)
    if data.get("cycle") is not None:
        points = np.asarray(data["cycle"].points, dtype=float)
        return points[np.argmax(points[:, -1])]
    return None


def _project(states: Array) -> Array:
    count, n = states.shape
    if n == 1:
        return np.stack([states[:, 0], np.zeros(count)], axis=-1)
    if n == 2:
        return states
    centred = states - states.mean(axis=0)
    if n == 3:
        return centred @ (corner_matrix() / np.where(np.ptp(states, axis=0) > 0, np.ptp(states, axis=0), 1.0)).T
    return centred @ np.resize(principal_components(states, 2).directions, (2, n)).T


def reads_better_by_state(graph: nx.MultiDiGraph) -> bool:
    """Whether a graph is easier to read as in state space: few planar nodes, or fewer crossings."""
    places = state_places(graph)
    dimensions = {len(d["point"].x) for _, d in graph.nodes(data=True) if d.get("point") is not None}
    xy = np.array(list(places.values())).reshape(-1, 2)
    if dimensions in (set(), {1}) or _closest(xy) < _APART:
        return False
    if dimensions == {2} and len(graph) <= _FEW:
        return True
    return _crossings(graph, places) < _crossings(graph, layered_places(graph))


def _closest(xy: Array) -> float:
    if len(xy) < 2:
        return np.inf
    return float(min(np.hypot(*(a - b)) for a, b in itertools.combinations(xy, 2)))


def _crossings(graph: nx.MultiDiGraph, places: Places) -> int:
    """How many pairs of straight edges cross, those with a common end left out."""
    pairs = sorted({(a, b) for a, b in graph.edges() if a != b})
    if len(pairs) < 2:
        return 0
    index = {node: k for k, node in enumerate(graph)}
    xy = np.array([places[node] for node in graph])
    ends = np.array([(index[a], index[b]) for a, b in pairs])
    i, j = np.triu_indices(len(ends), 1)
    (a, b), (c, d) = ends[i].T, ends[j].T
    apart = (a != c) & (a != d) & (b != c) & (b != d)
    crossed = (_side(xy, a, b, c) * _side(xy, a, b, d) < 0) & (_side(xy, c, d, a) * _side(xy, c, d, b) < 0)
    return int(np.sum(apart & crossed))


def _side(xy: Array, a: Array, b: Array, c: Array) -> Array:
    """On which side of the line from a to b the node c lies: +1, -1, or 0 on it."""
    u, v = xy[b] - xy[a], xy[c] - xy[a]
    return np.sign(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
