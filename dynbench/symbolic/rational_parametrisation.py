"""The solutions of a zero-dimensional system as rational functions of the roots of one polynomial.

References
----------
Rouillier (1999), Solving zero-dimensional systems through the rational univariate representation, Applicable
Algebra in Engineering, Communication and Computing 9:433-461.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flint
import sympy as sp
from flint import arb, arb_poly, fmpq, fmpq_mat, fmpq_poly, fmpz_mpoly, fmpz_poly

from dynbench.symbolic.quotient_algebra import QuotientAlgebra, reduced_modulo

__all__ = ["Parametrisation", "parametrise"]

Exact = tuple[sp.Expr, ...]

#: Radicals of longer rationals (bits of numerator and denominator together) are not worth reading.
_LONGEST = 256


@dataclass(frozen=True, eq=False)
class Parametrisation:
    """The solutions as x_i = numerators[i](t) / denominator(t) at the roots t of the factors.

    The roots are the values of a linear form with rational coefficients that differ from solution to
    solution, so real roots belong to real solutions and only to those.

    Attributes
    ----------
    factors : tuple of (irreducible polynomial, multiplicity)
        Each root of a factor is one solution, of that multiplicity in the ideal.
    denominator : polynomial
        It vanishes at no root of the factors.
    numerators : tuple of polynomials
        One a variable.
    """

    factors: tuple[tuple[fmpz_poly, int], ...]
    denominator: fmpq_poly
    numerators: tuple[fmpq_poly, ...]

    def real_points(self, factor: fmpz_poly, precision: int) -> list[tuple[arb, ...]]:
        """The real solutions of a factor, each coordinate x in a ball of radius max(1, |x|) 2^-precision."""
        constants = [self._constant(numerator, factor) for numerator in self.numerators]
        tolerance = arb(2) ** -precision
        working = precision + 32
        while True:
            with flint.ctx.workprec(working):
                # FLINT recognises real roots: the imaginary part of their enclosure is the exact number 0.
                isolated: list[Any] = factor.complex_roots()
                roots = [root.real for root, _ in isolated if root.imag.is_zero()]
                points = [self._at(root, constants) for root in roots]
                if all(x.rad() <= tolerance * x.abs_lower().max(arb(1)) for point in points for x in point):
                    return points
            working *= 2

    def exact_points(
        self, factor: fmpz_poly, points: Sequence[Sequence[arb]], equations: Sequence[fmpz_mpoly]
    ) -> list[Exact | None]:
        """For each of the `points` of a factor its coordinates in short radicals, where that can be.

        All of them must be at most quadratic over the rationals. They are found modulo the factor, that is,
        exactly and for all its roots at once, and count only if the `equations` vanish there identically.
        The ball of a point says which of two conjugates a coordinate is.
        """
        unknown: list[Exact | None] = [None] * len(points)
        degree = factor.degree()
        if not points or degree & (degree - 1) or degree > 2 ** len(self.numerators):
            return unknown  # n quadratic numbers generate a field of degree 2^k, k <= n
        modulus = fmpq_poly(factor)
        inverse = self.denominator.xgcd(modulus)[1]
        elements = [numerator * inverse % modulus for numerator in self.numerators]
        quadratics = [q for q in (_quadratic(element, modulus) for element in elements) if q is not None]
        if len(quadratics) < len(elements) or not all(_vanishes(p, elements, modulus) for p in equations):
            return unknown
        return [_in_radicals(quadratics, point) for point in points]

    def _constant(self, numerator: fmpq_poly, factor: fmpz_poly) -> fmpq | None:
        """The value of a coordinate that is one and the same rational number at all roots of the factor."""
        modulus = fmpq_poly(factor)
        numerator, denominator = numerator % modulus, self.denominator % modulus
        value = numerator[denominator.degree()] / denominator.leading_coefficient()
        return value if numerator == value * denominator else None

    def _at(self, root: arb, constants: Sequence[fmpq | None]) -> tuple[arb, ...]:
        denominator = arb_poly(self.denominator)(root)
        return tuple(
            arb_poly(numerator)(root) / denominator if constant is None else arb(constant)
            for numerator, constant in zip(self.numerators, constants, strict=True)
        )


def parametrise(algebra: QuotientAlgebra) -> Parametrisation:
    """Rouillier's rational univariate representation.

    With a separating form u, d distinct solutions and the squarefree part c of the characteristic
    polynomial of u, the function h is g_h(u) / g_1(u) at the solutions, where g_h is the polynomial part of
    c(T) * sum_k trace(h u^k) T^(-k-1).
    """
    rows = _trace_rows(algebra, _separating_form(algebra))
    characteristic = _from_power_sums([row[0, 0] for row in rows[1:]])
    factors = tuple((factor, multiplicity) for factor, multiplicity in characteristic.numer().factor()[1])
    squarefree = math.prod((fmpq_poly(factor) for factor, _ in factors), start=fmpq_poly([1]))
    squarefree /= squarefree.leading_coefficient()
    degree = squarefree.degree()
    rows = rows[:degree]

    def polynomial_part(traces: Sequence[fmpq]) -> fmpq_poly:
        return (squarefree * fmpq_poly(list(reversed(traces)))).right_shift(degree)

    coordinates = [algebra.coordinates(i) for i in range(algebra.variables)]
    return Parametrisation(
        factors,
        polynomial_part([row[0, 0] for row in rows]),
        tuple(polynomial_part([(row * x)[0, 0] for row in rows]) for x in coordinates),
    )


def _separating_form(algebra: QuotientAlgebra) -> fmpq_mat:
    """Multiplication by a linear form that takes different values at different solutions.

    The number of its values is the degree of the squarefree part of its characteristic polynomial. That
    degree modulo a prime is a lower bound for it, and the rank of the trace form an upper one, so equality
    is a proof. For two different solutions at most n - 1 values of k give sum_i k^i x_i the same value at
    both: the search ends.
    """
    n = algebra.variables
    units = (tuple(int(i == j) for j in range(n)) for i in range(n))
    generic = (tuple(k**i for i in range(n)) for k in itertools.count(1))
    for weights in itertools.chain(units, generic):
        terms = zip(weights, algebra.multiplication, strict=True)
        form = functools.reduce(fmpq_mat.__add__, (matrix * fmpq(w) for w, matrix in terms))
        reduced = reduced_modulo(form, algebra.prime)
        assert reduced is not None, "the prime divides no denominator"
        values = reduced.charpoly()
        if values.degree() - values.gcd(values.derivative()).degree() == algebra.distinct:
            return form
    raise AssertionError("unreachable: the linear forms tried have no end")


def _trace_rows(algebra: QuotientAlgebra, form: fmpq_mat) -> list[fmpq_mat]:
    """For k = 0 ... D the row vector that maps an element h of the algebra to the trace of h times form^k."""
    rows = [algebra.traces]
    for _ in range(algebra.dimension):
        rows.append(rows[-1] * form)
    return rows


def _from_power_sums(sums: Sequence[fmpq]) -> fmpq_poly:
    """The monic polynomial whose roots have these power sums, by Newton's identities."""
    coefficients = [fmpq(1)]
    for k in range(1, len(sums) + 1):
        coefficients.append(-sum((coefficients[k - i] * sums[i - 1] for i in range(1, k + 1)), fmpq(0)) / k)
    return fmpq_poly(coefficients[::-1])


def _quadratic(element: fmpq_poly, modulus: fmpq_poly) -> tuple[fmpq, fmpq] | None:
    """(m, d) with (element - m)^2 = d, d = 0 for a rational element; None if it is not at most quadratic."""
    if element.degree() <= 0:
        return element[0], fmpq(0)
    square = element * element % modulus
    mean = square[element.degree()] / element[element.degree()] / 2
    constant = square - 2 * mean * element
    return (mean, constant[0] + mean**2) if constant.degree() <= 0 else None


def _vanishes(polynomial: fmpz_mpoly, values: Sequence[fmpq_poly], modulus: fmpq_poly) -> bool:
    """Whether the polynomial is zero at these elements of the field of the modulus."""
    total = fmpq_poly([0])
    for exponents, coefficient in polynomial.to_dict().items():
        term = fmpq_poly([int(coefficient)])
        for value, exponent in zip(values, exponents, strict=True):
            for _ in range(int(exponent)):
                term = term * value % modulus
        total += term
    return bool(total.is_zero())


def _in_radicals(quadratics: Sequence[tuple[fmpq, fmpq]], point: Sequence[arb]) -> Exact | None:
    """The numbers m + sqrt(d) or m - sqrt(d) in the balls of a point; None if one is long or not decided."""
    exact: list[sp.Expr] = []
    for (mean, square), x in zip(quadratics, point, strict=True):
        with flint.ctx.workprec(_LONGEST):
            offset = x - arb(mean)
        if _bits(mean) + _bits(square) > _LONGEST or (square and offset.contains(0)):
            return None
        root = sp.sqrt(_rational(square))
        exact.append(_rational(mean) + (root if not square or offset > 0 else -root))
    return tuple(exact)


def _bits(value: fmpq) -> int:
    return int(value.p).bit_length() + int(value.q).bit_length()


def _rational(value: fmpq) -> sp.Rational:
    return sp.Rational(int(value.p), int(value.q))
