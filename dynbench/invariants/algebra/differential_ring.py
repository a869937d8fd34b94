"""The field in which an identity between functions of the states is decided.

The states and the functions that occur (sin, cos, exp, tanh, roots, ...) become the generators of a field of
rational functions over QQ. ``sin(u)^2 + cos(u)^2 = 1``, and ``r^q = u`` for a q-th root r of u, are kept as
relations. Whatever else occurs is a generator of its own. So an identity found here is an identity between
functions; the converse may fail, where generators are related in a way that is not among the relations.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import sympy as sp
from sympy.polys.fields import FracElement, FracField
from sympy.polys.rings import PolyElement

__all__ = ["DifferentialRing", "leaves"]

_QUOTIENTS = {
    sp.tan: lambda u: sp.sin(u) / sp.cos(u),
    sp.cot: lambda u: sp.cos(u) / sp.sin(u),
    sp.sec: lambda u: 1 / sp.cos(u),
    sp.csc: lambda u: 1 / sp.sin(u),
    sp.coth: lambda u: 1 / sp.tanh(u),
    sp.sinh: lambda u: (sp.exp(u) - sp.exp(-u)) / 2,
    sp.cosh: lambda u: (sp.exp(u) + sp.exp(-u)) / 2,
}
_ANGLE = (sp.sin, sp.cos)
_LARGEST_MULTIPLE = 8


class DifferentialRing:
    """QQ(constants)(states, functions) modulo relations, made for given expressions.

    Parameters
    ----------
    states : sequence of sympy symbols
        The variables.
    expressions : iterable of sympy expressions
        What must be representable. `element` then takes any rational expression in the same functions.

    Attributes
    ----------
    states : tuple of sympy symbols
        The variables.
    functions : tuple of sympy expressions
        The other generators that depend on the states.
    constants : tuple of sympy expressions
        The generators that do not: parameters, and numbers such as pi or sqrt(2), taken as independent of one
        another.
    symbols : tuple of sympy expressions
        All generators, in the order of the exponents in a polynomial: functions, states, constants.
    """

    def __init__(self, states: Sequence[sp.Symbol], expressions: Iterable[sp.Expr]) -> None:
        self.states = tuple(states)
        given = [_elementary(e) for e in expressions]
        # With exp about, tanh(u) is a rational function of exp(u).
        self._tanh_as_exp = any(e.has(sp.exp) for e in given)
        found = {leaf for e in given for leaf in leaves(self._prepare(e))}
        self._units = _common_units(found)
        generators = {g for leaf in found for g in self._generators(leaf)}
        functions = {g for g in generators if g.has_free(*self.states)} - set(self.states)
        # Compound functions first, sin before cos: the leading terms of the relations are then powers of
        # different generators, so the relations are a Groebner basis (Buchberger's first criterion) and
        # `reduce` is canonical.
        self.functions = tuple(sorted(functions, key=lambda g: (-g.count_ops(), isinstance(g, sp.cos), str(g))))
        self.constants = tuple(sorted(generators - functions - set(self.states), key=str))
        self.symbols = (*self.functions, *self.states, *self.constants)
        self._field = FracField(self.symbols, sp.QQ, sp.lex)
        self._lookup = dict(zip(self.symbols, self._field.gens, strict=True))

    def element(self, expression: sp.Expr) -> FracElement:
        """The expression as a reduced fraction of polynomials in the generators.

        Raises
        ------
        KeyError
            If a function occurs that did not occur when the ring was made.
        """
        return self._convert(self._prepare(_elementary(expression)))

    def reduce(self, polynomial: PolyElement) -> PolyElement:
        """The normal form modulo the relations: zero exactly on the ideal that they span."""
        return polynomial.rem(self._ideal) if self._ideal else polynomial

    def is_zero(self, element: FracElement) -> bool:
        """True where the element is proved to vanish identically, wherever its denominator does not."""
        return bool(self.reduce(element.denom)) and not self.reduce(element.numer)

    @cached_property
    def relations(self) -> tuple[str, ...]:
        """The relations between the generators, as text."""
        squares = [f"{f}**2 + {sp.cos(f.args[0])}**2 = 1" for f in self.functions if isinstance(f, sp.sin)]
        return (*squares, *(f"({r})**{r.exp.q} = {r.base**r.exp.p}" for r in self.roots))

    def __str__(self) -> str:
        constants = f"({', '.join(map(str, self.constants))})" if self.constants else ""
        generators = ", ".join(map(str, (*self.states, *self.functions)))
        modulo = f" modulo {', '.join(self.relations)}" if self.relations else ""
        return f"QQ{constants}({generators}){modulo}"

    @cached_property
    def roots(self) -> list[sp.Pow]:
        """The functions that are roots of an element without denominator, and so have a relation."""
        powers = [f for f in self.functions if f.is_Pow and f.exp.is_Rational]
        return [r for r in powers if self.element(r.base).denom.is_ground]

    @cached_property
    def radicands(self) -> dict[sp.Pow, FracElement]:
        """Of each root r = u^(p/q) the element u^p."""
        return {r: self.element(r.base) ** r.exp.p for r in self.roots}

    @cached_property
    def _ideal(self) -> list[PolyElement]:
        sines = [f for f in self.functions if isinstance(f, sp.sin)]
        circles = [self._lookup[f] ** 2 + self._lookup[sp.cos(f.args[0])] ** 2 - 1 for f in sines]
        roots = [self._lookup[r] ** r.exp.q - u for r, u in self.radicands.items()]
        return [relation.numer for relation in (*circles, *roots)]

    def _prepare(self, expression: sp.Expr) -> sp.Expr:
        if not self._tanh_as_exp:
            return expression
        return expression.replace(sp.tanh, lambda u: (sp.exp(2 * u) - 1) / (sp.exp(2 * u) + 1))

    def _generators(self, leaf: sp.Expr) -> Iterator[sp.Expr]:
        base, terms = _terms(leaf)
        if base is None:
            yield leaf
        for term, coefficient in terms.items():
            unit = self._unit(base, term, coefficient) * term
            if base is not sp.sin:
                yield base**unit
            elif unit.has_free(*self.states):
                yield from (sp.sin(unit), sp.cos(unit))
            else:
                yield _half_tangent(unit)

    def _convert(self, e: sp.Expr) -> FracElement:
        if e.is_Rational:
            return self._field.ground_new(sp.QQ.from_sympy(e))
        if e.is_Add:
            return sum((self._convert(a) for a in e.args), self._field.zero)
        if e.is_Mul:
            return math.prod((self._convert(a) for a in e.args), start=self._field.one)
        if e.is_Pow and e.exp.is_Integer:
            return self._convert(e.base) ** int(e.exp)
        base, terms = _terms(e)
        if base is None:
            return self._lookup[e]
        units = {term: self._unit(base, term, c) for term, c in terms.items()}
        counts = {units[term] * term: int(c / units[term]) for term, c in terms.items()}
        if base is sp.sin:
            return self._angle(counts)[isinstance(e, sp.sin)]
        return math.prod((self._lookup[base**u] ** k for u, k in counts.items()), start=self._field.one)

    def _unit(self, base: object, term: sp.Expr, coefficient: sp.Rational) -> sp.Rational:
        """Of what multiple of the term the coefficient is counted in integers."""
        unit = self._units[base, term]
        return unit if unit is not None else abs(coefficient)

    def _angle(self, counts: Mapping[sp.Expr, int]) -> tuple[FracElement, FracElement]:
        """(cos, sin) of a sum of integer multiples of units, by multiplying out exp(i u)."""
        cosine, sine = self._field.one, self._field.zero
        for unit, count in counts.items():
            c, s = self._unit_angle(unit)
            s = s if count > 0 else -s
            for _ in range(abs(count)):
                cosine, sine = cosine * c - sine * s, sine * c + cosine * s
        return cosine, sine

    def _unit_angle(self, unit: sp.Expr) -> tuple[FracElement, FracElement]:
        if unit.has_free(*self.states):
            return self._lookup[sp.cos(unit)], self._lookup[sp.sin(unit)]
        t = self._lookup[_half_tangent(unit)]
        return (1 - t**2) / (1 + t**2), 2 * t / (1 + t**2)


def leaves(expression: sp.Expr) -> Iterator[sp.Expr]:
    """Yield the symbols, functions and non-integer powers that the expression is a rational function of.

    Of a non-integer power, those of its base too.
    """
    if expression.is_Add or expression.is_Mul:
        for argument in expression.args:
            yield from leaves(argument)
    elif expression.is_Pow and expression.exp.is_Integer:
        yield from leaves(expression.base)
    elif not expression.is_Rational:
        yield expression
        if expression.is_Pow and expression.base.free_symbols:
            yield from leaves(expression.base)


def _elementary(expression: sp.Expr) -> sp.Expr:
    """Rewrite in sin, cos, exp and tanh."""
    return expression.replace(lambda e: e.func in _QUOTIENTS, lambda e: _QUOTIENTS[e.func](*e.args))


def _terms(leaf: sp.Expr) -> tuple[Any, Mapping[sp.Expr, sp.Rational]]:
    """Take apart base^(sum) and sin(sum): the base (or the function sin), and term -> coefficient; else (None, {})."""
    if isinstance(leaf, _ANGLE):
        return sp.sin, sp.expand(leaf.args[0]).as_coefficients_dict()
    if leaf.is_Pow or isinstance(leaf, sp.exp):
        base, exponent = leaf.as_base_exp()
        return base, sp.expand(exponent).as_coefficients_dict()
    return None, {}


def _common_units(found: Iterable[sp.Expr]) -> dict[tuple[object, sp.Expr], sp.Rational | None]:
    """For each base and term the largest rational that divides all coefficients of the term.

    None where the multiples would be large, as with exp(x/18) and exp(x/80): as powers of exp(x/720) they
    would give polynomials of degree 40, and each is better a generator of its own.
    """
    coefficients: dict[tuple[object, sp.Expr], list[sp.Rational]] = {}
    for leaf in found:
        base, terms = _terms(leaf)
        for term, coefficient in terms.items():
            coefficients.setdefault((base, term), []).append(coefficient)
    units: dict[tuple[object, sp.Expr], sp.Rational | None] = {}
    for key, given in coefficients.items():
        unit = sp.Rational(math.gcd(*(int(c.p) for c in given)), math.lcm(*(int(c.q) for c in given)))
        units[key] = unit if max(abs(c) for c in given) <= _LARGEST_MULTIPLE * unit else None
    return units


def _half_tangent(angle: sp.Expr) -> sp.Expr:
    """sin and cos of a constant are rational functions of this one, which is free."""
    return sp.tan(angle / 2, evaluate=False)
