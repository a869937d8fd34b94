"""States to start from in a network: random ones, and ones that hold a readout."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states
from dynbench.errors import InputError
from dynbench.networks import EchoStateNetwork
from dynbench.systems import System

__all__ = ["given_or_random", "held_rate", "random_states"]

Array = NDArray[np.float64]


def random_states(system: System, count: int, rng: np.random.Generator) -> Array:
    """Random states (count, n) of the size of those that the system visits.

    Normal deviates of several sizes, moved by one step of the iteration x -> x + G(x), which for a leaky network puts
    them where its weights put a state.

    Raises
    ------
    InputError
        If `count` is no number of at least 1.
    """
    if count < 1:
        raise InputError(f"count is {count}, but at least one start is needed.")
    size = rng.choice([0.1, 0.5, 1.0, 2.0], size=(count, 1))
    x = size * rng.normal(size=(count, system.dimension))
    moved = x + system.residual(x)
    largest = np.abs(moved).max(axis=-1, keepdims=True)
    usable = np.isfinite(moved).all(axis=-1, keepdims=True) & (largest < 1e3)
    return np.where(usable, moved, x)


def given_or_random(system: System, starts: ArrayLike | None, count: int, rng: np.random.Generator) -> Array:
    """The states (K, n) given as `starts`, checked; `count` random ones where none were given.

    Raises
    ------
    InputError
        If `starts` are no states of the system, or `count` is no number of at least 1.
    """
    if starts is None:
        return random_states(system, count, rng)
    return as_states(starts, system.dimension, name="starts").reshape(-1, system.dimension)


def held_rate(network: EchoStateNetwork, x: Array, z: Array) -> Array:
    """The field at states x (K, n) with the readout held at z (K, m): F(x) + W_fb (z - W_o phi(x))."""
    return network(x) + (z - network.readout(x)) @ network.parameters["W_fb"].T
