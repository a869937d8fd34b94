"""Lyapunov functions, with the identity that shows their sign and what they exclude."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.reporting.blocks import Block, Equation, Equations, Paragraph, Symbol
from dynbench.reporting.numbers import plural, readable
from dynbench.reporting.sections.identities import MOST_OPERATIONS, assumed, rate_of, searched

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.invariants import Invariant

__all__ = ["lyapunov_blocks"]


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


def _function(analysis: Analysis, function: Invariant) -> list[Block]:
    rows = [Equation(Symbol.LYAPUNOV, function.expression)]
    if not isinstance(function.expression, MatrixExpr):
        rate = rate_of(analysis.system.expand(), function.expression)
        if int(sp.count_ops(rate)) <= MOST_OPERATIONS:
            rows.append(Equation(Symbol.LYAPUNOV_RATE, rate))
    for equation in function.proof.identities:
        rows.append(Equation(Symbol.LYAPUNOV_RATE, equation.args[1]))
    kind = f"{function.kind[:1].upper()}{function.kind[1:]}, proved:"
    proof = f"{readable(function.proof.conclusion)} The proof: {readable(function.proof.where)}."
    return [Paragraph((kind,)), Equations(tuple(rows)), Paragraph((proof, *assumed(function.assumptions)))]
