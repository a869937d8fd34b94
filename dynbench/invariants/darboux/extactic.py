"""Polynomials p with F . grad p = K p, by the extactic determinant on a line.

Let v be a vector of the monomials to a degree, and X = F . grad. Where p = c . v is such a polynomial, every X^i p is a
multiple of p, so on p = 0 the rows X^i v annihilate c, and p divides every minor of them: the first of these is the
extactic. Two minors on one line have a common divisor which holds hardly more than these polynomials. It is worked out
modulo a prime, without ever writing down a determinant in several variables; where it is 1 there is no polynomial.
Else its roots over the rationals are points on p = 0, and c is what the rows at such a point annihilate. Every
polynomial is divided out in the end, so nothing rests on the prime; a prime or line of ill luck may only hide one.

References
----------
J. V. Pereira, Vector fields, invariant varieties and linear systems, Ann. Inst. Fourier 51 (2001) 1385-1405.
G. Cheze, Computation of Darboux polynomials and rational first integrals with bounded degree in polynomial time,
J. Complexity 27 (2011) 246-262.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from flint import (
    fmpq,
    fmpq_mat,
    fmpq_mpoly_ctx,
    fmpq_poly,
    fmpz_mod_ctx,
    fmpz_mod_mat,
    fmpz_mod_poly_ctx,
    fmpz_poly,
    nmod_mat,
    nmod_poly,
)

from dynbench.invariants.algebra.modular import PRIME
from dynbench.invariants.method import Limits

__all__ = ["largest_degree", "rational_darboux_polynomials"]

Exponents = tuple[int, ...]
#: A polynomial in the states with rational coefficients.
Polynomial = Mapping[Exponents, fmpq]

#: Tried in turn until the common divisor can be read as one over the rationals. 2^521 - 1 and so on are prime.
_PRIMES = (PRIME, 2**127 - 1, 2**521 - 1, 2**2203 - 1)
#: The bits of a prime that must be left over, for a fraction read from a residue to be no accident.
_SPARE_BITS = 24
_MOST_MONOMIALS = 34
_HIGHEST_MINOR = 800


def largest_degree(states: int, rate: int, most: int) -> int:
    """The largest degree, at most `most`, for which minors on a line stay within bounds; 0 where there is none.

    Parameters
    ----------
    states : int
        The dimension.
    rate : int
        The degree of the right-hand side.
    most : int
        The degree wished for.
    """
    return max(
        (
            d
            for d in range(1, most + 1)
            if math.comb(states + d, d) <= _MOST_MONOMIALS + 1 and _minor_degree(states, d, rate) <= _HIGHEST_MINOR
        ),
        default=0,
    )


def rational_darboux_polynomials(
    rates: Sequence[Polynomial], degree: int, limits: Limits
) -> tuple[list[dict[Exponents, fmpq]], list[dict[Exponents, fmpq]]]:
    """Irreducible polynomials p with rational coefficients that divide F . grad p, to a degree.

    Parameters
    ----------
    rates : sequence of polynomials
        F, exponents -> coefficient, one for each state.
    degree : int
        The degree that is searched, or the largest below it to which there are finitely many.
    limits : Limits
        The time.

    Returns
    -------
    finitely_many : list
        All to that degree.
    members : list
        Some of the next degree, if it is not above `degree`: of that one there are infinitely many.
    """
    for total in range(degree, 0, -1):
        divisor = _common_divisor(rates, total, limits)
        if divisor is not None:
            break
    else:
        total, divisor = 0, fmpq_poly([1])
    found: list[dict[Exponents, fmpq]] = []
    factors = [factor for factor, _ in divisor.numer().factor()[1] if factor.degree() <= total]
    # An irreducible polynomial may factor on the line, though few do: products are tried of what is left.
    for size in range(1, total + 1):
        for chosen in itertools.combinations(factors, size):
            limits.check()
            product = math.prod(chosen[1:], start=chosen[0])
            if product.degree() <= total and all(factor in factors for factor in chosen):
                polynomials = list(_through(rates, product, product.degree()))
                found += polynomials
                factors = [factor for factor in factors if not polynomials or factor not in chosen]
    members = [] if total == degree else list(_through(rates, fmpz_poly([-1, 1]), total + 1))
    return found, [p for p in members if max(map(sum, p)) > total and _is_irreducible(p)]


def _divides_its_rate(p: Polynomial, rates: Sequence[Polynomial]) -> bool:
    context = fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(rates))], "lex")
    polynomial = context.from_dict(dict(p))
    terms = (polynomial.derivative(j) * context.from_dict(dict(rate)) for j, rate in enumerate(rates))
    return divmod(sum(terms, context.constant(0)), polynomial)[1] == 0


def _is_irreducible(p: Polynomial) -> bool:
    context = fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(next(iter(p))))], "lex")
    factors = context.from_dict(dict(p)).factor()[1]
    return len(factors) == 1 and factors[0][1] == 1


def _monomials(states: int, degree: int) -> list[Exponents]:
    """Those of degree 0 to `degree`, by degree."""
    every = itertools.product(range(degree + 1), repeat=states)
    return sorted((e for e in every if sum(e) <= degree), key=lambda e: (sum(e), e))


def _minor_degree(states: int, degree: int, rate: int) -> int:
    """A bound for the degree on a line of the minor of rows 1 to B - 1 and B + 1."""
    columns = sum(k * math.comb(states + k - 1, k) for k in range(1, degree + 1))
    size = math.comb(states + degree, degree) - 1
    return columns + max(rate - 1, 0) * (size * (size + 1) // 2 + 1)


@dataclass(frozen=True)
class _Arithmetic:
    """Polynomials in t, modulo a prime or a polynomial."""

    polynomial: Callable[[Sequence[fmpq]], Any]
    reduced: Callable[[Any], Any] = lambda element: element


def _line(state: int) -> list[fmpq]:
    """A state as a function of t on a line in no special position."""
    return [fmpq(state + 2), fmpq(int(sp.prime(2 * state + 7)) * (-1) ** state)]


def _rows(
    rates: Sequence[Polynomial], monomials: Sequence[Exponents], order: int, arithmetic: _Arithmetic
) -> list[list[Any]]:
    """Taylor coefficients 0 to `order` of the monomials along the solution that starts on the line: X^i v / i!."""
    n = len(rates)
    units = [tuple(int(i == j) for i in range(n)) for j in range(n)]
    constant, needed = (0,) * n, set(monomials) | {e for rate in rates for e in rate}
    for e in sorted(needed, key=sum, reverse=True):
        while sum(e) > 1:
            e = _parent(e)[0]
            needed.add(e)
    products = [(e, *_parent(e)) for e in sorted(needed, key=sum) if sum(e) > 1]
    zero, reduced = arithmetic.polynomial([]), arithmetic.reduced
    factors = [[(arithmetic.polynomial([c]), e) for e, c in rate.items()] for rate in rates]
    series: dict[Exponents, list[Any]] = {e: [] for e in {*needed, *units, constant}}
    for i in range(order + 1):
        series[constant].append(arithmetic.polynomial([fmpq(1)]) if i == 0 else zero)
        step = arithmetic.polynomial([fmpq(1, max(i, 1))])
        for j, unit in enumerate(units):
            change = sum((c * series[e][i - 1] for c, e in factors[j]), zero) * step if i else None
            series[unit].append(reduced(arithmetic.polynomial(_line(j)) if change is None else change))
        for e, parent, j in products:
            p, q = series[parent], series[units[j]]
            series[e].append(reduced(sum((p[a] * q[i - a] for a in range(i + 1)), zero)))
    return [[series[e][i] for e in monomials] for i in range(order + 1)]


def _parent(e: Exponents) -> tuple[Exponents, int]:
    """A monomial of degree one less, and the state that it lacks."""
    j = next(j for j, power in enumerate(e) if power)
    return tuple(power - (i == j) for i, power in enumerate(e)), j


def _common_divisor(rates: Sequence[Polynomial], degree: int, limits: Limits) -> fmpq_poly | None:
    """The squarefree common divisor of two minors on the line; None where the first is zero.

    1 where no prime of the list suffices to read it.
    """
    for prime in _PRIMES:
        divisor = _modulo(rates, degree, prime, limits)
        if divisor is None:
            return None
        fractions = [_fraction(int(c), prime) for c in divisor.coeffs()]
        if None not in fractions:
            return fmpq_poly([c for c in fractions if c is not None])
    return fmpq_poly([1])


def _modulo(rates: Sequence[Polynomial], degree: int, prime: int, limits: Limits) -> Any | None:
    """The squarefree common divisor, monic, modulo a prime."""
    n, polynomial = len(rates), _polynomials_modulo(prime)
    monomials = _monomials(n, degree)[1:]
    size = len(monomials)
    arithmetic = _Arithmetic(lambda coefficients: polynomial([_residue(c, prime) for c in coefficients]))
    rows = _rows(rates, monomials, size + 1, arithmetic)
    count = _minor_degree(n, degree, max(sum(e) for rate in rates for e in (*rate, (0,)))) + 1
    values: tuple[list[int], list[int]] = ([], [])
    for t in range(count):
        limits.check()
        *common, last, other = [[int(entry(t)) for entry in row] for row in rows[1:]]
        for chosen, minor in zip((last, other), values, strict=True):
            entries = [entry for row in (*common, chosen) for entry in row]
            minor.append(_determinant(entries, size, prime))
    first, second = (_interpolated(minor, prime, polynomial) for minor in values)
    if not first:
        return None
    divisor = first.gcd(second)
    slope = divisor.derivative()
    divisor = divisor // divisor.gcd(slope) if slope else divisor
    return divisor * polynomial([pow(int(divisor.leading_coefficient()), -1, prime)])


def _polynomials_modulo(prime: int) -> Callable[[list[int]], Any]:
    if prime < 2**64:
        return lambda coefficients: nmod_poly(coefficients, prime)
    context = fmpz_mod_poly_ctx(fmpz_mod_ctx(prime))
    return lambda coefficients: context(list(coefficients))


def _determinant(entries: list[int], size: int, prime: int) -> int:
    if prime < 2**64:
        return int(nmod_mat(size, size, entries, prime).det())
    return int(fmpz_mod_mat(size, size, entries, fmpz_mod_ctx(prime)).det())


def _interpolated(values: list[int], prime: int, polynomial: Callable[[list[int]], Any]) -> Any:
    """The polynomial with these values at 0, 1, 2, ..., by Newton's forward differences."""
    differences, row = [], values
    while row:
        differences.append(row[0])
        row = [(b - a) % prime for a, b in itertools.pairwise(row)]
    inverses = itertools.accumulate((pow(k, -1, prime) for k in range(1, len(values))), lambda p, q: p * q % prime)
    scaled = [d * factor % prime for d, factor in zip(differences, (1, *inverses), strict=True)]
    result = polynomial([])
    for k in reversed(range(len(scaled))):
        result = result * polynomial([-k % prime, 1]) + polynomial([scaled[k]])
    return result


def _residue(c: fmpq, prime: int) -> int:
    return int(c.p) * pow(int(c.q), -1, prime) % prime


def _fraction(residue: int, prime: int) -> fmpq | None:
    """The fraction of few digits with this residue, by Euclid's algorithm; None where it has many."""
    bound = math.isqrt(prime)
    a, b, s, t = prime, residue, 0, 1
    while b > bound:
        quotient = a // b
        a, b, s, t = b, a - quotient * b, t, s - quotient * t
    if not t or abs(t).bit_length() + b.bit_length() + _SPARE_BITS > prime.bit_length():
        return None
    return fmpq(b, t)


def _through(rates: Sequence[Polynomial], factor: fmpz_poly, degree: int) -> Iterator[dict[Exponents, fmpq]]:
    """The polynomials of a degree that vanish on the solution through the point of the line where factor(t) = 0."""
    n, modulus = len(rates), fmpq_poly(factor)
    monomials = _monomials(n, degree)
    arithmetic = _Arithmetic(lambda coefficients: fmpq_poly(list(coefficients)), lambda element: element % modulus)
    rows = _rows(rates, monomials, len(monomials), arithmetic)
    # An equation over QQ(t)/factor(t) for rational unknowns is one for each power of t.
    powers = range(factor.degree())
    equations = [[entry[power] for entry in row] for row in rows for power in powers]
    reduced, rank = fmpq_mat(equations).rref()
    pivots = [next(k for k in range(len(monomials)) if reduced[i, k]) for i in range(rank)]
    for free in (k for k in range(len(monomials)) if k not in pivots):
        p = {monomials[k]: -reduced[i, free] for i, k in enumerate(pivots) if reduced[i, free]} | {
            monomials[free]: fmpq(1)
        }
        if _divides_its_rate(p, rates):
            yield p
