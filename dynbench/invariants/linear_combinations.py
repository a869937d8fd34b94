"""Conserved quantities of flows from a linear ansatz, by exact linear algebra.

H = sum_k c_k h_k is conserved where sum_k c_k L_F h_k = 0, with L_F h = grad h . F. The rates L_F h_k are
elements of a field of functions over QQ(parameters), so the c_k solve a linear system, and that the sum is
the zero element is the proof. The system is solved first modulo a prime, at one parameter point: if it has no
solution there, the ansatz holds no conserved quantity for generic parameters; a solution shows which few h_k
to keep for exact arithmetic.
"""

from __future__ import annotations

import functools
import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence

import sympy as sp

from dynbench.invariants.algebra.ansatz import Term, monomials, products, separable_terms
from dynbench.invariants.algebra.derivatives import lie_derivative
from dynbench.invariants.algebra.kernel import MOST_TERMS
from dynbench.invariants.algebra.linear_ansatz import LinearAnsatz
from dynbench.invariants.algebra.linear_search import (
    Values,
    combinations,
    conditions,
    gradient_of_sum,
    only_at_values,
)
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.parameter_values import rational_values
from dynbench.invariants.records import Invariant, InvariantKind, Proof
from dynbench.systems import System

__all__ = ["LinearCombinations"]

#: Dimension -> total degree of the monomials, so that the ansatz stays below about 100 functions.
_DEGREES = {1: 4, 2: 4, 3: 4, 4: 4, 5: 3, 6: 3}
_LARGEST_DIMENSION = 12
_LONGEST_LIST = 400


class LinearCombinations(InvariantMethod):
    """Linear combinations of monomials and of functions of one argument that fit the equations.

    The monomials are those up to a total degree (`Limits.degree`; by default 4 up to dimension 4, then 3, and 2 from
    dimension 7), the functions those of `separable_terms`. Parameters stay symbolic; where all of them have values,
    what is conserved only at those values is sought too, and says so in its assumptions.
    """

    name = "linear ansatz in the differential ring"

    def scope(self, system: System, limits: Limits) -> str:
        """The functions combined."""
        if not _applies(system):
            return ""
        system, degree = system.expand(), _degree(system, limits)
        return _scope(_generic(system.states, tuple(system.rhs), degree, limits), degree, bool(rational_values(system)))

    def search(self, system: System, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant]:
        """What is conserved for generic parameters, and then what is so at the values given."""
        if not _applies(system):
            return
        system, degree = system.expand(), _degree(system, limits)
        found = []
        for invariant in _search(_generic(system.states, tuple(system.rhs), degree, limits), {}, limits):
            found.append(invariant)
            yield invariant

        def at(values: Values) -> list[Invariant]:
            return list(_search(_special(system, values, degree, found, limits), values, limits))

        yield from only_at_values(system, len(found), at)


def _applies(system: System) -> bool:
    return system.kind == "flow" and system.dimension <= _LARGEST_DIMENSION


def _degree(system: System, limits: Limits) -> int:
    return limits.degree or _DEGREES.get(system.dimension, 2)


@functools.lru_cache(maxsize=8)
def _generic(states: tuple[sp.Symbol, ...], rates: tuple[sp.Expr, ...], degree: int, limits: Limits) -> LinearAnsatz:
    """The ansatz for generic parameters, of which both the scope and the search have need."""
    return LinearAnsatz(states, rates, _terms(states, rates, degree, limits), limits=limits)


def _terms(states: Sequence[sp.Symbol], rates: Sequence[sp.Expr], degree: int, limits: Limits) -> list[Term]:
    separable = separable_terms(states, rates, degree, limits)
    limits.check()
    return [*monomials(states, degree), *separable, *products(states, separable, degree)]


def _special(system: System, fixed: Values, degree: int, known: Iterable[Invariant], limits: Limits) -> LinearAnsatz:
    """The ansatz for the system with the parameters in `fixed` replaced."""
    limits.check()
    rates = tuple(rate.xreplace(fixed) for rate in system.rhs)
    gradients = ([invariant.expression.subs(fixed).diff(s) for s in system.states] for invariant in known)
    terms = _terms(system.states, rates, degree, limits)
    return LinearAnsatz(system.states, rates, terms, gradients, limits)


def _search(ansatz: LinearAnsatz, fixed: Values, limits: Limits) -> Iterator[Invariant]:
    for coefficients, terms in combinations(ansatz, limits):
        yield _record(ansatz, coefficients, terms, fixed)


def _record(ansatz: LinearAnsatz, coefficients: Sequence[sp.Expr], terms: Sequence[Term], fixed: Values) -> Invariant:
    gradient = gradient_of_sum(coefficients, terms)
    return Invariant(
        expression=sp.Add(*(sp.factor(c) * term.expression for c, term in zip(coefficients, terms, strict=True))),
        kind=InvariantKind.CONSERVED,
        proof=Proof(
            identities=(sp.Eq(lie_derivative(gradient, ansatz.rates), 0, evaluate=False),),
            where=f"in {ansatz.ring}",
            conclusion="The left side is dH/dt = grad H . F, so H is constant along solutions.",
        ),
        assumptions=conditions(ansatz, [t.positive for t in terms if t.positive is not None], gradient, fixed),
        method=LinearCombinations.name,
    )


def _scope(ansatz: LinearAnsatz, degree: int, values: bool) -> str:
    n = len(ansatz.states)
    others = ", ".join(str(term.expression) for term in ansatz.terms[math.comb(n + degree, degree) - 1 :])
    others = textwrap.shorten(others, _LONGEST_LIST, placeholder=" ...")
    numbers = ", ".join(str(c) for c in ansatz.ring.constants if not c.free_symbols)
    states = ", ".join(map(str, ansatz.states))
    return (
        f"linear combinations of the monomials of degree 1 to {degree} in {states}"
        + (f" and of {others}" if others else "")
        + (f", with coefficients of at most {MOST_TERMS} terms in the parameters" if ansatz.ring.constants else "")
        + (", for generic parameters" if ansatz.ring.constants else "")
        + (" and for the values given" if values else "")
        + (f" ({numbers} taken as independent)" if numbers else "")
    )
