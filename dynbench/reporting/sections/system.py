"""What was declared: equations and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
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
    Text,
)
from dynbench.reporting.tables import without_empty_columns
from dynbench.systems.weights import array_records

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
            if isinstance(expression, sp.MatrixExpr):
                border += [", " if border else "", "an entry of ", Formula(expression), " is zero"]
            else:
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
    values, texts = system.parameters.values(), system.described_parameters.values()
    arrays = array_records(system) if system.matrix_form is not None else {}
    rows = tuple(
        ((_symbol(symbol),), (_value(value, text),), (_hash(arrays.get(symbol.name), text),))
        for symbol, value, text in zip(system.parameter_symbols, values, texts, strict=True)
    )
    headers: tuple[Text, ...] = (("parameter",), ("value",), ("SHA-256 of the array",))
    table = without_empty_columns(Table("Parameters", headers, rows, numeric=(1,)))
    meaning = []
    if any(isinstance(value, float) for value in values):
        meaning.append("A decimal means exactly that number: 0.1 is 1/10.")
    if any(hasattr(value, "shape") for value in values):
        meaning.append("An entry of an array means exactly the double that it is.")
    return [table, Paragraph((" ".join(meaning),))] if meaning else [table]


def _hash(record: Mapping[str, Any] | None, text: str) -> Inline:
    """What tells one array from another where the numbers themselves are not shown."""
    return Name(record["sha256"]) if record is not None and not _in_full(text) else ""


def _in_full(text: str) -> bool:
    """Whether the text of an array holds all its numbers."""
    return text.startswith("[") and not text.endswith("...")


def _symbol(symbol: sp.Expr) -> Inline:
    """A symbol as mathematics, where its name is short enough; a long one must be able to wrap."""
    return Formula(symbol) if len(symbol.name) <= _SHORT_NAME else Name(symbol.name)


def _value(value: Any, text: str) -> Inline:
    if isinstance(value, sp.Basic):
        return Formula(value)
    if isinstance(value, np.ndarray) and not _in_full(text):
        text = f"{' x '.join(map(str, value.shape))} array" if value.ndim > 1 else f"array of {value.size} numbers"
    return text.replace("-", "\N{MINUS SIGN}").replace(" x ", " \N{MULTIPLICATION SIGN} ")
