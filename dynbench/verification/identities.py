"""Whether an expression is identically zero, where it is defined: refuted at a point, or proved in a normal form.

Refuted: its value at a point with random rational coordinates is enclosed away from 0. Proved: the functions in it are
written in generators, among which the rules that are used hold identically (exp(a + b) = exp(a) exp(b), the addition
theorems with sin^2 + cos^2 = 1, r^q = b for a root, H^2 = H for a case distinction off its boundary), and the numerator
of the rational function of the generators that results is reduced to 0. That the generators might satisfy further
relations costs proofs, and never makes a false one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

import sympy as sp
from flint import arb, fmpq

from dynbench.errors import InputError
from dynbench.verification.enclosure import EMPTY, Enclosure
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.generators import Generators
from dynbench.verification.records import Outcome

__all__ = ["vanish", "vanishes"]

_POINTS, _TRIES = 6, 36
_MOST_OPERATIONS = 4000
_MOST_TERMS = 20_000


def vanish(expressions: Sequence[sp.Expr]) -> tuple[Outcome, str]:
    """Whether all of some expressions are identically zero where they are defined."""
    worst: tuple[Outcome, str] = Outcome.HOLDS, ""
    for expression in expressions:
        outcome, detail = vanishes(expression)
        if outcome is Outcome.FAILS:
            return outcome, detail
        if outcome is Outcome.NOT_ESTABLISHED:
            worst = outcome, detail
    return worst


def vanishes(expression: sp.Expr) -> tuple[Outcome, str]:
    """Whether an expression in real symbols is identically zero where it is defined, and how that was shown."""
    if expression == 0:
        return Outcome.HOLDS, ""
    if sp.count_ops(expression) > _MOST_OPERATIONS:
        return Outcome.NOT_ESTABLISHED, "the expression is too long"
    where = _refutation(expression)
    if where:
        return Outcome.FAILS, f"it is not zero at {where}"
    if _is_zero(expression):
        return Outcome.HOLDS, ""
    return Outcome.NOT_ESTABLISHED, "it is zero at random points, but no proof that it is zero everywhere was found"


def _refutation(expression: sp.Expr) -> str:
    """A point at which the expression is shown not to be zero; empty where none was met."""
    symbols = sorted(expression.free_symbols, key=lambda s: s.name)
    try:
        evaluator = Evaluator([expression], symbols)
    except InputError:
        return ""
    stream = random.Random(20240501)
    met = 0
    for attempt in range(_TRIES):
        # Positive coordinates at every other point: that is where logarithms and roots are defined.
        signs = (-1, 1) if attempt % 2 else (1,)
        point = [Fraction(stream.choice(signs) * stream.randint(50, 2500), 997) for _ in symbols]
        point = [abs(v) if s.is_positive else v for s, v in zip(symbols, point, strict=True)]
        box = [Enclosure.of(arb(fmpq(v.numerator, v.denominator))) for v in point]
        (value,) = evaluator.values(box)
        if value is EMPTY or not value.finite:
            continue
        if value.zero_free:
            return ", ".join(f"{s} = {v}" for s, v in zip(symbols, point, strict=True)) or "every point"
        met += 1
        if met == _POINTS:
            return ""
    return ""


def _is_zero(expression: sp.Expr) -> bool:
    # Multiplied out with each function as it stands: quick, and enough where the same functions occur in all terms.
    same_functions = expression.replace(sp.sinh, lambda u: sp.tanh(u) * sp.cosh(u))
    if _terms(same_functions) <= _MOST_TERMS and sp.expand(same_functions) == 0:
        return True
    generators = Generators()
    try:
        plain = generators.write(expression)
        top = sp.fraction(sp.together(plain))[0]
        if _terms(top) > _MOST_TERMS:
            return False
        return generators.reduces_to_zero(top)
    except (sp.PolynomialError, NotImplementedError, RecursionError):
        return False


def _terms(e: sp.Expr) -> int:
    """A bound on the number of terms of a polynomial, multiplied out."""
    if e.is_Add:
        return sum(map(_terms, e.args))
    if e.is_Mul:
        product = 1
        for factor in e.args:
            product *= _terms(factor)
        return product
    if e.is_Pow and e.exp.is_Integer and e.exp > 0:
        return min(_terms(e.base) ** int(e.exp), 10**9)
    return 1
