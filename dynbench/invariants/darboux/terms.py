"""The functions whose rates of change Darboux polynomials make simple: what `integrals` combines.

Of p with F . grad p = K p the rate of log p is K. Where p = u^2 - d v^2, d > 0, is a product of two conjugate real
lines, each of them is invariant, and the rate of the logarithm of their quotient is a polynomial too. Of complex lines
that is an angle, which grows as orbits wind round: no function of the state, so a spiral gets none. A quotient g/p
whose rate is a polynomial is the logarithm of an exponential factor. In the plane a product R of powers of the p_i with
div(R F) = 0 is an integrating factor: R F has a stream function, and this is by Liouville's theorem a rational function
with a known denominator plus logarithms.

References
----------
M. J. Prelle, M. F. Singer, Elementary first integrals of differential equations, Trans. AMS 279 (1983) 215-229.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import sympy as sp

from dynbench.invariants.algebra.ansatz import Term, monomials
from dynbench.invariants.darboux.polynomials import DarbouxPolynomial

__all__ = ["integrating_factor_terms", "logarithm", "quotients", "slopes"]

#: No more monomials, and no more quotients g/p, than this.
_MOST_TERMS = 60
#: The largest power of a polynomial in the denominator of an integrating factor.
_HIGHEST_POWER = 4


def logarithm(p: DarbouxPolynomial, states: Sequence[sp.Symbol]) -> Term:
    """log p."""
    gradient = tuple(p.polynomial.diff(s) / p.polynomial for s in states)
    return Term(sp.log(p.polynomial), gradient, p.polynomial)


def slopes(polynomials: Sequence[DarbouxPolynomial], states: Sequence[sp.Symbol]) -> Iterator[Term]:
    """log(l/m) of the quadratic polynomials that are products of two conjugate real linear functions l and m.

    Parameters
    ----------
    polynomials : sequence of DarbouxPolynomial
        Those that hold symbols other than the states are passed over.
    states : sequence of sympy symbols
        The variables.
    """
    for p in (p.polynomial for p in polynomials):
        parts = _conjugates(p, states)
        if parts is not None:
            u, v, d = parts
            root = sp.sqrt(d)
            gradient = tuple((u * v.diff(s) - v * u.diff(s)) / sp.expand(u**2 - d * v**2) for s in states)
            quotient = (u + root * v) / (u - root * v)
            yield Term(sp.log(quotient) / (2 * root), gradient, quotient)


def quotients(polynomials: Sequence[DarbouxPolynomial], states: Sequence[sp.Symbol]) -> Iterator[Term]:
    """Monomials, and monomials over a Darboux polynomial of at least their degree.

    Parameters
    ----------
    polynomials : sequence of DarbouxPolynomial
        The denominators.
    states : sequence of sympy symbols
        The variables.
    """
    n = len(states)
    degree = next((d for d in (3, 2, 1) if math.comb(n + d, d) <= _MOST_TERMS), 0)
    yield from monomials(states, degree)
    left = _MOST_TERMS
    for p in polynomials:
        numerators = list(_numerators(p.polynomial, sp.total_degree(p.polynomial, *states), states))
        left -= len(numerators)
        for numerator in numerators if left >= 0 else ():
            yield _term(numerator / p.polynomial, states)


def integrating_factor_terms(
    polynomials: Sequence[DarbouxPolynomial], rates: Sequence[sp.Expr], states: Sequence[sp.Symbol]
) -> list[Term]:
    """The rational functions that the stream function of R F may hold, if an integrating factor R is found.

    Parameters
    ----------
    polynomials : sequence of DarbouxPolynomial
        What R is a product of powers of.
    rates, states : sequences
        The flow; of a dimension other than 2 there are none.
    """
    powers = _exponents(polynomials, rates, states) if len(states) == 2 else None
    if powers is None:
        return []
    sizes = [sp.total_degree(p.polynomial, *states) for p in polynomials]
    # Integration lowers the power in a denominator by one (Hermite).
    below = [max(-power - 1, 0) for power in powers]
    denominator = sp.Mul(*(p.polynomial**power for p, power in zip(polynomials, below, strict=True)))
    degree = max(sp.total_degree(rate, *states) for rate in rates) + 1
    degree += sum(size * (power + b) for size, power, b in zip(sizes, powers, below, strict=True))
    degree = max(degree, sum(size * b for size, b in zip(sizes, below, strict=True)))
    if math.comb(degree + 2, 2) > 2 * _MOST_TERMS:
        return []
    return [_term(numerator / denominator, states) for numerator in _numerators(denominator, degree, states)]


def _numerators(denominator: sp.Expr, degree: int, states: Sequence[sp.Symbol]) -> Iterator[sp.Expr]:
    """Monomials to a degree, but for one of the denominator itself: the quotient of that with itself is constant."""
    leading = max(sp.Poly(denominator, *states).as_dict())
    without = sp.Mul(*(s**e for s, e in zip(states, leading, strict=True)))
    every = (sp.Integer(1), *(m.expression for m in monomials(states, degree)))
    return (monomial for monomial in every if monomial != without)


def _term(function: sp.Expr, states: Sequence[sp.Symbol]) -> Term:
    return Term(function, tuple(function.diff(s) for s in states))


def _exponents(
    polynomials: Sequence[DarbouxPolynomial], rates: Sequence[sp.Expr], states: Sequence[sp.Symbol]
) -> list[int] | None:
    """Small integers lambda_i with div F + sum_i lambda_i K_i = 0."""
    unknown = [sp.Dummy() for _ in polynomials]
    total = sum(rate.diff(s) for rate, s in zip(rates, states, strict=True))
    total += sum(u * p.cofactor for u, p in zip(unknown, polynomials, strict=True))
    equations = sp.Poly(sp.expand(total), *states).coeffs()
    for solution in sp.linsolve(equations, unknown) if unknown else ():
        chosen = [sp.cancel(e.subs(dict.fromkeys(unknown, 0))) for e in solution]
        if all(e.is_Integer and -_HIGHEST_POWER <= e <= _HIGHEST_POWER for e in chosen):
            return [int(e) for e in chosen]
    return None


def _conjugates(p: sp.Expr, states: Sequence[sp.Symbol]) -> tuple[sp.Expr, sp.Expr, sp.Rational] | None:
    """Linear u and v and a rational d > 0 with p a multiple of u^2 - d v^2; None where there are none."""
    if p.free_symbols - set(states) or sp.total_degree(p, *states) != 2:
        return None
    for x in states:
        square = p.coeff(x, 2)
        if square != 0:
            u = x + p.coeff(x, 1) / (2 * square)
            rest = sp.expand(p / square - u**2)
            constant, factors = sp.factor_list(rest, *states)
            if len(factors) == 1 and factors[0][1] == 2 and constant < 0:
                return u, factors[0][0], -constant
    return None
