"""How large a pulse of input takes an echo state network from one memory to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import check_positive, real_array
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.search import Progress
from dynbench.networks import EchoStateNetwork
from dynbench.networks.driven import Euler, inputs_of
from dynbench.transitions.graph import attractor_transitions, check_graph
from dynbench.transitions.pulse_brackets import Brackets
from dynbench.transitions.pulse_runs import Memories, PulseRuns
from dynbench.transitions.readouts import flips

__all__ = ["pulse_ends", "pulse_transitions"]

Array = NDArray[np.float64]

#: The amplitudes tried where the user names none: 0.1, 0.2, ..., 2.
_GRID = np.arange(1, 21) / 10


def pulse_ends(
    network: EchoStateNetwork,
    graph: nx.MultiDiGraph,
    amplitudes: ArrayLike,
    *,
    duration: int = 20,
    step: float = 0.1,
    time: float = 500.0,
) -> dict[int, NDArray[np.intp]]:
    """Where pulses of given amplitudes along each column of B take a network from each of its memories.

    Parameters
    ----------
    network : EchoStateNetwork
        The network; its own ``u`` is the input at rest, to which pulses add.
    graph : TransitionGraph
        What `transition_graph` made of its fixed points. The memories are its attracting fixed points that are
        certified.
    amplitudes : (A,) array
        The amplitudes, with sign.
    duration : int
        The length of a pulse, in steps of Euler's rule.
    step : float
        The step, in units of the time constant, as in training.
    time : float
        How long the network is followed after the pulse, in units of the time constant.

    Returns
    -------
    dict
        Memory (its node) -> (p, A) array of int: the node in which the pulse along each column ends, -1 where the
        network had not arrived at a memory in that time.

    Raises
    ------
    InputError
        If the network has no input or the graph no memory, the graph is that of another system, or a number is not as
        it should be.
    """
    memories = _memories(network, graph, step)
    runs = _runs(network, memories, duration, step, time)
    values = _amplitudes(amplitudes)
    shape = (len(memories.nodes), inputs_of(network), len(values))
    start, column, which = (part.ravel() for part in np.indices(shape))
    ends = runs.ends(start, column, values[which])
    nodes = np.array([*memories.nodes, -1])[ends].reshape(shape)
    return dict(zip(memories.nodes, nodes, strict=True))


def pulse_transitions(
    network: EchoStateNetwork,
    graph: nx.MultiDiGraph,
    *,
    duration: int = 20,
    step: float = 0.1,
    amplitudes: ArrayLike | None = None,
    tolerance: float = 1e-3,
    time: float = 500.0,
    progress: Progress | None = None,
) -> nx.MultiDiGraph:
    """How large a pulse along each column of B, of either sign, takes a network out of each memory, and where to.

    From the memory the network runs by Euler's rule, as in training: `duration` steps under the pulse, then under its
    input at rest until it has arrived at a memory. Amplitudes are tried on a grid. The smallest one there that does not
    end in the memory again, and the one before it, are the bracket that is narrowed, always to the first amplitude that
    leaves. Larger pulses need not leave too, nor end in the same memory, and a window of amplitudes narrower than the
    grid may be missed: `pulse_ends` says what each amplitude does.

    All memories, columns and signs are run together. Where the network is proved to be odd, one of each pair of mirror
    images is run for both.

    Parameters
    ----------
    network : EchoStateNetwork
        The network; its own ``u`` is the input at rest, to which pulses add.
    graph : TransitionGraph
        What `transition_graph` made of its fixed points. The memories are its attracting fixed points that are
        certified; its saddles serve for the edges' ``saddle`` and ``distance``.
    duration : int
        The length of a pulse, in steps of Euler's rule.
    step : float
        The step, in units of the time constant, as in training.
    amplitudes : (A,) array, optional
        The grid: positive, ascending; by default 0.1, 0.2, ..., 2.
    tolerance : float
        The width to which brackets are narrowed.
    time : float
        How long the network is followed after a pulse, in units of the time constant.
    progress : callable, optional
        ``progress(stage, done, total)``.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are the memories, with number and attributes as in `graph` and ``withstands``: the pairs (column, sign)
        along which no amplitude tried leaves the memory; and, where a pulse ends in none of them, one of the kind
        "undecided". For each memory, column and sign along which an amplitude leaves there is an edge, with
        attributes ``column`` (from 0), ``sign`` (1 or -1), ``amplitude`` (the smallest found that leaves),
        ``bracket`` (the largest below it found to stay, and that one), ``duration``, ``flips`` (the numbers, from 0, of
        the readouts whose sign changes; None without a target), and ``saddle`` and ``distance``: the nearest of the
        saddles that join the two memories in `attractor_transitions`, and its Euclidean distance from the memory;
        None where there is none. Graph attributes: ``duration``, ``step``, ``amplitudes``, ``tolerance``, ``time`` and
        ``interrupted``: with Ctrl-C the brackets stay as wide as they were, and those not yet found have no edge.

    Raises
    ------
    InputError
        If the network has no input or the graph no memory, the graph is that of another system, or a number is not as
        it should be.
    """
    memories = _memories(network, graph, step)
    runs = _runs(network, memories, duration, step, time)
    check_positive(tolerance, name="tolerance", what="width")
    grid = _GRID if amplitudes is None else _amplitudes(amplitudes)
    if not (grid[0] > 0 and (np.diff(grid) > 0).all()):
        raise InputError("amplitudes must be positive and ascending; pulses of both signs are tried.")
    brackets = Brackets(runs, len(memories.nodes), inputs_of(network))
    interrupted = False
    try:
        for done, total in brackets.search(grid, tolerance):
            if progress is not None:
                progress("trying pulses", done, total)
    except KeyboardInterrupt:
        interrupted = True
    about = {"duration": duration, "step": step, "amplitudes": tuple(grid.tolist()), "tolerance": tolerance}
    return _graph(graph, memories, brackets, about | {"time": time, "interrupted": interrupted})


def _memories(network: Any, graph: Any, step: Any) -> Memories:
    Euler(network, step)  # refuses what is no network, and no step
    inputs_of(network)
    check_graph(graph)
    points = {node: data["point"] for node, data in graph.nodes(data=True) if data["point"] is not None}
    return Memories.of(network, points, step)


def _runs(network: EchoStateNetwork, memories: Memories, duration: Any, step: float, time: Any) -> PulseRuns:
    if not isinstance(duration, int | np.integer) or isinstance(duration, bool) or duration < 1:
        raise InputError(f"duration is {duration!r:.60}; expected a positive number of steps.")
    check_positive(time, name="time", what="duration")
    return PulseRuns(network, memories, duration=int(duration), step=step, time=time)


def _amplitudes(given: ArrayLike) -> Array:
    try:
        values = real_array(given)
    except (TypeError, ValueError) as error:
        raise InputError(f"amplitudes must be an array of real numbers, not {given!r:.60}.") from error
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise InputError(f"amplitudes is {given!r:.60}; expected finite numbers in a row, at least one.")
    return values


def _graph(graph: nx.MultiDiGraph, memories: Memories, found: Brackets, about: Mapping[str, Any]) -> nx.MultiDiGraph:
    pulses = nx.MultiDiGraph(name=graph.name, **about)
    stays = np.isinf(found.high) & (found.low >= about["amplitudes"][-1])
    for k, node in enumerate(memories.nodes):
        rows = np.flatnonzero(stays & (found.start == k))
        withstands = tuple((int(found.column[r]), int(found.sign[r])) for r in rows)
        pulses.add_node(node, **graph.nodes[node], withstands=withstands)
    saddles = _saddles(graph)
    undecided = max(graph.nodes) + 1
    for row in np.flatnonzero(np.isfinite(found.high)):
        source, end = memories.nodes[found.start[row]], int(found.end[row])
        target = memories.nodes[end] if end >= 0 else undecided
        if target not in pulses:
            limit = {"point": None, "cycle": None, "kind": "undecided", "unstable": None, "readout": None}
            pulses.add_node(target, **limit, attraction=None, skipped="", withstands=())
        saddle, distance = _nearest(graph.nodes[source]["point"], saddles.get(frozenset((source, target)), ()))
        pulses.add_edge(
            source,
            target,
            column=int(found.column[row]),
            sign=int(found.sign[row]),
            amplitude=float(found.high[row]),
            bracket=(float(found.low[row]), float(found.high[row])),
            duration=int(about["duration"]),
            flips=flips(pulses.nodes[source]["readout"], pulses.nodes[target]["readout"]),
            saddle=saddle,
            distance=distance,
        )
    return pulses


def _saddles(graph: nx.MultiDiGraph) -> dict[frozenset[int], list[tuple[int, FixedPoint]]]:
    """The saddles between two memories, by the pair of these."""
    found: dict[frozenset[int], list[tuple[int, FixedPoint]]] = {}
    for a, b, saddle in attractor_transitions(graph).edges(data="saddle"):
        found.setdefault(frozenset((a, b)), []).append((saddle, graph.nodes[saddle]["point"]))
    return found


def _nearest(point: FixedPoint, saddles: Sequence[tuple[int, FixedPoint]]) -> tuple[int | None, float | None]:
    distances = {saddle: float(np.linalg.norm(p.x - point.x)) for saddle, p in saddles}
    nearest = min(distances, key=lambda saddle: distances[saddle], default=None)
    return nearest, None if nearest is None else distances[nearest]
