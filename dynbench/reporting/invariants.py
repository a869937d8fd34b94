"""Invariants, Lyapunov functions and structure as plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import DynbenchError
from dynbench.invariants import HamiltonianStructure, Invariant, InvariantKind, Invariants, Proof, StructureKind
from dynbench.invariants.records import NearInvariant
from dynbench.reporting.matrix_invariants import (
    is_matrix_text,
    matrix_invariant_from_dict,
    matrix_invariant_to_dict,
)
from dynbench.symbolic.notation import Notation

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["invariants_from_dict", "invariants_to_dict", "structure_from_dict", "structure_to_dict"]

_MOST_READINGS = 4


def invariants_to_dict(system: System, found: tuple[Invariant, ...], notation: Notation) -> dict[str, Any]:
    """What one search found, and what it searched."""
    return {
        "scope": getattr(found, "scope", ""),
        "stopped": getattr(found, "stopped", ""),
        "found": [_invariant(system, i, notation) for i in found],
        "nearly": [_nearly(system, i, notation) for i in getattr(found, "nearly", ())],
    }


def invariants_from_dict(data: Mapping[str, Any], notation: Notation) -> Invariants:
    """What `invariants_to_dict` wrote."""
    found = (_read_invariant(entry, notation) for entry in data["found"])
    nearly = (_read_nearly(entry, notation) for entry in data["nearly"])
    return Invariants(found, str(data["scope"]), str(data["stopped"]), nearly)


def structure_to_dict(analysis: Analysis, notation: Notation) -> dict[str, Any]:
    """The Hamiltonian structure and the preservation of volume; null where none was found."""
    structure, volume = analysis.hamiltonian, analysis.volume
    return {
        "hamiltonian": None if structure is None else _hamiltonian(structure, notation),
        "volume": None if volume is None else _proof(volume, notation),
    }


def structure_from_dict(
    data: Mapping[str, Any], notation: Notation
) -> tuple[HamiltonianStructure | None, Proof | None]:
    """What `structure_to_dict` wrote."""
    structure, volume = data["hamiltonian"], data["volume"]
    return (
        None if structure is None else _read_hamiltonian(structure, notation),
        None if volume is None else _read_proof(volume, notation),
    )


def _invariant(system: System, invariant: Invariant, notation: Notation) -> dict[str, Any]:
    if isinstance(invariant.expression, MatrixExpr):
        return matrix_invariant_to_dict(system, invariant, notation)
    expression = _as_read(invariant.expression, notation)
    return {
        "expression": notation.write(expression),
        "kind": invariant.kind,
        "method": invariant.method,
        "proof": _proof(invariant.proof, notation),
        "assumptions": [notation.write(a) for a in invariant.assumptions],
        "lie_derivative": notation.write(_change(system, expression)),
    }


def _as_read(expression: sp.Expr, notation: Notation) -> sp.Expr:
    """The expression in the form in which its text is read: SymPy makes 6 x + y of 6 (x + y/6)."""
    try:
        for _ in range(_MOST_READINGS):
            again = notation.read(notation.write(expression))
            if notation.write(again) == notation.write(expression):
                break
            expression = again
    except DynbenchError:
        return expression
    return expression


def _read_invariant(data: Mapping[str, Any], notation: Notation) -> Invariant:
    if is_matrix_text(data["expression"], notation):
        return matrix_invariant_from_dict(data, notation)
    return Invariant(
        expression=notation.read(data["expression"]),
        kind=InvariantKind(data["kind"]),
        proof=_read_proof(data["proof"], notation),
        assumptions=tuple(map(notation.read_relation, data["assumptions"])),
        method=str(data["method"]),
    )


def _nearly(system: System, near: NearInvariant, notation: Notation) -> dict[str, Any]:
    function = Invariant(near.expression, InvariantKind.CONSERVED, near.proof, (), near.method)
    kept = ("expression", "method", "proof")
    written = _invariant(system, function, notation)
    return {**{key: written[key] for key in kept}, "rate": _write_rate(system, near, notation)}


def _write_rate(system: System, near: NearInvariant, notation: Notation) -> str:
    if not isinstance(near.rate, MatrixExpr):
        return str(near.rate) if isinstance(near.rate, sp.Float) else notation.write(sp.sympify(near.rate))
    function = Invariant(near.rate, InvariantKind.CONSERVED, Proof((), "", ""))
    return str(matrix_invariant_to_dict(system, function, notation)["expression"])


def _read_nearly(data: Mapping[str, Any], notation: Notation) -> NearInvariant:
    function = _read_invariant({**data, "kind": InvariantKind.CONSERVED, "assumptions": []}, notation)
    return NearInvariant(function.expression, _read_rate(data["rate"], notation), function.proof, function.method)


def _read_rate(text: str, notation: Notation) -> Any:
    """A bound that is a number keeps its digits; any other is an expression."""
    try:
        float(text)
    except ValueError:
        empty = {"identities": [], "where": "", "conclusion": ""}
        data = {"expression": text, "kind": InvariantKind.CONSERVED, "proof": empty, "assumptions": [], "method": ""}
        return _read_invariant(data, notation).expression
    return sp.Float(text, 17)


def _change(system: System, expression: sp.Expr) -> sp.Expr:
    """The rate of a function along a flow, or its change in one step of a map, as it stands."""
    system = system.expand()
    if system.kind == "map":
        return expression.xreplace(dict(zip(system.states, system.rhs, strict=True))) - expression
    return sum((expression.diff(s) * f for s, f in zip(system.states, system.rhs, strict=True)), sp.S.Zero)


def _hamiltonian(structure: HamiltonianStructure, notation: Notation) -> dict[str, Any]:
    return {
        "hamiltonian": notation.write(structure.hamiltonian),
        "matrix": [[notation.write(entry) for entry in row] for row in structure.matrix.tolist()],
        "kind": structure.kind,
        "pairs": [[notation.write(q), notation.write(p)] for q, p in structure.pairs],
        "casimirs": [notation.write(c) for c in structure.casimirs],
        "assumptions": [notation.write(a) for a in structure.assumptions],
        "proof": _proof(structure.proof, notation),
    }


def _read_hamiltonian(data: Mapping[str, Any], notation: Notation) -> HamiltonianStructure:
    return HamiltonianStructure(
        hamiltonian=notation.read(data["hamiltonian"]),
        matrix=sp.ImmutableDenseMatrix([[notation.read(entry) for entry in row] for row in data["matrix"]]),
        kind=StructureKind(data["kind"]),
        pairs=tuple((notation.read(q), notation.read(p)) for q, p in data["pairs"]),
        casimirs=tuple(map(notation.read, data["casimirs"])),
        proof=_read_proof(data["proof"], notation),
        assumptions=tuple(map(notation.read_relation, data["assumptions"])),
    )


def _proof(proof: Proof, notation: Notation) -> dict[str, Any]:
    return {
        "identities": [[notation.write(side) for side in equation.args] for equation in proof.identities],
        "where": proof.where,
        "conclusion": proof.conclusion,
    }


def _read_proof(data: Mapping[str, Any], notation: Notation) -> Proof:
    identities = (
        sp.Eq(_side(left, notation), _side(right, notation), evaluate=False) for left, right in data["identities"]
    )
    return Proof(tuple(identities), str(data["where"]), str(data["conclusion"]))


def _side(text: str, notation: Notation) -> sp.Expr:
    """One side of an identity; where reading it cancels what was written out, a symbol that is called like the text."""
    try:
        expression = notation.read(text)
    except DynbenchError:
        return sp.Symbol(text)
    return expression if notation.write(expression) == text else sp.Symbol(text)
