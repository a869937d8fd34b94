"""Lyapunov functions that are conserved quantities of the system without some of its terms.

The energy of a mechanical system with friction is that of the system without; friction only takes from it. So terms
are left out, one parameter set to zero or one term dropped at a time, conserved quantities of the rest are sought, and
one counts where its rate of change along the whole system is minus a sum of squares with positive factors.

References
----------
H. K. Khalil, Nonlinear Systems (2002), example 4.4: the pendulum with friction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sympy as sp

from dynbench.invariants.algebra.derivatives import gradient_of
from dynbench.invariants.algebra.signs import is_positive
from dynbench.invariants.linear_combinations import LinearCombinations
from dynbench.invariants.lyapunov_records import lyapunov_record
from dynbench.invariants.method import InvariantMethod, Limits
from dynbench.invariants.parameter_values import parameter_values
from dynbench.invariants.records import Invariant
from dynbench.symbolic.calculus import NONSMOOTH
from dynbench.systems import ODE, System

__all__ = ["DissipatedQuantities"]

_LARGEST_DIMENSION = 4
_MOST_TRIES = 16
_MOST_TERMS = 12


class DissipatedQuantities(InvariantMethod):
    """Conserved quantities of the system with a parameter set to zero, or without a term, that never increase."""

    name = "dissipated quantity"

    def scope(self, system: System, limits: Limits) -> str:
        """Flows of up to 4 states, of few terms."""
        if not _applies(system):
            return ""
        return (
            "conserved quantities of the system with one parameter set to zero or one term left out, where their rate "
            "of change is seen to have one sign"
        )

    def search(self, system: System, known: Sequence[Invariant], limits: Limits) -> Iterator[Invariant]:
        """Leave out what is small, as one hopes; nothing where a Lyapunov function is known already."""
        if known or not _applies(system):
            return
        system = system.expand()
        at = parameter_values(system)
        rates = tuple(system.rhs)
        if any(rate.has(*NONSMOOTH) for rate in rates) or (system.parameter_symbols and not at):
            return
        for reduced in _without_something(system):
            limits.check()
            rest = ODE(dict(zip(system.states, reduced, strict=True)), list(system.parameter_symbols))
            for invariant in LinearCombinations().search(rest, (), limits):
                found = _record(system.states, rates, invariant.expression, at)
                if found is not None:
                    yield found
                    return


def _applies(system: System) -> bool:
    if system.kind != "flow" or not 1 < system.dimension <= _LARGEST_DIMENSION:
        return False
    return sum(len(sp.Add.make_args(sp.expand(rate))) for rate in system.expand().rhs) <= _MOST_TERMS


def _without_something(system: System) -> Iterator[list[sp.Expr]]:
    rates = list(system.rhs)
    tried: set[tuple[sp.Expr, ...]] = {tuple(map(sp.expand, rates))}
    for reduced in (*_without_parameter(system), *_without_term(rates), *_without_term(list(map(sp.expand, rates)))):
        key = tuple(map(sp.expand, reduced))
        if len(tried) <= _MOST_TRIES and key not in tried and not any(r.has(sp.zoo, sp.nan, sp.oo) for r in reduced):
            tried.add(key)
            yield reduced


def _without_parameter(system: System) -> Iterator[list[sp.Expr]]:
    return ([rate.subs(p, 0) for rate in system.rhs] for p in system.parameter_symbols)


def _without_term(rates: Sequence[sp.Expr]) -> Iterator[list[sp.Expr]]:
    for i, rate in enumerate(rates):
        for term in sp.Add.make_args(rate):
            yield [*rates[:i], rate - term, *rates[i + 1 :]]


def _record(
    states: Sequence[sp.Symbol], rates: Sequence[sp.Expr], function: sp.Expr, at: Mapping[sp.Symbol, sp.Expr]
) -> Invariant | None:
    positive = [s for s in states if function.has(sp.log(s))]
    change = sp.Add(*(g * f for g, f in zip(gradient_of(function, states), rates, strict=True)))
    for sign in (1, -1):
        terms = _squares(sp.factor(-sign * change), states, at, positive)
        if terms:
            return lyapunov_record(
                sign * function,
                states,
                rates,
                terms,
                strict=False,
                reason="V is conserved by a part of the equations",
                fixed={},
                method=DissipatedQuantities.name,
                assumptions=[s > 0 for s in positive],
                at=at,
            )
    return None


def _squares(
    expression: sp.Expr, states: Sequence[sp.Symbol], at: Mapping[sp.Symbol, sp.Expr], positive: Sequence[sp.Symbol]
) -> list[tuple[sp.Expr, sp.Expr]] | None:
    """The expression as a sum of d l^2 with d > 0: factored, or term by term; None where that shows nothing."""
    if expression == 0:
        return None
    for terms in ([expression], sp.Add.make_args(sp.expand(expression))):
        found = []
        for term in terms:
            d, part = sp.S.One, sp.S.One
            for base, power in (f.as_base_exp() for f in sp.Mul.make_args(term)):
                half = power // 2 if power.is_Integer and base.has_free(*states) and base not in positive else 0
                part *= base**half
                d *= base ** (power - 2 * half)
            found.append((d, part))
        if all(is_positive(d, at, positive) for d, _ in found):
            return found
    return None
