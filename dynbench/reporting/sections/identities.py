"""What the sections on invariants have in common: rates of change written out, and what a search says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from dynbench.invariants.algebra.potentials import gradient_of
from dynbench.reporting.numbers import readable

if TYPE_CHECKING:
    from dynbench.systems import System

__all__ = ["MOST_OPERATIONS", "lie_derivative", "searched"]

#: A longer identity is left to the JSON report.
MOST_OPERATIONS = 150


def lie_derivative(system: System, expression: sp.Expr) -> sp.Expr:
    """grad H . F as it stands, before anything cancels."""
    gradient = gradient_of(expression, system.states)
    return sp.Add(*(sp.Mul(g, f, evaluate=False) for g, f in zip(gradient, system.rhs, strict=True)), evaluate=False)


def searched(found: Any) -> str:
    """What was searched, and whether all of it was; with a space before."""
    scope, stopped = getattr(found, "scope", ""), getattr(found, "stopped", "")
    sought = f" Sought: {readable(scope)}." if scope else ""
    if not stopped:
        return sought
    why = {"time limit": "its time was over", "interrupted": "it was interrupted"}.get(stopped, readable(stopped))
    return f"{sought} Not all of that was searched: {why}."
