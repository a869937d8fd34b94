"""Skew matrices S(x) of low degree with F = S grad H, by linear algebra, and Jacobi's identity for them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

import sympy as sp
from sympy.polys.fields import FracElement
from sympy.polys.matrices import DomainMatrix

from dynbench.invariants.algebra.differential_ring import DifferentialRing
from dynbench.invariants.algebra.potentials import same

__all__ = ["jacobi_identities", "skew_solutions"]

#: The dimension up to which entries of degree 1 are sought; those of the form a_ij x_i x_j go further.
_LARGEST_LINEAR, _LARGEST_PRODUCTS = 4, 6
_MOST_UNKNOWNS = 60


def skew_solutions(
    states: tuple[sp.Symbol, ...],
    rates: tuple[sp.Expr, ...],
    gradient: Sequence[sp.Expr],
    casimirs: Sequence[Sequence[sp.Expr]] = (),
) -> Iterator[sp.ImmutableDenseMatrix]:
    """Yield skew matrices S of polynomials with F = S grad H, one from each ansatz that has any.

    Parameters
    ----------
    states, rates : tuples
        The flow.
    gradient : sequence of sympy expressions
        grad H.
    casimirs : sequence of gradients
        Of functions C for which S grad C is to be zero.
    """
    for shape in _shapes(states):
        zero = [sp.S.Zero] * len(states)
        matrix = _solve(states, [(gradient, rates), *((g, zero) for g in casimirs)], shape)
        if matrix is not None:
            yield matrix


def jacobi_identities(matrix: sp.MatrixBase, states: Sequence[sp.Symbol]) -> tuple[sp.Basic, ...] | None:
    """Jacobi's identity for each three states, those that say something; None where one is not shown to hold."""
    identities = []
    for i, j, k in itertools.combinations(range(len(states)), 3):
        terms = [
            sp.Mul(matrix[a, m], matrix[b, c].diff(s), evaluate=False)
            for m, s in enumerate(states)
            for a, b, c in ((i, j, k), (j, k, i), (k, i, j))
            if matrix[a, m] != 0 and matrix[b, c].diff(s) != 0
        ]
        if terms and not same([sp.Add(*terms)], [sp.S.Zero], states):
            return None
        if terms:
            identities.append(sp.Eq(sp.Add(*terms, evaluate=False), 0, evaluate=False))
    return tuple(identities)


def _shapes(states: Sequence[sp.Symbol]) -> Iterator[dict[tuple[int, int], list[sp.Expr]]]:
    """What each entry above the diagonal is combined of."""
    n = len(states)
    places = list(itertools.combinations(range(n), 2))
    if n <= _LARGEST_LINEAR:
        yield {place: [sp.S.One] for place in places}
        yield {place: list(states) for place in places}
        yield {place: [sp.S.One, *states] for place in places}
    if n <= _LARGEST_PRODUCTS:
        yield {(i, j): [states[i] * states[j]] for i, j in places}
    if n == 2:
        products = itertools.chain.from_iterable(
            itertools.combinations_with_replacement(states, degree) for degree in range(4)
        )
        yield {(0, 1): [sp.Mul(*p) for p in products]}


def _solve(
    states: tuple[sp.Symbol, ...],
    conditions: Sequence[tuple[Sequence[sp.Expr], Sequence[sp.Expr]]],
    shape: dict[tuple[int, int], list[sp.Expr]],
) -> sp.ImmutableDenseMatrix | None:
    """One S with S g = f for each (g, f), free coefficients zero."""
    unknowns = [(i, j, entry) for (i, j), entries in shape.items() for entry in entries]
    if len(unknowns) > _MOST_UNKNOWNS:
        return None
    ring = DifferentialRing(states, [e for condition in conditions for side in condition for e in side])
    rows = [row for gradient, goal in conditions for row in _rows(ring, gradient, goal, unknowns)]
    values = _particular(rows, len(unknowns))
    if values is None:
        return None
    matrix = sp.zeros(len(states), len(states))
    for (i, j, entry), value in zip(unknowns, values, strict=True):
        matrix[i, j] += value * entry
        matrix[j, i] -= value * entry
    return matrix.as_immutable()


def _rows(
    ring: DifferentialRing,
    gradient: Sequence[sp.Expr],
    goal: Sequence[sp.Expr],
    unknowns: Sequence[tuple[int, int, sp.Expr]],
) -> list[dict[int, sp.Expr]]:
    """The equations of S grad = goal: unknown -> coefficient, and the right side after the last unknown."""
    slopes, goals = [ring.element(g) for g in gradient], [ring.element(f) for f in goal]
    split = len(ring.functions) + len(ring.states)
    rows: dict[tuple[int, tuple[int, ...]], dict[int, sp.Expr]] = {}
    for i in range(len(goals)):
        # Row i of S grad H: S_ij counts with its sign on either side of the diagonal.
        parts: dict[int, FracElement] = {len(unknowns): goals[i]}
        for k, (a, b, entry) in enumerate(unknowns):
            if i in (a, b):
                parts[k] = ring.element(entry) * (slopes[b] if i == a else -slopes[a])
        common = functools.reduce(lambda p, q: p.lcm(q), {e.denom for e in parts.values()})
        for k, element in parts.items():
            for exponents, c in ring.reduce((element.numer * common).exquo(element.denom)).terms():
                row = rows.setdefault((i, exponents[:split]), {})
                powers = (s**e for s, e in zip(ring.constants, exponents[split:], strict=True))
                row[k] = row.get(k, sp.S.Zero) + sp.Mul(sp.QQ.to_sympy(c), *powers)
    return list(rows.values())


def _particular(rows: Sequence[dict[int, sp.Expr]], width: int) -> list[sp.Expr] | None:
    """The solution of sum_k row[k] c_k = row[width] with free unknowns zero; None where there is none."""
    if not rows:
        return None
    matrix = sp.Matrix(len(rows), width + 1, lambda i, k: rows[i].get(k, sp.S.Zero))
    reduced, pivots = DomainMatrix.from_Matrix(matrix).to_field().rref()
    if width in pivots:
        return None
    dense = reduced.to_Matrix()
    values = [sp.S.Zero] * width
    for row, k in enumerate(pivots):
        values[k] = sp.factor(dense[row, width])
    return values
