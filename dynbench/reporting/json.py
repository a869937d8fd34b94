"""The report as JSON: everything as plain values, nothing rounded, every claim with the numbers that prove it.

`dynbench.reporting.rebuild` makes the analysis of it again, and `dynbench.verification` checks its claims. The form is
described by a JSON Schema, ``report-2.schema.json`` in this package.
"""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from dynbench.fixed_points.plain import point_to_dict
from dynbench.reporting.alerts import alerts
from dynbench.reporting.cycles import cycles_to_dict
from dynbench.reporting.derived import derive
from dynbench.reporting.homoclinic import homoclinic_to_dict
from dynbench.reporting.invariants import invariants_to_dict, structure_to_dict
from dynbench.reporting.matrix_systems import derived_to_dict, matrix_notation, system_to_dict
from dynbench.reporting.piecewise import piecewise_to_dict
from dynbench.reporting.plain import cover_to_dict, graph_to_dict, manifold_to_dict
from dynbench.reporting.symmetries import symmetries_to_dict
from dynbench.reporting.verdict import settled, verdict
from dynbench.symbolic.notation import Notation

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["FORMAT_VERSION", "content_of", "notation_of", "render_json", "schema", "to_plain"]

#: Raised whenever a key changes its meaning or goes away; new keys may appear without.
FORMAT_VERSION = 2


def render_json(analysis: Analysis) -> str:
    """The report on an analysis as JSON text.

    Numbers are written so that they read back as the same doubles; a value that is not finite is null.
    Expressions are strings that `dynbench.ODE` and `dynbench.Map` accept.
    """
    return json.dumps(content_of(analysis), indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def content_of(analysis: Analysis) -> dict[str, Any]:
    """What a JSON report on an analysis holds, as plain values."""
    system, points, cycles = analysis.system, analysis.fixed_points, analysis.cycles
    notation = notation_of(system)
    content = {
        "format": "dynbench-report",
        "format_version": FORMAT_VERSION,
        "verdict": verdict(analysis),
        "settled": settled(analysis),
        "alerts": [{"severity": a.severity, "text": a.text, "threshold": a.threshold} for a in alerts(analysis)],
        "system": _system(system, notation),
        "derived": _derived(system, notation),
        "invariants": invariants_to_dict(system, analysis.invariants, notation),
        "lyapunov_functions": invariants_to_dict(system, analysis.lyapunov_functions, notation),
        "structure": structure_to_dict(analysis, notation),
        **symmetries_to_dict(analysis),
        "fixed_points": points.to_dict(write=notation.write),
        "slow_points": [point_to_dict(p) for p in analysis.slow_points],
        "cover": cover_to_dict(analysis.cover),
        "piecewise": piecewise_to_dict(system),
        "cycles": cycles_to_dict(analysis),
        "graph": graph_to_dict(analysis.graph, cycles),
        "manifolds": [manifold_to_dict(m, points, cycles) for m in analysis.manifolds],
        "homoclinic": homoclinic_to_dict(analysis.homoclinic, points, cycles),
        "interrupted": analysis.interrupted,
        "provenance": analysis.provenance,
    }
    return {key: to_plain(value) for key, value in content.items()}


def notation_of(system: System) -> Notation:
    """How a report writes the symbols of a system."""
    if system.matrix_form is not None:
        return matrix_notation(system)
    return Notation((*system.states, *system.parameter_symbols))


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the report in `FORMAT_VERSION`."""
    file = resources.files("dynbench.reporting").joinpath(f"report-{FORMAT_VERSION}.schema.json")
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _system(system: System, notation: Notation) -> dict[str, Any]:
    declared = _in_components(system, notation) if system.matrix_form is None else system_to_dict(system, notation)
    return {
        "name": system.name,
        "kind": system.kind,
        "states": system.state_names,
        **declared,
        "aliases": notation.aliases,
        "content_hash": system.content_hash,
    }


def _in_components(system: System, notation: Notation) -> dict[str, Any]:
    exact = zip(system.parameters, system.exact_parameters.values(), strict=True)
    return {
        "equations": {str(left): notation.write(right) for left, right in system.equations},
        "parameters": {name: notation.write(value) for name, value in exact},
        "given": {name: value if _is_plain(value) else None for name, value in system.parameters.items()},
        "arrays": None,
        "network": None,
    }


def _is_plain(value: Any) -> bool:
    """Whether a parameter was given as a number that JSON knows, and is shown like that."""
    return isinstance(value, int | float)


def _derived(system: System, notation: Notation) -> dict[str, Any]:
    if system.matrix_form is not None:
        return derived_to_dict(system, notation)
    derived = derive(system)
    polynomial = derived.polynomial
    return {
        "jacobian": _rows(derived.jacobian, notation),
        "divergence": notation.write(derived.divergence),
        "speed": notation.write(derived.speed),
        "speed_gradient": _rows(derived.speed_gradient, notation),
        "characteristic_polynomial": (
            None if polynomial is None else [notation.write(c) for c in polynomial.all_coeffs()]
        ),
        "stability_conditions": [notation.write(c) for c in derived.conditions],
        "reason": derived.reason,
    }


def _rows(matrix: sp.MatrixBase, notation: Notation) -> list[list[str]]:
    return [[notation.write(entry) for entry in row] for row in matrix.tolist()]


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
