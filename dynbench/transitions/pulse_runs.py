"""Running an echo state network from its memories through pulses of input, many at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.networks import EchoStateNetwork
from dynbench.networks.driven import Euler
from dynbench.transitions.limits import arrival_radius
from dynbench.transitions.mirrored import mirror_images

__all__ = ["Memories", "PulseRuns"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

#: Numbers that the states of one batch hold together.
_NUMBERS = 512_000
#: Steps between two looks at where the states are.
_LOOK = 10
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
    def of(cls, network: EchoStateNetwork, points: Mapping[int, FixedPoint], step: float) -> Memories:
        """The memories among fixed points.

        Raises
        ------
        InputError
            If there is none, a point is none of the network's, or Euler's rule of this step leaves one.
        """
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
            if np.abs(1 + step * p.eigenvalues).max() >= 1:
                raise InputError(
                    f"step is {step:g}, with which Euler's rule leaves the memory {node}; take a smaller one."
                )
        images, nodes = mirror_images(network, chosen), tuple(chosen)
        return cls(
            nodes,
            np.array([p.x for p in chosen.values()]),
            np.array([radii[node] for node in nodes]),
            np.array([nodes.index(images[node]) if node in images else -1 for node in nodes], dtype=np.intp),
        )

    def holding(self, x: Array) -> Indices:
        """The position of the memory at which each of the states (R, n) has arrived; -1 for none."""
        found = np.full(len(x), -1, dtype=np.intp)
        for k, (center, radius) in enumerate(zip(self.x, self.radii, strict=True)):
            found[np.abs(x - center).max(axis=-1) <= radius] = k
        return found


class PulseRuns:
    """Pulses of one length given to a network at rest in its memories.

    Parameters
    ----------
    network : EchoStateNetwork
        The network.
    memories : Memories
        Its memories.
    duration : int
        The length of a pulse, in steps.
    step : float
        The step of Euler's rule.
    time : float
        How long the network is followed afterwards.
    """

    def __init__(
        self, network: EchoStateNetwork, memories: Memories, *, duration: int, step: float, time: float
    ) -> None:
        self._memories, self._duration, self._steps = memories, duration, int(np.ceil(time / step))
        self._euler = Euler(network, step)
        self._rest = np.asarray(network.parameters["u"], dtype=float).ravel()

    def ends(self, starts: Indices, columns: Indices, amplitudes: Array) -> Indices:
        """The memories that pulses lead to; -1 where the network has not arrived at any.

        Parameters
        ----------
        starts, columns : (R,) arrays of int
            The memory to start from, by position, and the column of B.
        amplitudes : (R,) array
            With sign.
        """
        # Where F(-x) = -F(x), a pulse takes -x where the opposite one takes x, mirrored: one of the two is run.
        images = self._memories.images
        image = images[starts]
        other = (image >= 0) & ((image < starts) | ((image == starts) & (amplitudes < 0)))
        rows = np.column_stack([np.where(other, image, starts), columns, np.where(other, -amplitudes, amplitudes)])
        rows, inverse = np.unique(rows, axis=0, return_inverse=True)
        size = max(1, _NUMBERS // self._memories.x.shape[-1])
        parts = [self._run(rows[k : k + size]) for k in range(0, len(rows), size)]
        found = np.concatenate([np.empty(0, dtype=np.intp), *parts])[inverse.ravel()]
        return np.where(other & (found >= 0), images[found], found)

    def _run(self, rows: Array) -> Indices:
        x = self._memories.x[rows[:, 0].astype(np.intp)]
        u = np.tile(self._rest, (len(rows), 1))
        u[np.arange(len(rows)), rows[:, 1].astype(np.intp)] += rows[:, 2]
        with np.errstate(all="ignore"):  # unbounded activations may overflow: such a run arrives nowhere
            for _ in range(self._duration):
                x = self._euler.advance(x, u)
            return self._settled(x)

    def _settled(self, x: Array) -> Indices:
        """Where the network, its input at rest again, arrives."""
        ends = np.full(len(x), -1, dtype=np.intp)
        under_way = np.arange(len(x))
        for _ in range(0, self._steps, _LOOK):
            for _ in range(_LOOK):
                x = self._euler.advance(x)
            ends[under_way] = self._memories.holding(x)
            on = (ends[under_way] < 0) & np.isfinite(x).all(axis=-1)
            under_way, x = under_way[on], x[on]
            if not len(under_way):
                break
        return ends
