"""What the sections on invariants share: rates of change, where a proof holds, what a search says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sympy as sp

from dynbench.invariants.algebra.derivatives import gradient_of, lie_derivative
from dynbench.reporting.blocks import Formula, Inline, Text
from dynbench.reporting.numbers import readable

if TYPE_CHECKING:
    from dynbench.systems import System

__all__ = ["MOST_OPERATIONS", "assumed", "rate_of", "searched"]

#: A longer identity is left to the JSON report.
MOST_OPERATIONS = 150


def rate_of(system: System, expression: sp.Expr) -> sp.Expr:
    """The rate of change of a function along a flow in components, before anything cancels."""
    return lie_derivative(gradient_of(expression, system.states), system.rhs)


#: The longest formula, in characters, that a sentence holds.
_LONGEST_FORMULA = 40


def assumed(assumptions: Sequence[sp.Basic]) -> Text:
    """A sentence on where a proof holds, with a space before; empty where it holds everywhere."""
    where: list[Inline] = []
    for assumption in assumptions:
        where += [", " if where else " It was proved where ", _relation(assumption)]
    return (*where, ".") if where else ()


def _relation(assumption: Any) -> Inline:
    """A formula, or text where it is long: a formula does not wrap, and would run out of a narrow page."""
    text = f"{assumption.lhs} {assumption.rel_op.replace('==', '=')} {assumption.rhs}"
    return Formula(assumption) if len(text) <= _LONGEST_FORMULA else readable(text)


def searched(found: Any) -> str:
    """What was searched, and whether all of it was; with a space before."""
    scope, stopped = getattr(found, "scope", ""), getattr(found, "stopped", "")
    sought = f" Sought: {readable(scope)}." if scope else ""
    if scope.startswith("nothing (") and scope.endswith(")"):
        sought = f" Nothing was sought: {readable(scope.removeprefix('nothing (')[:-1])}."
    if not stopped:
        return sought
    why = {"time limit": "its time was over", "interrupted": "it was interrupted"}.get(stopped, readable(stopped))
    return f"{sought} Not all of that was searched: {why}."
