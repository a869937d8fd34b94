"""The function that has a given gradient, integrated term by term and differentiated again to prove it."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy.integrals.manualintegrate import manualintegrate
from sympy.integrals.rationaltools import ratint

from dynbench.invariants.algebra.derivatives import gradient_of
from dynbench.invariants.algebra.differential_ring import DifferentialRing
from dynbench.invariants.algebra.signs import is_positive
from dynbench.symbolic.calculus import NONSMOOTH

__all__ = ["MOST_OPERATIONS", "ROUGH", "domain", "potential", "same"]

#: Rules of integration branch: longer expressions may take them minutes.
MOST_OPERATIONS = 80
#: Functions that are not integrated: kinks, jumps, and logarithms, which the rules turn into special functions.
ROUGH = (*NONSMOOTH, sp.log)


def potential(gradient: Sequence[sp.Expr], states: Sequence[sp.Symbol]) -> sp.Expr | None:
    """A function with this gradient, identically; None where none was found, or one that jumps as an angle does.

    Parameters
    ----------
    gradient : sequence of sympy expressions
        The derivatives by the states.
    states : sequence of sympy symbols
        The variables.
    """
    if sum(int(sp.count_ops(g)) for g in gradient) > len(states) * MOST_OPERATIONS or any(
        g.has(*ROUGH) for g in gradient
    ):
        return None
    total = sp.S.Zero
    rest = [sp.expand(g) for g in gradient]
    for i, state in enumerate(states):
        part = _integral(rest[i], state)
        if part.has(sp.Integral):
            return None
        total += part
        rest = [sp.expand(r - d) for r, d in zip(rest, gradient_of(part, states), strict=True)]
    total = _shorter(sp.expand(total))
    if _may_jump(total):
        return None
    return total if same(gradient_of(total, states), gradient, states) else None


def same(first: Sequence[sp.Expr], second: Sequence[sp.Expr], states: Sequence[sp.Symbol]) -> bool:
    """Whether expressions are proved equal pairwise, wherever no denominator vanishes."""
    try:
        ring = DifferentialRing(states, [*first, *second])
        pairs = [(ring.element(a), ring.element(b)) for a, b in zip(first, second, strict=True)]
    except KeyError:
        return False
    return all(ring.is_zero(a - b) for a, b in pairs)


def domain(function: sp.Expr) -> list[sp.Basic]:
    """Where a function is defined, real and continuous, as relations; what holds for all real symbols is left out.

    Arguments of logarithms and bases of roots are positive, other denominators not zero, arguments of arcus sine and
    cosine between -1 and 1.
    """
    powers = [p for p in function.atoms(sp.Pow) if p.base.free_symbols and p.base != sp.E]
    positive = {p.base for p in powers if not p.exp.is_integer} | {e.args[0] for e in function.atoms(sp.log)}
    nonzero = {p.base for p in powers if p.exp.is_integer and not p.exp.is_nonnegative} - positive
    inside = {e.args[0] for e in function.atoms(sp.asin, sp.acos)}
    relations = (
        *(u > 0 for u in sorted(positive, key=str) if u.free_symbols and not is_positive(u, {}, ())),
        *(sp.Ne(u, 0) for u in sorted(nonzero, key=str) if not is_positive(u, {}, ())),
        *(1 - u**2 > 0 for u in sorted(inside, key=str) if u.free_symbols),
    )
    return list(dict.fromkeys(relations))


def _shorter(total: sp.Expr) -> sp.Expr:
    """With one fraction for each function that occurs, where that is shorter than a sum of many."""
    if not any(isinstance(relation, sp.Ne) and relation.lhs.is_Add for relation in domain(total)):
        return total
    collected = sp.collect(total, sorted(total.atoms(sp.Function), key=sp.default_sort_key), sp.factor)
    return collected if sp.count_ops(collected) < sp.count_ops(total) else total


def _may_jump(function: sp.Expr) -> bool:
    """Whether an arc tangent may have an argument that passes through infinity, where its derivative says nothing."""
    arguments = [e.args[0] for e in function.atoms(sp.atan, sp.acot)]
    if function.has(sp.acot) or any(a.has(sp.tan, sp.cot, sp.sec, sp.csc, sp.coth) for a in arguments):
        return True
    return any(isinstance(relation, sp.Ne) for argument in arguments for relation in domain(argument))


def _integral(expression: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    """An antiderivative, without the cases that SymPy tells apart where a symbol may be zero: the caller checks it."""
    positive = {s: sp.Dummy(s.name, positive=True) for s in sorted(expression.free_symbols | {variable}, key=str)}
    terms = (_term(term.xreplace(positive), positive[variable]) for term in sp.Add.make_args(expression))
    return sp.Add(*terms).xreplace({dummy: s for s, dummy in positive.items()})


def _term(term: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    factor, rest = term.as_independent(variable, as_Add=False)
    if rest.is_rational_function(variable) and not rest.is_polynomial(variable):
        return _of_rational(term, variable)
    if _has_unknown_power_in_sum(rest, variable):
        return sp.Integral(term, variable)
    tangents = [f for f in rest.atoms(sp.tanh, sp.coth) if f.args[0].diff(variable, 2) == 0]
    if len(tangents) == 1:
        found = _with_tanh(rest, tangents[0], variable)
        if found is not None:
            return factor * found
    return manualintegrate(term, variable)


def _of_rational(term: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    """By the method of Rothstein and Trager: on u^2/(1 + u^2)^2 the search for a rule takes minutes."""
    factor, rest = sp.factor(term).as_independent(variable, as_Add=False)
    found = ratint(rest, variable)
    return sp.Integral(term, variable) if found.has(sp.RootSum) else factor * found


def _has_unknown_power_in_sum(term: sp.Expr, variable: sp.Symbol) -> bool:
    """Whether a sum like 1 + x^n occurs, n a parameter: no rule applies, and the search for one takes minutes."""
    powers = (p for total in term.atoms(sp.Add) for p in total.atoms(sp.Pow))
    return any(p.base.has_free(variable) and p.exp.free_symbols for p in powers)


def _with_tanh(term: sp.Expr, tangent: sp.Expr, variable: sp.Symbol) -> sp.Expr | None:
    """The integral of tanh(u)^k, and of x tanh(u)^k for even k, u linear; None for anything else."""
    u, slope = tangent.args[0], tangent.args[0].diff(variable)
    power, front = sp.S.Zero, sp.S.One
    for factor in sp.Mul.make_args(term):
        base, exponent = factor.as_base_exp()
        if base == tangent and exponent.is_Integer and exponent.is_positive:
            power += exponent
        else:
            front *= factor
    logarithm = sp.log(sp.cosh(u) if isinstance(tangent, sp.tanh) else sp.sinh(u)) / slope
    if front == 1:
        start = logarithm if power % 2 else variable
        return start - sp.Add(*(tangent ** (k - 1) / ((k - 1) * slope) for k in range(int(power), 1, -2)))
    if front != variable or power != 2:
        return None
    return variable**2 / 2 - variable * tangent / slope + logarithm / slope
