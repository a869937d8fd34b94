"""Conserved quantities, each with the identity that proves it, and what else stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.reporting.blocks import (
    Block,
    Equation,
    Equations,
    Formula,
    Heading,
    Paragraph,
    Section,
    Symbol,
)
from dynbench.reporting.numbers import readable
from dynbench.reporting.sections.identities import MOST_OPERATIONS, assumed, rate_of, searched
from dynbench.reporting.sections.lyapunov import lyapunov_blocks
from dynbench.reporting.sections.structure import structure_blocks
from dynbench.reporting.sections.symmetries import symmetry_blocks

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.invariants import Invariant
    from dynbench.invariants.records import NearInvariant
    from dynbench.systems import System

__all__ = ["invariants_section"]

_TOO_MANY = "it takes the equations component by component, and there are too many states for that"


def invariants_section(analysis: Analysis) -> Section:
    """What stays: functions of the state along solutions, and the equations under changes of the state."""
    blocks: list[Block] = [Heading("Conserved quantities"), *_invariants(analysis)]
    structure = structure_blocks(analysis)
    if structure:
        blocks += [Heading("Structure"), *structure]
    if analysis.system.kind == "flow" and (analysis.lyapunov_functions or analysis.system.algebraic):
        blocks += [Heading("Lyapunov functions"), *lyapunov_blocks(analysis)]
    blocks += [Heading("Symmetries"), *symmetry_blocks(analysis)]
    return Section("invariants", "Invariants and symmetries", tuple(blocks))


def _invariants(analysis: Analysis) -> list[Block]:
    found = analysis.invariants
    blocks: list[Block] = [block for near in getattr(found, "nearly", ()) for block in _nearly(near)]
    if not found and blocks:
        return blocks
    if not found and not analysis.system.algebraic and not getattr(found, "scope", ""):
        return [Paragraph((f"None was looked for: {_TOO_MANY}.",))]
    if not found:
        text = "No conserved quantity was found, which does not prove that there is none."
        return [Paragraph((f"{text}{searched(found)}",))]
    for invariant in reversed(found):
        blocks = [*_invariant(analysis.system, invariant), *blocks]
    if getattr(found, "stopped", ""):
        blocks.append(Paragraph((searched(found).strip(),)))
    return blocks


def _invariant(system: System, invariant: Invariant) -> list[Block]:
    """The function, and the identity written out before anything cancels, so that a reader can check it."""
    rows = [Equation(Symbol.INVARIANT, invariant.expression), *_identities_of(system, invariant)]
    how = f"found by the {readable(invariant.method)}, " if invariant.method else ""
    zero = "The last line is zero identically" if not isinstance(invariant.expression, MatrixExpr) else "Identities"
    text = f"{zero} ({readable(invariant.proof.where)})."
    kind = f"{invariant.kind[:1].upper()}{invariant.kind[1:]}, {how}proved:"
    return [Paragraph((kind,)), Equations(tuple(rows)), Paragraph((text, *assumed(invariant.assumptions)))]


def _nearly(near: NearInvariant) -> list[Block]:
    """What is not conserved, with the bound of its rate of change."""
    rows = (Equation(Symbol.INVARIANT, near.expression),)
    bound = ("Its rate of change is at most ", Formula(near.rate), " in size.")
    text = "Not conserved, but proved to change slowly:"
    return [Paragraph((text,)), Equations(rows), Paragraph((*bound, f" {readable(near.proof.conclusion)}"))]


def _identities_of(system: System, invariant: Invariant) -> list[Equation]:
    """The rate of change written out; of a function of a column of states the identities of its proof."""
    if isinstance(invariant.expression, MatrixExpr):
        return [Equation(*equation.args) for equation in invariant.proof.identities]
    system = system.expand()
    flow = system.kind == "flow"
    identity = rate_of(system, invariant.expression) if flow else _difference(system, invariant.expression)
    left = Symbol.LIE_DERIVATIVE if flow else Symbol.DIFFERENCE
    return [Equation(left, identity)] if int(sp.count_ops(identity)) <= MOST_OPERATIONS else []


def _difference(system: System, expression: sp.Expr) -> sp.Expr:
    after = expression.xreplace(dict(zip(system.states, system.rhs, strict=True)))
    return sp.Add(after, -expression, evaluate=False)
