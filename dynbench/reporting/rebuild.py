"""From a JSON report back to the analysis that it was written from."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sympy as sp

from dynbench.analysis import Analysis
from dynbench.cycles import Cycles
from dynbench.errors import DynbenchError, InputError
from dynbench.fixed_points import FixedPoints
from dynbench.fixed_points.plain import point_from_dict
from dynbench.reporting.homoclinic import homoclinic_from_dict
from dynbench.reporting.invariants import invariants_from_dict, structure_from_dict
from dynbench.reporting.json import FORMAT_VERSION
from dynbench.reporting.matrix_systems import Weights, WeightsError, matrix_notation, matrix_system
from dynbench.reporting.plain import cover_from_dict, graph_from_dict, manifold_from_dict
from dynbench.reporting.symmetries import symmetries_from_dict
from dynbench.symbolic.notation import Notation
from dynbench.systems import ODE, Map, System

__all__ = ["analysis_of", "rebuild"]

_KINDS_OF_VALUES: dict[str, type] = {
    "verdict": str,
    "settled": bool,
    "alerts": list,
    "derived": dict,
    "symmetries": list,
    "slow_points": list,
    "manifolds": list,
    "homoclinic": dict,
    "interrupted": bool,
    "provenance": dict,
}
_KINDS: dict[str, type[System]] = {"flow": ODE, "map": Map}


def rebuild(path: str | os.PathLike[str], weights: Weights = None) -> Analysis:
    """See `dynbench.reporting.load_report`."""
    try:
        path = Path(path)
        content = json.loads(path.read_text(encoding="utf-8"))
    except TypeError as error:
        raise InputError(f"path is {path!r:.60}; expected the name of a file.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON file: {error}.") from error
    return analysis_of(content, str(path), weights)


def analysis_of(content: Any, where: str = "the report", weights: Weights = None) -> Analysis:
    """The analysis of which a JSON report holds `content`; `where` names the report in messages.

    `weights` are the arrays of a system in matrix form, or the file that holds them.
    """
    if not isinstance(content, Mapping) or content.get("format") != "dynbench-report":
        raise InputError(f"{where} is no dynbench report: its key 'format' is not 'dynbench-report'.")
    if content.get("format_version") != FORMAT_VERSION:
        version = content.get("format_version")
        raise InputError(f"{where} has format version {version!r:.20}; this dynbench reads version {FORMAT_VERSION}.")
    try:
        for key, kind in _KINDS_OF_VALUES.items():
            if not isinstance(content[key], kind):
                raise InputError(f"{key} is {content[key]!r:.40}")
        return _analysis(content, weights)
    except WeightsError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, DynbenchError) as error:
        # What a damaged file lacks or holds is as various as the damage; all of it means that this is no report.
        what = f"lacks {error}" if isinstance(error, KeyError) else f"is damaged: {str(error).rstrip('.')}"
        raise InputError(f"{where} {what}.") from error


def _analysis(content: Mapping[str, Any], weights: Weights) -> Analysis:
    system, notation = _system(content["system"], weights)
    points = FixedPoints.from_dict(content["fixed_points"], read=notation.read)
    cycles = None if content["cycles"] is None else Cycles.from_dict(content["cycles"])
    hamiltonian, volume = structure_from_dict(content["structure"], notation)
    return Analysis(
        system=system,
        fixed_points=points,
        slow_points=tuple(map(point_from_dict, content["slow_points"])),
        graph=graph_from_dict(content["graph"], points, system, cycles),
        invariants=invariants_from_dict(content["invariants"], notation),
        lyapunov_functions=invariants_from_dict(content["lyapunov_functions"], notation),
        hamiltonian=hamiltonian,
        volume=volume,
        **symmetries_from_dict(content),
        interrupted=content["interrupted"],
        provenance=content["provenance"],
        manifolds=tuple(manifold_from_dict(m, points, cycles) for m in content["manifolds"]),
        cycles=cycles,
        homoclinic=homoclinic_from_dict(content["homoclinic"], points, cycles),
        cover=cover_from_dict(content["cover"]),
    )


def _system(data: Mapping[str, Any], weights: Weights) -> tuple[System, Notation]:
    if data.get("arrays") is not None:
        system = matrix_system(data, weights)
        return system, matrix_notation(system)
    states = {name: sp.Symbol(name) for name in data["states"]}
    parameters = {name: sp.Symbol(name) for name in data["parameters"]}
    notation = Notation((*states.values(), *parameters.values()))
    if notation.aliases != data["aliases"]:
        raise InputError("the aliases are not those of the names")
    system = _KINDS[data["kind"]](
        {states[name]: notation.read(data["equations"][name]) for name in states},
        {parameters[name]: _value(data, name, notation) for name in parameters},
        name=data["name"],
    )
    if system.content_hash != data["content_hash"]:
        raise InputError("the equations are not those that the content hash was made of")
    return system, notation


def _value(data: Mapping[str, Any], name: str, notation: Notation) -> Any:
    """A parameter's value as it was given, where that was a number: the content hash tells whether it is the same."""
    given = data["given"][name]
    return notation.read(data["parameters"][name]) if given is None else given
