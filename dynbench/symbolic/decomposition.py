"""Splitting the solution set of a polynomial system into parts of one dimension each.

References
----------
Gianni, Trager and Zacharias (1988), J. Symb. Comp. 6:149-167: equidimensional parts by extension to a field
of rational functions and contraction; Becker and Weispfenning, Groebner Bases (Springer 1993), sections 8.7
and 8.8.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpz_mpoly

from dynbench.errors import ConvergenceError
from dynbench.symbolic.ideals import (
    Basis,
    Monomial,
    block_basis,
    contains,
    grevlex,
    groebner,
    has_no_zero,
    in_radical,
    independent_variables,
    saturate,
)
from dynbench.symbolic.rational_equations import primitive, ring

__all__ = ["equidimensional_parts", "isolated_part"]

_MOST_PARTS = 300


def equidimensional_parts(basis: Basis, variables: int) -> list[Basis]:
    """Ideals whose solution sets cover that of `basis`, largest dimension first.

    All irreducible components of a part have the same dimension, and no part lies in another one.
    Multiplicities are lost.

    Raises
    ------
    ConvergenceError
        If a Groebner basis or the number of parts grows too large.
    """
    pending, parts = [basis], list[Basis]()
    while pending:
        ideal = pending.pop()
        if has_no_zero(ideal) or any(_lies_in(ideal, part, variables, quick=True) for part in parts):
            continue
        factors = _splitting_factors(ideal)
        if factors:
            pending += [groebner((*ideal, factor), variables) for factor in factors]
        else:
            top = _top_part(ideal, variables)
            if top == ideal:
                parts.append(ideal)
            else:
                rest = [p for p in top if not in_radical(ideal, p, variables)]
                pending += [*(saturate(ideal, p, variables) for p in rest), top]
        if len(pending) + len(parts) > _MOST_PARTS:
            raise ConvergenceError(f"The solution set splits into more than {_MOST_PARTS} parts.")
    for part in tuple(parts):
        others = [other for other in parts if other is not part]
        if any(_lies_in(part, other, variables) for other in others):
            parts = others
    return sorted(parts, key=lambda part: -len(independent_variables(part, variables)))


def isolated_part(basis: Basis, parts: Sequence[Basis], variables: int) -> Basis:
    """The ideal of the isolated solutions of `basis`, with their multiplicities.

    Parameters
    ----------
    basis : tuple of polynomials
        An ideal.
    parts : sequence of such
        Its equidimensional parts.
    variables : int
        The number of variables.
    """
    points = [part for part in parts if not independent_variables(part, variables)]
    if not points:
        return (ring(variables).constant(1),)
    for part in parts:
        if part not in points:
            basis = saturate(basis, _separating(part, points, variables), variables)
    return basis


def _lies_in(ideal: Basis, other: Basis, variables: int, *, quick: bool = False) -> bool:
    """Whether every solution of `ideal` solves `other`; `quick` may miss that."""
    test = (lambda p: contains(ideal, p, variables)) if quick else (lambda p: in_radical(ideal, p, variables))
    return all(map(test, other))


def _splitting_factors(ideal: Basis) -> list[fmpz_mpoly]:
    """The irreducible factors of the first element that is not irreducible."""
    for polynomial in ideal:
        factors = polynomial.factor()[1]
        if len(factors) > 1 or factors[0][1] > 1:
            return [primitive(factor) for factor, _ in factors]
    return []


def _top_part(ideal: Basis, variables: int) -> Basis:
    """The intersection of the primary components in which a largest set of independent variables is free.

    All of these have the dimension of the ideal. Where there are as many generators as the codimension the
    ideal has no others (Macaulay's unmixedness theorem).
    """
    free = independent_variables(ideal, variables)
    if not free or len(ideal) <= variables - len(free):
        return ideal
    bound = [i for i in range(variables) if i not in free]
    leading: list[fmpz_mpoly] = []
    for polynomial in block_basis(ideal, variables, bound):
        factors = _leading_coefficient(polynomial, bound, variables).factor()[1]
        leading += [f for f, _ in factors if f not in leading]
    for factor in leading:
        ideal = saturate(ideal, factor, variables)
    return ideal


def _leading_coefficient(polynomial: fmpz_mpoly, bound: Sequence[int], variables: int) -> fmpz_mpoly:
    """The coefficient of the largest monomial in the variables `bound`: a polynomial in the others."""

    def part(m: Monomial) -> Monomial:
        return tuple(int(m[i]) for i in bound)

    terms = polynomial.to_dict()
    largest = max(map(part, terms), key=grevlex)
    others = {tuple(0 if i in bound else e for i, e in enumerate(m)): c for m, c in terms.items() if part(m) == largest}
    return ring(variables).from_dict(others)


def _separating(part: Basis, points: Sequence[Basis], variables: int) -> fmpz_mpoly:
    """A polynomial that vanishes on `part`, but at none of the `points` that are not in it."""
    k = 0
    while True:
        k += 1
        candidate = sum((k**j * p for j, p in enumerate(part)), ring(variables).constant(0))
        zeros = (groebner((*ideal, candidate), variables) for ideal in points)
        if all(_lies_in(ideal, part, variables) for ideal in zeros):
            return candidate
