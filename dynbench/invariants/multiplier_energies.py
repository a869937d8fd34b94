"""Lyapunov functions V with grad V = M F, M a constant matrix whose symmetric part is negative semidefinite.

dV/dt = F . M F is then a quadratic form in F that is nowhere positive, and a sum of squares shows it. M = -1 is a
gradient system, M = -P with P definite one in another metric; M with a skew part as well is a Hamiltonian system with
linear damping.

References
----------
M. W. Hirsch, S. Smale, R. L. Devaney, Differential Equations, Dynamical Systems, and an Introduction to Chaos (2013),
sections 9.2 and 9.3. A. van der Schaft, D. Jeltsema, Port-Hamiltonian Systems Theory (2014), chapter 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sympy as sp

from dynbench.invariants.algebra.definiteness import definite_combination, squares
from dynbench.invariants.algebra.potentials import potential
from dynbench.invariants.lyapunov_records import lyapunov_record
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.multipliers import Part, constant_multipliers
from dynbench.invariants.parameter_values import parameter_values
from dynbench.invariants.records import Invariant, InvariantKind
from dynbench.systems import System

__all__ = ["MultiplierEnergies"]

_LARGEST_DIMENSION = 8
_PARTS: tuple[Part, ...] = ("symmetric", "all")


class MultiplierEnergies(InvariantMethod):
    """Functions whose gradient is a constant matrix times the right-hand side, with dV/dt a sum of squares of one sign.

    A strict one (symmetric part definite) is sought first, among symmetric M and then among all M. Parameters stay
    symbolic, and the signs that the proof needs of them are assumptions that the values given meet.
    """

    name = "constant multiplier"

    def scope(self, system: System, limits: Limits) -> str:
        """Flows of up to 8 states."""
        if not _applies(system):
            return ""
        return (
            "functions V with grad V = M F, M a constant matrix with a negative semidefinite symmetric part "
            "(gradient systems; Hamiltonian systems with linear damping), that are integrated by rules"
        )

    def search(self, system: System, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant]:
        """Solve for M, with parameters symbolic and then at their values; nothing where a strict function is known."""
        if not _applies(system) or any(v.kind is InvariantKind.STRICT_LYAPUNOV for v in known):
            return
        system = system.expand()
        values = parameter_values(system)
        weak: Invariant | None = None
        for fixed in ({}, values) if values else ({},):
            rates = tuple(rate.subs(fixed) for rate in system.rhs)
            for part in _PARTS:
                limits.check()
                found = _energy(system.states, rates, part, values or _generic(system), fixed)
                if found is not None and found.kind is InvariantKind.STRICT_LYAPUNOV:
                    yield found
                    return
                weak = weak or found
        if weak is not None:
            yield weak


def _applies(system: System) -> bool:
    return system.kind == "flow" and system.dimension <= _LARGEST_DIMENSION


def _generic(system: System) -> dict[sp.Symbol, sp.Expr]:
    """Positive numbers for parameters without values: the signs that follow are stated as assumptions."""
    return {p: sp.Rational(int(sp.prime(k + 5)), int(sp.prime(k + 4))) for k, p in enumerate(system.parameter_symbols)}


def _energy(
    states: tuple[sp.Symbol, ...],
    rates: tuple[sp.Expr, ...],
    part: Part,
    at: Mapping[sp.Symbol, sp.Expr],
    fixed: Mapping[sp.Symbol, sp.Expr],
) -> Invariant | None:
    basis = constant_multipliers(states, rates, part)
    if not all((m.subs(at)).is_symbolic() is False for m in basis):
        return None
    definite = [-(m + m.T).subs(at) / 2 for m in basis]
    rational = all(e.is_Rational for m in definite for e in m)
    coefficients = definite_combination(definite) if rational else None
    if coefficients is None:
        return None
    multiplier = sum((c * m for c, m in zip(coefficients, basis, strict=True)), sp.zeros(len(states)))
    terms = squares(-(multiplier + multiplier.T) / 2, at)
    gradient = list((multiplier * sp.Matrix(rates)).applyfunc(sp.expand))
    function = potential(gradient, states) if terms else None
    if function is None or terms is None:
        return None
    return lyapunov_record(
        function,
        states,
        rates,
        [(d, (column.T * sp.Matrix(rates))[0]) for d, column in terms],
        strict=len(terms) == len(states),
        reason=f"grad V = M F with M = {multiplier.tolist()}",
        fixed=fixed,
        method=MultiplierEnergies.name,
    )
