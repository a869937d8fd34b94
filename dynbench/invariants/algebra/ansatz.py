"""The functions that a conserved quantity is sought among: monomials, and functions of one argument that fit.

Which functions fit is read off the equations, by the antiderivatives that an energy needs: cos for sin, log
cosh for tanh, log(p) where p = 0 is invariant or a pole, and so on. Their products with monomials make up what is not
a sum of kinetic and potential terms: x/r in the vector of Laplace, Runge and Lenz, p exp(q) in Toda's cubic integral.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy.polys.fields import FracElement

from dynbench.invariants.algebra.differential_ring import DifferentialRing, leaves
from dynbench.invariants.method import Limits

__all__ = ["Term", "monomials", "products", "separable_terms"]

#: An equation of higher degree in a state than this gets no pure power of its own.
_HIGHEST_PURE_POWER = 12
#: No more functions that fit than this: with more of them an energy cannot be read.
_MOST_PARTNERS = 120
#: No more products than this, of a monomial and a function that is not logarithmic.
_MOST_PRODUCTS = 80


@dataclass(frozen=True)
class Term:
    """One function of the ansatz.

    Attributes
    ----------
    expression : sympy expression
        The function.
    gradient : tuple of sympy expressions
        Its derivatives by the states, written with the functions that occur in the equations.
    positive : sympy expression or None
        What must be positive for the function to be real.
    """

    expression: sp.Expr
    gradient: tuple[sp.Expr, ...]
    positive: sp.Expr | None = None


def monomials(states: Sequence[sp.Symbol], degree: int) -> Iterator[Term]:
    """All monomials of total degree 1 to `degree`, by degree, those of fewest states first."""
    for total in range(1, degree + 1):
        products = itertools.combinations_with_replacement(states, total)
        for factors in sorted(products, key=lambda factors: len(set(factors))):
            yield _term(sp.Mul(*factors), states)


def separable_terms(
    states: Sequence[sp.Symbol], rates: Sequence[sp.Expr], degree: int, limits: Limits | None = None
) -> list[Term]:
    """Functions of a single argument chosen from the functions that occur in the rates.

    Parameters
    ----------
    states, rates : sequences
        The system.
    degree : int
        Pure powers up to this degree are among the monomials and left out.
    limits : Limits, optional
        The time, looked at between steps.
    """
    limits = limits or Limits()
    limits.check()
    ring = DifferentialRing(states, rates)
    elements = []
    for rate in rates:
        limits.check()
        elements.append(ring.element(rate))
    partners = (term for f in _functions(states, rates) for term in _partners(f, states))
    few = itertools.islice(partners, _MOST_PARTNERS)
    terms: dict[sp.Expr, Term] = {}
    for term in itertools.chain(_pure_powers(states, rates, degree), _logarithms(states, ring, elements), few):
        limits.check()
        terms.setdefault(term.expression, term)
    return list(terms.values())


def products(states: Sequence[sp.Symbol], terms: Sequence[Term], degree: int) -> list[Term]:
    """Monomials of degree 1, 2, ... below `degree` times functions, as many degrees as stay below a bound in number.

    Parameters
    ----------
    states : sequence of sympy symbols
        The variables.
    terms : sequence of Term
        The functions. Logarithms and polynomials are left out.
    degree : int
        The degree that the products stay below.
    """
    factors = [term for term in terms if not term.expression.has(sp.log) and not term.expression.is_polynomial(*states)]
    found: dict[sp.Expr, Term] = {}
    for total in range(1, degree):
        level = [m.expression for m in monomials(states, total) if sp.total_degree(m.expression) == total]
        if len(found) + len(level) * len(factors) > _MOST_PRODUCTS:
            break
        for monomial, factor in itertools.product(level, factors):
            gradient = tuple(
                monomial.diff(s) * factor.expression + monomial * slope
                for s, slope in zip(states, factor.gradient, strict=True)
            )
            found.setdefault(monomial * factor.expression, Term(monomial * factor.expression, gradient))
    for term in terms:
        found.pop(term.expression, None)
    return list(found.values())


def _term(expression: sp.Expr, states: Sequence[sp.Symbol], positive: sp.Expr | None = None) -> Term:
    return Term(expression, tuple(expression.diff(s) for s in states), positive)


def _functions(states: Sequence[sp.Symbol], rates: Sequence[sp.Expr]) -> list[sp.Expr]:
    found = {leaf for rate in rates for leaf in leaves(rate)}
    return sorted((f for f in found if not f.is_Symbol and f.has_free(*states)), key=sp.default_sort_key)


def _pure_powers(states: Sequence[sp.Symbol], rates: Sequence[sp.Expr], degree: int) -> Iterator[Term]:
    for state in states:
        degrees = [_degree(rate, state) for rate in rates if rate.has_free(state) and rate.is_polynomial(state)]
        for power in range(degree + 1, min(max(degrees, default=0) + 1, _HIGHEST_PURE_POWER) + 1):
            yield _term(state**power, states)


def _degree(polynomial: sp.Expr, state: sp.Symbol) -> int:
    """A bound for the degree in a state, without multiplying out."""
    if polynomial.is_Add:
        return max(_degree(term, state) for term in polynomial.args)
    if polynomial.is_Mul:
        return sum(_degree(factor, state) for factor in polynomial.args)
    if polynomial.is_Pow and polynomial.has_free(state):
        return int(polynomial.exp) * _degree(polynomial.base, state)
    return int(polynomial == state)


def _logarithms(states: Sequence[sp.Symbol], ring: DifferentialRing, elements: Sequence[FracElement]) -> Iterator[Term]:
    """log(p) and negative powers of p, for invariant coordinate planes p = x_i = 0 and for poles p = 0."""
    for state, rate in zip(states, elements, strict=True):
        position = ring.symbols.index(state)
        if all(exponents[position] for exponents in rate.numer.monoms()):
            yield _term(sp.log(state), states, state)
    poles: dict[sp.Expr, int] = {}
    for rate in elements:
        for factor, multiplicity in rate.denom.factor_list()[1]:
            pole = factor.as_expr()
            if pole.has_free(*states) and not isinstance(pole, sp.exp):
                poles[pole] = max(multiplicity, poles.get(pole, 0))
    for pole, multiplicity in sorted(poles.items(), key=lambda item: sp.default_sort_key(item[0])):
        yield _term(sp.log(pole), states, pole)
        for power in range(1, multiplicity):
            yield _term(pole**-power, states)


def _partners(f: sp.Expr, states: Sequence[sp.Symbol]) -> Iterator[Term]:
    """The functions whose derivatives f can cancel."""
    u = f.args[0]
    if isinstance(f, sp.sin | sp.cos | sp.tan | sp.cot | sp.sec | sp.csc):
        for g in (sp.cos(u), sp.sin(u), sp.cos(u) ** 2, sp.sin(u) * sp.cos(u)):
            yield _term(g, states)
    elif isinstance(f, sp.exp | sp.sinh | sp.cosh):
        yield _term(sp.exp(u), states)
        yield _term(sp.exp(-u), states)
    elif isinstance(f, sp.tanh | sp.coth):
        slope = [u.diff(s) for s in states]
        yield Term(sp.log(sp.cosh(u)), tuple(sp.tanh(u) * d for d in slope))
        for power in (1, 2):
            grown = power * sp.tanh(u) ** (power - 1) * (1 - sp.tanh(u) ** 2)
            yield Term(sp.tanh(u) ** power, tuple(grown * d for d in slope))
    elif isinstance(f, sp.log):
        for g in (f, u * f, f**2):
            yield _term(g, states, u)
    elif f.is_Pow and not f.exp.has_free(*states):
        base, exponent = f.as_base_exp()
        for shift in (-1, 0, 1):
            yield _term(base ** (exponent + shift), states, base)
