"""The invariants of a system that hold at the values of its parameters."""

from __future__ import annotations

import sympy as sp

from dynbench.invariants import Invariant
from dynbench.systems import System

__all__ = ["known_invariants"]


def known_invariants(system: System) -> tuple[Invariant, ...]:
    """Those of ``system.invariants()`` that hold at its parameter values: some are conserved at special ones only.

    Parameters
    ----------
    system : System
        A flow, with a value for every parameter.
    """
    values = {symbol: value for symbol, value in system.exact_parameters.items() if isinstance(symbol, sp.Symbol)}
    return tuple(i for i in system.invariants() if all(_met(assumption, values) for assumption in i.assumptions))


def _met(assumption: sp.Basic, values: dict[sp.Symbol, sp.Expr]) -> bool:
    """Whether an assumption on parameters alone is met; one on the states is left to the states."""
    at_values = assumption.subs(values)
    return at_values == sp.true or (at_values != sp.false and not isinstance(assumption, sp.Equality))
