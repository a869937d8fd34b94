"""Transition graphs as files that other programs open: GraphML, GEXF and JSON, with plain values only."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint

__all__ = ["plain_graph", "write_graph"]

_FORMATS = (".graphml", ".gexf", ".json")


def write_graph(graph: nx.MultiDiGraph, path: str | Path) -> Path:
    """Write a transition graph as GraphML, GEXF or JSON (node-link form), by the suffix of `path`.

    Attributes are numbers, booleans and ASCII text; arrays are JSON text; what is None is left out (such as the length
    of an edge that goes far).

    Parameters
    ----------
    graph : TransitionGraph
        As `transition_graph`, `attractor_transitions` or `pulse_transitions` return it.
    path : str or path
        Where to write; the suffix is .graphml, .gexf or .json.

    Returns
    -------
    pathlib.Path
        Where it was written.

    Raises
    ------
    InputError
        If `graph` is no transition graph, the suffix is another, the folder does not exist, or the file cannot be
        written.
    """
    target = _target(path)
    plain = plain_graph(graph)
    try:
        _write(plain, target)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}.") from error
    return target


def _target(path: Any) -> Path:
    try:
        target = Path(path)
    except TypeError as error:
        raise InputError(f"path is {path!r:.60}; expected the name of a file.") from error
    if target.suffix.lower() not in _FORMATS or "\0" in str(target):
        raise InputError(f"path is {str(path)!r:.80}; expected a name that ends in {', '.join(_FORMATS)}.")
    # os.path, unlike Path, asks about any name without an error.
    if not os.path.isdir(target.parent):
        raise InputError(f"There is no folder {target.parent}, so {target.name} cannot be written there.")
    if os.path.isdir(target):
        raise InputError(f"{target} is a folder; give the name of a file to write.")
    return target


def _write(plain: nx.MultiDiGraph, target: Path) -> None:
    if target.suffix.lower() == ".graphml":
        nx.write_graphml(plain, target, encoding="utf-8", named_key_ids=True)
    elif target.suffix.lower() == ".gexf":
        nx.write_gexf(plain, target, encoding="utf-8")
    else:
        text = json.dumps(nx.node_link_data(plain, edges="edges"), indent=1, allow_nan=False)
        target.write_text(text + "\n", encoding="ascii")


def plain_graph(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The same graph with attributes that every format can hold.

    Parameters
    ----------
    graph : TransitionGraph
        The graph.

    Raises
    ------
    InputError
        If it is no graph, or a node is no integer.
    """
    if not isinstance(graph, nx.Graph):
        raise InputError(f"graph is {graph!r:.60}; expected a transition graph.")
    for node, data in graph.nodes(data=True):
        if isinstance(node, bool) or not isinstance(node, int | np.integer):
            raise InputError(f"graph has the node {node!r:.60}; expected integers, as in a transition graph.")
        if not (isinstance(data.get("point"), FixedPoint | None) and isinstance(data.get("cycle"), Cycle | None)):
            raise InputError(
                f"graph has at node {node} what is no fixed point and no cycle; expected a transition graph."
            )
    plain = nx.MultiDiGraph() if graph.is_directed() else nx.MultiGraph()
    plain.graph["name"] = _text(graph.name)
    for node, data in graph.nodes(data=True):
        plain.add_node(int(node), label=_text(f"{node}: {data.get('kind', '')}"), **_node(data))
    for k, (a, b, data) in enumerate(graph.edges(data=True)):
        values = {name: value for name, value in data.items() if name != "attraction"}
        plain.add_edge(int(a), int(b), key=k, **_plain(values))
    return plain


def _node(data: dict[str, Any]) -> dict[str, Any]:
    names = ("kind", "unstable", "skipped", "readout", "withstands", "exponent")
    values: dict[str, Any] = {name: data.get(name) for name in names}
    point, cycle, ball = data.get("point"), data.get("cycle"), data.get("attraction")
    if point is not None:
        values |= {"status": point.status.value, "residual": point.residual, "state": point.x}
        values |= {"stability": list(point.stability), "eigenvalues": _pairs(point.eigenvalues), "note": point.note}
    if cycle is not None:
        values |= {"status": cycle.status.value, "residual": cycle.residual, "period": cycle.period}
        values |= {"stability": list(cycle.stability), "multipliers": _pairs(cycle.multipliers), "states": cycle.points}
    if ball is not None:
        values |= {"lyapunov_matrix": ball.matrix, "lyapunov_radius": ball.radius, "lyapunov_level": ball.level}
    return _plain(values)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in values.items() if value is not None and _shown(value)}


def _shown(value: Any) -> bool:
    """Numbers that are not finite have no form that all formats share."""
    return not isinstance(value, float | np.floating) or math.isfinite(value)


def _value(value: Any) -> Any:
    if isinstance(value, np.ndarray | list | tuple):
        return json.dumps(_nested(value), separators=(",", ":"))
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    return float(value) if isinstance(value, float | np.floating) else _text(str(value))


def _nested(value: Any) -> Any:
    """Lists of numbers; null where one is not finite."""
    if isinstance(value, np.ndarray | list | tuple):
        return [_nested(v) for v in value]
    number = value.item() if isinstance(value, np.generic) else value
    return number if not isinstance(number, float) or math.isfinite(number) else None


def _pairs(values: Any) -> list[list[float]]:
    return [[float(v.real), float(v.imag)] for v in values]


def _text(text: str) -> str:
    """ASCII without control characters: XML forbids most of them."""
    escaped = text.encode("ascii", "backslashreplace").decode("ascii")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in escaped)
