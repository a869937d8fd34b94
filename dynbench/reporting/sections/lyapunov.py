"""Lyapunov functions, with the identity that shows their sign and what they exclude."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from dynbench.invariants import InvariantKind
from dynbench.reporting.blocks import Block, Equation, Equations, Formula, Inline, Paragraph, Symbol
from dynbench.reporting.numbers import plural, readable
from dynbench.reporting.sections.identities import MOST_OPERATIONS, lie_derivative, searched

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.invariants import Invariant

__all__ = ["excludes_cycles", "lyapunov_blocks"]


def lyapunov_blocks(analysis: Analysis) -> list[Block]:
    """The functions found, or what was sought; and the quadratic ones at stable points."""
    found = analysis.lyapunov_functions
    blocks: list[Block] = []
    for function in found:
        blocks += _function(analysis, function)
    if not found:
        text = "No Lyapunov function was found, which does not prove that there is none."
        blocks.append(Paragraph((f"{text}{searched(found)}",)))
    elif getattr(found, "stopped", ""):
        blocks.append(Paragraph((searched(found).strip(),)))
    balls = sum(data["attraction"] is not None for _, data in analysis.graph.nodes(data=True))
    if balls:
        text = "is proved to fall along orbits in an ellipsoid around it: see the table of nodes."
        blocks.append(Paragraph((f"At {plural(balls, 'stable fixed point')} a quadratic Lyapunov function {text}",)))
    return blocks


def excludes_cycles(analysis: Analysis) -> bool:
    """Whether a strict function whose proof holds at all states rules out every recurrence but rest."""
    states = set(analysis.system.states) if analysis.system.algebraic else set()
    return any(
        v.kind is InvariantKind.STRICT_LYAPUNOV and not any(states & a.free_symbols for a in v.assumptions)
        for v in analysis.lyapunov_functions
    )


def _function(analysis: Analysis, function: Invariant) -> list[Block]:
    rows = [Equation(Symbol.LYAPUNOV, function.expression)]
    if isinstance(function.expression, sp.Expr):
        rate = lie_derivative(analysis.system.expand(), function.expression)
        if int(sp.count_ops(rate)) <= MOST_OPERATIONS:
            rows.append(Equation(Symbol.LYAPUNOV_RATE, rate))
    for equation in function.proof.identities:
        rows.append(Equation(Symbol.LYAPUNOV_RATE, equation.args[1]))
    where: list[Inline] = []
    for assumption in function.assumptions:
        where += [", " if where else " It was proved where ", Formula(assumption)]
    kind = f"{function.kind[:1].upper()}{function.kind[1:]}, proved:"
    proof = f"{readable(function.proof.conclusion)} The proof: {readable(function.proof.where)}."
    return [Paragraph((kind,)), Equations(tuple(rows)), Paragraph((proof, *where, "." if where else ""))]
