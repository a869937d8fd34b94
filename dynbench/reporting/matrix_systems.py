"""The parts of a JSON report that differ for a system in matrix form: texts of matrix expressions, arrays by hash."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import sympy as sp

from dynbench._arrays import listed
from dynbench.errors import DynbenchError, InputError
from dynbench.networks import RNN, EchoStateNetwork
from dynbench.networks.network import Network
from dynbench.symbolic.matrices import MatrixForm
from dynbench.symbolic.matrices.text import read_matrix, write_matrix
from dynbench.symbolic.notation import Notation
from dynbench.systems import ODE, Map, System
from dynbench.systems.weights import array_records, as_recorded, read_weights

__all__ = ["WeightsError", "derived_to_dict", "matrix_notation", "matrix_system", "system_to_dict", "with_sizes"]

#: The arrays of a system, by name, or the file that holds them.
Weights = Mapping[str, Any] | str | os.PathLike[str] | None

_KINDS: dict[str, type[System]] = {"flow": ODE, "map": Map}
#: The networks that a report names, so that what they offer beyond their equation is there when it is read.
_NETWORKS: tuple[type[Network], ...] = (EchoStateNetwork, RNN)


class WeightsError(InputError):
    """The weights are missing, or not those of the report."""


def matrix_notation(system: System) -> Notation:
    """How a report writes the symbols of a system in matrix form; those of matrices have their sizes as numbers."""
    parameters = (_sized(system, p) if isinstance(p, sp.MatrixSymbol) else p for p in system.parameter_symbols)
    return Notation((*system.states, _sized(system, system.equations[0][0]), *parameters))


def system_to_dict(system: System, notation: Notation) -> dict[str, Any]:
    """Equation, scalar parameters and arrays, the latter by their hashes."""
    ((column, right),) = system.equations
    records = array_records(system)
    exact = {symbol.name: value for symbol, value in system.exact_parameters.items()}
    return {
        "equations": {column.name: write_matrix(_sized(system, right), notation)},
        "parameters": {
            name: system.described_parameters[name] if name in records else notation.write(value)
            for name, value in exact.items()
        },
        "given": {name: None if name in records else _plain(system.parameters[name]) for name in exact},
        "arrays": records,
        "network": next(({"kind": c.kind_of_network} for c in _NETWORKS if isinstance(system, c)), None),
    }


def with_sizes(system: System) -> System:
    """The same system with numbers for the sizes of its matrices, as one that is rebuilt from a report has them."""
    if not system.sizes:
        return system
    ((column, right),) = system.equations
    symbols = (_sized(system, p) if isinstance(p, sp.MatrixSymbol) else p for p in system.parameter_symbols)
    values = dict(zip(symbols, system.parameters.values(), strict=True))
    made = _KINDS[system.kind]({_sized(system, column): _sized(system, right)}, values, name=system.name)
    return next((c.of(made) for c in _NETWORKS if isinstance(system, c)), made)


def derived_to_dict(system: System, notation: Notation) -> dict[str, Any]:
    """Derivatives as texts of matrix expressions; nothing is said of characteristic polynomials."""
    ((column, right),) = system.equations
    real = {p: sp.Symbol(p.name, real=True) for p in system.parameter_symbols if isinstance(p, sp.Symbol)}
    form = MatrixForm(_sized(system, column), _sized(system, right).xreplace(real))
    residual = form.minus_identity() if system.kind == "map" else form

    def text(expression: Any) -> str:
        return write_matrix(expression.xreplace({r: p for p, r in real.items()}), notation)

    jacobian = text(form.jacobian)
    return {
        "jacobian": jacobian,
        "divergence": f"trace({jacobian})",
        "speed": text(residual.speed),
        "speed_gradient": text(residual.gradient_expression),
        "characteristic_polynomial": None,
        "stability_conditions": [],
        "reason": "it is not written out for a system in matrix form",
    }


def matrix_system(data: Mapping[str, Any], weights: Weights) -> System:
    """The system of a report, in matrix form, with the arrays that its hashes stand for.

    Raises
    ------
    WeightsError
        If there are no weights, or they are not those of the report.
    InputError
        If the declaration is damaged.
    """
    records = data["arrays"]
    values = _values(records, weights)
    ((name, text),) = data["equations"].items()
    column = sp.MatrixSymbol(name, len(data["states"]), 1)
    symbols = {
        n: sp.MatrixSymbol(n, *records[n]["shape"]) if n in records else sp.Symbol(n) for n in data["parameters"]
    }
    notation = Notation((*map(sp.Symbol, data["states"]), column, *symbols.values()))
    if notation.aliases != data["aliases"]:
        raise InputError("the aliases are not those of the names")
    for n in symbols:
        if n not in records:
            given = data["given"][n]
            values[n] = notation.read(data["parameters"][n]) if given is None else given
    equation = read_matrix(text, {token: s for s, token in notation.tokens.items()})
    system = _KINDS[data["kind"]]({column: equation}, {s: values[n] for n, s in symbols.items()}, name=data["name"])
    if system.content_hash != data["content_hash"]:
        raise InputError("the equations are not those that the content hash was made of")
    network = data.get("network")
    return system if network is None else _network(system, network["kind"])


def _network(system: System, kind: str) -> System:
    found = next((c for c in _NETWORKS if c.kind_of_network == kind), None)
    if found is None:
        raise InputError(f"the kind of network {kind!r:.40} is not known")
    return found.of(system)


def _values(records: Mapping[str, Any], weights: Weights) -> dict[str, Any]:
    if not records:
        return {}
    if weights is None:
        raise WeightsError(
            f"The report does not hold the arrays of its system ({listed(tuple(records))}): pass weights=, a mapping "
            "of them or the file that dynbench.save_weights wrote."
        )
    try:
        found = weights if isinstance(weights, Mapping) else read_weights(weights, records)
        missing = [name for name in records if name not in found]
        if missing:
            raise InputError(f"The weights lack the array {missing[0]}.")
        return {name: as_recorded(name, found[name], record) for name, record in records.items()}
    except DynbenchError as error:
        raise WeightsError(str(error)) from error


def _sized(system: System, expression: Any) -> Any:
    return expression.xreplace(dict(system.sizes))


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) else None
