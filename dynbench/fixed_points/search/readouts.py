"""Holding the readout of an echo state network, then letting go."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench.errors import InputError
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.network_states import held_rate
from dynbench.fixed_points.search.newton_starts import newton_each
from dynbench.fixed_points.search.paths import follow
from dynbench.fixed_points.symmetry import is_mirrored
from dynbench.networks import EchoStateNetwork
from dynbench.systems import System

__all__ = ["Readouts", "readout_lattice"]

Array = NDArray[np.float64]


class Readouts(SearchStrategy):
    """Hold the readout z of an `EchoStateNetwork`, let the reservoir settle, then Newton's method on the network.

    Where the readout of a fixed point is z, the reservoir driven by z is at that fixed point too; close to it in z the
    settled reservoir is close to it in x.

    Parameters
    ----------
    values : (K, m) array, optional
        The readouts to hold; by default the lattice {-1, 0, 1}^m (half of it where the network is odd).
    duration : float
        How long the reservoir settles.
    """

    def __init__(self, values: ArrayLike | None = None, *, duration: float = 40.0) -> None:
        self.values, self.duration = values, duration

    def __repr__(self) -> str:
        return f"Readouts({'lattice' if self.values is None else len(np.atleast_2d(self.values))})"

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """Settle all readouts together, then Newton's method from each."""
        if not isinstance(system, EchoStateNetwork):
            raise InputError("Readouts holds the readout of an EchoStateNetwork; this system is none.")
        m = int(system.parameters["W_o"].shape[0])
        z = readout_lattice(m, half=is_mirrored(system)) if self.values is None else _checked(self.values, m)
        settled = settle_held(system, z, self.duration)
        found, failed = newton_each(system, settled, "Newton from held readouts", progress)
        return Findings(
            candidates=found,
            failed=failed,
            argument=f"{len(z)} readouts were held; fixed points with other readouts may be missed",
        )


def settle_held(network: EchoStateNetwork, z: Array, duration: float) -> Array:
    """The states in which reservoirs that are driven by readouts z (K, m) settle, from rest."""
    n, m = network.dimension, z.shape[1]

    # Each state carries its readout along, as further columns: states that have arrived are not followed on.
    def rate(state: Array) -> Array:
        return np.concatenate([held_rate(network, state[:, :n], state[:, n:]), np.zeros((len(state), m))], axis=1)

    starts = np.concatenate([z @ network.parameters["W_fb"].T, z], axis=1)
    parts = np.array_split(starts, max(1, len(z) // 64))
    return np.concatenate([follow(network, part, duration, rate) for part in parts])[:, :n]


def readout_lattice(m: int, *, half: bool) -> Array:
    """The lattice {-1, 0, 1}^m as rows, at most 729 of them; if `half`, one of each pair z, -z."""
    if m > 6:
        return np.concatenate([np.zeros((1, m)), np.eye(m), *([] if half else [-np.eye(m)])])
    rows = np.array(list(itertools.product((-1.0, 0.0, 1.0), repeat=m)))
    return rows[: len(rows) // 2 + 1] if half else rows


def _checked(values: ArrayLike, m: int) -> Array:
    z = np.atleast_2d(np.asarray(values, dtype=float))
    if z.ndim != 2 or z.shape[1] != m or not np.isfinite(z).all():
        raise InputError(f"values has shape {z.shape}; expected finite readouts of shape (K, {m}).")
    return z
