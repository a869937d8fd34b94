"""Conserved quantities built from Darboux polynomials: rational functions, products of powers and the like.

With F . grad p_i = K_i p_i the function sum_i lambda_i log p_i is conserved where sum_i lambda_i K_i = 0; integers
lambda_i make a rational function of it. Polynomials, quotients g/p_i and slopes (`dynbench.invariants.darboux.terms`)
join the sum. All of this is linear in the coefficients, and a linear ansatz in these functions holds it.

References
----------
F. Dumortier, J. Llibre, J. C. Artes, Qualitative Theory of Planar Differential Systems, Springer 2006, chapter 8.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import sympy as sp

from dynbench.invariants.algebra.ansatz import Term
from dynbench.invariants.algebra.derivatives import lie_derivative
from dynbench.invariants.algebra.linear_ansatz import LinearAnsatz
from dynbench.invariants.algebra.linear_search import (
    Values,
    combinations,
    conditions,
    gradient_of_sum,
    most_independent,
    only_at_values,
)
from dynbench.invariants.darboux.polynomials import DarbouxPolynomial, PolynomialFlow
from dynbench.invariants.darboux.terms import integrating_factor_terms, logarithm, quotients, slopes
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.parameter_values import rational_values
from dynbench.invariants.records import Invariant, InvariantKind, Proof
from dynbench.systems import System

__all__ = ["DarbouxIntegrals"]


class DarbouxIntegrals(InvariantMethod):
    """What Darboux polynomials with rational coefficients make up, for flows with polynomial right-hand sides."""

    name = "Darboux polynomials"

    def scope(self, system: System, limits: Limits) -> str:
        """The degree of the polynomials, and what is built from them."""
        flow = _polynomial_flow(system)
        degree = flow.degree(limits.degree) if flow else 0
        if not flow or not degree:
            return ""
        plane = ", and with an integrating factor of integer powers of these" if system.dimension == 2 else ""
        generic = ", for generic parameters" if flow.parameters else ""
        generic += " and for the values given" if rational_values(system.expand()) else ""
        return (
            f"linear combinations of monomials, of log(p) and quotients g/p, and of the quotients of pairs of "
            f"conjugate real lines, with the Darboux polynomials p of degree 1 to {degree} with rational coefficients "
            f"(below the least degree of which there are infinitely many){plane}{generic}"
        )

    def search(self, system: System, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant]:
        """What is conserved for generic parameters, and then what is so at the values given."""
        flow = _polynomial_flow(system)
        if not flow or not flow.degree(limits.degree):
            return
        system = system.expand()
        independent = [i for i in known if isinstance(i.expression, sp.Expr)]
        generic = [i for i in independent if not any(isinstance(a, sp.Equality) for a in i.assumptions)]
        if len(independent) >= most_independent(system.rhs):
            return
        for invariant in _search(system, {}, generic, limits):
            generic.append(invariant)
            independent.append(invariant)
            yield invariant
        if flow.parameters:

            def at(values: Values) -> list[Invariant]:
                return list(_search(system, values, independent, limits))

            yield from only_at_values(system, len(independent), at)


def _polynomial_flow(system: System) -> PolynomialFlow | None:
    """The flow in components where it is small and polynomial with rational coefficients, else None."""
    if system.kind != "flow" or system.dimension not in PolynomialFlow.dimensions:
        return None
    system = system.expand()
    return _made(system.states, tuple(system.rhs))


@functools.lru_cache(maxsize=8)
def _made(states: tuple[sp.Symbol, ...], rates: tuple[sp.Expr, ...]) -> PolynomialFlow | None:
    try:
        return PolynomialFlow(states, rates)
    except ValueError:
        return None


def _search(system: System, fixed: Values, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant]:
    rates = tuple(rate.xreplace(fixed) for rate in system.rhs)
    flow = _made(system.states, rates)
    if flow is None:
        return
    polynomials = flow.darboux_polynomials(flow.degree(limits.degree), limits)
    few = [p for p in polynomials if not p.one_of_many]
    gradients = [[i.expression.subs(fixed).diff(s) for s in system.states] for i in known]
    # With infinitely many of a degree two of them make a rational function; those that are singled out come first.
    for chosen in (few, polynomials) if len(few) < len(polynomials) else (few,):
        if polynomials and len(gradients) < most_independent(rates):
            limits.check()
            logarithms = {logarithm(p, system.states): p for p in chosen}
            others = _others(few, polynomials, rates, system.states) if chosen is few else []
            ansatz = LinearAnsatz(system.states, rates, [*logarithms, *others], gradients, limits)
            for coefficients, terms in combinations(ansatz, limits):
                pairs = [(c, logarithms.get(term), term) for c, term in zip(coefficients, terms, strict=True)]
                gradients.append(gradient_of_sum(coefficients, terms))
                yield _record(ansatz, pairs, fixed)


def _others(
    few: Sequence[DarbouxPolynomial],
    every: Sequence[DarbouxPolynomial],
    rates: Sequence[sp.Expr],
    states: Sequence[sp.Symbol],
) -> list[Term]:
    terms = [*slopes(every, states), *quotients(few, states), *integrating_factor_terms(few, rates, states)]
    return list({term.expression: term for term in terms}.values())


def _record(
    ansatz: LinearAnsatz, pairs: Sequence[tuple[sp.Expr, DarbouxPolynomial | None, Term]], fixed: Values
) -> Invariant:
    powers = [(c, p) for c, p, _ in pairs if p is not None]
    n = len(ansatz.states)
    rest = _sum([(c, term) for c, p, term in pairs if p is None], n)[0]
    gradient = gradient_of_sum([c for c, *_ in pairs], [term for *_, term in pairs])
    if rest == 0 and all(c.is_Integer for c, _ in powers):
        function = sp.Mul(*(p.polynomial**c for c, p in powers))
        positive: list[sp.Expr] = []
        gradient = [function.diff(s) for s in ansatz.states]
    else:
        function = sp.Add(rest, *(sp.factor(c) * sp.log(p.polynomial) for c, p in powers))
        positive = [term.positive for *_, term in pairs if term.positive is not None]
    return Invariant(
        expression=function,
        kind=InvariantKind.CONSERVED,
        proof=Proof(
            identities=tuple(_identities(ansatz, powers, *_sum([(c, term) for c, p, term in pairs if p is None], n))),
            where=f"in {ansatz.ring}",
            conclusion="The last equation is dH/dt = 0, or d log(H)/dt = 0 where H is a rational function.",
        ),
        assumptions=conditions(ansatz, positive, gradient, fixed),
        method=DarbouxIntegrals.name,
    )


def _identities(
    ansatz: LinearAnsatz,
    powers: Sequence[tuple[sp.Expr, DarbouxPolynomial]],
    rest: sp.Expr,
    gradient: Sequence[sp.Expr],
) -> Iterator[sp.Basic]:
    """F . grad p = K p for each p, the rate of the rest, and that the sum of both vanishes."""
    for _, p in powers:
        product = sp.Mul(p.cofactor, p.polynomial, evaluate=False)
        slope = [p.polynomial.diff(s) for s in ansatz.states]
        yield sp.Eq(lie_derivative(slope, ansatz.rates), product, evaluate=False)
    if not powers:
        yield sp.Eq(lie_derivative(gradient, ansatz.rates), 0, evaluate=False)
        return
    total = [sp.Mul(c, p.cofactor, evaluate=False) for c, p in powers]
    if rest != 0:
        change = lie_derivative(gradient, ansatz.rates)
        rate = ansatz.ring.element(change.doit()).as_expr()
        yield sp.Eq(change, rate, evaluate=False)
        total.append(rate)
    yield sp.Eq(sp.Add(*total, evaluate=False), 0, evaluate=False)


def _sum(pairs: Sequence[tuple[sp.Expr, Term]], dimension: int) -> tuple[sp.Expr, list[sp.Expr]]:
    """The sum of multiples of terms, and its gradient as it is written in the ring."""
    function = sp.Add(*(sp.factor(c) * term.expression for c, term in pairs))
    gradient = gradient_of_sum([c for c, _ in pairs], [term for _, term in pairs]) if pairs else [sp.S.Zero] * dimension
    return function, gradient
