"""The number of real zeros of a rational system, by exact algebra.

The equations' numerators, with one more equation t d = 1 that keeps their denominators d from vanishing, generate an
ideal I. A Groebner basis (SymPy's Buchberger) shows whether C[x]/I is finite-dimensional, and its standard monomials
are a basis. Of Hermite's trace form (a, b) -> tr(M_ab) the rank is the number of distinct complex zeros and the
signature that of distinct real ones. It is read off the signs of the coefficients of the form's characteristic
polynomial, all roots of which are real (Descartes' rule is then exact).

References
----------
C. Hermite, Remarques sur le theoreme de Sturm, C. R. Acad. Sci. Paris 36 (1853).
D. Cox, J. Little, D. O'Shea, Using Algebraic Geometry, Springer 2005, chapter 2, section 5.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import sympy as sp
from flint import fmpq, fmpq_mat
from sympy.polys.orderings import grevlex

from dynbench.verification.declaration import Declared

__all__ = ["Count", "count_real_zeros", "count_solutions", "polynomials_of"]

Monomial = tuple[int, ...]
_MOST_SOLUTIONS = 64
_MOST_BEZOUT = 200


class Count(NamedTuple):
    """Distinct real and distinct complex zeros, and whether none of them is a multiple one."""

    real: int
    complex: int
    simple: bool


def count_real_zeros(system: Declared) -> tuple[int, int] | str:
    """The numbers of distinct real and of distinct complex zeros of G, or a sentence why they are not known."""
    polynomials = polynomials_of(system)
    if isinstance(polynomials, str):
        return polynomials
    count = count_solutions(polynomials[0], system.states, polynomials[1])
    return count if isinstance(count, str) else (count.real, count.complex)


def count_solutions(
    polynomials: Sequence[sp.Expr], variables: Sequence[sp.Symbol], denominator: sp.Expr
) -> Count | str:
    """Count the common zeros of polynomials with rational coefficients at which the denominator is not 0."""
    tops, variables = list(polynomials), list(variables)
    if not denominator.is_number:
        t = sp.Dummy("t", real=True)
        variables.append(t)
        tops.append(t * denominator - 1)
    if math.prod(sp.Poly(p, *variables).total_degree() for p in tops if not p.is_number) > _MOST_BEZOUT:
        return f"the Bezout number is above {_MOST_BEZOUT}"
    basis = sp.groebner(tops, *variables, order="grevlex", domain="QQ")
    if basis.exprs == [1]:
        return Count(0, 0, True)
    if not basis.is_zero_dimensional:
        return "the equations have infinitely many complex zeros"
    leading = [max(p.monoms(), key=grevlex) for p in basis.polys]
    standard = _standard(leading, len(variables))
    if len(standard) > _MOST_SOLUTIONS:
        return f"there are more than {_MOST_SOLUTIONS} complex zeros"
    real, distinct = _signature(_trace_form(basis, standard, variables))
    return Count(real, distinct, distinct == len(standard))


def polynomials_of(system: Declared) -> tuple[list[sp.Expr], sp.Expr] | str:
    """The numerators of G and the product of its denominators, or a sentence why G has none over the rationals."""
    tops, bottoms = [], []
    for g in system.residual:
        if not g.is_rational_function(*system.states) or not all(c.is_Rational for c in g.atoms(sp.Number)):
            return "an equation is no rational function with rational coefficients"
        if any(atom in (sp.pi, sp.E) for atom in g.atoms(sp.NumberSymbol)):
            return "an equation is no rational function with rational coefficients"
        top, _ = sp.fraction(sp.together(g))
        # Every denominator that stands in the equation as it is written: cancelling would add to the domain.
        bottoms += [p.base**-p.exp for p in g.atoms(sp.Pow) if p.exp.is_Integer and p.exp < 0]
        tops.append(sp.expand(top))
        if not all(c.is_Rational for c in sp.Poly(tops[-1], *system.states).coeffs()):
            return "an equation is no rational function with rational coefficients"
    denominator = sp.expand(sp.prod([sp.fraction(sp.together(b))[0] for b in set(bottoms)]))
    return tops, denominator


def _standard(leading: Sequence[Monomial], n: int) -> list[Monomial]:
    """The monomials that no leading monomial divides."""
    limits = [min(m[i] for m in leading if sum(m) == m[i] and m[i] > 0) for i in range(n)]
    if math.prod(limits) > 100_000:
        return [(0,) * n] * (_MOST_SOLUTIONS + 1)
    candidates = itertools.product(*(range(limit) for limit in limits))
    return [m for m in candidates if not any(all(a >= b for a, b in zip(m, lead, strict=True)) for lead in leading)]


def _trace_form(basis: sp.GroebnerBasis, standard: list[Monomial], variables: Sequence[sp.Symbol]) -> fmpq_mat:
    """The matrix of traces of multiplication by products of the standard monomials."""
    size = len(standard)
    position = {m: k for k, m in enumerate(standard)}
    steps = [_multiplication(basis, standard, position, variables, i) for i in range(len(variables))]
    by: dict[Monomial, fmpq_mat] = {}
    for m in sorted(standard, key=sum):
        i = next((i for i, e in enumerate(m) if e), None)
        if i is None:
            by[m] = fmpq_mat(size, size, [int(a == b) for a in range(size) for b in range(size)])
        else:
            by[m] = steps[i] * by[tuple(e - (j == i) for j, e in enumerate(m))]
    traces = [sum((by[m][k, k] for k in range(size)), fmpq(0)) for m in standard]
    entries = [
        sum((traces[c] * by[a][c, position[b]] for c in range(size)), fmpq(0)) for a in standard for b in standard
    ]
    return fmpq_mat(size, size, entries)


def _multiplication(
    basis: sp.GroebnerBasis,
    standard: Sequence[Monomial],
    position: dict[Monomial, int],
    variables: Sequence[sp.Symbol],
    i: int,
) -> fmpq_mat:
    """The matrix of multiplication by a variable; column k is the normal form of its product with monomial k."""
    size = len(standard)
    matrix = fmpq_mat(size, size)
    for k, m in enumerate(standard):
        product = tuple(e + (j == i) for j, e in enumerate(m))
        if product in position:
            matrix[position[product], k] = 1
            continue
        monomial = sp.prod(v**e for v, e in zip(variables, product, strict=True))
        for exponents, c in sp.Poly(basis.reduce(monomial)[1], *variables, domain="QQ").terms():
            if c:
                matrix[position[tuple(exponents)], k] = fmpq(int(c.p), int(c.q))
    return matrix


def _signature(form: fmpq_mat) -> tuple[int, int]:
    """Signature and rank of a symmetric matrix."""
    coefficients = [c for c in form.charpoly().coeffs() if c != 0]
    positive = sum((a > 0) != (b > 0) for a, b in itertools.pairwise(coefficients))
    rank = form.rref()[1]
    return 2 * positive - rank, rank
