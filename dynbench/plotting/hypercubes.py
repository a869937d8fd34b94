"""Where the nodes of a transition graph stand on the square, cube or tesseract of the bits that they hold."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.plotting.graph_layout import Places
from dynbench.plotting.projections import hypercube_corners

__all__ = ["Hypercube", "hypercube_of"]

Array = NDArray[np.float64]
Bits = tuple[int, ...]

#: A tesseract is the last that can be read.
_MOST_BITS = 4
#: How far apart nodes stand that would have one place, in units of half an edge.
_APART = 0.14
#: How far limits that hold no bits stand right of the cube, and a saddle from the only limit of its branches.
_ASIDE, _BESIDE = 0.55, 0.35


@dataclass(frozen=True, eq=False)
class Hypercube:
    """The memories of a network and the saddles between them, on the hypercube of their bits.

    Attributes
    ----------
    places : mapping of node to (float, float)
        Memories stand at corners, a saddle half-way between the limits of its two branches; limits without bits aside.
        Points with more unstable directions than one have no place.
    bits : mapping of node to tuple of int
        The signs of the readouts of each memory, as 0 and 1.
    edges : (E, 2, 2) array
        The ends of the edges of the hypercube, on the page.
    chords : frozenset of node
        Saddles whose limits are memories but not two that are one bit apart.
    """

    places: Places
    bits: dict[Any, Bits]
    edges: Array
    chords: frozenset[Any]

    @property
    def size(self) -> int:
        """The number of bits."""
        return len(next(iter(self.bits.values())))


def hypercube_of(graph: nx.MultiDiGraph) -> Hypercube:
    """The places of the attractors and of the saddles of index 1 of a graph.

    Raises
    ------
    InputError
        If the attractors have no attribute ``readout``, or one of no or of more than four components.
    """
    bits = {node: _bits(data["readout"]) for node, data in graph.nodes(data=True) if _is_memory(data)}
    sizes = {len(b) for b in bits.values()}
    if len(sizes) != 1 or not 1 <= min(sizes) <= _MOST_BITS:
        raise InputError(
            f"layout is 'hypercube', which needs attractors with an attribute readout of 1 to {_MOST_BITS} components."
        )
    patterns = list(itertools.product((0, 1), repeat=sizes.pop()))
    corners = dict(zip(patterns, hypercube_corners(2.0 * np.array(patterns) - 1), strict=True))
    limits = {s: sorted({t for _, t in graph.out_edges(s)}) for s, data in graph.nodes(data=True) if _joins(data)}
    places = _apart({node: corners[b] for node, b in bits.items()}, dict.fromkeys(bits, np.array([1.0, 0.0])))
    aside = sorted({t for targets in limits.values() for t in targets} - set(places) - set(limits))
    right = max(x for x, _ in corners.values()) + _ASIDE
    places |= {node: np.array([right, 0.5 - 0.4 * k]) for k, node in enumerate(aside)}
    ends = {s: [places[t] for t in targets if t in places] for s, targets in limits.items()}
    ends = {s: found for s, found in ends.items() if found}
    places |= _apart({s: _between(found) for s, found in ends.items()}, {s: e[-1] - e[0] for s, e in ends.items()})
    pairs = [(a, b) for a, b in itertools.combinations(patterns, 2) if _distance(a, b) == 1]
    return Hypercube(
        places={node: (float(x), float(y)) for node, (x, y) in places.items()},
        bits=bits,
        edges=np.array([[corners[a], corners[b]] for a, b in pairs]),
        chords=frozenset(s for s, ts in limits.items() if set(ts) <= set(bits) and not _is_side([bits[t] for t in ts])),
    )


def _is_memory(data: dict[str, Any]) -> bool:
    return data["point"] is not None and data["point"].kind.attracting


def _joins(data: dict[str, Any]) -> bool:
    return data["point"] is not None and data["point"].stability[2] == 1


def _bits(readout: Any) -> Bits:
    return () if readout is None else tuple(int(z > 0) for z in np.ravel(readout))


def _distance(a: Bits, b: Bits) -> int:
    return sum(p != q for p, q in zip(a, b, strict=True))


def _is_side(bits: list[Bits]) -> bool:
    return len(bits) == 2 and _distance(*bits) == 1


def _between(ends: list[Array]) -> Array:
    """Half-way between two limits; beside the only one, outside of the cube."""
    if len(ends) > 1:
        return np.mean(ends, axis=0)
    outward = np.hypot(*ends[0])
    return ends[0] + _BESIDE * (ends[0] / outward if outward > 0 else np.array([1.0, 0.0]))


def _apart(places: dict[Any, Array], directions: dict[Any, Array]) -> dict[Any, Array]:
    """The places with those that coincide moved apart, each along its direction."""
    groups: dict[tuple[float, ...], list[Any]] = {}
    for node, place in places.items():
        groups.setdefault(tuple(np.round(place, 6)), []).append(node)
    moved = {}
    for nodes in groups.values():
        for k, node in enumerate(nodes):
            length = np.hypot(*directions[node])
            along = directions[node] / length if length > 0 else np.array([0.0, 1.0])
            moved[node] = places[node] + _APART * (k - (len(nodes) - 1) / 2) * along
    return moved
