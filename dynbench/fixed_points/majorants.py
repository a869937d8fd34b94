"""Polynomials in |x_1|, ..., |x_n| that bound an expression from above, with exact rational coefficients."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from functools import reduce

import numpy as np
import sympy as sp

from dynbench.errors import ModelError
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.kernels import BallKernel, IntervalKernel

__all__ = ["Majorant", "NoMajorant", "magnitude", "majorant"]

#: Exponents of the |x_i| -> coefficient.
Majorant = dict[tuple[int, ...], Fraction]

#: Pieces of [-1, 1] on which a rational function of one variable is enclosed.
_PIECES = 256


class NoMajorant(Exception):
    """Raised inside this package for a part of an expression that no polynomial was found to bound."""

    def __init__(self, part: sp.Expr) -> None:
        super().__init__(str(part))
        self.part = part


def majorant(expression: sp.Expr, states: tuple[sp.Symbol, ...]) -> Majorant:
    """A polynomial P with |expression| <= P(|x_1|, ..., |x_n|) wherever the expression is defined.

    Parameters
    ----------
    expression : sympy expression
        In the real symbols `states` only.
    states : tuple of sympy symbols
        The variables.

    Raises
    ------
    NoMajorant
        If a part grows faster than a polynomial, or has a pole, or cannot be seen not to.
    """
    n = len(states)
    if expression.is_number:
        return {(0,) * n: magnitude(expression)[1]}
    if expression in states:
        return {tuple(int(expression == state) for state in states): Fraction(1)}
    if expression.is_Add:
        return _sum(majorant(term, states) for term in expression.args)
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        return reduce(_times, [majorant(expression.base, states)] * int(expression.exp))
    if isinstance(expression, sp.Abs):
        return majorant(expression.args[0], states)
    if expression.is_Mul:
        groups = _by_variable(expression)
        if len(groups) > 1:
            return reduce(_times, (majorant(group, states) for group in groups))
    bound = _bound(expression)
    if bound is not None:
        return {(0,) * n: bound}
    if expression.is_Mul:
        return reduce(_times, (majorant(factor, states) for factor in expression.args))
    if isinstance(expression, sp.Max | sp.Min):
        return _sum(majorant(argument, states) for argument in expression.args)
    if isinstance(expression, sp.Piecewise):
        return _sum(majorant(value, states) for value, _ in expression.args)
    raise NoMajorant(expression)


def magnitude(number: sp.Expr) -> tuple[Fraction, Fraction]:
    """Rational bounds below and above |number|, equal where it is rational."""
    if number.is_Rational:
        exact = abs(Fraction(int(number.p), int(number.q)))
        return exact, exact
    (ball,) = BallKernel((number,), ())(())
    return _exactly(ball.abs_lower()), _exactly(ball.abs_upper())


def _exactly(ball: object) -> Fraction:
    mantissa, exponent = ball.man_exp()  # type: ignore[attr-defined]
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _sum(parts: Iterable[Majorant]) -> Majorant:
    total: Majorant = {}
    for part in parts:
        for powers, coefficient in part.items():
            total[powers] = total.get(powers, Fraction(0)) + coefficient
    return total


def _times(a: Majorant, b: Majorant) -> Majorant:
    return _sum({tuple(i + j for i, j in zip(p, q, strict=True)): c * d} for p, c in a.items() for q, d in b.items())


def _by_variable(product: sp.Mul) -> list[sp.Expr]:
    """The product as factors of one variable each (v**2 stays with 1/(1 + v**2)), the others one by one."""
    groups: dict[frozenset[sp.Basic], sp.Expr] = {}
    others = []
    for factor in product.args:
        symbols = frozenset(factor.free_symbols)
        if len(symbols) <= 1:
            groups[symbols] = groups.get(symbols, sp.S.One) * factor
        else:
            others.append(factor)
    return [*groups.values(), *others]


def _bound(expression: sp.Expr) -> Fraction | None:
    """A bound of |expression| over all real values of its symbols where it is defined, or None."""
    symbols = tuple(sorted(expression.free_symbols, key=str))
    try:
        kernel = IntervalKernel((expression,), symbols, ())
    except ModelError:
        return None
    whole = np.full(len(symbols), np.inf)
    bound = float(kernel(Interval(-whole, whole)).mag)
    if not np.isfinite(bound) and len(symbols) == 1:
        bound = _rational_bound(expression, symbols[0])
    return Fraction(bound) if np.isfinite(bound) else None


def _rational_bound(expression: sp.Expr, x: sp.Symbol) -> float:
    """A bound over the whole line of a rational function of x, or of exp(x); inf where none was found."""
    variable, start = x, -1.0
    if not expression.is_rational_function(x):
        variable, start = sp.Dummy("E", positive=True), 0.0
        expression = expression.subs(sp.exp(-x), 1 / variable).subs(sp.exp(x), variable)
    if expression.free_symbols != {variable} or not expression.is_rational_function(variable):
        return math.inf
    above, below = (sp.Poly(part, variable) for part in sp.fraction(sp.cancel(sp.together(expression))))
    if above.degree() > below.degree():
        return math.inf
    # Up to 1 as it stands; beyond, in t = 1/x, after multiplying both by t**degree.
    far = [sp.Poly.from_list(_padded(p, below.degree())[::-1], variable) for p in (above, below)]
    ends = np.linspace(start, 1.0, _PIECES + 1)
    pieces = Interval(ends[:-1, None], ends[1:, None])
    fractions = (above.as_expr() / below.as_expr(), far[0].as_expr() / far[1].as_expr())
    return float(IntervalKernel(fractions, (variable,), (2,))(pieces).mag.max())


def _padded(polynomial: sp.Poly, degree: int) -> list[sp.Expr]:
    coefficients = polynomial.all_coeffs()
    return [sp.S.Zero] * (degree + 1 - len(coefficients)) + coefficients
