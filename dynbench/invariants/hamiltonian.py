"""Hamiltonian structure: F = S grad H with S skew, constant or a polynomial in the states with Jacobi's identity.

For constant S the multiplier M = S^-1 makes M F a gradient, which is linear in M. Else H is one of the conserved
quantities that were found, or a sum of them, and the coefficients of S solve linear equations; Jacobi's identity is
tested afterwards. That a skew S exists wherever grad H is not 0 is no news, so one of low degree is asked for.

References
----------
P. J. Olver, Applications of Lie Groups to Differential Equations (1993), chapters 6 and 7. J. E. Marsden,
T. S. Ratiu, Introduction to Mechanics and Symmetry (1999), chapter 10.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import sympy as sp

from dynbench.invariants.algebra.derivatives import gradient_of
from dynbench.invariants.algebra.potentials import domain, potential, same
from dynbench.invariants.multipliers import constant_multipliers
from dynbench.invariants.poisson import jacobi_identities, skew_solutions
from dynbench.invariants.records import InvariantKind, Proof
from dynbench.invariants.structure_records import HamiltonianStructure, StructureKind
from dynbench.systems import System, as_system

__all__ = ["hamiltonian_structure", "volume_preservation"]

_LARGEST_DIMENSION = 8
_MOST_HAMILTONIANS = 6
_MOST_COMBINATIONS = 80


def hamiltonian_structure(system: System) -> HamiltonianStructure | None:
    """Find a Hamiltonian structure of a flow, with proof.

    Parameters
    ----------
    system : System
        A flow of up to 8 states; its conserved quantities are taken from ``system.invariants()``.

    Returns
    -------
    HamiltonianStructure or None
        Canonical where one was found, else with a constant S, else with an S of degree 1, or of the form
        a_ij x_i x_j. None says that none of these was found, not that there is none.
    """
    if as_system(system).kind != "flow" or not system.algebraic or system.dimension > _LARGEST_DIMENSION:
        return None
    components = system.expand()
    return _constant(components) or _poisson(components, _hamiltonians(system))


def volume_preservation(system: System) -> Proof | None:
    """Prove that a flow preserves volume: div F = 0 identically (Liouville); None where that is not shown."""
    if as_system(system).kind != "flow" or not system.algebraic:
        return None
    system = system.expand()
    terms = [rate.diff(s) for rate, s in zip(system.rhs, system.states, strict=True)]
    if any(t.has(sp.Derivative, sp.DiracDelta) for t in terms):
        return None
    if not same([sp.Add(*terms)], [sp.S.Zero], system.states):
        return None
    return Proof(
        identities=(sp.Eq(sp.Add(*terms, evaluate=False), 0, evaluate=False),),
        where="the sum is zero, expanded",
        conclusion="The left side is div F, so volume is preserved: no point or orbit attracts or repels all near it.",
    )


def _hamiltonians(system: System) -> Iterator[sp.Expr]:
    """The conserved quantities for generic parameters, and sums of two."""
    found = [
        i.expression
        for i in system.invariants()
        if i.kind is InvariantKind.CONSERVED and not any(isinstance(a, sp.Equality) for a in i.assumptions)
    ]
    sums = (a + b for a, b in itertools.combinations(found, 2))
    return itertools.islice(itertools.chain(found, sums), _MOST_HAMILTONIANS)


def _constant(system: System) -> HamiltonianStructure | None:
    """An invertible constant skew M with M F = grad H; that with S = M^-1 canonical if there is one."""
    states, rates = system.states, tuple(system.rhs)
    if len(states) % 2:
        return None
    basis = constant_multipliers(states, rates, "skew")
    best: HamiltonianStructure | None = None
    least = len(states)
    signs = itertools.product((1, 0, -1), repeat=len(basis))
    for coefficients in itertools.islice(sorted(signs, key=lambda c: (c.count(0), c.count(-1))), _MOST_COMBINATIONS):
        multiplier = sum((c * m for c, m in zip(coefficients, basis, strict=True)), sp.zeros(len(states)))
        if len(basis) == 0 or multiplier.det() == 0:
            continue
        matrix = multiplier.inv().applyfunc(sp.cancel).as_immutable()
        pairs = _pairs(matrix, states)
        backwards = sum(states.index(q) > states.index(p) for q, p in pairs)
        # Of (H, S) and (-H, -S), and of others, the one in which positions come first.
        score = backwards if pairs else len(states) - 1
        if score >= least:
            continue
        function = potential(list(multiplier * sp.Matrix(rates)), states)
        if function is not None:
            best, least = _record(system, function, matrix, pairs, ()), score
        if least == 0:
            break
    return best


def _pairs(matrix: sp.MatrixBase, states: Sequence[sp.Symbol]) -> tuple[tuple[sp.Symbol, sp.Symbol], ...]:
    """(q, p) where S is the canonical matrix in some order of the states; empty where it is not."""
    ones = [(i, j) for i in range(len(states)) for j in range(len(states)) if matrix[i, j] != 0]
    if len(ones) != len(states) or any(matrix[i, j] not in (1, -1) for i, j in ones):
        return ()
    return tuple((states[i], states[j]) for i, j in ones if matrix[i, j] == 1)


def _poisson(system: System, hamiltonians: Iterator[sp.Expr]) -> HamiltonianStructure | None:
    conserved = [i.expression for i in system.invariants()]
    states, rates = system.states, tuple(system.rhs)
    for function in hamiltonians:
        gradient = gradient_of(function, states)
        # What else is conserved may be a Casimir: that leaves fewer S to choose from, and the simpler ones.
        others = [gradient_of(c, states) for c in conserved if c != function]
        for matrix in (*skew_solutions(states, rates, gradient, others), *skew_solutions(states, rates, gradient)):
            identities = jacobi_identities(matrix, states)
            if identities is not None:
                return _record(system, function, matrix, (), identities, _casimirs(matrix, conserved, states))
    return None


def _casimirs(matrix: sp.MatrixBase, functions: Sequence[sp.Expr], states: Sequence[sp.Symbol]) -> tuple[sp.Expr, ...]:
    zero = [sp.S.Zero] * len(states)
    return tuple(c for c in functions if same(list(matrix * sp.Matrix(gradient_of(c, states))), zero, states))


def _record(
    system: System,
    function: sp.Expr,
    matrix: sp.ImmutableDenseMatrix,
    pairs: tuple[tuple[sp.Symbol, sp.Symbol], ...],
    jacobi: Sequence[sp.Basic],
    casimirs: tuple[sp.Expr, ...] = (),
) -> HamiltonianStructure | None:
    gradient = gradient_of(function, system.states)
    right = [
        sp.Add(
            *(sp.Mul(s, g, evaluate=False) for s, g in zip(matrix.row(i), gradient, strict=True) if s != 0 and g != 0)
        )
        for i in range(len(gradient))
    ]
    if not same(list(system.rhs), right, system.states):
        return None
    constant = not matrix.has_free(*system.states)
    kind = StructureKind.CANONICAL if pairs else StructureKind.CONSTANT if constant else StructureKind.POISSON
    return HamiltonianStructure(
        hamiltonian=function,
        matrix=matrix,
        kind=kind,
        pairs=pairs,
        casimirs=casimirs,
        assumptions=tuple(domain(function)),
        proof=Proof(
            identities=(*(sp.Eq(f, r, evaluate=False) for f, r in zip(system.rhs, right, strict=True)), *jacobi),
            where="the two sides are the same, expanded",
            conclusion="F = S grad H with S skew"
            + (" and constant" if constant else "; the last identities are Jacobi's")
            + ": the flow is Hamiltonian, and H is conserved.",
        ),
    )
