"""FORCE: training the readout of an echo state network by recursive least squares while it runs.

References
----------
D. Sussillo, L. F. Abbott: Generating coherent patterns of activity from chaotic neural networks, Neuron 63 (2009),
544-557. E. Jang: Recurrent neural networks: a dynamical systems perspective, 2015, Table 1 and equations 27, 28.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg.blas import dsymv, dsyr

from dynbench._arrays import as_generator, readonly
from dynbench.errors import ConvergenceError, InputError
from dynbench.networks.driven import Euler, as_signal, first_state
from dynbench.networks.echo_state import EchoStateNetwork
from dynbench.symbolic.matrices.operators import dense

__all__ = ["Snapshot", "Training", "random_network", "train"]

Array = NDArray[np.float64]
#: Steps between two calls of the progress callback.
_REPORT = 500


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The readout during training.

    Attributes
    ----------
    step : int
        After so many steps.
    W_o : (m, n) array
        The readout.
    """

    step: int
    W_o: Array = field(repr=False)


@dataclass(frozen=True, eq=False)
class Training:
    """What a training led to.

    Attributes
    ----------
    network : EchoStateNetwork
        The network with the trained readout.
    state : (n,) array
        Its state at the end.
    errors : (T, m) array
        Output minus target at each step, before the readout was changed there.
    snapshots : tuple of Snapshot
        The readout as it was on the way, the first before any step.
    interrupted : bool
        Whether it was interrupted (Ctrl-C): then `errors` is as long as it went, and the rest is of that moment.
    """

    network: EchoStateNetwork
    state: Array = field(repr=False)
    errors: Array = field(repr=False)
    snapshots: tuple[Snapshot, ...] = field(repr=False)
    interrupted: bool


def random_network(
    n: int, outputs: int, inputs: int, *, g: float = 1.5, activation: Any = "tanh", rng: Any = None
) -> EchoStateNetwork:
    """An untrained network: W_r normal of variance g^2/n, W_fb and B uniform on [-1, 1], W_o zero.

    Parameters
    ----------
    n : int
        The number of units.
    outputs, inputs : int
        The numbers of readouts and of inputs.
    g : float
        The gain; above 1 the reservoir is chaotic.
    activation : str, SymPy function class or Lambda
        As for `EchoStateNetwork`.
    rng : seed or Generator, optional
        Where the weights come from.

    Raises
    ------
    InputError
        If a number is not positive, or no integer where one is wanted.
    """
    for what, value in (("n", n), ("outputs", outputs), ("inputs", inputs)):
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
            raise InputError(f"{what} is {value!r:.60}; expected a positive integer.")
    if not (isinstance(g, int | float | np.floating) and 0 < g < np.inf):
        raise InputError(f"g is {g!r:.60}; expected a positive number.")
    generator = as_generator(rng)
    reservoir = g / np.sqrt(n) * generator.standard_normal((n, n))
    feedback, entry = generator.uniform(-1, 1, (n, outputs)), generator.uniform(-1, 1, (n, inputs))
    return EchoStateNetwork(reservoir, feedback, np.zeros((outputs, n)), entry, activation=activation)


def train(
    network: EchoStateNetwork,
    inputs: ArrayLike | None,
    targets: ArrayLike,
    *,
    step: float = 0.1,
    every: int = 2,
    alpha: float = 1.0,
    start: ArrayLike | None = None,
    snapshot_every: int | None = None,
    rng: Any = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Training:
    """Train the readout W_o so that the network, run by Euler's rule, puts out the targets.

    Parameters
    ----------
    network : EchoStateNetwork
        The network to begin with; it stays what it is. A readout that is not zero is trained further.
    inputs : (T, p) array or None
        The input at each step; None where the network's own stays (or where it has none).
    targets : (T, m) array
        What it is to put out after each step.
    step : float
        The step, in units of the time constant.
    every : int
        The readout is changed at every so-many-th step.
    alpha : float
        The regularisation: the running inverse correlation P begins as the identity over alpha.
    start : (n,) array, optional
        The first state; by default half a standard normal vector.
    snapshot_every : int, optional
        Keep the readout at every so-many-th step.
    rng : seed or Generator, optional
        Where the first state comes from. The same seed gives the same bits, on one machine and build of BLAS.
    progress : callable, optional
        ``progress(stage, done, total)``.

    Returns
    -------
    Training
        The trained network. Interrupted (Ctrl-C), it is what the training had reached by then.

    Raises
    ------
    InputError
        If an argument is of the wrong shape or kind.
    ConvergenceError
        If the network runs away, as one with unbounded activations can.

    Notes
    -----
    With r = phi(x), k = P r and c = 1/(1 + r.k), every update is P - c k k^T for P and W_o - c e k^T for W_o, e the
    error before it. P is symmetric: only its lower triangle is kept, and changed in place. What is fed back at the next
    step is the output as it was before the update, as in Sussillo and Abbott's script.
    """
    euler = Euler(network, step)
    _check_numbers(every, alpha, snapshot_every)
    weights = network.parameters
    target = as_signal(targets, int(weights["W_o"].shape[0]), "targets")
    if inputs is not None and "B" not in weights:
        raise InputError("The network has no input, as it was declared without B: inputs must be None.")
    signal = None if inputs is None else as_signal(inputs, int(weights["B"].shape[1]), "inputs")
    if signal is not None and len(signal) != len(target):
        raise InputError(f"inputs has {len(signal)} steps, targets {len(target)}; they must be as long.")
    run = _Run(network, euler, first_state(network, start, rng), alpha)
    interrupted = False
    try:
        for t, wanted in enumerate(target):
            if progress is not None and t % _REPORT == 0:
                progress("FORCE", t, len(target))
            run.advance(None if signal is None else signal[t], wanted, learn=t % every == 0, keep=snapshot_every)
        if progress is not None:
            progress("FORCE", len(target), len(target))
    except KeyboardInterrupt:
        interrupted = True
    return run.result(interrupted)


class _Run:
    """A training under way."""

    def __init__(self, network: EchoStateNetwork, euler: Euler, x: Array, alpha: float) -> None:
        self._network, self._euler = network, euler
        self._out = np.array(dense(network.parameters["W_o"]))
        self._correlation = np.asfortranarray(np.eye(network.dimension) / alpha)
        self._rates = network.rates(x)
        self._z = self._out @ self._rates
        self._x = x
        self._errors: list[Array] = []
        self._snapshots: list[Snapshot] = []

    def advance(self, u: Array | None, wanted: Array, *, learn: bool, keep: int | None) -> None:
        """One step of the network, and one of learning."""
        if keep is not None and len(self._errors) % keep == 0:
            self._snapshot()
        x = self._euler(self._x, self._rates, self._z, u)
        rates = self._network.rates(x)
        z = self._out @ rates
        error = z - wanted
        if not np.isfinite(error).all():
            raise ConvergenceError(f"The network ran away: its output is not finite at step {len(self._errors) + 1}.")
        self._x, self._rates, self._z = x, rates, z
        self._errors.append(error)
        if learn:
            self._learn(rates, error)

    def _learn(self, rates: Array, error: Array) -> None:
        """Recursive least squares, one step; the lower triangle of P is changed in place."""
        k = dsymv(1.0, self._correlation, rates, lower=1)
        c = 1.0 / (1.0 + rates @ k)
        self._correlation = dsyr(-c, k, lower=1, a=self._correlation, overwrite_a=1)
        self._out -= np.outer(c * error, k)

    def _snapshot(self) -> None:
        self._snapshots.append(Snapshot(len(self._errors), readonly(self._out)))

    def result(self, interrupted: bool) -> Training:
        network = self._network.with_parameters(W_o=self._out)
        assert isinstance(network, EchoStateNetwork)
        errors = np.array(self._errors).reshape(-1, len(self._out))
        return Training(network, readonly(self._x), readonly(errors), tuple(self._snapshots), interrupted)


def _check_numbers(every: Any, alpha: Any, snapshot_every: Any) -> None:
    for what, value in (("every", every), ("snapshot_every", snapshot_every)):
        if value is None and what == "snapshot_every":
            continue
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
            raise InputError(f"{what} is {value!r:.60}; expected a positive integer.")
    if not (isinstance(alpha, int | float | np.floating) and 0 < alpha < np.inf):
        raise InputError(f"alpha is {alpha!r:.60}; expected a positive number.")
