"""How well an echo state network does its task when noise is added to its recurrent weights.

References
----------
E. Jang: Recurrent neural networks: a dynamical systems perspective, 2015, section 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_generator, given_array, readonly
from dynbench.errors import InputError
from dynbench.networks.driven import Euler, first_state
from dynbench.networks.echo_state import EchoStateNetwork
from dynbench.networks.flipflop import BitErrors, FlipFlop, Signals
from dynbench.symbolic.matrices.operators import dense

__all__ = ["Robustness", "measure"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Robustness:
    """How a network did at several levels of noise.

    Attributes
    ----------
    levels : (k,) array
        The levels.
    mse : (k,) array
        The mean squared difference between outputs and targets where bits had settled.
    errors : tuple of BitErrors
        The bits that were wrong there, level by level.
    """

    levels: Array
    mse: Array
    errors: tuple[BitErrors, ...]


def measure(
    network: EchoStateNetwork,
    signals: Signals,
    levels: ArrayLike,
    *,
    noise: ArrayLike | None = None,
    step: float = 0.1,
    start: ArrayLike | None = None,
    rng: Any = None,
) -> Robustness:
    """Run a network on the flip-flop task with W_r + level*noise in the place of W_r, at all levels together.

    Parameters
    ----------
    network : EchoStateNetwork
        A trained network.
    signals : Signals
        A stretch of the task.
    levels : (k,) array
        The levels of noise. One matrix serves them all, so that the networks lie on a line.
    noise : (n, n) array, optional
        That matrix; by default its entries are standard normal, so that a level is the standard deviation of what is
        added to each weight.
    step : float
        The step, in units of the time constant.
    start : (n,) array, optional
        The first state; by default half a standard normal vector.
    rng : seed or Generator, optional
        Where the noise comes from, then the first state.

    Returns
    -------
    Robustness
        Errors by level. Entries are nan or wrong where a network ran away, as one with unbounded activations can.

    Raises
    ------
    InputError
        If an argument is of the wrong shape or kind.
    """
    euler, n = Euler(network, step), network.dimension
    bits = _check(network, signals)
    scales = np.atleast_1d(_finite(levels, "levels"))[..., None]
    if scales.ndim != 2:
        raise InputError(f"levels has shape {scales.shape[:-1]}; expected a vector of levels.")
    generator = as_generator(rng)
    added = generator.standard_normal((n, n)) if noise is None else _finite(noise, "noise")
    if added.shape != (n, n):
        raise InputError(f"noise has shape {added.shape}; expected ({n}, {n}), that of W_r.")
    x = np.tile(first_state(network, start, generator), (len(scales), 1))
    with np.errstate(invalid="ignore", over="ignore"):
        outputs = _run(network, euler, signals.inputs, x, scales * step, added)
        squares = (outputs - signals.targets) ** 2
    task = FlipFlop(bits=bits)
    return Robustness(
        levels=readonly(scales[:, 0]),
        mse=readonly([each[signals.settled].mean() for each in squares]),
        errors=tuple(task.evaluate(each, signals) for each in outputs),
    )


def _run(network: EchoStateNetwork, euler: Euler, inputs: Array, x: Array, scales: Array, noise: Array) -> Array:
    """The outputs (k, T, m) under one input of k networks, whose states are the rows of `x`.

    Both products with n x n matrices are of all rows at once: W_r is read once a step, not once a level.
    """
    out = dense(network.parameters["W_o"]).T
    rates = network.rates(x)
    z = rates @ out
    outputs = np.empty((len(x), len(inputs), out.shape[1]))
    for t, u in enumerate(inputs):
        x = euler(x, rates, z, u)
        x += scales * (rates @ noise.T)
        rates = network.rates(x)
        outputs[:, t] = z = rates @ out
    return outputs


def _finite(values: ArrayLike, name: str) -> Array:
    """An array of finite real numbers given by the user."""
    array = given_array(values, name)
    if not np.isfinite(array).all():
        raise InputError(f"{name} holds a value that is not finite.")
    return array


def _check(network: EchoStateNetwork, signals: Any) -> int:
    """The number of bits, where network and signals agree on it."""
    if not isinstance(signals, Signals):
        raise InputError(f"signals is {signals!r:.60}; expected what FlipFlop.signals returns.")
    if not signals.settled.any():
        raise InputError("signals is too short: no bit settles in it.")
    bits, weights = signals.inputs.shape[1], network.parameters
    readouts, inputs = weights["W_o"].shape[0], weights["B"].shape[1] if "B" in weights else 0
    if not readouts == inputs == bits:
        raise InputError(f"signals has {bits} channels, but the network {inputs} inputs and {readouts} readouts.")
    return bits
