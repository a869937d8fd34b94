"""What the searches over linear ansaetze share: combinations one by one, parameters at values, conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import sympy as sp

from dynbench.invariants.algebra.ansatz import Term
from dynbench.invariants.algebra.linear_ansatz import LinearAnsatz
from dynbench.invariants.algebra.modular import IndependentVectors
from dynbench.invariants.method import Limits
from dynbench.invariants.parameter_values import rational_values
from dynbench.invariants.records import Invariant
from dynbench.systems import System

__all__ = [
    "Values",
    "combinations",
    "conditions",
    "gradient_of_sum",
    "most_independent",
    "only_at_values",
]

Values = Mapping[sp.Symbol, sp.Expr]


def combinations(ansatz: LinearAnsatz, limits: Limits) -> Iterator[tuple[list[sp.Expr], list[Term]]]:
    """Coefficients and terms of what the ansatz holds that is independent of what is known, each proved conserved.

    Parameters
    ----------
    ansatz : LinearAnsatz
        The functions.
    limits : Limits
        The time.
    """
    independent = IndependentVectors()
    limits.check()
    known, candidates = ansatz.candidates()
    for gradient in known:
        independent.add(gradient)
    # Products of invariants are recognised by their gradients at one point, before they are solved for: their
    # coefficients can be very long polynomials in the parameters.
    for candidate in candidates:
        limits.check()
        if len(independent) < most_independent(ansatz.rates) and independent.add(candidate.gradient):
            terms = [ansatz.terms[k] for k in candidate.support]
            coefficients = ansatz.solve(candidate.support)
            if coefficients is not None and ansatz.is_conserved(gradient_of_sum(coefficients, terms)):
                yield coefficients, terms


def gradient_of_sum(coefficients: Sequence[sp.Expr], terms: Sequence[Term]) -> list[sp.Expr]:
    """The gradient of the sum of coefficients times terms."""
    pairs = list(zip(coefficients, (term.gradient for term in terms), strict=True))
    return [sp.Add(*(c * gradient[i] for c, gradient in pairs)) for i in range(len(terms[0].gradient))]


def most_independent(rates: Sequence[sp.Expr]) -> int:
    """How many independent conserved quantities there can be."""
    return len(rates) - any(rate != 0 for rate in rates)


def only_at_values(system: System, count: int, search: Callable[[Values], Sequence[Invariant]]) -> Sequence[Invariant]:
    """What is conserved at the values of the parameters but not for all, with as few of them fixed as suffice.

    Parameters
    ----------
    system : System
        The flow. Every parameter must have a value; those that are rational are fixed.
    count : int
        How many independent quantities are known.
    search : callable
        What is found with parameters replaced by values.
    """
    values = rational_values(system)
    if not values or count >= most_independent(system.rhs):
        return ()
    found = search(values)
    for parameter in list(values) if found else ():
        fewer = {p: v for p, v in values.items() if p != parameter}
        again = search(fewer)
        if len(again) == len(found):
            values, found = fewer, again
    return found


def conditions(
    ansatz: LinearAnsatz, positive: Sequence[sp.Expr], gradient: Sequence[sp.Expr], fixed: Values
) -> tuple[sp.Basic, ...]:
    """The assumptions of an identity: parameters that are fixed, what is positive, and poles.

    Parameters
    ----------
    ansatz : LinearAnsatz
        Where the identity was decided.
    positive : sequence of sympy expressions
        What must be positive for the function to be real.
    gradient : sequence of sympy expressions
        The gradient of the function.
    fixed : mapping
        Parameters and the values at which the identity holds.
    """
    apart = {*positive, *(-p for p in positive)}
    return (
        *(sp.Eq(parameter, value, evaluate=False) for parameter, value in fixed.items()),
        *(p > 0 for p in dict.fromkeys(positive) if not _real(p).is_positive),
        *(sp.Ne(p, 0) for p in ansatz.poles(gradient) if p not in apart and not _real(p).is_nonzero),
    )


def _real(expression: sp.Expr) -> sp.Expr:
    return expression.xreplace({s: sp.Dummy(real=True) for s in expression.free_symbols})
