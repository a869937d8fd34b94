"""Evaluation of a differential ring in the integers modulo a prime: a quick and one-sided test.

A homomorphism maps zero to zero, so what is not zero here is not zero in the ring.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import sympy as sp
from flint import nmod_mat
from sympy.polys.fields import FracElement
from sympy.polys.rings import PolyElement

from dynbench.invariants.algebra.differential_ring import DifferentialRing

__all__ = ["PRIME", "IndependentVectors", "ModularPoint"]

#: A safe prime: (PRIME - 1)/2 is prime too, so every odd root exists and is unique, and half of all square
#: roots.
PRIME = 9223372036854771239
_BASE = 1_000_003
_MOST_TRIES = 800


class ModularPoint:
    """A homomorphism from the polynomials in a ring's generators to the integers modulo `PRIME`.

    The values of states and constants are powers of a fixed number, whose exponents are cubes: in a geometric
    progression x^2 + y^2 + z^2 would be a square either at every try or at none. Those of functions satisfy the
    relations of the ring.

    Parameters
    ----------
    ring : DifferentialRing
        The ring.
    nonzero : iterable of polynomials
        What must not vanish at the point.
    number : int
        Which of the points: they differ in the states, and have the same constants.

    Raises
    ------
    ValueError
        If no point was found: one of `nonzero` is zero in the ring, or roots of many functions occur.
    """

    def __init__(self, ring: DifferentialRing, nonzero: Iterable[PolyElement] = (), number: int = 0) -> None:
        self._ring = ring
        nonzero = list(nonzero)
        for attempt in range(_MOST_TRIES * number, _MOST_TRIES * (number + 1)):
            if self._place(attempt) and all(self.value(p) for p in nonzero):
                return
        raise ValueError("found no point modulo the prime")

    @property
    def constants(self) -> list[int]:
        """The values of the ring's constants."""
        return self._values[len(self._values) - len(self._ring.constants) :]

    def value(self, polynomial: PolyElement) -> int:
        """The value of a polynomial in the generators."""
        return evaluate(polynomial.terms(), self._values)

    def ratio(self, element: FracElement) -> int:
        """The value of a fraction whose denominator does not vanish."""
        if not element.denom.is_one:
            return self.value(element.numer) * self._inverse(element.denom) % PRIME
        return self.value(element.numer)

    def _inverse(self, polynomial: PolyElement) -> int:
        if polynomial not in self._inverses:
            self._inverses[polynomial] = pow(self.value(polynomial), -1, PRIME)
        return self._inverses[polynomial]

    def _place(self, attempt: int) -> bool:
        """Choose the values; False where a root does not exist."""
        ring = self._ring
        fresh = (pow(_BASE, (1000 * attempt + k) ** 3, PRIME) for k in itertools.count(1))
        # The order of generators is (functions, states, constants); the relations refer only to later ones.
        constants = [pow(_BASE, (k + 1) ** 5, PRIME) for k in range(len(ring.constants))]
        self._inverses: dict[PolyElement, int] = {}
        self._values = [0] * len(ring.functions) + [next(fresh) for _ in ring.states] + constants
        half_tangents: dict[sp.Expr, int] = {}
        for i, function in reversed(list(enumerate(ring.functions))):
            value: int | None
            if isinstance(function, sp.sin | sp.cos):
                t = half_tangents.setdefault(function.args[0], next(fresh))
                numerator = 2 * t if isinstance(function, sp.sin) else 1 - t * t
                value = numerator * pow(1 + t * t, -1, PRIME) % PRIME
            elif function in ring.radicands:
                value = _root(self.ratio(ring.radicands[function]), int(function.exp.q))
            else:
                value = next(fresh)
            if value is None:
                return False
            self._values[i] = value
        return True


class IndependentVectors:
    """Collects vectors modulo `PRIME` that are linearly independent."""

    def __init__(self) -> None:
        self._rows: list[Sequence[int]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, vector: Sequence[int]) -> bool:
        """Collect `vector` if it is independent of those collected before, and say whether it is."""
        rows = [*self._rows, vector]
        independent = nmod_mat(len(rows), len(vector), [v for row in rows for v in row], PRIME).rank() == len(rows)
        if independent:
            self._rows = rows
        return independent


def evaluate(terms: Iterable[tuple[tuple[int, ...], sp.Rational]], values: Sequence[int]) -> int:
    """The value modulo `PRIME` of a polynomial given by (exponents, rational coefficient)."""
    total = 0
    for exponents, coefficient in terms:
        term, denominator = int(sp.QQ.numer(coefficient)), int(sp.QQ.denom(coefficient))
        if denominator != 1:
            term *= pow(denominator, -1, PRIME)
        for value, exponent in zip(values, exponents, strict=True):
            if exponent:
                term = term * (value if exponent == 1 else pow(value, exponent, PRIME)) % PRIME
        total += term
    return total % PRIME


def _root(value: int, degree: int) -> int | None:
    """A root modulo `PRIME`, or None where there is none."""
    while degree % 2 == 0:
        # Of the two square roots this one is a square itself, so that the next root exists.
        root = pow(value, (PRIME + 1) // 4, PRIME)
        if root * root % PRIME != value:
            return None
        value, degree = root, degree // 2
    return pow(value, pow(degree, -1, PRIME - 1), PRIME)
