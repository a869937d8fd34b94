"""That no fixed point lies outside a box.

Two arguments, combined. Dominance: for positive integers s_i let B(M) be the box |x_i| <= M^s_i. If on its face
|x_i| = M^s_i one term a x_i^d of an equation is larger than a bound of all its other terms, there is no zero on that
face; if that is so for every face and every M >= m, there is none outside B(m), as each point outside lies on a face of
such a box. With the bound sum c_k M^w_k and all w_k <= d s_i the difference has one change of sign in M (Descartes).
Propagation: an equation 0 = a x_j + g(x) puts x_j into -g(B)/a, for any box B that holds all zeros, also an unbounded
one. What then is left around the stated box is cut up.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import sympy as sp
from flint import arb, ctx, fmpq

from dynbench.verification.declaration import Declared
from dynbench.verification.enclosure import EMPTY, Enclosure, meet
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.majorants import Majorant, least_size, majorise
from dynbench.verification.points import REGION_BITS
from dynbench.verification.regions import Found, search
from dynbench.verification.zeros import Box

__all__ = ["nothing_outside", "outer_box"]

_WEIGHTS, _WEIGHTED_STATES = 3, 4
_ROUNDS = 80
_BUDGET = 6000


class _Term(NamedTuple):
    """A power of one state: |coefficient| >= size, and `rest` bounds the other terms of its equation."""

    state: int
    degree: int
    size: Fraction
    rest: Majorant


def nothing_outside(system: Declared, box: Box) -> bool:
    """Whether it is shown that every fixed point lies in a closed box."""
    with ctx.workprec(REGION_BITS):
        around = outer_box(system)
        if around is None:
            return True
        if not all(side.finite for side in around):
            return False
        return all(search(system, slab, [], budget=_BUDGET) is Found.NOTHING_ELSE for slab in _slabs(around, box))


def outer_box(system: Declared) -> Box | None:
    """A box, perhaps unbounded, that holds every fixed point; None where there is shown to be none at all."""
    equations = [sp.expand(g, power_exp=False, power_base=False, log=False) for g in system.residual]
    return _propagated(equations, system.states, _dominated(equations, system.states))


def _slabs(around: Box, box: Box) -> Iterator[Box]:
    """The part of `around` that lies outside `box`, as boxes."""
    rest = list(around)
    for axis, (outer, inner) in enumerate(zip(around, box, strict=True)):
        if outer.lo < inner.lo:
            yield tuple(Enclosure(outer.lo, inner.lo.min(outer.hi)) if j == axis else s for j, s in enumerate(rest))
        if outer.hi > inner.hi:
            yield tuple(Enclosure(inner.hi.max(outer.lo), outer.hi) if j == axis else s for j, s in enumerate(rest))
        rest[axis] = Enclosure(outer.lo.max(inner.lo), outer.hi.min(inner.hi))
        if rest[axis].lo > rest[axis].hi:
            return


def _dominated(equations: Sequence[sp.Expr], states: Sequence[sp.Symbol]) -> Box:
    """The smallest box B(m) that dominance gives; the whole space where it gives none."""
    terms = [term for e in equations for term in _pure_powers(e, states)]
    faces = [[t for t in terms if t.state == i] for i in range(len(states))]
    best: tuple[Fraction, ...] | None = None
    for weights in _weights(len(states)):
        sizes = [[m for t in face if (m := _threshold(t, weights)) is not None] for face in faces]
        if all(sizes):
            m = max(map(min, sizes))
            sides = tuple(m**s for s in weights)
            if best is None or math.prod(sides) < math.prod(best):
                best = sides
    if best is None:
        return tuple(Enclosure(-arb.pos_inf(), arb.pos_inf()) for _ in states)
    bounds = [arb(fmpq(b.numerator, b.denominator)).upper() for b in best]
    return tuple(Enclosure(-b, b) for b in bounds)


def _weights(n: int) -> Iterator[tuple[int, ...]]:
    if n > _WEIGHTED_STATES:
        yield (1,) * n
    else:
        yield from (w for w in itertools.product(range(1, _WEIGHTS + 1), repeat=n) if math.gcd(*w) == 1)


def _pure_powers(equation: sp.Expr, states: Sequence[sp.Symbol]) -> Iterator[_Term]:
    for term in sp.Add.make_args(equation):
        coefficient, variable = term.as_independent(*states, as_Add=False)
        base, exponent = variable.as_base_exp()
        if base in states and exponent.is_Integer and exponent > 0:
            rest = majorise(equation - term, states)
            if rest is not None:
                yield _Term(states.index(base), int(exponent), least_size(coefficient), rest)


def _threshold(term: _Term, weights: Sequence[int]) -> Fraction | None:
    """A size from which on the term is larger than the rest; None where there is none."""
    top = term.degree * weights[term.state]
    polynomial = {top: term.size}
    for exponents, c in term.rest.items():
        w = sum(e * s for e, s in zip(exponents, weights, strict=True))
        polynomial[w] = polynomial.get(w, Fraction(0)) - c
    if max(polynomial) > top or polynomial[top] <= 0:
        return None
    if all(c == 0 for w, c in polynomial.items() if w != top):
        return Fraction(1, 2**20)
    low, high = Fraction(0), Fraction(1)
    while not _positive(polynomial, high):
        if high > 2**200:
            return None
        low, high = high, 2 * high
    while high - low > high / 10**4:
        middle = Fraction(float((low + high) / 2))
        low, high = (low, middle) if _positive(polynomial, middle) else (middle, high)
    return high


def _positive(polynomial: dict[int, Fraction], m: Fraction) -> bool:
    return sum(c * m**w for w, c in polynomial.items()) > 0


def _propagated(equations: Sequence[sp.Expr], states: Sequence[sp.Symbol], box: Box) -> Box | None:
    """A box that holds all zeros, shrunk; None where there is shown to be none."""
    solved = [pair for e in equations for pair in _solved(e, states)]
    evaluator = Evaluator([e for _, e in solved], states)
    sides = list(box)
    for _ in range(_ROUNDS):
        before = [side.hi - side.lo for side in sides]
        values = evaluator.values(sides)
        for (j, _), value in zip(solved, values, strict=True):
            sides[j] = meet(sides[j], value)
            if sides[j] is EMPTY:
                return None
        after = [side.hi - side.lo for side in sides]
        if all(s.finite for s in sides) and not any(b < 0.98 * a for a, b in zip(before, after, strict=True)):
            break
    return tuple(sides)


def _solved(equation: sp.Expr, states: Sequence[sp.Symbol]) -> Iterator[tuple[int, sp.Expr]]:
    """Pairs (j, e) with x_j = e wherever the equation is 0."""
    for term in sp.Add.make_args(equation):
        coefficient, variable = term.as_independent(*states, as_Add=False)
        if variable in states and least_size(coefficient) > 0:
            rest = sp.expand((term - equation) / coefficient, power_exp=False, power_base=False, log=False)
            yield states.index(variable), rest
