"""The memories of an echo state network: its attracting fixed points, as far as they are proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.symmetry import Images, is_mirrored
from dynbench.invariants import SignedPermutation
from dynbench.networks import EchoStateNetwork
from dynbench.networks.driven import inputs_of
from dynbench.transitions.graph import check_graph
from dynbench.transitions.limits import arrival_radius

__all__ = ["Memories"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

#: Where max |F| exceeds this, relative to max(1, |x|), a point is none of the network's.
_FIXED = 1e-6
#: An orbit's own error, by which it may miss its limit (`arrival_radius`).
_RTOL = 1e-9


@dataclass(frozen=True, eq=False)
class Memories:
    """The attracting fixed points of a network that are proved to be the only ones around.

    Attributes
    ----------
    nodes : tuple of int
        Their nodes.
    x : (K, n) array
        Their states.
    radii : (K,) array
        How near an orbit must come to have arrived.
    images : (K,) array of int
        The position of the mirror image of each, where that is proved to be a fixed point too; else -1.
    """

    nodes: tuple[int, ...]
    x: Array
    radii: Array
    images: Indices

    @classmethod
    def of(cls, network: EchoStateNetwork, graph: nx.MultiDiGraph, step: float | None = None) -> Memories:
        """The memories among the nodes of a transition graph.

        Parameters
        ----------
        network : EchoStateNetwork
            The network; it must have an input.
        graph : TransitionGraph
            Its graph.
        step : float, optional
            The step of Euler's rule, where the network is to run by it.

        Raises
        ------
        InputError
            If there is none, a point is none of the network's, the network has no input, or Euler's rule leaves one.
        """
        inputs_of(network)
        check_graph(graph)
        points = {node: data["point"] for node, data in graph.nodes(data=True) if data["point"] is not None}
        for node, p in points.items():
            if len(p.x) != network.dimension or np.abs(network(p.x)).max() > _FIXED * max(1.0, np.abs(p.x).max()):
                raise InputError(f"The graph's node {node} is no fixed point of this network under its input at rest.")
        radii = {node: arrival_radius(p, _RTOL) for node, p in points.items() if p.kind.attracting}
        chosen = {node: points[node] for node, radius in radii.items() if radius > 0}
        if not chosen:
            raise InputError(
                "The graph holds no attracting fixed point that is certified: there is no memory to leave."
            )
        for node, p in chosen.items():
            if step is not None and np.abs(1 + step * p.eigenvalues).max() >= 1:
                raise InputError(
                    f"step is {step:g}, with which Euler's rule leaves the memory {node}; take a smaller one."
                )
        nodes = tuple(chosen)
        return cls(
            nodes,
            np.array([p.x for p in chosen.values()]),
            np.array([radii[node] for node in nodes]),
            _mirror_images(network, chosen),
        )

    def holding(self, x: Array) -> Indices:
        """The position of the memory at which each of the states (R, n) has arrived; -1 for none."""
        found = np.full(len(x), -1, dtype=np.intp)
        for k, (center, radius) in enumerate(zip(self.x, self.radii, strict=True)):
            found[np.abs(x - center).max(axis=-1) <= radius] = k
        return found


def _mirror_images(network: EchoStateNetwork, points: Mapping[int, FixedPoint]) -> Indices:
    """The position of the mirror image of each point; -1 where that is not proved to be one of them."""
    places = {node: k for k, node in enumerate(points)}
    if not is_mirrored(network):
        return np.full(len(places), -1, dtype=np.intp)
    images, minus = Images(points, ()), SignedPermutation.identity(network.dimension, -1)
    found = (images.image(minus, node) for node in points)
    return np.array([-1 if image is None else places[image] for image in found], dtype=np.intp)
