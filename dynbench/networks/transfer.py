"""Transfer: a network of more readouts and inputs that begins as one that was trained on fewer.

References
----------
E. Jang: Recurrent neural networks: a dynamical systems perspective, 2015, section 7.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dynbench._arrays import as_generator
from dynbench.errors import InputError
from dynbench.networks.echo_state import EchoStateNetwork
from dynbench.symbolic.matrices.operators import dense

__all__ = ["extended"]


def extended(network: EchoStateNetwork, *, outputs: int = 1, inputs: int = 1, rng: Any = None) -> EchoStateNetwork:
    """A network with further readouts and inputs, which does what the given one does as long as the new inputs are 0.

    The reservoir is the same. W_fb and B get new columns, uniform on [-1, 1] as in `force.random_network`; W_o gets new
    rows, which are zero; so do the values of the input ``u``.

    Parameters
    ----------
    network : EchoStateNetwork
        The network to begin with; it stays what it is.
    outputs, inputs : int
        How many readouts and inputs to add.
    rng : seed or Generator, optional
        Where the new columns come from.

    Raises
    ------
    InputError
        If `network` is none, has no input although inputs are to be added, or a number is negative or no integer.

    Notes
    -----
    Of the new weights only those of the readout can begin as zero. FORCE changes W_o alone, and a new readout acts on
    the states through its column of W_fb only: were that zero, the states would never feel what is learnt, and no
    memory could be added. Were the new column of B zero, the new pulses would never arrive. With the new rows of W_o
    zero, the field is that of the old network at every state: same fixed points, same stability.
    """
    if not isinstance(network, EchoStateNetwork):
        raise InputError(f"network is {network!r:.60}; expected an EchoStateNetwork.")
    for what, value in (("outputs", outputs), ("inputs", inputs)):
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 0:
            raise InputError(f"{what} is {value!r:.60}; expected how many to add, an integer of at least 0.")
    generator, old = as_generator(rng), network.parameters
    if inputs and "B" not in old:
        raise InputError("The network has no input, as it was declared without B: none can be added.")
    n = network.dimension
    new = {
        "W_fb": np.hstack([dense(old["W_fb"]), generator.uniform(-1, 1, (n, outputs))]),
        "W_o": np.vstack([dense(old["W_o"]), np.zeros((outputs, n))]),
    }
    if inputs:
        new["B"] = np.hstack([dense(old["B"]), generator.uniform(-1, 1, (n, inputs))])
        new["u"] = np.append(old["u"].ravel(), np.zeros(inputs))
    larger = network.with_parameters(**new)
    assert isinstance(larger, EchoStateNetwork)
    return larger
