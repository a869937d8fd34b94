"""What was declared: equations and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from dynbench.reporting.blocks import (
    Block,
    Equation,
    Equations,
    Formula,
    Inline,
    Name,
    Paragraph,
    Rate,
    Section,
    Table,
)

if TYPE_CHECKING:
    from dynbench.analysis import Analysis
    from dynbench.systems import System

__all__ = ["system_section"]

_SHORT_NAME = 24


def system_section(analysis: Analysis) -> Section:
    """The system as declared."""
    system = analysis.system
    blocks: list[Block] = [_equations(system)]
    if system.parameters:
        blocks += _parameters(system)
    if system.switching:
        border: list[Inline] = []
        for expression in system.switching:
            border += [", " if border else "", Formula(sp.Eq(expression, 0, evaluate=False))]
        blocks.append(Paragraph(("The system may fail to be smooth where ", *border, ".")))
    return Section("system", "Equations and parameters", tuple(blocks))


def _equations(system: System) -> Equations:
    if system.kind == "flow":
        rows = (Equation(Rate(state), right) for state, right in system.equations)
    else:
        rows = (Equation(state, right, "\u21a6") for state, right in system.equations)
    return Equations(tuple(rows))


def _parameters(system: System) -> list[Block]:
    rows = tuple(
        ((_symbol(symbol),), (_value(value, text),))
        for symbol, value, text in zip(
            system.parameter_symbols, system.parameters.values(), system.described_parameters.values(), strict=True
        )
    )
    table = Table("Parameters", (("parameter",), ("value",)), rows, numeric=(1,))
    decimals = any(isinstance(value, float) for value in system.parameters.values())
    exact = "A decimal means exactly that number: 0.1 is 1/10."
    return [table, Paragraph((exact,))] if decimals else [table]


def _symbol(symbol: sp.Symbol) -> Inline:
    """A symbol as mathematics, where its name is short enough; a long one must be able to wrap."""
    return Formula(symbol) if len(symbol.name) <= _SHORT_NAME else Name(symbol.name)


def _value(value: Any, text: str) -> Inline:
    return Formula(value) if isinstance(value, sp.Basic) else text.replace("-", "\N{MINUS SIGN}")
