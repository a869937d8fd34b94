"""Whether a conserved quantity is defined and continuous where its record says, so that a zero derivative is enough.

`dynbench.verification.identities` proves that a derivative is zero off the boundaries of case distinctions and the
poles of the terms. A function that only jumps there has that too, and is not conserved. So it is shown besides that
the function is continuous: on the whole space by an enclosure over it, or term by term, where each denominator is
shown, or stated as an assumption of the record, not to be 0, and each argument of a logarithm or root to be positive.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

import sympy as sp
from flint import arb, fmpq

from dynbench.errors import InputError
from dynbench.verification.enclosure import Enclosure
from dynbench.verification.evaluation import Evaluator

__all__ = ["Domain", "Fact"]

Fact = tuple[sp.Expr, str]
_SAMPLES = 400
_ENTIRE = (sp.sin, sp.cos, sp.exp, sp.sinh, sp.cosh, sp.tanh, sp.atan, sp.asinh, sp.erf, sp.Abs, sp.Max, sp.Min)
_UPSIDE_DOWN = {"<": ">", "<=": ">="}


class Domain:
    """The states at which the assumptions of a record hold.

    Parameters
    ----------
    states : sequence of sympy symbols
        The states.
    facts : sequence of (expression, sign)
        The assumptions: the expression, in the states alone, is ``>``, ``>=`` or ``!=`` 0.
    """

    def __init__(self, states: Sequence[sp.Symbol], facts: Sequence[Fact]) -> None:
        self._states = tuple(states)
        self._facts = tuple(facts)

    @staticmethod
    def fact(left: sp.Expr, sign: str, right: sp.Expr) -> Fact:
        """The assumption ``left sign right`` with 0 on its right side."""
        return (right - left, _UPSIDE_DOWN[sign]) if sign in _UPSIDE_DOWN else (left - right, sign)

    def is_met(self) -> bool:
        """Whether some state meets all assumptions: else they say nothing."""
        if not self._facts:
            return True
        evaluator = Evaluator([g for g, _ in self._facts], self._states)
        stream = random.Random(20240502)
        for attempt in range(_SAMPLES):
            signs = (-1, 1) if attempt % 2 else (1,)
            values = [Fraction(stream.choice(signs) * stream.randint(1, 4000), 997) for _ in self._states]
            box = [Enclosure.of(arb(fmpq(v.numerator, v.denominator))) for v in values]
            found = zip(evaluator.values(box), self._facts, strict=True)
            if all(v.continuous and (v.zero_free if sign == "!=" else bool(v.lo > 0)) for v, (_, sign) in found):
                return True
        return False

    def doubt(self, e: sp.Expr) -> str:
        """Why an expression is not shown to be defined and continuous on the domain; empty where it is."""
        if e.is_Symbol or e.is_Rational or e in (sp.pi, sp.E) or self._everywhere(e) is not None:
            return ""
        if e.is_Pow and e.args[0] != sp.E:
            return self._power(*e.args)
        if isinstance(e, sp.log):
            return self._first(e.args) or ("" if self._positive(e.args[0]) else f"{e.args[0]} may be 0 or negative")
        if isinstance(e, sp.tan):
            return self._first(e.args) or ("" if self._nonzero(sp.cos(e.args[0])) else f"{e} has poles")
        if isinstance(e, sp.asin | sp.acos):
            inside = self._nonnegative(1 - e.args[0] ** 2)
            return self._first(e.args) or ("" if inside else f"{e.args[0]} may be beyond 1 or -1")
        if e.is_Add or e.is_Mul or e.is_Pow or isinstance(e, _ENTIRE):
            return self._first(e.args)
        return f"{e} may jump, or not be defined everywhere"[:120]

    def is_positive(self, e: sp.Expr) -> bool:
        """Whether an expression is shown to be positive on the domain."""
        return self._positive(e)

    def is_nonnegative(self, e: sp.Expr) -> bool:
        """Whether an expression is shown not to be negative on the domain."""
        return self._nonnegative(e)

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> str:
        doubt = self._first((base, exponent))
        if doubt:
            return doubt
        if exponent.is_Integer:
            return "" if exponent >= 0 or self._nonzero(base) else f"{base} may be 0"
        if exponent.is_Rational and exponent > 0:
            return "" if self._nonnegative(base) else f"{base} may be negative"
        return "" if self._positive(base) else f"{base} may be 0 or negative"

    def _first(self, expressions: Sequence[sp.Expr]) -> str:
        return next((doubt for e in expressions if (doubt := self.doubt(e))), "")

    def _everywhere(self, e: sp.Expr) -> Enclosure | None:
        """An enclosure over the whole space; None where the expression is not shown to be continuous on all of it."""
        whole = [Enclosure(-arb.pos_inf(), arb.pos_inf()) for _ in self._states]
        try:
            (value,) = Evaluator([e], self._states).values(whole)
        except InputError:
            return None
        return value if value.continuous else None

    def _assumed(self, e: sp.Expr, *signs: str) -> bool:
        """Whether an assumption says it of the expression, up to a positive factor (any factor for ``!=``)."""
        for g, sign in self._facts:
            if sign in signs and g != 0:
                ratio = sp.cancel(e / g)
                if ratio.is_number and (ratio.is_positive or (sign == "!=" and ratio.is_negative)):
                    return True
        return False

    def _positive(self, e: sp.Expr) -> bool:
        if self._assumed(e, ">"):
            return True
        value = self._everywhere(e)
        if value is not None and value.lo > 0:
            return True
        if e.is_Add:
            below_one = _slope_of_tanh(e)
            return below_one or (all(map(self._nonnegative, e.args)) and any(map(self._positive, e.args)))
        if e.is_Mul:
            return all(map(self._positive, e.args))
        if e.is_Pow and e.args[1].is_Integer and e.args[1] % 2 == 0:
            return self._nonzero(e.args[0])
        if isinstance(e, sp.exp):
            return not self.doubt(e.args[0])
        return bool(e.is_Pow and self._positive(e.args[0]))

    def _nonnegative(self, e: sp.Expr) -> bool:
        if self._assumed(e, ">", ">=") or self._positive(e):
            return True
        value = self._everywhere(e)
        if value is not None and value.lo >= 0:
            return True
        if isinstance(e, sp.Piecewise):
            return all(self._nonnegative(branch) for branch, _ in e.args)
        return bool((e.is_Add or e.is_Mul) and all(map(self._nonnegative, e.args)))

    def _nonzero(self, e: sp.Expr) -> bool:
        if self._assumed(e, "!=", ">") or self._positive(e) or self._positive(-e):
            return True
        if e.is_Mul:
            return all(map(self._nonzero, e.args))
        return bool(e.is_Pow and e.args[1].is_Rational and e.args[1] > 0 and self._nonzero(e.args[0]))


def _slope_of_tanh(e: sp.Expr) -> bool:
    """Whether an expression is c (1 - tanh(u)^2) with a number c > 0, which is positive for all real u."""
    squares = [a for a in e.args if a.has(sp.tanh)]
    rest = e - sp.Add(*squares)
    if len(squares) != 1 or not rest.is_positive:
        return False
    power = squares[0] / -rest
    return bool(power.is_Pow and isinstance(power.args[0], sp.tanh) and power.args[1] == 2)
