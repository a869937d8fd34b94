"""The linear algebra of an ansatz H = sum_k c_k h_k for a conserved quantity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sympy as sp
from flint import fmpz_mpoly, fmpz_mpoly_ctx, nmod_mat
from sympy.polys.fields import FracElement
from sympy.polys.rings import PolyElement

from dynbench.invariants.algebra.ansatz import Term
from dynbench.invariants.algebra.differential_ring import DifferentialRing
from dynbench.invariants.algebra.kernel import line_kernel
from dynbench.invariants.algebra.modular import PRIME, ModularPoint
from dynbench.invariants.method import GivenUp, Limits

__all__ = ["Candidate", "LinearAnsatz"]

#: How many more points than terms are compared.
_MORE_POINTS = 6

Exponents = tuple[int, ...]
#: A polynomial in the constants.
Coefficient = dict[Exponents, sp.Rational]


@dataclass(frozen=True)
class Candidate:
    """A solution at one point, modulo a prime.

    Attributes
    ----------
    support : tuple of int
        The numbers of the terms in it. The last one is in no other candidate.
    gradient : tuple of int
        The gradient there.
    """

    support: tuple[int, ...]
    gradient: tuple[int, ...]


class LinearAnsatz:
    """The linear system for the coefficients c_k of a conserved quantity sum_k c_k h_k.

    Parameters
    ----------
    states, rates : sequences
        The flow.
    terms : sequence of Term
        The functions h_k, simplest first.
    known : iterable of sequences of expressions
        Gradients of conserved quantities that are known already.
    limits : Limits, optional
        The time, looked at between steps.

    Attributes
    ----------
    ring : DifferentialRing
        Where rates of change are compared with zero.
    """

    def __init__(
        self,
        states: Sequence[sp.Symbol],
        rates: Sequence[sp.Expr],
        terms: Sequence[Term],
        known: Iterable[Sequence[sp.Expr]] = (),
        limits: Limits | None = None,
    ) -> None:
        self._check = (limits or Limits()).check
        self.states, self.rates, self.terms = tuple(states), tuple(rates), tuple(terms)
        known = list(known)
        gradients = [*known, *(term.gradient for term in terms)]
        self.ring = DifferentialRing(states, [*rates, *(g for gradient in gradients for g in gradient)])
        self._rates = self._elements(self.rates)
        elements = [self._elements(gradient) for gradient in gradients]
        self._known, self._gradients = elements[: len(known)], elements[len(known) :]

    def _elements(self, expressions: Iterable[sp.Expr]) -> list[FracElement]:
        self._check()
        return [self.ring.element(e) for e in expressions]

    def is_conserved(self, gradient: Sequence[sp.Expr]) -> bool:
        """True where grad . F is proved to be zero wherever no denominator vanishes."""
        elements = [self.ring.element(g) for g in gradient]
        sound = all(self.ring.reduce(e.denom) for e in (*elements, *self._rates))
        return sound and self.ring.is_zero(self._along_solutions(elements))

    def candidates(self) -> tuple[list[tuple[int, ...]], list[Candidate]]:
        """Solve for combinations whose rate of change vanishes at more points than there are terms, modulo a prime.

        Returns
        -------
        known : list of tuples of int
            The gradients of the known invariants there.
        candidates : list of Candidate
            A basis of the solutions, simplest first. Empty shows that for generic constants there is none.

        Raises
        ------
        GivenUp
            If no point is found.
        """
        fractions = [g for gradient in (*self._known, *self._gradients) for g in gradient]
        denominators = {g.denom for g in (*fractions, *self._rates)}
        try:
            point = ModularPoint(self.ring, denominators)
            kernel = self._kernel_at_points(denominators)
        except ValueError as error:
            raise GivenUp(f"{error} for an ansatz in {len(self.ring.roots)} roots of functions") from error
        there = [[point.ratio(g) for g in gradient] for gradient in self._gradients]
        found = []
        for solution in kernel:
            gradient = (sum(c * there[k][i] for k, c in solution.items()) % PRIME for i in range(len(self.states)))
            found.append(Candidate(tuple(solution), tuple(gradient)))
        return [tuple(point.ratio(g) for g in gradient) for gradient in self._known], found

    def solve(self, support: Sequence[int]) -> list[sp.Expr] | None:
        """The coefficients of these terms, in exact arithmetic, or None where `line_kernel` finds none.

        They are polynomials in the constants without a common factor.
        """
        names = [f"c{i}" for i in range(len(self.ring.constants))]
        context = fmpz_mpoly_ctx.get(names, "lex")
        rows = []
        for row in self._rows_of(support):
            given = {i: row[k] for i, k in enumerate(support) if k in row}
            common = math.lcm(*(int(sp.QQ.denom(c)) for entry in given.values() for c in entry.values()))
            scaled = ({e: int(sp.QQ.numer(c * common)) for e, c in entry.items()} for entry in given.values())
            rows.append(dict(zip(given, map(context.from_dict, scaled), strict=True)))
        vector = line_kernel(rows, len(support), context)
        return None if vector is None else [self._in_constants(entry) for entry in vector]

    def poles(self, gradient: Sequence[sp.Expr]) -> list[sp.Expr]:
        """The functions that the identity grad . F = 0 divides by."""
        found: dict[sp.Expr, None] = {}
        for element in (*self._rates, *map(self.ring.element, gradient)):
            for factor, _ in element.denom.factor_list()[1]:
                pole = factor.as_expr()
                found[pole.base if pole.is_Pow else pole] = None
        return sorted((p for p in found if p.has_free(*self.states)), key=sp.default_sort_key)

    def _in_constants(self, polynomial: fmpz_mpoly) -> sp.Expr:
        terms = (
            sp.Mul(int(coefficient), *(c ** int(e) for c, e in zip(self.ring.constants, exponents, strict=True)))
            for exponents, coefficient in polynomial.to_dict().items()
        )
        return sp.Add(*terms)

    def _along_solutions(self, gradient: Sequence[FracElement]) -> FracElement:
        zero = self._rates[0] * 0
        return sum((g * f for g, f in zip(gradient, self._rates, strict=True) if g and f), zero)

    def _rows_of(self, support: Iterable[int]) -> list[dict[int, Coefficient]]:
        """One equation for each monomial in functions and states: term number -> coefficient."""
        changes = {}
        for k in support:
            self._check()
            changes[k] = self._along_solutions(self._gradients[k])
        denominator = self._rates[0].denom * 0 + 1
        for other in {change.denom for change in changes.values()}:
            self._check()
            denominator = denominator.lcm(other)
        split = len(self.ring.functions) + len(self.states)
        rows: dict[Exponents, dict[int, Coefficient]] = {}
        for k, change in changes.items():
            self._check()
            numerator = self.ring.reduce(change.numer * denominator.exquo(change.denom))
            for exponents, coefficient in numerator.terms():
                rows.setdefault(exponents[:split], {}).setdefault(k, {})[exponents[split:]] = coefficient
        return list(rows.values())

    def _kernel_at_points(self, denominators: set[PolyElement]) -> list[dict[int, int]]:
        """A basis of the combinations whose rate of change vanishes at more points than there are terms."""
        values = []
        for number in range(1, len(self.terms) + _MORE_POINTS):
            self._check()
            other = ModularPoint(self.ring, denominators, number)
            rates = [other.ratio(rate) for rate in self._rates]
            for gradient in self._gradients:
                values.append(sum(other.ratio(g) * f for g, f in zip(gradient, rates, strict=True) if g) % PRIME)
        return _kernel(values, len(self.terms))


def _kernel(values: list[int], width: int) -> list[dict[int, int]]:
    """A basis of the kernel of a matrix modulo the prime, sparsest first: column -> coefficient."""
    if not values:
        return [{k: 1} for k in range(width)]
    reduced, rank = nmod_mat(len(values) // width, width, values, PRIME).rref()
    pivots = [next(k for k in range(width) if int(reduced[i, k])) for i in range(rank)]
    free = (k for k in range(width) if k not in pivots)
    solutions = ({p: -int(reduced[i, k]) for i, p in enumerate(pivots) if int(reduced[i, k])} | {k: 1} for k in free)
    return sorted(solutions, key=len)
