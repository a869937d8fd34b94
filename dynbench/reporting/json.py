"""The report as JSON: everything as plain values, nothing rounded."""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from dynbench.fixed_points import FixedPoints
from dynbench.reporting.alerts import alerts
from dynbench.reporting.derived import derive
from dynbench.reporting.verdict import settled, verdict

if TYPE_CHECKING:
    import networkx as nx

    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["FORMAT_VERSION", "render_json", "to_plain"]

#: Raised whenever a key changes its meaning or goes away; new keys may appear without.
FORMAT_VERSION = 1


def render_json(analysis: Analysis) -> str:
    """The report on an analysis as JSON text.

    Numbers are written so that they read back as the same doubles; a value that is not finite is null.
    Expressions are strings that `dynbench.ODE` and `dynbench.Map` accept.
    """
    content = {
        "format": "dynbench-report",
        "format_version": FORMAT_VERSION,
        "verdict": verdict(analysis),
        "settled": settled(analysis),
        "alerts": [{"severity": a.severity, "text": a.text, "threshold": a.threshold} for a in alerts(analysis)],
        "system": _system(analysis.system),
        "derived": _derived(analysis.system),
        "invariants": [
            {"expression": i.expression, "kind": i.kind, "proof": i.proof, "assumptions": i.assumptions}
            for i in analysis.invariants
        ],
        "symmetries": [
            {"matrix": s.matrix, "description": s.description, "proof": s.proof} for s in analysis.symmetries
        ],
        "fixed_points": analysis.fixed_points.to_dict(),
        "slow_points": FixedPoints(analysis.slow_points, analysis.system.state_names).to_dict()["points"],
        "graph": _graph(analysis.graph),
        "provenance": analysis.provenance,
    }
    return json.dumps(to_plain(content), indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _system(system: System) -> dict[str, Any]:
    exact = dict(zip(system.parameters, system.exact_parameters.values(), strict=True))
    arrays = {name: text for name, text in system.described_parameters.items() if hasattr(exact[name], "shape")}
    return {
        "name": system.name,
        "kind": system.kind,
        "states": system.state_names,
        "equations": {str(left): right for left, right in system.equations},
        "parameters": {**exact, **arrays},
        "content_hash": system.content_hash,
    }


def _derived(system: System) -> dict[str, Any]:
    derived = derive(system)
    polynomial = derived.polynomial
    return {
        "jacobian": derived.jacobian,
        "divergence": derived.divergence,
        "speed": derived.speed,
        "speed_gradient": derived.speed_gradient,
        "characteristic_polynomial": None if polynomial is None else polynomial.all_coeffs(),
        "stability_conditions": derived.conditions,
        "reason": derived.reason,
    }


def _graph(graph: nx.MultiDiGraph) -> dict[str, Any]:
    """Nodes by their number in the list of fixed points; the points themselves are there."""
    nodes = [
        {"id": node, "fixed_point": data.get("point") is not None} | {k: v for k, v in data.items() if k != "point"}
        for node, data in graph.nodes(data=True)
    ]
    edges = [
        {"source": source, "target": target} | {k: v for k, v in data.items() if k != "path"}
        for source, target, data in graph.edges(data=True)
    ]
    return {"nodes": nodes, "edges": edges}


def to_plain(value: Any) -> Any:
    """Make plain Python of a value, for JSON; the last resort is its text."""
    match value:
        case None | bool() | str():
            return value
        case enum.Enum():
            return value.value
        case np.bool_():
            return bool(value)
        case int() | np.integer():
            return int(value)
        case float() | np.floating():
            return float(value) if math.isfinite(value) else None
        case np.ndarray():
            return to_plain(value.tolist())
        case sp.MatrixBase():
            return [[str(entry) for entry in row] for row in value.tolist()]
        case Mapping():
            return {str(key): to_plain(entry) for key, entry in value.items()}
        case list() | tuple():
            return [to_plain(entry) for entry in value]
    return str(value)
