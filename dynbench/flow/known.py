"""The invariants of a system that hold at the values of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

from dynbench.invariants import Invariant
from dynbench.systems import System

__all__ = ["known_invariants"]


def known_invariants(system: System) -> tuple[Invariant, ...]:
    """Those of ``system.invariants()`` that are conserved along whole orbits at its parameter values.

    Left out are those that hold at other values only, and angles: ``atan(y/x)`` jumps where an orbit crosses x = 0, so
    that what is made of it is constant in between, but neither a function that the orbit keeps nor a level set that it
    stays on.

    Parameters
    ----------
    system : System
        A flow, with a value for every parameter.
    """
    values = system.exact_parameters
    found = (i for i in system.invariants() if not _holds_an_angle(i.expression))
    return tuple(i for i in found if all(_met(assumption, values) for assumption in i.assumptions))


def _holds_an_angle(expression: sp.Basic) -> bool:
    """Whether it has an arcus tangent of a quotient, which jumps where the denominator vanishes."""
    quotients = (sp.fraction(sp.together(a.args[0])) for a in expression.atoms(sp.atan))
    return any(below.free_symbols and above.free_symbols for above, below in quotients)


def _met(assumption: sp.Basic, values: Mapping[Any, Any]) -> bool:
    """Whether an assumption on parameters alone is met; one on the states is left to the states."""
    if isinstance(assumption, sp.Equality) and isinstance(assumption.lhs, sp.MatrixSymbol):
        # "b = 0" of an array that the invariant does without.
        return not np.any(values.get(assumption.lhs, 1))
    scalars = {symbol: value for symbol, value in values.items() if isinstance(symbol, sp.Symbol)}
    at_values = assumption.subs(scalars)
    return at_values == sp.true or (at_values != sp.false and not isinstance(assumption, sp.Equality))
