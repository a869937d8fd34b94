"""Derivatives of component expressions, right also across kinks and jumps.

SymPy differentiates a `Piecewise` branch by branch and so loses the jump between two branches. Where two
branches cannot be shown to agree on their common boundary g = 0, `differentiate` adds the jump times
``DiracDelta(g)``. Doubles evaluate that to 0, enclosures to the whole line wherever g may vanish, so no
mean-value argument is ever made across a jump.

All expressions here are in real symbols (``Abs(x)`` then has derivative ``sign(x)``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy as sp
from sympy.core.relational import Relational

__all__ = ["differentiate", "hessian", "jacobian", "switching_functions"]


def differentiate(expression: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The derivative of `expression` with respect to a real `symbol`, jumps included."""
    derivative = expression.diff(symbol)
    for piecewise in sorted(expression.atoms(sp.Piecewise), key=sp.default_sort_key):
        jump = _jump(piecewise, symbol)
        if jump != 0:
            marker = sp.Dummy(real=True)
            derivative += expression.xreplace({piecewise: marker}).diff(marker).xreplace({marker: piecewise}) * jump
    return derivative


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


def _boundaries(condition: sp.Basic) -> list[sp.Expr]:
    return [r.lhs - r.rhs for r in sorted(condition.atoms(Relational), key=sp.default_sort_key)]


def _jump(piecewise: sp.Piecewise, symbol: sp.Symbol) -> sp.Expr:
    """What branch-by-branch differentiation misses: jumps times Dirac functions of their boundaries."""
    missing = sp.S.Zero
    branches = piecewise.args
    for i, (value, condition) in enumerate(branches):
        for boundary in _boundaries(condition):
            if boundary.diff(symbol) == 0:
                continue
            for other in _across(branches[i + 1 :], boundary):
                if not _agree(value, other, boundary):
                    missing += (value - other) * sp.DiracDelta(boundary) * boundary.diff(symbol)
    return missing


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
    for symbol in sorted(boundary.free_symbols, key=lambda s: s.name):
        slope = boundary.diff(symbol)
        if slope.is_number and slope != 0:
            return sp.simplify(expression.subs(symbol, sp.expand(symbol - boundary / slope)))
    return None


def _agree(first: sp.Expr, second: sp.Expr, boundary: sp.Expr) -> bool:
    """True where ``first == second`` on ``boundary == 0`` is proved; False says nothing."""
    difference = sp.expand(first - second)
    if difference == 0:
        return True
    restricted = _on(boundary, difference)
    if restricted is not None:
        return restricted == 0
    return bool(sp.expand(difference / boundary).is_polynomial(*boundary.free_symbols))
