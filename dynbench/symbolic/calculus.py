"""Derivatives of component expressions, right also across kinks and jumps.

SymPy differentiates a `Piecewise` branch by branch, which loses the jump between two branches, and folds
``DiracDelta(g)`` to 0 where g never vanishes, which loses the jump of ``sign(g)`` where g itself jumps across 0. So
everything that is not smooth is differentiated here: where a jump cannot be excluded, the derivative holds a term
``Jump(g)``. Doubles evaluate that to 0; enclosures to the whole line wherever g may vanish or is undefined, so no
mean-value argument is ever made across a jump.

All expressions here are in real symbols (``Abs(x)`` then has derivative ``sign(x)``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sympy as sp
from sympy.core.relational import Relational
from sympy.functions.elementary.miscellaneous import MinMaxBase

__all__ = ["NONSMOOTH", "Jump", "differentiate", "hessian", "jacobian", "switching_functions"]

#: Functions that may have kinks or jumps.
NONSMOOTH = (sp.Abs, sp.sign, sp.Heaviside, sp.Max, sp.Min, sp.Piecewise)


class Jump(sp.Function):
    """Stands in a derivative for what a jump on ``g = 0`` contributes: nothing elsewhere, anything there."""

    nargs = 1
    is_real = True

    @classmethod
    def eval(cls, g: sp.Expr) -> sp.Expr | None:
        """A constant does not cross 0, so it does not jump."""
        return sp.S.Zero if g.is_number else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """The derivative claims no more than the function."""
        return self

    def _latex(self, printer: sp.printing.latex.LatexPrinter) -> str:
        return rf"\delta\left({printer._print(self.args[0])}\right)"


def differentiate(expression: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The derivative of `expression` with respect to a real `symbol`, with a `Jump` wherever one is possible."""
    if isinstance(expression, (*NONSMOOTH, Jump)):
        return _differentiate_nonsmooth(expression, symbol)
    parts = {part: sp.Dummy(real=True) for part in _outermost(expression)}
    smooth = expression.xreplace(parts)
    derivative = smooth.diff(symbol)
    for part, marker in parts.items():
        if symbol in part.free_symbols:
            derivative += smooth.diff(marker) * differentiate(part, symbol)
    return derivative.xreplace({marker: part for part, marker in parts.items()})


def jacobian(expressions: Sequence[sp.Expr], states: Sequence[sp.Symbol]) -> sp.ImmutableDenseMatrix:
    """The (m, n) matrix of first derivatives."""
    return sp.ImmutableDenseMatrix(
        len(expressions), len(states), [differentiate(e, s) for e in expressions for s in states]
    )


def hessian(expressions: Sequence[sp.Expr], states: Sequence[sp.Symbol]) -> sp.ImmutableDenseNDimArray:
    """The (m, n, n) array of second derivatives, ``[i, j, k]`` that of expression i by states j and k."""
    n = len(states)
    entries = []
    for expression in expressions:
        first = [differentiate(expression, s) for s in states]
        upper = {(j, k): differentiate(first[j], states[k]) for j in range(n) for k in range(j, n)}
        entries += [upper[min(j, k), max(j, k)] for j in range(n) for k in range(n)]
    return sp.ImmutableDenseNDimArray(entries, (len(expressions), n, n))


def switching_functions(expressions: Iterable[sp.Expr]) -> tuple[sp.Expr, ...]:
    """The functions g such that the expressions may fail to be smooth only where some g = 0.

    They come from Abs, sign, Heaviside, Max, Min and the conditions of Piecewise.
    """
    found: set[sp.Expr] = set()
    for expression in expressions:
        for part in expression.atoms(sp.Abs, sp.sign, sp.Heaviside):
            found.add(part.args[0])
        for part in expression.atoms(sp.Max, sp.Min):
            arguments = part.args
            found.update(a - b for i, a in enumerate(arguments) for b in arguments[i + 1 :])
        for part in expression.atoms(sp.Piecewise):
            for _, condition in part.args:
                found.update(_boundaries(condition))
    return tuple(sorted((g for g in found if not g.is_number), key=sp.default_sort_key))


def _outermost(expression: sp.Basic) -> Iterator[sp.Expr]:
    """The nonsmooth parts of an expression that lie in no other nonsmooth part, each once."""
    walk = sp.preorder_traversal(expression)
    seen = set()
    for part in walk:
        if isinstance(part, (*NONSMOOTH, Jump)):
            walk.skip()
            if part not in seen:
                seen.add(part)
                yield part


def _differentiate_nonsmooth(part: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    if symbol not in part.free_symbols:
        return sp.S.Zero
    if isinstance(part, Jump):
        return part
    if isinstance(part, sp.Abs):
        return sp.sign(part.args[0]) * differentiate(part.args[0], symbol)
    if isinstance(part, sp.sign | sp.Heaviside):
        return _crossing(part.args[0], symbol)
    if isinstance(part, MinMaxBase):
        return _differentiate_extremum(part, symbol)
    return _differentiate_piecewise(part, symbol)


def _differentiate_extremum(part: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    first, *others = sp.ordered(part.args)
    rest = part.func(*others)
    lead = first - rest if isinstance(part, sp.Max) else rest - first
    return differentiate(first, symbol) * sp.Heaviside(lead) + differentiate(rest, symbol) * sp.Heaviside(-lead)


def _differentiate_piecewise(part: sp.Piecewise, symbol: sp.Symbol) -> sp.Expr:
    """The branches' derivatives, and a jump for each boundary across which they are not shown to agree."""
    derivative = sp.Piecewise(*((differentiate(value, symbol), condition) for value, condition in part.args))
    for i, (value, condition) in enumerate(part.args):
        for boundary in _boundaries(condition):
            if symbol not in boundary.free_symbols:
                continue
            across = _across(part.args[i + 1 :], boundary)
            if not (_is_polynomial(boundary) and all(_agree(value, other, boundary) for other in across)):
                derivative += _crossing(boundary, symbol)
    return derivative


def _crossing(g: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """A term that claims nothing wherever g may change sign along `symbol`: at its zeros and where it jumps itself."""
    jumps = differentiate(g, symbol).atoms(Jump)
    return sp.Add(Jump(g), *sorted(jumps, key=sp.default_sort_key))


def _boundaries(condition: sp.Basic) -> list[sp.Expr]:
    return [r.lhs - r.rhs for r in sorted(condition.atoms(Relational), key=sp.default_sort_key)]


def _across(branches: Sequence[tuple[sp.Expr, sp.Basic]], boundary: sp.Expr) -> list[sp.Expr]:
    """The values of the later branches that may hold on the far side of ``boundary == 0``."""
    values = []
    for value, condition in branches:
        touches = any(_on(boundary, other) == 0 for other in _boundaries(condition))
        truth = None if touches else _on(boundary, condition)
        if truth != sp.false:
            values.append(value)
        if truth == sp.true:
            break
    return values


def _on(boundary: sp.Expr, expression: sp.Basic) -> sp.Basic | None:
    """`expression` with a symbol eliminated by ``boundary == 0``; None where the boundary is not linear in one."""
    if not _is_polynomial(boundary):
        return None
    for symbol in sorted(boundary.free_symbols, key=lambda s: s.name):
        slope = boundary.diff(symbol)
        if slope.is_number and slope != 0:
            return sp.simplify(expression.subs(symbol, sp.expand(symbol - boundary / slope)))
    return None


def _agree(first: sp.Expr, second: sp.Expr, boundary: sp.Expr) -> bool:
    """True where ``first == second`` on ``boundary == 0`` is proved, for a polynomial boundary; False says nothing."""
    difference = sp.expand(first - second)
    if difference == 0:
        return True
    restricted = _on(boundary, difference)
    if restricted is not None:
        return bool(restricted == 0)
    return bool(sp.expand(difference / boundary).is_polynomial(*boundary.free_symbols))


def _is_polynomial(boundary: sp.Expr) -> bool:
    """Whether a boundary is continuous, being a polynomial in everything that it depends on."""
    return bool(boundary.is_polynomial(*boundary.free_symbols))
