"""Polynomial ideals over the rationals: Groebner bases, dimension, membership, saturation.

Ideals are given by their reduced Groebner basis in grevlex, a tuple of polynomials as in
`dynbench.symbolic.rational_equations`. The whole ring is ``(1,)``, the zero ideal ``()``.

References
----------
Becker and Weispfenning, Groebner Bases (Springer 1993): radical membership (section 6.2), dimension by
independent sets (section 9.3).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flint import fmpz_mpoly, fmpz_mpoly_vec

from dynbench.errors import ConvergenceError
from dynbench.symbolic.rational_equations import primitive, ring

__all__ = [
    "Basis",
    "Monomial",
    "block_basis",
    "contains",
    "grevlex",
    "groebner",
    "has_no_zero",
    "in_radical",
    "independent_variables",
    "leader",
    "saturate",
]

Basis = tuple[fmpz_mpoly, ...]
Monomial = tuple[int, ...]

#: Buchberger's algorithm is given up beyond this many polynomials, terms in one, or bits of a coefficient.
_MOST_POLYNOMIALS = 300
_MOST_TERMS = 3000
_MOST_BITS = 12000

#: One run with coefficients up to this many bits is tried first. Then it stops, to reduce what it has, after
#: so many new polynomials or where coefficients grow by this factor.
_FIRST_BITS = 1000
_NEW_POLYNOMIALS = 3
_GROWTH = 3

#: FLINT aborts the process where exponents outgrow a machine word; this leaves room for them to grow.
_LARGEST_EXPONENT = 2**44


def groebner(generators: Iterable[fmpz_mpoly], variables: int) -> Basis:
    """The reduced Groebner basis, in grevlex, of the ideal of these polynomials in this many variables.

    Computed by FLINT's implementation of Buchberger's algorithm. Where coefficients swell, it is run a few
    new polynomials at a time, and what it has is reduced in between (katsura-7 then takes 2 s instead of
    270 s). Between the runs the user can interrupt.

    Raises
    ------
    ConvergenceError
        If it grows too large.
    """
    nonzero = tuple(primitive(p) for p in generators if not p.is_zero())
    if any(p.is_constant() for p in nonzero):
        return (ring(variables).constant(1),)
    result, finished = _buchberger(nonzero, variables, _MOST_POLYNOMIALS, _FIRST_BITS)
    basis = _interreduced(result, variables) if finished else _groebner_in_steps(nonzero, variables)
    if not all(contains(basis, p, variables) for p in nonzero):
        raise ConvergenceError("A Groebner basis found by FLINT does not generate the equations.")
    return basis


def _groebner_in_steps(generators: Basis, variables: int) -> Basis:
    basis, growth, bits = _interreduced(generators, variables), _GROWTH, 0
    while bits < _MOST_BITS and len(basis) < _MOST_POLYNOMIALS:
        bits = min(growth * _longest_coefficient(basis) + 64, _MOST_BITS)
        result, finished = _buchberger(basis, variables, len(basis) + _NEW_POLYNOMIALS, bits)
        if finished:
            return _interreduced(result, variables)
        # Where it stops at a limit FLINT 3.6 may have dropped generators: keep those that it was given.
        reduced = _interreduced((*result, *basis), variables)
        growth, bits = (_GROWTH, 0) if reduced != basis else (2 * growth, bits)
        basis = reduced
    raise _too_large()


def _buchberger(generators: Basis, variables: int, length: int, bits: int) -> tuple[Basis, bool]:
    """What FLINT gets to within these limits, and whether that is a Groebner basis."""
    vector = fmpz_mpoly_vec(generators, ring(variables))
    found: Any = vector.buchberger_naive((length, _MOST_TERMS, bits))  # python-flint's type stubs are wrong
    return tuple(found[0]), bool(found[1])


def _interreduced(polynomials: Iterable[fmpz_mpoly], variables: int) -> Basis:
    """Generators of the same ideal, ascending; no leading monomial divides one in another element.

    Of a Groebner basis this makes the reduced one: a monomial is divided only by smaller ones.
    """
    pending = tuple(polynomials)
    while True:
        kept: Basis = ()
        for polynomial in sorted(pending, key=lambda p: grevlex(leader(p))):
            remainder = _remainder(polynomial, kept, variables)
            if not remainder.is_zero():
                kept = (*kept, primitive(remainder))
                if _longest_coefficient(kept[-1:]) > _MOST_BITS:
                    raise _too_large()
        leaders = [leader(p) for p in kept]
        # Where a remainder sorts before an earlier element, that one may be reducible by it.
        if leaders == sorted(leaders, key=grevlex):
            return kept
        pending = kept


def _remainder(polynomial: fmpz_mpoly, divisors: Basis, variables: int) -> fmpz_mpoly:
    """The remainder of division, up to a factor; no monomial of it is divisible by a leading monomial."""
    dividend: Any = polynomial  # python-flint's type stubs are wrong
    return dividend.reduction_primitive_part(fmpz_mpoly_vec(divisors, ring(variables))) if divisors else dividend


def _longest_coefficient(basis: Basis) -> int:
    return max((int(abs(c)).bit_length() for p in basis for c in p.coeffs()), default=0)


def _too_large() -> ConvergenceError:
    return ConvergenceError(
        f"A Groebner basis of the equations was given up: it grew beyond {_MOST_POLYNOMIALS} polynomials, "
        f"{_MOST_TERMS} terms in one of them or {_MOST_BITS} bits in a coefficient."
    )


def leader(polynomial: fmpz_mpoly) -> Monomial:
    """The exponents of the leading monomial."""
    return tuple(map(int, polynomial.monoms()[0]))


def grevlex(monomial: Sequence[int]) -> tuple[int, Monomial]:
    """A key that sorts monomials by grevlex."""
    return sum(monomial), tuple(-e for e in reversed(monomial))


def has_no_zero(basis: Basis) -> bool:
    """Whether the ideal is the whole ring, that is, there is no complex solution."""
    return len(basis) == 1 and bool(basis[0].is_constant())


def independent_variables(basis: Basis, variables: int) -> tuple[int, ...]:
    """A largest set of variables such that no leading monomial consists of these alone.

    Their number is the dimension of the solution set. They are independent: no polynomial in these alone is
    in the ideal, and for almost all values given to them finitely many solutions remain.

    Raises
    ------
    ValueError
        If there is no solution, so that there is no such set.
    """
    supports = [{i for i, e in enumerate(leader(p)) if e} for p in basis]
    for size in range(variables, -1, -1):
        for chosen in itertools.combinations(range(variables), size):
            if not any(support <= set(chosen) for support in supports):
                return chosen
    raise ValueError("The ideal is the whole ring: its solution set is empty and has no dimension.")


def contains(basis: Basis, polynomial: fmpz_mpoly, variables: int) -> bool:
    """Whether `polynomial` is in the ideal."""
    return bool(polynomial.is_zero() or _remainder(polynomial, basis, variables).is_zero())


def in_radical(basis: Basis, polynomial: fmpz_mpoly, variables: int) -> bool:
    """Whether `polynomial` vanishes at every complex solution."""
    if contains(basis, polynomial, variables):
        return True
    return has_no_zero(groebner(_with_inverse(basis, polynomial, variables), variables + 1))


def saturate(basis: Basis, polynomial: fmpz_mpoly, variables: int) -> Basis:
    """The ideal quotient by all powers of `polynomial`.

    Its solutions are the closure of those at which `polynomial` does not vanish; off the zeros of
    `polynomial` they keep their multiplicities.
    """
    if has_no_zero(groebner((*basis, polynomial), variables)):
        return basis
    eliminated = block_basis(_with_inverse(basis, polynomial, variables), variables + 1, (variables,))
    return tuple(_renamed(p, lambda m: m[:-1], variables) for p in eliminated if not p.degrees()[-1])


def block_basis(generators: Iterable[fmpz_mpoly], variables: int, block: Sequence[int]) -> Basis:
    """A Groebner basis for the order that compares the variables of `block` first, then the others.

    Both parts are compared by grevlex. python-flint knows no block orders: here every variable of the block
    is replaced by a high power of a new one, such that grevlex itself compares the block first as long as
    degrees stay below a bound. If every element of the result has the same leading monomial in both orders
    then it is a Groebner basis for both: the monomials below the two staircases are bases of the same
    quotient, one set within the other, hence equal. Otherwise the bound is raised.

    Raises
    ------
    ConvergenceError
        If the basis or its degrees grow too large.
    """
    generators = tuple(generators)
    order = [*(i for i in range(variables) if i not in block), *block]
    first = variables - len(block)
    bound = 2 * max((int(p.total_degree()) for p in generators), default=0) + 2
    while bound ** (len(block) + 2) < _LARGEST_EXPONENT:
        powers = _block_powers(bound, first, len(block))
        weighted = groebner((_inflated(p, order, powers) for p in generators), variables)
        if all(leader(p) == max(_monomials(p), key=lambda m: _block_key(m, first)) for p in weighted):
            return tuple(_deflated(p, order, powers) for p in weighted)
        bound *= 2
    raise ConvergenceError(f"A Groebner basis of the equations was given up: its degrees grew beyond {bound}.")


def _block_powers(bound: int, first: int, size: int) -> list[int]:
    """The powers that replace the variables, those of the block from `first` on.

    The weight of a monomial of the block is bound (bound^size degree - sum_j bound^j exponent_j). For degrees
    below the bound this is larger for monomials that are larger in grevlex, and different ones differ by
    more than the degree in the other variables.
    """
    return [1] * first + [bound * (bound**size - bound**j) for j in range(size)]


def _inflated(polynomial: fmpz_mpoly, order: Sequence[int], powers: Sequence[int]) -> fmpz_mpoly:
    """The polynomial with its variables in `order`, the k-th replaced by its power powers[k]."""
    return _renamed(polynomial, lambda m: (m[i] * power for i, power in zip(order, powers, strict=True)), len(order))


def _deflated(polynomial: fmpz_mpoly, order: Sequence[int], powers: Sequence[int]) -> fmpz_mpoly:
    """The inverse of `_inflated`."""
    positions = [order.index(i) for i in range(len(order))]
    return _renamed(polynomial, lambda m: (m[k] // powers[k] for k in positions), len(order))


def _block_key(monomial: Monomial, first: int) -> tuple[object, object]:
    return grevlex(monomial[first:]), grevlex(monomial[:first])


def _monomials(polynomial: fmpz_mpoly) -> list[Monomial]:
    return [tuple(map(int, m)) for m in polynomial.monoms()]


def _renamed(polynomial: fmpz_mpoly, rename: Callable[[Monomial], Iterable[int]], variables: int) -> fmpz_mpoly:
    """The polynomial with new exponents, in the ring of this many variables."""
    return ring(variables).from_dict({tuple(rename(m)): c for m, c in polynomial.to_dict().items()})


def _with_inverse(basis: Basis, polynomial: fmpz_mpoly, variables: int) -> Basis:
    """`basis` and 1 - t * `polynomial`, t a new variable: what is left where `polynomial` is not zero."""
    lifted = [_renamed(p, lambda m: (*m, 0), variables + 1) for p in (*basis, polynomial)]
    return (*lifted[:-1], 1 - ring(variables + 1).gens()[-1] * lifted[-1])
