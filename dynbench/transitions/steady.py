"""Up to which steady input the memories of an echo state network persist."""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import check_positive
from dynbench.fixed_points.large.curve import Curve, Station, follow_curve
from dynbench.fixed_points.search import Progress
from dynbench.networks import EchoStateNetwork
from dynbench.networks.driven import inputs_of
from dynbench.symbolic.matrices.operators import dense
from dynbench.transitions.memories import Memories

__all__ = ["steady_thresholds"]

Array = NDArray[np.float64]

#: Factorisations for one curve.
_STEPS = 400
#: A curve begins with short steps: so often it is followed again from the last station before the fold.
_AGAIN = 3


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
    columns = dense(network.parameters["B"]).T
    folds = np.full((len(memories.nodes), inputs_of(network), 2), np.nan)
    # Where F(-x) = -F(x), the opposite input does to -x what the input does to x.
    firsts = [k for k, image in enumerate(memories.images) if not 0 <= image < k]
    for done, k in enumerate(firsts):
        for j, column in enumerate(columns):
            folds[k, j] = [_fold(network, memories.x[k], sign * column, largest) for sign in (-1, 1)]
        if memories.images[k] > k:
            folds[memories.images[k]] = folds[k, :, ::-1]
        if progress is not None:
            progress("following memories to their folds", done + 1, len(firsts))
    return dict(zip(memories.nodes, folds, strict=True))


def _fold(network: EchoStateNetwork, x: Array, push: Array, largest: float) -> float:
    """The amplitude a at the first fold of F(x) + a push = 0; nan where there is none up to the largest."""
    curve = Curve(
        value=lambda y, a: network(y) + a * push,
        jacobian=lambda y, a: network.jacobian_at(y),
        slope=lambda y, a: push,
    )
    with np.errstate(over="ignore", invalid="ignore"):
        ends = _ends_of_fold(curve, x, 0.0, largest)
        if ends is None:
            return float("nan")
        for _ in range(_AGAIN):
            ends = _ends_of_fold(curve, ends[0].x, ends[0].a, largest) or ends
    before, after = ends
    length = float(np.hypot(np.linalg.norm(after.x - before.x), after.a - before.a))
    # da falls about linearly along the curve, through 0 at the fold.
    fold = before.a + length * before.da**2 / (2 * (before.da - after.da))
    return fold if fold <= largest else float("nan")


def _ends_of_fold(curve: Curve, x: Array, a: float, largest: float) -> tuple[Station, Station] | None:
    """The stations before and after the first fold."""
    before: Station | None = None
    for station in follow_curve(curve, x, a, rising=True, steps=_STEPS):
        if before is not None and station.da <= 0:
            return before, station
        if station.a > largest:
            return None
        before = station
    return None
