"""How large a pulse of input takes an echo state network from one memory to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import check_positive, given_array
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.fixed_points.search import Progress
from dynbench.networks import EchoStateNetwork
from dynbench.networks.driven import Euler, inputs_of
from dynbench.transitions.graph import attractor_transitions
from dynbench.transitions.memories import Memories
from dynbench.transitions.pulse_brackets import BracketSearch
from dynbench.transitions.pulse_runs import PulseRuns
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
    runs = _runs(network, graph, duration, step, time)
    memories = runs.memories
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
    """How large a pulse along each column of B, of either sign, takes a network from one memory to another.

    From the memory the network runs by Euler's rule, as in training: `duration` steps under the pulse, then under its
    input at rest until it has arrived at a memory. Amplitudes are tried on a grid. For each other memory that is met
    there, the smallest amplitude of the grid that ends in it and the one before are the bracket that is narrowed.
    Where a pulse ends need not change but once as it grows: larger pulses may end elsewhere (`pulse_ends` says where),
    and a window of amplitudes narrower than the grid may be missed.

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
        along which no amplitude of the grid leaves the memory. Where a pulse arrives at no memory in time, there is a
        node of the kind "undecided". For each memory, column and sign there is an edge to each other memory in which
        an amplitude ends, with attributes ``column`` (from 0), ``sign`` (1 or -1), ``amplitude`` (the smallest found to
        end there), ``bracket`` (an amplitude below it that does not, and that one), ``least`` (whether no smaller
        amplitude of the grid leaves the memory), ``duration``, ``flips`` (the numbers, from 0, of the readouts whose
        sign changes; None without a memory), and ``saddle`` and ``distance``: of the saddles that join the two memories
        in `attractor_transitions` the nearest, and its Euclidean distance from the memory; None where there is none.
        Graph attributes: ``duration``, ``step``, ``amplitudes``, ``tolerance``, ``time`` and ``interrupted``: with
        Ctrl-C brackets stay as wide as they were then, and what had not been met has no edge.

    Raises
    ------
    InputError
        If the network has no input or the graph no memory, the graph is that of another system, or a number is not as
        it should be.
    """
    runs = _runs(network, graph, duration, step, time)
    memories = runs.memories
    check_positive(tolerance, name="tolerance", what="width")
    grid = _GRID if amplitudes is None else _amplitudes(amplitudes)
    if not (grid[0] > 0 and (np.diff(grid) > 0).all()):
        raise InputError("amplitudes must be positive and ascending; pulses of both signs are tried.")
    search = BracketSearch(runs, len(memories.nodes), inputs_of(network), grid)
    stages = {"trying pulses": search.on_grid(), "narrowing thresholds": search.narrowed(tolerance)}
    interrupted = False
    try:
        for stage, steps in stages.items():
            for done, total in steps:
                if progress is not None:
                    progress(stage, done, total)
    except KeyboardInterrupt:
        interrupted = True
    about = {"duration": duration, "step": step, "amplitudes": tuple(grid.tolist()), "tolerance": tolerance}
    return _graph(graph, memories, search, about | {"time": time, "interrupted": interrupted})


def _runs(network: Any, graph: Any, duration: Any, step: Any, time: Any) -> PulseRuns:
    euler = Euler(network, step)
    if not isinstance(duration, int | np.integer) or isinstance(duration, bool) or duration < 1:
        raise InputError(f"duration is {duration!r:.60}; expected a positive number of steps.")
    check_positive(time, name="time", what="duration")
    memories = Memories.of(network, graph, step)
    rest = np.asarray(network.parameters["u"], dtype=float).ravel()
    return PulseRuns(euler, memories, rest=rest, duration=int(duration), steps=int(np.ceil(time / step)))


def _amplitudes(given: ArrayLike) -> Array:
    values = given_array(given, "amplitudes")
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise InputError(f"amplitudes is {given!r:.60}; expected finite numbers in a row, at least one.")
    return values


def _graph(graph: nx.MultiDiGraph, memories: Memories, found: BracketSearch, about: dict[str, Any]) -> nx.MultiDiGraph:
    pulses = nx.MultiDiGraph(name=graph.name, **about)
    for k, node in enumerate(memories.nodes):
        rows = np.flatnonzero(found.stays & (found.start == k))
        withstands = tuple((int(found.column[row]), int(found.sign[row])) for row in rows)
        pulses.add_node(node, **graph.nodes[node], withstands=withstands)
    saddles, undecided = _saddles(graph), max(graph.nodes) + 1
    for bracket in found.brackets:
        source = memories.nodes[bracket.start]
        target = memories.nodes[bracket.end] if bracket.end >= 0 else undecided
        if target not in pulses:
            nothing = dict.fromkeys(("point", "cycle", "unstable", "attraction", "readout"))
            pulses.add_node(target, **nothing, kind="undecided", skipped="", withstands=())
        saddle, distance = _nearest(graph.nodes[source]["point"], saddles.get(frozenset((source, target)), ()))
        pulses.add_edge(
            source,
            target,
            column=bracket.column,
            sign=bracket.sign,
            amplitude=bracket.high,
            bracket=(bracket.low, bracket.high),
            least=bracket.least,
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
        if graph.nodes[saddle]["point"] is not None:
            found.setdefault(frozenset((a, b)), []).append((saddle, graph.nodes[saddle]["point"]))
    return found


def _nearest(point: FixedPoint, saddles: Sequence[tuple[int, FixedPoint]]) -> tuple[int | None, float | None]:
    distances = {saddle: float(np.linalg.norm(p.x - point.x)) for saddle, p in saddles}
    nearest = min(distances, key=lambda saddle: distances[saddle], default=None)
    return nearest, None if nearest is None else distances[nearest]
