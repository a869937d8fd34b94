"""Darboux polynomials of polynomial flows: p with F . grad p = K p, so that p = 0 is invariant; K is the cofactor.

They are found at rational values of the parameters (`extactic`). With generic parameters the values are arbitrary ones,
and what is found is then lifted: its unknown coefficients and those of the cofactor solve polynomial equations, of
which one solution at one point is known, and at each step an equation is taken that is linear in an unknown there.

References
----------
G. Darboux, Memoire sur les equations differentielles algebriques du premier ordre et du premier degre, Bull. Sci. Math.
2 (1878) 60-96, 123-144, 151-200.
F. Dumortier, J. Llibre, J. C. Artes, Qualitative Theory of Planar Differential Systems, Springer 2006, chapter 8.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy as sp
from flint import fmpq
from sympy.polys.matrices import DomainMatrix
from sympy.polys.rings import PolyElement, PolyRing

from dynbench.invariants.darboux.extactic import largest_degree, rational_darboux_polynomials
from dynbench.invariants.method import Limits

__all__ = ["DarbouxPolynomial", "PolynomialFlow"]

#: Lifting gives up where more coefficients than this are unknown.
_MOST_UNKNOWNS = 16
#: Dimension -> degree of the search by default, for which it takes a few tenths of a second.
_DEGREES = {2: 4, 3: 3, 4: 2, 5: 2, 6: 1, 7: 1, 8: 1, 9: 1}

Exponents = tuple[int, ...]


@dataclass(frozen=True)
class DarbouxPolynomial:
    """A polynomial p with F . grad p = K p.

    Attributes
    ----------
    polynomial : sympy expression
        p.
    cofactor : sympy expression
        K.
    one_of_many : bool
        Whether the flow has infinitely many of this degree.
    """

    polynomial: sp.Expr
    cofactor: sp.Expr
    one_of_many: bool = False


class PolynomialFlow:
    """A flow whose right-hand side is polynomial in the states, over the rational functions of its parameters.

    Parameters
    ----------
    states, rates : sequences
        The flow. Other symbols are generic parameters.

    Raises
    ------
    ValueError
        If it is not such a flow.

    Attributes
    ----------
    dimensions : frozenset of int
        Those in which Darboux polynomials are sought.
    """

    dimensions: ClassVar[frozenset[int]] = frozenset(_DEGREES)

    def __init__(self, states: Sequence[sp.Symbol], rates: Sequence[sp.Expr]) -> None:
        self.states = tuple(states)
        symbols = {s for rate in rates for s in rate.free_symbols}
        self.parameters = tuple(sorted(symbols - set(states), key=str))
        if not all(rate.is_rational_function(*states, *self.parameters) for rate in rates):
            raise ValueError("not rational functions")
        field = sp.QQ.frac_field(*self.parameters) if self.parameters else sp.QQ
        self._ring = PolyRing(self.states, field, sp.lex)
        try:
            self._rates = [self._ring.from_expr(sp.expand(rate)) for rate in rates]
        except (ValueError, sp.CoercionFailed) as error:
            raise ValueError("not polynomials with rational coefficients") from error

    def degree(self, wished: int | None) -> int:
        """The degree to which Darboux polynomials are searched: the one wished for, if the work stays in bounds."""
        n = len(self.states)
        rate = max((sum(e) for p in self._rates for e in p.monoms()), default=0)
        return largest_degree(n, rate, wished or _DEGREES[n]) if rate and n in _DEGREES else 0

    def darboux_polynomials(self, degree: int, limits: Limits) -> list[DarbouxPolynomial]:
        """Those with rational coefficients to a degree, irreducible, for generic parameters.

        Parameters
        ----------
        degree : int
            The total degree, from `degree`.
        limits : Limits
            The time.

        Returns
        -------
        list of DarbouxPolynomial
            All below the least degree of which there are infinitely many, and bases of those of that degree with
            certain cofactors.
        """
        point = [sp.QQ(int(sp.prime(7 * k + 40))) for k in range(len(self.parameters))]
        rates = [{e: _flint(_at(c, point)) for e, c in rate.terms()} for rate in self._rates]
        rates = [{e: c for e, c in rate.items() if c} for rate in rates]
        finitely_many, members = rational_darboux_polynomials(rates, degree, limits)
        found = [self._record(p) for p in self._generic(finitely_many, point, limits)]
        cofactors = [self._cofactor(p) for p in self._generic(members, point, limits)]
        for cofactor in dict.fromkeys(k for k in cofactors if k is not None):
            limits.check()
            total = max(sum(e) for p in members for e in p)
            found += [self._record(p, one_of_many=True) for p in self._with_cofactor(cofactor, total)]
        return found

    def _generic(
        self, given: Sequence[Mapping[Exponents, fmpq]], point: Sequence[Any], limits: Limits
    ) -> Iterator[PolyElement]:
        """What was found at a point of the parameters, for generic ones."""
        for coefficients in given:
            limits.check()
            numbers = {e: sp.QQ(int(c.p), int(c.q)) for e, c in coefficients.items()}
            p = self._ring.from_dict({e: self._ring.domain.convert(c, sp.QQ) for e, c in numbers.items()})
            lifted = p if self._cofactor(p) is not None else self._lifted(p, point)
            if lifted is not None:
                yield lifted

    def _with_cofactor(self, cofactor: PolyElement, degree: int) -> list[PolyElement]:
        """A basis of the polynomials to a degree with a cofactor: a linear problem."""
        every = itertools.product(range(degree + 1), repeat=len(self.states))
        terms = [self._ring.from_dict({e: self._ring.domain.one}) for e in every if sum(e) <= degree]
        images = [self._change(term) - cofactor * term for term in terms]
        places = sorted({e for image in images for e in image})
        zero = self._ring.domain.zero
        rows = [[image.get(e, zero) for image in images] for e in places]
        matrix = DomainMatrix(rows, (len(places), len(terms)), self._ring.domain)
        kernel = matrix.nullspace().rref()[0].to_list() if places else []
        basis = (sum((c * term for c, term in zip(row, terms, strict=True)), self._ring.zero) for row in kernel)
        return [p for p in basis if not p.is_ground]

    def _record(self, p: PolyElement, one_of_many: bool = False) -> DarbouxPolynomial:
        polynomial = sp.Poly(sp.numer(sp.together(p.as_expr())), *self.states).primitive()[1].as_expr()
        if polynomial.could_extract_minus_sign():
            polynomial = -polynomial
        cofactor = self._cofactor(p)
        assert cofactor is not None  # all callers have divided
        return DarbouxPolynomial(polynomial, cofactor.as_expr(), one_of_many)

    def _change(self, p: PolyElement) -> PolyElement:
        terms = (p.diff(x) * f for x, f in zip(self._ring.gens, self._rates, strict=True))
        return sum(terms, self._ring.zero)

    def _cofactor(self, p: PolyElement) -> PolyElement | None:
        change = self._change(p)
        if not change:
            return change
        (quotient,), remainder = change.div([p])
        return None if remainder else quotient

    def _lifted(self, at_point: PolyElement, point: Sequence[Any]) -> PolyElement | None:
        """The polynomial with the same monomials that is `at_point` where the parameters have these values."""
        special = self._at_point(point)
        cofactor = special._cofactor(special._ring.from_dict({e: _at(c, point) for e, c in at_point.terms()}))
        if cofactor is None:
            return None
        normal = at_point.leading_expv()
        monomials = [e for e in at_point.monoms() if e != normal]
        unknown = {e: _at(at_point[e], point) / _at(at_point[normal], point) for e in monomials}
        values = [*point, *unknown.values(), *(cofactor[e] for e in cofactor.monoms())]
        if not self.parameters or len(values) - len(point) > _MOST_UNKNOWNS:
            return None
        names = (*self.parameters, *(sp.Dummy() for _ in values[len(point) :]))
        ring = PolyRing(names, sp.QQ, sp.lex)
        gens = ring.gens[len(point) :]
        p = {normal: ring.one} | dict(zip(unknown, gens, strict=False))
        k = dict(zip(cofactor.monoms(), gens[len(unknown) :], strict=True))
        solution = _followed(list(self._equations(ring, p, k)), values, len(point))
        if solution is None:
            return None
        coefficients = {normal: self._ring.domain.one}
        for e, value in zip(unknown, solution, strict=False):
            coefficients[e] = self._ring.domain.from_sympy(value)
        lifted = self._ring.from_dict(coefficients)
        return lifted if self._cofactor(lifted) is not None else None

    def _at_point(self, point: Sequence[Any]) -> PolynomialFlow:
        values = dict(zip(self.parameters, map(sp.QQ.to_sympy, point), strict=True))
        return PolynomialFlow(self.states, [rate.as_expr().subs(values) for rate in self._rates])

    def _equations(
        self, ring: PolyRing, p: Mapping[Exponents, PolyElement], k: Mapping[Exponents, PolyElement]
    ) -> Iterator[PolyElement]:
        """The coefficients of F . grad p - K p, times the denominators."""
        denominators = [sp.QQ.one if not self.parameters else c.denom for f in self._rates for c in f.coeffs()]
        common = ring.one
        for denominator in denominators:
            common = common.lcm(_into(ring, denominator))
        total: dict[Exponents, PolyElement] = {}
        for e, c in p.items():
            for j, rate in enumerate(self._rates):
                for g, d in rate.terms() if e[j] else ():
                    numerator, denominator = (d.numer, d.denom) if self.parameters else (d, sp.QQ.one)
                    place = tuple(a + b - (i == j) for i, (a, b) in enumerate(zip(e, g, strict=True)))
                    factor = common.exquo(_into(ring, denominator)) * _into(ring, numerator)
                    total[place] = total.get(place, ring.zero) + e[j] * c * factor
            for g, d in k.items():
                place = tuple(a + b for a, b in zip(e, g, strict=True))
                total[place] = total.get(place, ring.zero) - common * c * d
        return (equation for equation in total.values() if equation)


def _flint(number: Any) -> fmpq:
    return fmpq(int(number.numerator), int(number.denominator))


def _at(coefficient: Any, point: Sequence[Any]) -> Any:
    """The value of a rational function of the parameters."""
    if not point:
        return coefficient
    return _value(coefficient.numer, point) / _value(coefficient.denom, point)


def _value(polynomial: PolyElement, point: Sequence[Any]) -> Any:
    products = (c * math.prod(x**k for x, k in zip(point, e, strict=True) if k) for e, c in polynomial.terms())
    return sum(products, sp.QQ.zero)


def _into(ring: PolyRing, polynomial: Any) -> PolyElement:
    """A polynomial in the parameters in a ring of more generators."""
    if not isinstance(polynomial, PolyElement):
        return ring.ground_new(polynomial)
    more = (0,) * (len(ring.gens) - len(polynomial.ring.gens))
    return ring.from_dict({(*e, *more): c for e, c in polynomial.terms()})


def _followed(equations: list[PolyElement], values: Sequence[Any], parameters: int) -> list[sp.Expr] | None:
    """The unknowns as functions of the parameters, on the branch of solutions through a point.

    Of a product the factor is followed that vanishes at the point. None where a factor is left that is linear in no
    unknown, or where the parameters themselves would have to satisfy an equation.
    """
    if not equations:
        return None
    ring = equations[0].ring
    place = list(zip(ring.gens, values, strict=True))
    solved: list[tuple[int, PolyElement, PolyElement]] = []
    while equations:
        equations = [_vanishing(equation, place) for equation in equations]
        choices = [
            (len(equation), len(slope), n, u)
            for n, equation in enumerate(equations)
            for u in range(parameters, len(ring.gens))
            if equation.degree(u) == 1 and (slope := equation.diff(u)).evaluate(place)
        ]
        if not choices:
            return None
        *_, n, u = min(choices)
        slope = equations[n].diff(u)
        rest = equations[n] - slope * ring.gens[u]
        solved.append((u, slope, rest))
        replaced = (_replaced(equation, u, slope, rest) for equation in equations)
        equations = [equation for equation in replaced if equation]
    result = {ring.symbols[i]: sp.QQ.to_sympy(values[i]) for i in range(parameters, len(values))}
    for u, slope, rest in reversed(solved):
        result[ring.symbols[u]] = sp.cancel(-rest.as_expr().subs(result) / slope.as_expr().subs(result))
    return [result[symbol] for symbol in ring.symbols[parameters:]]


def _vanishing(equation: PolyElement, place: Sequence[tuple[PolyElement, Any]]) -> PolyElement:
    factors = (factor for factor, _ in equation.factor_list()[1])
    return next(factor for factor in factors if not factor.evaluate(list(place)))


def _replaced(equation: PolyElement, u: int, slope: PolyElement, rest: PolyElement) -> PolyElement:
    """The equation with the unknown u replaced by -rest/slope, times a power of the slope."""
    degree = equation.degree(u)
    total = equation.ring.zero
    for e, c in equation.terms():
        power = e[u]
        term = equation.ring.from_dict({tuple(0 if i == u else a for i, a in enumerate(e)): c})
        total += term * (-rest) ** power * slope ** (degree - power)
    return total
