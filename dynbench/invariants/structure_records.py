"""The records that describe the structure of a flow: Hamiltonian, Poisson, preserving volume."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import sympy as sp

from dynbench.invariants.records import Proof

__all__ = ["HamiltonianStructure", "StructureKind"]


class StructureKind(enum.StrEnum):
    """What the matrix S in F = S grad H is."""

    CANONICAL = "canonical"  #: q' = dH/dp and p' = -dH/dq for pairs of states
    CONSTANT = "constant"  #: constant and skew
    POISSON = "Poisson"  #: skew, a function of the state, with Jacobi's identity


@dataclass(frozen=True)
class HamiltonianStructure:
    """F = S(x) grad H with S skew and Jacobi's identity: the flow is Hamiltonian, and H is conserved.

    Attributes
    ----------
    hamiltonian : sympy expression
        H, parameters symbolic.
    matrix : sympy ImmutableDenseMatrix, (n, n)
        S.
    kind : StructureKind
        What S is.
    pairs : tuple of (q, p)
        The states that are conjugate; empty unless the structure is canonical.
    casimirs : tuple of sympy expressions
        Conserved quantities C that were found with S grad C = 0: conserved whatever H is.
    proof : Proof
        The components of F = S grad H, and Jacobi's identity for each three states where S is not constant.
    assumptions : tuple of sympy relations
        Where H is defined.
    """

    hamiltonian: sp.Expr
    matrix: sp.ImmutableDenseMatrix
    kind: StructureKind
    pairs: tuple[tuple[sp.Symbol, sp.Symbol], ...]
    casimirs: tuple[sp.Expr, ...]
    proof: Proof
    assumptions: tuple[sp.Basic, ...] = ()
