"""Conserved quantities H with grad H = M F, M a constant skew matrix: F . M F = 0.

Where M is invertible, F = M^-1 grad H is a Hamiltonian system with a constant structure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp

from dynbench.invariants.algebra.potentials import domain, potential
from dynbench.invariants.independence import IndependentFunctions
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.multipliers import constant_multipliers
from dynbench.invariants.records import Invariant, InvariantKind, Proof
from dynbench.systems import System

__all__ = ["SkewMultipliers"]

_LARGEST_DIMENSION = 8


class SkewMultipliers(InvariantMethod):
    """Functions whose gradient is a constant skew matrix times the right-hand side, whatever it is made of."""

    name = "constant skew multiplier"

    def scope(self, system: System, limits: Limits) -> str:
        """Flows of up to 8 states."""
        if system.kind != "flow" or system.dimension > _LARGEST_DIMENSION:
            return ""
        return "functions H with grad H = M F, M a constant skew matrix (M J symmetric), that are integrated by rules"

    def search(self, system: System, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant]:
        """Solve for M, then integrate M F."""
        if system.kind != "flow" or system.dimension > _LARGEST_DIMENSION:
            return
        system = system.expand()
        independent = IndependentFunctions(system.states, system.parameter_symbols)
        for invariant in known:
            if isinstance(invariant.expression, sp.Expr):
                independent.add(invariant.expression)
        for multiplier in constant_multipliers(system.states, tuple(system.rhs), "skew"):
            limits.check()
            gradient = list(multiplier * sp.Matrix(system.rhs))
            function = potential(gradient, system.states)
            if function is None or not function.has_free(*system.states) or not independent.add(function):
                continue
            identities = (
                sp.Eq(function.diff(s), g, evaluate=False) for s, g in zip(system.states, gradient, strict=True)
            )
            yield Invariant(
                expression=function,
                kind=InvariantKind.CONSERVED,
                proof=Proof(
                    identities=tuple(identities),
                    where="differentiated, the two sides are the same",
                    conclusion=f"grad H = M F with M = {multiplier.tolist()} skew, so dH/dt = F . M F = 0.",
                ),
                assumptions=tuple(domain(function)),
                method=self.name,
            )
