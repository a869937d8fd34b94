"""Invariants of systems in matrix form as plain values, and back: texts of matrix expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import DynbenchError
from dynbench.invariants import Invariant, InvariantKind, Proof
from dynbench.symbolic.matrices import normalise
from dynbench.symbolic.matrices.text import read_matrix, write_matrix
from dynbench.symbolic.notation import Notation

if TYPE_CHECKING:
    from dynbench.systems import System

__all__ = ["is_matrix_text", "matrix_invariant_from_dict", "matrix_invariant_to_dict"]


def matrix_invariant_to_dict(system: System, invariant: Invariant, notation: Notation) -> dict[str, Any]:
    """The function, the identities of its proof and its assumptions; the rate is the last side that is 1 x 1."""

    def text(e: Any) -> str:
        sized = e.xreplace(dict(system.sizes))
        return write_matrix(normalise(sized), notation) if isinstance(sized, MatrixExpr) else notation.write(sized)

    sides = [[text(side) for side in equation.args] for equation in invariant.proof.identities]
    rates = [e.args[1] for e in invariant.proof.identities if getattr(e.args[1], "shape", None) == (1, 1)]
    return {
        "expression": text(invariant.expression),
        "kind": invariant.kind,
        "method": invariant.method,
        "proof": {"identities": sides, "where": invariant.proof.where, "conclusion": invariant.proof.conclusion},
        "assumptions": [f"{text(a.args[0])} {_SIGNS[type(a)]} {text(a.args[1])}" for a in invariant.assumptions],
        "lie_derivative": text(rates[-1]) if rates else None,
    }


def matrix_invariant_from_dict(data: Mapping[str, Any], notation: Notation) -> Invariant:
    """What `matrix_invariant_to_dict` wrote."""
    words = {token: s for s, token in notation.tokens.items()}

    def read(text: str) -> Any:
        try:
            return read_matrix(text, words) if is_matrix_text(text, notation) else notation.read(text)
        except DynbenchError:
            return sp.Symbol(text)

    def relation(text: str) -> Any:
        sign = next(sign for sign in _SIGNS.values() if f" {sign} " in text)
        left, _, right = text.partition(f" {sign} ")
        kind = next(kind for kind, written in _SIGNS.items() if written == sign)
        zero = read_matrix(right, words) if right.startswith("zeros(") else read(right)
        return kind(read(left), zero, evaluate=False)

    proof = data["proof"]
    identities = (sp.Eq(read(left), read(right), evaluate=False) for left, right in proof["identities"])
    return Invariant(
        expression=read(data["expression"]),
        kind=InvariantKind(data["kind"]),
        proof=Proof(tuple(identities), str(proof["where"]), str(proof["conclusion"])),
        assumptions=tuple(map(relation, data["assumptions"])),
        method=str(data["method"]),
    )


def is_matrix_text(text: str, notation: Notation) -> bool:
    """Whether a text is of a matrix expression: it names a matrix or the column of states."""
    matrices = {token for s, token in notation.tokens.items() if isinstance(s, sp.MatrixSymbol)}
    return bool(matrices) and not matrices.isdisjoint(re.findall(r"\w+", text)) and "Derivative" not in text


_SIGNS: dict[type, str] = {sp.Eq: "==", sp.Ne: "!="}
