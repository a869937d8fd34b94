"""Conserved quantities and symmetries, each with the identity that proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from dynbench.fixed_points.symmetry import is_mirrored
from dynbench.reporting.blocks import (
    Block,
    Bullets,
    Equation,
    Equations,
    Formula,
    Heading,
    Inline,
    Paragraph,
    Section,
    Symbol,
    Table,
    Text,
)
from dynbench.reporting.numbers import plural, readable
from dynbench.reporting.sections.identities import MOST_OPERATIONS, lie_derivative, searched
from dynbench.reporting.sections.lyapunov import lyapunov_blocks
from dynbench.reporting.sections.structure import structure_blocks

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.invariants import Invariant, Symmetry
    from dynbench.systems import System

__all__ = ["invariants_section"]

#: Symmetries are listed one by one up to this number.
_LISTED = 24
_TOO_MANY = "it takes the equations component by component, and there are too many states for that"


def invariants_section(analysis: Analysis) -> Section:
    """What stays: functions of the state along solutions, and the equations under changes of the state."""
    blocks: list[Block] = [Heading("Conserved quantities"), *_invariants(analysis)]
    structure = structure_blocks(analysis)
    if structure:
        blocks += [Heading("Structure"), *structure]
    if analysis.system.kind == "flow" and (analysis.lyapunov_functions or analysis.system.algebraic):
        blocks += [Heading("Lyapunov functions"), *lyapunov_blocks(analysis)]
    blocks += [Heading("Symmetries"), *_symmetries(analysis)]
    return Section("invariants", "Invariants and symmetries", tuple(blocks))


def _invariants(analysis: Analysis) -> list[Block]:
    found = analysis.invariants
    if not found and not analysis.system.algebraic and not getattr(found, "scope", ""):
        return [Paragraph((f"None was looked for: {_TOO_MANY}.",))]
    if not found:
        text = "No conserved quantity was found, which does not prove that there is none."
        return [Paragraph((f"{text}{searched(found)}",))]
    blocks: list[Block] = []
    for invariant in found:
        blocks += _invariant(analysis.system, invariant)
    if getattr(found, "stopped", ""):
        blocks.append(Paragraph((searched(found).strip(),)))
    return blocks


def _invariant(system: System, invariant: Invariant) -> list[Block]:
    """The function, and the identity written out before anything cancels, so that a reader can check it."""
    where: list[Inline] = []
    for assumption in invariant.assumptions:
        where += [", " if where else " It was proved where ", Formula(assumption)]
    rows = [Equation(Symbol.INVARIANT, invariant.expression), *_identities_of(system, invariant)]
    how = f"found by the {readable(invariant.method)}, " if invariant.method else ""
    zero = "The last line is zero identically" if isinstance(invariant.expression, sp.Expr) else "Identities"
    text = f"{zero} ({readable(invariant.proof.where)})."
    kind = f"{invariant.kind[:1].upper()}{invariant.kind[1:]}, {how}proved:"
    return [Paragraph((kind,)), Equations(tuple(rows)), Paragraph((text, *where, "." if where else ""))]


def _identities_of(system: System, invariant: Invariant) -> list[Equation]:
    """The rate of change written out; of a function of a column of states the identities of its proof."""
    if not isinstance(invariant.expression, sp.Expr):
        return [Equation(*equation.args) for equation in invariant.proof.identities]
    system = system.expand()
    flow = system.kind == "flow"
    identity = lie_derivative(system, invariant.expression) if flow else _difference(system, invariant.expression)
    left = Symbol.LIE_DERIVATIVE if flow else Symbol.DIFFERENCE
    return [Equation(left, identity)] if int(sp.count_ops(identity)) <= MOST_OPERATIONS else []


def _difference(system: System, expression: sp.Expr) -> sp.Expr:
    after = expression.xreplace(dict(zip(system.states, system.rhs, strict=True)))
    return sp.Add(after, -expression, evaluate=False)


def _symmetries(analysis: Analysis) -> list[Block]:
    found = analysis.symmetries
    if not analysis.system.algebraic:
        odd = (
            "The equations are odd, F(\u2212x) = \u2212F(x), as their structure shows: with every fixed point its "
            "mirror image is one. "
        )
        other = f"{'No other' if is_mirrored(analysis.system) else 'None'} was looked for: {_TOO_MANY}."
        return [Paragraph((f"{odd if is_mirrored(analysis.system) else ''}{other}",))]
    if not found:
        text = "No change of signs or order of the states that was tried leaves the equations as they are."
        return [Paragraph((text,))]
    components = analysis.system.expand()
    states = sp.Tuple(*components.states)
    text = (
        f"The equations keep their form under {plural(len(found), 'change', 'changes')} of the states: F(Sx) = S F(x)."
    )
    headers: tuple[Text, ...] = (("symmetry",), ("F(Sx) = S F(x), component by component",))
    rows = tuple(
        ((Formula(states), " \u21a6 ", Formula(_image(components, s))), _identities(components, s))
        for s in found[:_LISTED]
    )
    blocks: list[Block] = [Paragraph((text,)), Table("Symmetries with the identities that prove them", headers, rows)]
    if len(found) > _LISTED:
        blocks.append(Bullets(((f"{len(found) - _LISTED} more are in the JSON report.",),)))
    return blocks


def _image(system: System, symmetry: Symmetry) -> sp.Tuple:
    return sp.Tuple(*(symmetry.matrix * sp.Matrix(system.states)))


def _identities(system: System, symmetry: Symmetry) -> Text:
    """F_i(Sx) = (S F)_i(x) for each component; the left sides as they come out of the substitution."""
    moved = dict(zip(system.states, _image(system, symmetry), strict=True))
    images = symmetry.matrix * sp.Matrix(system.rhs)
    words: list[Inline] = []
    for rate, image in zip(system.rhs, images, strict=True):
        left = rate.xreplace(moved)
        if int(sp.count_ops(left)) + int(sp.count_ops(image)) > MOST_OPERATIONS:
            return (readable(symmetry.proof) if len(symmetry.proof) < 400 else "in full in the JSON report",)
        words += ["; " if words else "", Formula(sp.Eq(left, image, evaluate=False))]
    return tuple(words)
