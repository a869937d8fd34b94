"""Up to which steady input the memories of an echo state network persist."""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import check_positive
from dynbench.continuation import Ending, Homotopy
from dynbench.continuation.legs import Leg
from dynbench.continuation.path import trace
from dynbench.fixed_points.search import Progress
from dynbench.networks import EchoStateNetwork
from dynbench.networks.driven import inputs_of
from dynbench.systems import System
from dynbench.transitions.memories import Memories

__all__ = ["steady_thresholds"]

Array = NDArray[np.float64]

#: Steps along one curve.
_STEPS = 400


def steady_thresholds(
    network: EchoStateNetwork, graph: nx.MultiDiGraph, *, largest: float = 2.0, progress: Progress | None = None
) -> dict[int, Array]:
    """At which steady input along each column of B, of either sign, each memory ends in a fold.

    As the input grows, the memory moves along a curve of fixed points: its directional fiber along the column. It ends
    where the curve turns back, as there it meets another fixed point. The curve is followed by pseudo-arclength in
    doubles; nothing is proved. A memory that turns unstable on the way (a Hopf bifurcation) is lost before its fold,
    which is not looked for. Nor is a fold a bound for pulses: an input that sets in at once can throw the state out of
    the basin of a memory that an input growing slowly would only have moved.

    Parameters
    ----------
    network : EchoStateNetwork
        The network; its own ``u`` is the input at rest, to which the steady one adds.
    graph : TransitionGraph
        What `transition_graph` made of its fixed points. The memories are its attracting fixed points that are
        certified.
    largest : float
        Up to which amplitude the curves are followed.
    progress : callable, optional
        ``progress(stage, done, total)``.

    Returns
    -------
    dict
        Memory (its node) -> (p, 2) array: the amplitudes for each column, of negative and of positive input; nan where
        no fold was met up to `largest`.

    Raises
    ------
    InputError
        If the network has no input or the graph no memory, the graph is that of another system, or `largest` is not
        positive.

    References
    ----------
    G. E. Katz, J. A. Reggia: Using directional fibers to locate fixed points of recurrent neural networks, IEEE Trans.
    Neural Netw. Learn. Syst. 29 (2018), 3636-3646.
    """
    memories = Memories.of(network, graph)
    check_positive(largest, name="largest", what="amplitude")
    folds = np.full((len(memories.nodes), inputs_of(network), 2), np.nan)
    rest, most = np.asarray(network.parameters["u"], dtype=float).ravel(), largest * np.eye(inputs_of(network))
    ways = [[network.with_parameters(u=rest + sign * each) for sign in (-1, 1)] for each in most]
    # Where F(-x) = -F(x), the opposite input does to -x what the input does to x.
    firsts = [k for k, image in enumerate(memories.images) if not 0 <= image < k]
    for done, k in enumerate(firsts):
        folds[k] = largest * np.array([[_fold(network, pushed, memories.x[k]) for pushed in pair] for pair in ways])
        if memories.images[k] > k:
            folds[memories.images[k]] = folds[k, :, ::-1]
        if progress is not None:
            progress("following memories to their folds", done + 1, len(firsts))
    return dict(zip(memories.nodes, folds, strict=True))


def _fold(network: System, pushed: System, x: Array) -> float:
    """Which part of the way from the one input to the other the first fold is; nan where there is none."""
    line = Homotopy(network, pushed)
    with np.errstate(over="ignore", invalid="ignore"):
        stations, ending = trace(line, x, rising=True, steps=_STEPS, past_folds=False)
        if ending is not Ending.TURNED:
            return float("nan")
        before, after = stations[-2:]
        fold = Leg(line, before, after).zero(lambda station: station.da, before.da, after.da)
    return float("nan") if fold is None else fold.a
