"""The structure of a flow: Hamiltonian or Poisson form, and preservation of volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from dynbench.invariants import StructureKind
from dynbench.reporting.blocks import Block, Equation, Equations, Formula, Inline, Paragraph, Symbol
from dynbench.reporting.numbers import readable

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.invariants import HamiltonianStructure

__all__ = ["structure_blocks"]


def structure_blocks(analysis: Analysis) -> list[Block]:
    """What was found; empty for maps and where nothing was."""
    blocks: list[Block] = []
    if analysis.hamiltonian is not None:
        blocks += _hamiltonian(analysis.hamiltonian)
    if analysis.volume is not None:
        text = (
            "The flow preserves volume: div F = 0 identically. No fixed point or orbit attracts or repels all near it."
        )
        blocks.append(Paragraph((readable(text),)))
    return blocks


def _hamiltonian(structure: HamiltonianStructure) -> list[Block]:
    rows = [Equation(Symbol.INVARIANT, structure.hamiltonian)]
    words: list[Inline]
    if structure.kind is StructureKind.CANONICAL:
        words = [readable("The flow is Hamiltonian, q' = dH/dp and p' = -dH/dq, with (q, p) = ")]
        for i, pair in enumerate(structure.pairs):
            words += [", " if i else "", Formula(sp.Tuple(*pair))]
    else:
        rows.append(Equation(Symbol.STRUCTURE, structure.matrix))
        how = (
            "constant"
            if structure.kind is StructureKind.CONSTANT
            else "and Jacobi\u2019s identity (a Poisson structure)"
        )
        words = [f"The flow is Hamiltonian, F = S grad H with S skew, {how}".replace("skew, and", "skew and")]
    if structure.casimirs:
        words.append("; S grad C = 0 for ")
        for i, casimir in enumerate(structure.casimirs):
            words += [", " if i else "", Formula(casimir)]
    for i, assumption in enumerate(structure.assumptions):
        words += [", " if i else ", where ", Formula(assumption)]
    return [Paragraph((*words, "; proved, component by component:")), Equations(tuple(rows))]
