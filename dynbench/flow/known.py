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
    """Those of ``system.invariants()`` that hold at its parameter values.

    Parameters
    ----------
    system : System
        A flow, with a value for every parameter.
    """
    values = system.exact_parameters
    return tuple(i for i in system.invariants() if all(_met(assumption, values) for assumption in i.assumptions))


def _met(assumption: sp.Basic, values: Mapping[Any, Any]) -> bool:
    """Whether an assumption on parameters alone is met; one on the states is left to the states."""
    if isinstance(assumption, sp.Equality) and isinstance(assumption.lhs, sp.MatrixSymbol):
        # "b = 0" of an array that the invariant does without.
        return not np.any(values.get(assumption.lhs, 1))
    scalars = {symbol: value for symbol, value in values.items() if isinstance(symbol, sp.Symbol)}
    at_values = assumption.subs(scalars)
    return at_values == sp.true or (at_values != sp.false and not isinstance(assumption, sp.Equality))
