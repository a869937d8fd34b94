"""The report as Markdown that reads well on a code host: tables, and mathematics in ``math`` fences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sympy as sp

from dynbench._version import __version__
from dynbench.reporting.blocks import (
    Block,
    Bullets,
    Code,
    Document,
    Equation,
    Equations,
    Figures,
    Formula,
    Heading,
    Name,
    Paragraph,
    Rate,
    SecondDerivative,
    SecondDifferential,
    Symbol,
    Table,
    Text,
)
from dynbench.reporting.document import build_document
from dynbench.reporting.names import printable, split_sum
from dynbench.symbolic.typesetting import latex

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["render_markdown"]

#: Characters that Markdown or the mathematics of code hosts would take for markup.
_MARKUP = re.compile(r"([\\`*_\[\]#|<>$~&])")
_RELATIONS = {"=": "=", ">": ">", "\u21a6": r"\mapsto"}


def render_markdown(analysis: Analysis) -> str:
    """The report on an analysis as Markdown; its figures are in the HTML report only."""
    document = build_document(analysis)
    parts = [*_head(document)]
    for section in document.sections:
        parts.append(f"## {section.title}")
        parts += map(_block, section.blocks)
    parts.append(f"Written by dynbench {__version__}.")
    return "\n\n".join(parts) + "\n"


def _head(document: Document) -> list[str]:
    parts = [f"# {_plain(document.title)}", _plain(document.subtitle), f"**{_plain(document.verdict)}**"]
    if document.alerts:
        lines = []
        for alert in document.alerts:
            severity = alert.severity.value.capitalize()
            lines.append(f"| {severity} | {_plain(alert.text)} | {_plain(alert.threshold)} |")
        parts.append("\n".join(["| alert | what was seen | reported for |", "| --- | --- | --- |", *lines]))
    parts.append("\n".join(f"- {_plain(fact.label)}: {_plain(fact.text)}" for fact in document.facts))
    return parts


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return _text(block.content)
        case Bullets():
            return "\n".join(f"- {_text(item)}" for item in block.items)
        case Equations():
            rows = " \\\\\n".join(line for row in block.rows for line in _equation(row))
            return f"```math\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n```"
        case Table():
            return _table(block)
        case Code():
            return _fenced(block)
        case Heading():
            return f"### {_plain(block.text)}"
        case Figures():
            return "\n".join(f"- Figure in the HTML report: {_plain(item.description)}" for item in block.items)


def _table(table: Table) -> str:
    rule = ["---:" if i in table.numeric else "---" for i in range(len(table.columns))]
    rows = [
        [_text(cell) for cell in table.columns],
        rule,
        *([_text(cell) for cell in row] for row in table.rows),
    ]
    return f"{_plain(table.caption)}:\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _fenced(code: Code) -> str:
    """A fence longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall(r"`+", code.text)), default=0)
    fence = "`" * max(3, longest + 1)
    text = "\n".join(map(printable, code.text.split("\n")))
    return f"{fence}{code.language}\n{text}\n{fence}"


def _text(content: Text) -> str:
    return "".join(_formula(piece) if isinstance(piece, Formula) else _plain(_words(piece)) for piece in content)


def _words(piece: str | Name) -> str:
    return piece.text if isinstance(piece, Name) else piece


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", printable(text)) if text else text


def _formula(formula: Formula) -> str:
    """Mathematics in a line; a bar would end a table's cell."""
    return f"${latex(formula.expression)}$".replace("|", r"\vert ")


def _equation(equation: Equation) -> list[str]:
    left, right = _lines(equation.left), _lines(equation.right)
    if equation.relation == ">":
        return [*(f"&{line}" for line in left[:-1]), f"&{left[-1]} > {right[0]}"]
    rows = [f"{line} &" for line in left[:-1]]
    rows.append(f"{left[-1]} &{_RELATIONS[equation.relation]} {right[0]}")
    return rows + [f"&\\quad {line}" for line in right[1:]]


def _lines(side: sp.Basic | Rate | SecondDerivative | SecondDifferential | Symbol) -> list[str]:
    if isinstance(side, Symbol):
        return [side.value[1]]
    if isinstance(side, SecondDerivative):
        one, other = map(latex, side.by)
        below = rf"\partial {{{one}}}^2" if one == other else rf"\partial {one}\, \partial {other}"
        return [rf"\frac{{\partial^2 F_{{{side.component}}}}}{{{below}}}"]
    if isinstance(side, SecondDifferential):
        return [rf"\mathrm{{D}}^2 F\left({', '.join(map(latex, side.by))}\right)"]
    if isinstance(side, Rate):
        return [f"{{{latex(side.state)}}}'"]
    return [f"{sign}{latex(part)}" for sign, part in split_sum(side)]
