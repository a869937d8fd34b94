"""Whether an expression in the states is positive wherever it is defined, by rules that are proofs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sympy as sp

__all__ = ["is_positive"]


def is_positive(expression: sp.Expr, at: Mapping[sp.Symbol, sp.Expr], positive: Collection[sp.Symbol] = ()) -> bool:
    """Whether an expression is shown to be positive for all states, for parameters of the signs of their values.

    Parameters
    ----------
    expression : sympy expression
        In states and parameters.
    at : mapping
        Parameter -> value.
    positive : collection of sympy symbols
        The states that are positive; the others are real.

    Notes
    -----
    tanh(u) is written as (E - 1)/(E + 1) with E = exp(2u) > 0; what is left is factored, and SymPy's assumptions
    decide on each factor.
    """
    for value in at.values():
        if value.is_positive is None or value.is_negative is None:
            return False
    symbols = {
        s: sp.Dummy(s.name, positive=True) if s in positive else sp.Dummy(s.name, real=True)
        for s in expression.free_symbols - set(at)
    }
    for s in expression.free_symbols & set(at):
        value = at[s]
        symbols[s] = (
            sp.S.Zero if value == 0 else sp.Dummy(s.name, positive=value.is_positive, negative=value.is_negative)
        )
    own = expression.xreplace(symbols)
    growths: dict[sp.Expr, sp.Dummy] = {}

    def as_growth(u: sp.Expr) -> sp.Expr:
        e = growths.setdefault(u, sp.Dummy(positive=True))
        return (e - 1) / (e + 1)

    own = own.replace(sp.tanh, as_growth)
    return bool(sp.factor(sp.together(own)).is_positive)
