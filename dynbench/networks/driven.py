"""Echo state networks under an input that changes from step to step, by Euler's rule."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_generator, as_states, given_array, readonly
from dynbench.errors import InputError
from dynbench.networks.echo_state import EchoStateNetwork
from dynbench.symbolic.matrices.operators import dense, rows_times

__all__ = ["Euler", "as_signal", "first_state", "inputs_of", "simulate"]

Array = NDArray[np.float64]


class Euler:
    """Steps x + step*(-x + W_r phi(x) + W_fb z + B u), for any z and u; one state (n,) or a batch (K, n)."""

    def __init__(self, network: EchoStateNetwork, step: float) -> None:
        _check_network(network)
        if not (isinstance(step, int | float | np.floating) and 0 < step <= 1):
            raise InputError(f"step is {step!r:.60}; expected a number above 0 and up to 1, the step over tau.")
        parameters = network.parameters
        self._network, self._out = network, parameters["W_o"].T
        self._step = float(step)
        self._reservoir = parameters["W_r"].T
        self._feedback = dense(parameters["W_fb"])
        self._entry = dense(parameters["B"]) if "B" in parameters else np.zeros((network.dimension, 0))
        self._held = self._entry @ parameters["u"].ravel() if "B" in parameters else np.zeros(network.dimension)

    def __call__(self, x: Array, rates: Array, z: Array, u: Array | None) -> Array:
        """The next state, given phi(x); without `u` the input is the network's own."""
        rate = rows_times(rates, self._reservoir)
        rate -= x
        rate += z @ self._feedback.T
        rate += self._held if u is None else u @ self._entry.T
        rate *= self._step
        rate += x
        return rate

    def advance(self, x: Array, u: Array | None = None) -> Array:
        """The next state under the network's own readout."""
        rates = self._network.rates(x)
        return self(x, rates, rows_times(rates, self._out), u)


def simulate(
    network: EchoStateNetwork, inputs: ArrayLike, *, step: float = 0.1, start: ArrayLike | None = None, rng: Any = None
) -> Array:
    """The states of a network under a given input, by Euler's rule.

    Parameters
    ----------
    network : EchoStateNetwork
        The network; its own input ``u`` is replaced.
    inputs : (T, p) array
        The input at each step.
    step : float
        The step, in units of the time constant.
    start : (n,) array, optional
        The first state; by default half a standard normal vector.
    rng : seed or Generator, optional
        Where that comes from.

    Returns
    -------
    (T, n) array
        The state after each step, read-only; ``network.readout`` of it is the output.

    Raises
    ------
    InputError
        If an argument is of the wrong shape or kind.
    """
    euler, signal = Euler(network, step), as_signal(inputs, inputs_of(network), "inputs")
    x = first_state(network, start, rng)
    states = np.empty((len(signal), network.dimension))
    for t, u in enumerate(signal):
        x = states[t] = euler.advance(x, u)
    states.flags.writeable = False
    return states


def as_signal(values: ArrayLike, width: int, name: str) -> Array:
    """Check a signal given by the user: (T, width), a vector where the width is 1.

    Raises
    ------
    InputError
        If it is no such array of finite numbers.
    """
    signal = given_array(values, name)
    if signal.ndim == 1 and width == 1:
        signal = signal[:, None]
    if signal.ndim != 2 or signal.shape[1] != width:
        raise InputError(f"{name} has shape {signal.shape}; expected (steps, {width}).")
    if not np.isfinite(signal).all():
        raise InputError(f"{name} holds a value that is not finite.")
    return readonly(signal)


def first_state(network: EchoStateNetwork, start: ArrayLike | None, rng: Any) -> Array:
    """The state to start from: the one given, or half a standard normal vector.

    Raises
    ------
    InputError
        If `start` is no state of the network.
    """
    if start is None:
        return 0.5 * as_generator(rng).standard_normal(network.dimension)
    state = as_states(start, network.dimension, name="start")
    if state.ndim != 1:
        raise InputError(f"start has shape {state.shape}; expected one state, ({network.dimension},).")
    return state.copy()


def inputs_of(network: EchoStateNetwork) -> int:
    """The number of inputs.

    Raises
    ------
    InputError
        If it is no echo state network, or was declared without any.
    """
    _check_network(network)
    if "B" not in network.parameters:
        raise InputError("The network has no input: it was declared without B.")
    return int(network.parameters["B"].shape[1])


def _check_network(network: Any) -> None:
    if not isinstance(network, EchoStateNetwork):
        raise InputError(f"network is {network!r:.60}; expected an EchoStateNetwork.")
