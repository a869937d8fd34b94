"""Reading SymPy expressions as rational functions with rational coefficients.

Polynomials are python-flint's ``fmpz_mpoly`` in the order grevlex, primitive (their integer coefficients
have no common factor) and with positive leading coefficient, so that equal ideals have equal reduced bases.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpz_mat, fmpz_mpoly, fmpz_mpoly_ctx

from dynbench.errors import InputError

__all__ = ["RationalEquations", "primitive", "read_equations", "ring", "to_sympy"]

#: Expanding an expression stops where the result could have more terms than this.
_LARGEST_EXPANSION = 5000


@dataclass(frozen=True, eq=False)
class RationalEquations:
    """Equations "numerator = 0" and the conditions under which they mean the equations that were read.

    Attributes
    ----------
    unknowns : tuple of sympy symbols
        The unknowns; polynomials below have them as variables, in this order.
    numerators : tuple of polynomials
        A solution makes all of them zero. Equations that hold identically are left out.
    denominators : tuple of irreducible polynomials
        A solution makes none of them zero: everything that the expressions divide by.
    """

    unknowns: tuple[sp.Symbol, ...]
    numerators: tuple[fmpz_mpoly, ...]
    denominators: tuple[fmpz_mpoly, ...]

    @cached_property
    def bezout(self) -> int:
        """Bezout's bound on the number of isolated complex solutions: the product of the largest degrees.

        The degrees are those that are left when the numerators are reduced by each other, linearly.
        """
        monomials = {tuple(map(int, m)) for p in self.numerators for m in p.monoms()}
        descending = sorted(monomials, key=sum, reverse=True)
        if not descending:
            return 1
        terms = [p.to_dict() for p in self.numerators]
        echelon, rank = fmpz_mat([[t.get(m, 0) for m in descending] for t in terms]).rref()[::2]
        leading = (next(j for j in range(len(descending)) if echelon[i, j]) for i in range(rank))
        # Descending degrees: the leading ones of the first rows are the largest.
        return math.prod(sum(descending[j]) for j in itertools.islice(leading, len(self.unknowns)))


def ring(variables: int) -> fmpz_mpoly_ctx:
    """The polynomial ring over the integers in this many variables, ordered by grevlex."""
    return fmpz_mpoly_ctx.get([f"x{i}" for i in range(variables)], Ordering.degrevlex)


def primitive(polynomial: fmpz_mpoly) -> fmpz_mpoly:
    """The multiple of `polynomial` by a rational that is primitive with positive leading coefficient."""
    if polynomial.is_zero():
        return polynomial
    reduced = polynomial.primitive()[1]
    return -reduced if reduced.leading_coefficient() < 0 else reduced


def read_equations(equations: Iterable[sp.Expr], unknowns: Sequence[sp.Symbol]) -> RationalEquations:
    """Read equations "expression = 0".

    Nothing is cancelled silently: x/x**2 is undefined at 0 and has the denominator x.

    Raises
    ------
    InputError
        If an expression is no rational function of the unknowns with rational coefficients (the message names
        the part that is not), divides by zero, or is too large to expand.
    """
    unknowns = tuple(unknowns)
    if not unknowns or len(set(unknowns)) < len(unknowns):
        raise InputError(f"The unknowns must be distinct symbols, at least one; they are {list(unknowns)}.")
    reader = _Reader(unknowns)
    numerators = [_integral(reader.read(sp.sympify(equation)), len(unknowns)) for equation in equations]
    denominators: list[fmpz_mpoly] = []
    for divisor in reader.divisors:
        factors = _integral(divisor, len(unknowns)).factor()[1]
        denominators += [p for p in (primitive(f) for f, _ in factors) if p not in denominators]
    return RationalEquations(
        unknowns,
        tuple(_without(p, denominators) for p in numerators if not p.is_zero()),
        tuple(denominators),
    )


def to_sympy(polynomial: fmpz_mpoly, unknowns: Sequence[sp.Symbol]) -> sp.Expr:
    """The polynomial as a SymPy expression in `unknowns`."""
    terms = {tuple(map(int, exponents)): int(c) for exponents, c in polynomial.to_dict().items()}
    return sp.Poly(terms, *unknowns).as_expr() if terms else sp.S.Zero


def _integral(polynomial: fmpq_mpoly, variables: int) -> fmpz_mpoly:
    denominator = math.lcm(*(int(c.q) for c in polynomial.coeffs()))
    terms = {exponents: int(c * denominator) for exponents, c in polynomial.to_dict().items()}
    return primitive(ring(variables).from_dict(terms))


def _without(polynomial: fmpz_mpoly, factors: Iterable[fmpz_mpoly]) -> fmpz_mpoly:
    """`polynomial` divided by the `factors` that it has: none of them is zero at a solution."""
    for factor in factors:
        while True:
            quotient, remainder = divmod(polynomial, factor)
            if not remainder.is_zero():
                break
            polynomial = quotient
    return polynomial


class _Reader:
    """Turns expressions into numerators over a common denominator, and collects what they divide by."""

    def __init__(self, unknowns: tuple[sp.Symbol, ...]) -> None:
        self.unknowns = unknowns
        self.divisors: list[fmpq_mpoly] = []
        self._ring = fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(unknowns))], Ordering.degrevlex)
        self._variables = dict(zip(unknowns, self._ring.gens(), strict=True))
        self._one = self._ring.constant(1)
        self._equation: sp.Expr = sp.S.Zero

    def read(self, equation: sp.Expr) -> fmpq_mpoly:
        self._equation = equation
        return self._fraction(equation)[0]

    def _fraction(self, e: sp.Expr) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        """Numerator and denominator of `e`."""
        if e in self._variables:
            return self._variables[e], self._one
        if isinstance(e, sp.Rational) and e.is_finite:
            return self._ring.constant(fmpq(int(e.p), int(e.q))), self._one
        if isinstance(e, sp.Add):
            return self._sum([self._fraction(term) for term in e.args])
        if isinstance(e, sp.Mul):
            numerator = denominator = self._one
            for p, q in map(self._fraction, e.args):
                numerator, denominator = self._product(numerator, p), self._product(denominator, q)
            return numerator, denominator
        if isinstance(e, sp.Pow) and isinstance(e.exp, sp.Integer):
            return self._power(*self._fraction(e.base), int(e.exp), e.base)
        names = ", ".join(map(str, self.unknowns))
        raise InputError(
            f"{_short(e)} in the equation {_short(self._equation)} = 0 is not a rational function of {names} "
            "with rational coefficients."
        )

    def _sum(self, terms: list[tuple[fmpq_mpoly, fmpq_mpoly]]) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        common = self._one
        for _, q in terms:
            common = self._product(common, q // common.gcd(q))
        total = self._one * 0
        for p, q in terms:
            total += self._product(p, common // q)
        return total, common

    def _power(self, p: fmpq_mpoly, q: fmpq_mpoly, exponent: int, base: sp.Expr) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        if exponent < 0:
            if p.is_zero():
                raise InputError(
                    f"The equation {_short(self._equation)} = 0 divides by {_short(base)}, which is zero identically."
                )
            self.divisors.append(p)
            p, q, exponent = q, p, -exponent
        self._check_size(exponent * max(p.total_degree(), q.total_degree()))
        return p**exponent, q**exponent

    def _product(self, p: fmpq_mpoly, q: fmpq_mpoly) -> fmpq_mpoly:
        if not (p.is_zero() or q.is_zero()):
            self._check_size(p.total_degree() + q.total_degree())
        return p * q

    def _check_size(self, degree: int) -> None:
        n = len(self.unknowns)
        if math.comb(n + degree, n) > _LARGEST_EXPANSION:
            raise InputError(
                f"The equation {_short(self._equation)} = 0 expands to polynomials of degree {degree} in {n} "
                "unknowns, which is too large for exact solving."
            )


def _short(expression: sp.Expr) -> str:
    text = str(expression)
    return text if len(text) <= 60 else f"{text[:57]}..."
