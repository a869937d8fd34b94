"""What follows from the declaration by algebra: derivatives, stability conditions, invariants, symmetries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from dynbench.reporting.blocks import (
    Block,
    Bullets,
    Equation,
    Equations,
    Formula,
    Inline,
    Name,
    Paragraph,
    Section,
    Symbol,
    Text,
)
from dynbench.reporting.derived import Derived, derive
from dynbench.reporting.numbers import plural

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.invariants import Invariant, Symmetry

__all__ = ["derived_section", "invariants_section"]

#: Longer expressions are not printed: nobody reads them, and the JSON report holds them.
_MOST_OPERATIONS = 300


def derived_section(analysis: Analysis) -> Section:
    """Jacobian, divergence, speed, characteristic polynomial and stability conditions."""
    derived = derive(analysis.system)
    flow = analysis.system.kind == "flow"
    speed = "|F|\u00b2/2" if flow else "|F \u2212 x|\u00b2/2"
    blocks = [
        *_display("Jacobian and divergence of F, parameters kept as symbols:", _derivatives(derived)),
        *_display(
            f"The speed q = {speed}, which is zero exactly at the fixed points, and its gradient:",
            _speed(derived),
        ),
        *_conditions(derived, flow),
    ]
    return Section("derived", "Derived from the equations", tuple(blocks))


def invariants_section(analysis: Analysis) -> Section:
    """Conserved quantities and symmetries, each with the identity that proves it."""
    blocks: list[Block] = []
    if analysis.invariants:
        blocks.append(Bullets(tuple(map(_invariant, analysis.invariants))))
    else:
        scope = getattr(analysis.invariants, "scope", "")
        sought = f" Sought: {scope}." if scope else ""
        text = f"No conserved quantity was found, which does not prove that there is none.{sought}"
        blocks.append(Paragraph((text,)))
    if analysis.symmetries:
        blocks.append(Paragraph(("The equations stay as they are under:",)))
        blocks.append(Bullets(tuple(map(_symmetry, analysis.symmetries))))
    else:
        text = "No change of signs or order of the states leaves the equations as they are."
        blocks.append(Paragraph((text,)))
    return Section("invariants", "Invariants and symmetries", tuple(blocks))


def _invariant(invariant: Invariant) -> Text:
    where: list[Inline] = []
    for assumption in invariant.assumptions:
        where += [", " if where else " Proved where ", Formula(assumption)]
    what = f"{invariant.kind[:1].upper()}{invariant.kind[1:]}: "
    proof = Name(invariant.proof.rstrip("."))
    return what, Formula(invariant.expression), ". Proof: ", proof, ".", *where, "." if where else ""


def _symmetry(symmetry: Symmetry) -> Text:
    description = symmetry.description.replace("->", "\N{RIGHTWARDS ARROW}")
    return Name(description), ". Proof: ", Name(symmetry.proof.rstrip(".")), "."


def _derivatives(derived: Derived) -> list[Equation]:
    return [Equation(Symbol.JACOBIAN, derived.jacobian), Equation(Symbol.DIVERGENCE, derived.divergence)]


def _speed(derived: Derived) -> list[Equation]:
    return [Equation(Symbol.SPEED, derived.speed), Equation(Symbol.GRADIENT, derived.speed_gradient)]


def _conditions(derived: Derived, flow: bool) -> list[Block]:
    if derived.polynomial is None:
        return [Paragraph((f"The characteristic polynomial is not shown: {derived.reason}.",))]
    text = "The characteristic polynomial of the Jacobian"
    if derived.reason:
        text += f", with its coefficients as symbols ({derived.reason})"
    blocks = _display(f"{text}:", [Equation(Symbol.POLYNOMIAL, derived.polynomial.as_expr())])
    criterion = "Routh\u2013Hurwitz conditions" if flow else "Jury conditions"
    where = "has a negative real part" if flow else "lies inside the unit circle"
    value = "eigenvalue" if flow else "multiplier"
    introduction = f"{criterion}: at a fixed point every {value} {where} exactly where all of these hold."
    return blocks + _display(introduction, [Equation(c, sp.S.Zero, ">") for c in derived.conditions])


def _display(introduction: str, equations: list[Equation]) -> list[Block]:
    """A sentence and the equations that it introduces; those too long to read are counted instead."""
    shown = tuple(e for e in equations if _operations(e) <= _MOST_OPERATIONS)
    blocks: list[Block] = [Paragraph((introduction,))]
    if shown:
        blocks.append(Equations(shown))
    left_out = [_operations(e) for e in equations if _operations(e) > _MOST_OPERATIONS]
    if left_out:
        what = plural(len(left_out), "expression")
        text = f"Not shown: {what} of {' and '.join(map(str, left_out))} operations; the JSON report holds all."
        blocks.append(Paragraph((text,)))
    return blocks


def _operations(equation: Equation) -> int:
    return sum(int(sp.count_ops(side)) for side in (equation.left, equation.right) if isinstance(side, sp.Basic))
