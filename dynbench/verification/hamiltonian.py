"""Claims about structure: F = S grad H with S skew and Jacobi's identity, Casimirs, preservation of volume."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import sympy as sp

from dynbench.errors import ModelError
from dynbench.verification.conserved import check_proof
from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.identities import vanish
from dynbench.verification.ledger import Ledger
from dynbench.verification.records import Outcome

__all__ = ["check_structure"]

_KINDS = ("canonical", "constant", "Poisson")


def check_structure(system: Declared, structure: Field, ledger: Ledger) -> None:
    """Check the Hamiltonian structure and the preservation of volume, where they are claimed."""
    hamiltonian, volume = structure.get("hamiltonian"), structure.get("volume")
    if hamiltonian is not None:
        _check_hamiltonian(system, hamiltonian, ledger)
    if volume is not None:
        check_proof(system, volume, {}, "volume", ledger)
        trace = sum((f.diff(s) for f, s in zip(system.rhs, system.states, strict=True)), sp.S.Zero)
        claim = "the flow preserves volume"
        if system.is_map:
            ledger.add(claim, Outcome.FAILS, "the system is a map")
        elif trace.has(sp.DiracDelta, sp.Derivative):
            ledger.add(claim, Outcome.NOT_ESTABLISHED, "the equations jump")
        else:
            ledger.add(claim, *vanish([trace]))


def _check_hamiltonian(system: Declared, field: Field, ledger: Ledger) -> None:
    n = system.dimension
    text, kind = field["hamiltonian"].text(), field["kind"].choice(*_KINDS)
    claim = f"F = S grad H with H = {text:.60}"
    try:
        function = system.read(text)
        matrix = sp.Matrix([[system.read(t) for t in row.texts(n)] for row in field["matrix"].items(n)])
        casimirs = [system.read(t) for t in field["casimirs"].texts()]
        pairs = [[system.read(t) for t in pair.texts(2)] for pair in field["pairs"].items()]
    except ModelError as error:
        ledger.add(claim, Outcome.FAILS, str(error))
        return
    if system.is_map:
        ledger.add(claim, Outcome.FAILS, "the system is a map")
        return
    field["assumptions"].texts()
    check_proof(system, field["proof"], {}, "the Hamiltonian structure", ledger)
    ledger.add(claim, *vanish(list(sp.Matrix(system.rhs) - matrix * _gradient(function, system))))
    ledger.add("S is skew", *vanish(list(matrix + matrix.T)))
    ledger.add("S satisfies Jacobi's identity", *vanish(_jacobi(matrix, system.states)))
    constant = not matrix.free_symbols & set(system.states)
    ledger.require(f"S is {kind}", constant == (kind != "Poisson"), "its entries say otherwise")
    if kind == "canonical" or pairs:
        ledger.require("the pairs are those of S", _are_conjugate(matrix, pairs, system), "S is not canonical in them")
    for casimir in casimirs:
        ledger.add(f"S grad C = 0 for C = {casimir!s:.60}", *vanish(list(matrix * _gradient(casimir, system))))


def _gradient(function: sp.Expr, system: Declared) -> sp.Matrix:
    return sp.Matrix([function.diff(s) for s in system.states])


def _jacobi(matrix: sp.Matrix, states: Sequence[sp.Symbol]) -> list[sp.Expr]:
    return [
        sp.Add(
            *(
                matrix[a, m] * matrix[b, c].diff(s)
                for m, s in enumerate(states)
                for a, b, c in ((i, j, k), (j, k, i), (k, i, j))
            )
        )
        for i, j, k in itertools.combinations(range(len(states)), 3)
    ]


def _are_conjugate(matrix: sp.Matrix, pairs: Sequence[Sequence[sp.Expr]], system: Declared) -> bool:
    """Whether S has 1 at (q, p), -1 at (p, q) for each pair, nothing else, and each state is in one pair."""
    listed = [s for pair in pairs for s in pair]
    if sorted(map(str, listed)) != sorted(map(str, system.states)):
        return False
    own = sp.zeros(*matrix.shape)
    for q, p in pairs:
        i, j = system.states.index(q), system.states.index(p)
        own[i, j], own[j, i] = 1, -1
    return bool(own == matrix)
