"""Polynomials in |x_1|, ..., |x_n| that bound an expression on the whole space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import sympy as sp
from flint import arb

from dynbench.errors import InputError
from dynbench.verification.enclosure import WHOLE
from dynbench.verification.evaluation import Evaluator

__all__ = ["Majorant", "least_size", "majorise"]

Majorant = dict[tuple[int, ...], Fraction]
_MOST_TERMS = 3000


def majorise(e: sp.Expr, states: Sequence[sp.Symbol]) -> Majorant | None:
    """Exponents -> coefficients of a polynomial in the sizes of the states that bounds |e|; None where none is found.

    By the triangle inequality over sums, products, powers, Max, Min and case distinctions; what is bounded on the whole
    space (tanh, sin, 1/(1 + x^2), ...) by a constant.
    """
    one = (0,) * len(states)
    if e in states:
        return {tuple(int(e == s) for s in states): Fraction(1)}
    if e.is_Rational:
        return {one: abs(Fraction(int(e.p), int(e.q)))}
    bound = _constant_bound(e, states)
    if bound is not None:
        return {one: bound}
    if e.is_Add:
        return _fold(e.args, states, _plus)
    if e.is_Mul:
        return _fold(e.args, states, _times)
    if e.is_Pow and e.exp.is_Integer and 0 < e.exp <= 100:
        return _fold([e.base] * int(e.exp), states, _times)
    if isinstance(e, sp.Max | sp.Min):
        return _fold(e.args, states, _plus)
    if isinstance(e, sp.Abs):
        return majorise(e.args[0], states)
    if isinstance(e, sp.Piecewise):
        return _fold([value for value, _ in e.args], states, _plus)
    return None


def least_size(e: sp.Expr) -> Fraction:
    """A positive lower bound of |e| for a number; 0 where none is found."""
    (value,) = Evaluator([e], ()).values(())
    return _fraction(value.magnitude().lo) if value.finite else Fraction(0)


def _constant_bound(e: sp.Expr, states: Sequence[sp.Symbol]) -> Fraction | None:
    try:
        (value,) = Evaluator([e], states).values([WHOLE] * len(states))
    except InputError:
        return None
    return _fraction(value.mag) if value.finite else None


def _fraction(value: arb) -> Fraction:
    mantissa, exponent = value.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _fold(
    parts: Sequence[sp.Expr], states: Sequence[sp.Symbol], combine: Callable[[Majorant, Majorant], Majorant]
) -> Majorant | None:
    result: Majorant | None = None
    for part in parts:
        new = majorise(part, states)
        if new is None:
            return None
        result = new if result is None else combine(result, new)
        if len(result) > _MOST_TERMS:
            return None
    return result


def _plus(a: Majorant, b: Majorant) -> Majorant:
    return {k: a.get(k, Fraction(0)) + b.get(k, Fraction(0)) for k in {*a, *b}}


def _times(a: Majorant, b: Majorant) -> Majorant:
    result: Majorant = {}
    for i, c in a.items():
        for j, d in b.items():
            key = tuple(p + q for p, q in zip(i, j, strict=True))
            result[key] = result.get(key, Fraction(0)) + c * d
    return result
