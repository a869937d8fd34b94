"""A normal form of expressions: rational functions of generators, with the relations among them that are used."""

from __future__ import annotations

from math import lcm

import sympy as sp
from sympy.core.relational import Relational

__all__ = ["Generators"]

_HYPERBOLIC = (sp.sinh, sp.cosh, sp.tanh)
_MOST_POWER = 64


class Generators:
    """Writes expressions in generators, the same ones for equal functions."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], sp.Dummy] = {}
        self._angles: dict[sp.Expr, tuple[sp.Dummy, sp.Dummy]] = {}
        self._relations: list[tuple[sp.Expr, sp.Dummy]] = []
        self._fineness: dict[sp.Expr, int] = {}

    def write(self, expression: sp.Expr) -> sp.Expr:
        """The expression as a rational function of symbols and generators."""
        for part in expression.atoms(sp.exp, sp.sin, sp.cos, sp.tan, *_HYPERBOLIC, sp.Pow):
            for argument in _exponents(part):
                for monomial, c in _linear(argument):
                    self._fineness[monomial] = lcm(self._fineness.get(monomial, 1), int(c.q))
        return self._write(expression)

    def reduces_to_zero(self, numerator: sp.Expr) -> bool:
        """Whether a polynomial in symbols and generators is zero by the relations."""
        rest = sp.expand(numerator)
        for relation, generator in reversed(self._relations):
            if rest == 0:
                return True
            if rest.has(generator):
                top, bottom = sp.fraction(sp.together(relation))
                if bottom.has(generator):
                    return False
                rest = sp.expand(sp.fraction(sp.together(sp.rem(rest, top, generator)))[0])
        return bool(rest == 0)

    # ---- node by node

    def _write(self, e: sp.Expr) -> sp.Expr:
        if not e.args:
            return self._generator("number", e) if e in (sp.pi, sp.E) else e
        if e.is_Add or e.is_Mul:
            return e.func(*(self._write(a) for a in e.args))
        if isinstance(e, sp.exp):
            return self._exp(e.args[0])
        if e.is_Pow:
            return self._power(*e.args)
        if isinstance(e, _HYPERBOLIC):
            up = self._exp(e.args[0])
            plus, minus = (up + 1 / up) / 2, (up - 1 / up) / 2
            return minus if isinstance(e, sp.sinh) else plus if isinstance(e, sp.cosh) else minus / plus
        if isinstance(e, sp.sin | sp.cos | sp.tan):
            cosine, sine = self._turn(e.args[0])
            return sine if isinstance(e, sp.sin) else cosine if isinstance(e, sp.cos) else sine / cosine
        if isinstance(e, sp.sign):
            return 2 * self._step(e.args[0]) - 1
        if isinstance(e, sp.Heaviside):
            return self._step(e.args[0])
        if isinstance(e, sp.Abs):
            return self._write(e.args[0]) * (2 * self._step(e.args[0]) - 1)
        if isinstance(e, sp.Max | sp.Min):
            return self._extreme(e)
        if isinstance(e, sp.Piecewise):
            result = sp.S.Zero
            for value, condition in reversed(e.args):
                truth = self._indicator(condition)
                result = truth * self._write(value) + (1 - truth) * result
            return result
        return self._generator(type(e).__name__, *(sp.expand(a) for a in e.args))

    def _generator(self, *key: object) -> sp.Dummy:
        if key not in self._made:
            self._made[key] = sp.Dummy()
        return self._made[key]

    def _exp(self, argument: sp.Expr) -> sp.Expr:
        """A product of powers of exp(m / q), one generator for each monomial m of the argument."""
        result = sp.S.One
        for monomial, c in _linear(argument):
            if isinstance(monomial, sp.log):
                result *= self._power(monomial.args[0], c)
                continue
            q = self._fineness.get(monomial, int(c.q))
            result *= self._generator("exp", monomial, q) ** int(c * q)
        return result

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        if exponent.is_Integer:
            return self._write(base) ** exponent
        if base == sp.E:
            return self._exp(exponent)
        if exponent.is_Rational:
            return self._root(base, int(exponent.q)) ** int(exponent.p)
        return self._exp(sp.expand(exponent * sp.log(base)))

    def _root(self, base: sp.Expr, q: int) -> sp.Dummy:
        key = "root", sp.expand(base), q
        known = key in self._made
        root = self._generator(*key)
        if not known:
            written = self._write(base)
            self._relations.append((root**q - written, root))
        return root

    def _turn(self, argument: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """Cosine and sine of an angle, by the addition theorems from those of its monomials."""
        cosine, sine = sp.S.One, sp.S.Zero
        for monomial, c in _linear(argument):
            q = self._fineness.get(monomial, int(c.q))
            n = int(c * q)
            if abs(n) > _MOST_POWER:
                raise NotImplementedError("a multiple of an angle is too large")
            a, b = self._angle(monomial / q)
            b = b if n > 0 else -b
            for _ in range(abs(n)):
                cosine, sine = cosine * a - sine * b, sine * a + cosine * b
        return cosine, sine

    def _angle(self, angle: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        if angle not in self._angles:
            a, b = sp.Dummy(), sp.Dummy()
            self._angles[angle] = a, b
            self._relations.append((b**2 + a**2 - 1, b))
        return self._angles[angle]

    def _step(self, g: sp.Expr) -> sp.Expr:
        """1 where g > 0 and 0 where g < 0; one generator for g and its multiples."""
        expanded = sp.expand(g)
        if expanded.is_number:
            return sp.S.One if expanded > 0 else sp.S.Zero
        c, primitive = expanded.primitive()
        leading = sorted(sp.Add.make_args(primitive), key=sp.default_sort_key)[0]
        negative = leading.could_extract_minus_sign()
        key = "step", sp.expand(-primitive) if negative else primitive
        known = key in self._made
        h = self._generator(*key)
        if not known:
            self._relations.append((h**2 - h, h))
        positive = (c > 0) != negative
        return h if positive else 1 - h

    def _extreme(self, e: sp.Expr) -> sp.Expr:
        first, *others = e.args
        written = self._write(first)
        for other in others:
            new = e.func(first, other, evaluate=False)
            lead = self._step(first - other if isinstance(e, sp.Max) else other - first)
            written = lead * written + (1 - lead) * self._write(other)
            first = new
        return written

    def _indicator(self, condition: sp.Basic) -> sp.Expr:
        """1 where a condition holds and 0 where not, off its boundaries."""
        if condition in (sp.true, sp.false):
            return sp.S.One if condition == sp.true else sp.S.Zero
        if isinstance(condition, sp.Not):
            return 1 - self._indicator(condition.args[0])
        if isinstance(condition, sp.And):
            return sp.Mul(*(self._indicator(part) for part in condition.args))
        if isinstance(condition, sp.Or):
            return 1 - sp.Mul(*(1 - self._indicator(part) for part in condition.args))
        if isinstance(condition, sp.Eq | sp.Ne):
            return sp.S.Zero if isinstance(condition, sp.Eq) else sp.S.One
        if isinstance(condition, Relational):
            step = self._step(condition.lhs - condition.rhs)
            return step if isinstance(condition, sp.Gt | sp.Ge) else 1 - step
        raise NotImplementedError(f"the condition {condition}")


def _exponents(part: sp.Expr) -> tuple[sp.Expr, ...]:
    if part.is_Pow:
        base, exponent = part.args
        return () if exponent.is_Rational else (sp.expand(exponent * sp.log(base)),)
    return (part.args[0],)


def _linear(argument: sp.Expr) -> list[tuple[sp.Expr, sp.Rational]]:
    """The terms of an argument as pairs (monomial, rational coefficient)."""
    pairs = []
    for term in sp.Add.make_args(sp.expand(argument)):
        c, monomial = term.as_coeff_Mul()
        pairs.append((monomial, c) if c.is_Rational else (term, sp.S.One))
    return pairs
