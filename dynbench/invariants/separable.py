"""Conserved quantities of flows from a linear ansatz, by exact linear algebra.

H = sum_k c_k h_k is conserved where sum_k c_k L_F h_k = 0, with L_F h = grad h . F. The rates L_F h_k are
elements of a field of functions over QQ(parameters), so the c_k solve a linear system, and that the sum is
the zero element is the proof. The system is solved first modulo a prime, at one parameter point: if it has no
solution there, the ansatz holds no conserved quantity for generic parameters; a solution shows which few h_k
to keep for exact arithmetic.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

import sympy as sp

from dynbench.errors import InputError, ModelError
from dynbench.invariants.ansatz import Term, monomials, separable_terms
from dynbench.invariants.kernel import MOST_TERMS
from dynbench.invariants.linear_ansatz import LinearAnsatz
from dynbench.invariants.modular import IndependentVectors
from dynbench.invariants.records import Invariant, Invariants
from dynbench.invariants.stream_function import stream_function
from dynbench.systems import System

__all__ = ["conserved_quantities"]

#: Dimension -> total degree of the monomials, so that the ansatz stays below about 100 functions.
_DEGREES = {1: 4, 2: 4, 3: 4, 4: 4, 5: 3, 6: 3}
_LARGEST_DIMENSION = 12
_LONGEST_LIST = 400

Values = Mapping[sp.Symbol, sp.Expr]


def conserved_quantities(system: System, *, degree: int | None = None) -> Invariants:
    """Find functions that are constant along the solutions of a flow, with proof.

    The ansatz is linear: all monomials of the states up to a total degree, and functions of one argument
    chosen from those that occur in the equations (higher powers of a state, cos(u), exp(u), log cosh(u) where
    tanh(u) occurs, log(p) where p = 0 is an invariant coordinate plane or a pole, ...). Parameters stay
    symbolic. Where all of them have values, what is conserved only at those values is sought too, and says so
    in its assumptions. A planar flow without divergence has its stream function tried besides.

    Parameters
    ----------
    system : System
        A flow. For a map, or in more than 12 dimensions, nothing is sought, and `scope` says so.
    degree : int, optional
        Total degree of the monomials, at least 2. Default 4 up to dimension 4, then 3, and 2 from dimension
        7.

    Returns
    -------
    Invariants
        A tuple of functionally independent `Invariant` records, simplest first, each proved; `.scope` says
        what was searched. An empty one means "none within this ansatz", never "none".

    Raises
    ------
    InputError
        If `degree` is less than 2.
    """
    if degree is not None and degree < 2:
        raise InputError(f"degree is {degree}: expected at least 2, a quadratic form.")
    if system.kind != "flow":
        return Invariants(scope="nothing (conserved quantities are sought for flows only)")
    if system.dimension > _LARGEST_DIMENSION:
        return Invariants(scope=f"nothing (the ansatz is for at most {_LARGEST_DIMENSION} dimensions)")
    degree = degree or _DEGREES.get(system.dimension, 2)
    generic = _ansatz(system, {}, degree)
    found = list(_search(generic, {}))
    values = _rational_values(system)
    if values and len(found) < _most(system.rhs):
        found += _only_at(system, values, degree, found)
    stream = stream_function(system) if not found else None
    if stream is not None:
        found.append(stream)
    return Invariants(found, _scope(generic, degree, bool(values)))


def _ansatz(system: System, fixed: Values, degree: int, known: Iterable[Invariant] = ()) -> LinearAnsatz:
    """The ansatz for the system with the parameters in `fixed` replaced."""
    rates = tuple(rate.subs(fixed) for rate in system.rhs)
    terms = [*monomials(system.states, degree), *separable_terms(system.states, rates, degree)]
    gradients = ([invariant.expression.subs(fixed).diff(s) for s in system.states] for invariant in known)
    return LinearAnsatz(system.states, rates, terms, gradients)


def _search(ansatz: LinearAnsatz, fixed: Values) -> Iterator[Invariant]:
    """What the ansatz holds that is independent of what is known."""
    independent = IndependentVectors()
    known, candidates = ansatz.candidates()
    for gradient in known:
        independent.add(gradient)
    # Products of invariants are recognised by their gradients at one point, before they are solved for: their
    # coefficients can be very long polynomials in the parameters.
    for candidate in candidates:
        if len(independent) < _most(ansatz.rates) and independent.add(candidate.gradient):
            terms = [ansatz.terms[k] for k in candidate.support]
            coefficients = ansatz.solve(candidate.support)
            if coefficients is not None and ansatz.is_conserved(_gradient(coefficients, terms)):
                yield _record(ansatz, coefficients, terms, fixed)


def _gradient(coefficients: Sequence[sp.Expr], terms: Sequence[Term]) -> list[sp.Expr]:
    pairs = list(zip(coefficients, (term.gradient for term in terms), strict=True))
    return [sp.Add(*(c * gradient[i] for c, gradient in pairs)) for i in range(len(terms[0].gradient))]


def _only_at(system: System, values: Values, degree: int, known: Sequence[Invariant]) -> list[Invariant]:
    """What is conserved at these parameter values but not for all, with as few of them fixed as suffice."""
    found = list(_search(_ansatz(system, values, degree, known), values))
    for parameter in list(values) if found else ():
        fewer = {p: v for p, v in values.items() if p != parameter}
        again = list(_search(_ansatz(system, fewer, degree, known), fewer))
        if len(again) == len(found):
            values, found = fewer, again
    return found


def _record(ansatz: LinearAnsatz, coefficients: Sequence[sp.Expr], terms: Sequence[Term], fixed: Values) -> Invariant:
    gradient = _gradient(coefficients, terms)
    products = " + ".join(f"({g})*({rate})" for g, rate in zip(gradient, ansatz.rates, strict=True) if g != 0)
    positive = dict.fromkeys(term.positive for term in terms if term.positive is not None)
    assumptions = (
        *(sp.Eq(parameter, value, evaluate=False) for parameter, value in fixed.items()),
        *(p > 0 for p in positive if not _real(p).is_positive),
        *(sp.Ne(p, 0) for p in ansatz.poles(gradient) if p not in positive and not _real(p).is_nonzero),
    )
    return Invariant(
        expression=sp.Add(*(sp.factor(c) * term.expression for c, term in zip(coefficients, terms, strict=True))),
        kind="conserved quantity",
        proof=f"dH/dt = grad H . F = {products or 0}, which is the zero element of {ansatz.ring}.",
        assumptions=assumptions,
    )


def _real(expression: sp.Expr) -> sp.Expr:
    return expression.xreplace({s: sp.Dummy(real=True) for s in expression.free_symbols})


def _most(rates: Sequence[sp.Expr]) -> int:
    """How many independent conserved quantities there can be."""
    return len(rates) - any(rate != 0 for rate in rates)


def _rational_values(system: System) -> dict[sp.Symbol, sp.Expr]:
    """The parameters with rational values; none unless every parameter has a value."""
    try:
        exact = system.exact_parameters
    except ModelError:
        return {}
    return {p: v for p, v in exact.items() if v.is_Rational}


def _may_stream(ansatz: LinearAnsatz) -> bool:
    divergence = sp.Add(*(rate.diff(s) for s, rate in zip(ansatz.states, ansatz.rates, strict=True)))
    return len(ansatz.states) == 2 and sp.expand(divergence) == 0


def _scope(ansatz: LinearAnsatz, degree: int, values: bool) -> str:
    n = len(ansatz.states)
    others = ", ".join(str(term.expression) for term in ansatz.terms[math.comb(n + degree, degree) - 1 :])
    others = textwrap.shorten(others, _LONGEST_LIST, placeholder=" ...")
    numbers = ", ".join(str(c) for c in ansatz.ring.constants if not c.free_symbols)
    states = ", ".join(map(str, ansatz.states))
    return (
        ("the stream function of the flow, which has no divergence, and " if _may_stream(ansatz) else "")
        + f"linear combinations of the monomials of degree 1 to {degree} in {states}"
        + (f" and of {others}" if others else "")
        + (f", with coefficients of at most {MOST_TERMS} terms in the parameters" if ansatz.ring.constants else "")
        + (", for generic parameters" if ansatz.ring.constants else "")
        + (" and for the values given" if values else "")
        + (f" ({numbers} taken as independent)" if numbers else "")
    )
