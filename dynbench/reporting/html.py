"""One self-contained HTML page: MathML, inline SVG, no script, nothing fetched from anywhere."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from dynbench._version import __version__
from dynbench.reporting.blocks import Block, Document, Equations, Figure, Figures, Formula, Heading, Name, Section, Text
from dynbench.reporting.document import build_document
from dynbench.reporting.figures import draw_svg
from dynbench.reporting.mathml import display, inline
from dynbench.reporting.names import printable
from dynbench.reporting.pages import page_environment

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["render_html"]

#: Cells with more characters of text than this get a column of readable width.
_LONG = 40
#: Cells with no more characters than this are not broken.
_FEW = 24


def render_html(analysis: Analysis) -> str:
    """The report on an analysis as one HTML page."""
    document = build_document(analysis)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            document=document,
            figures={figure.name: Markup(draw_svg(figure, analysis)) for figure in _figures(document)},
            version=__version__,
        )
    )


def _figures(document: Document) -> list[Figure]:
    blocks = (block for section in document.sections for block in section.blocks)
    return [figure for block in blocks if isinstance(block, Figures) for figure in block.items]


def _environment() -> jinja2.Environment:
    environment = page_environment()
    environment.filters |= {
        "text": _text,
        "display": _display,
        "lines": _lines,
        "parts": _parts,
    }
    environment.filters["cell"] = _cell_class
    environment.tests["kind"] = lambda block, name: type(block).__name__ == name
    return environment


def _parts(section: Section) -> list[list[Block]]:
    """The blocks of a section, a new list from each heading on."""
    parts: list[list[Block]] = [[]]
    for block in section.blocks:
        if isinstance(block, Heading) and parts[-1]:
            parts.append([])
        parts[-1].append(block)
    return parts


def _cell_class(content: Text, numeric: bool) -> str:
    """How a cell is set: numbers to the right, a few words unbroken, running text with some width to be read."""
    if numeric:
        return "number"
    if any(isinstance(piece, Name) for piece in content):
        return ""
    words = sum(len(piece) for piece in content if isinstance(piece, str))
    symbols = sum(len(str(piece.expression)) for piece in content if isinstance(piece, Formula))
    return "long" if words > _LONG else "few" if words + symbols <= _FEW else ""


def _text(content: Text) -> Markup:
    """A line of text; names stand in isolation, lest a right-to-left one reorder its neighbours."""
    pieces = []
    for piece in content:
        if isinstance(piece, Formula):
            pieces.append(inline(piece.expression))
        elif isinstance(piece, Name):
            pieces.append(f"<bdi>{html.escape(printable(piece.text))}</bdi>")
        else:
            pieces.append(html.escape(printable(piece)))
    return Markup("".join(pieces))


def _display(equations: Equations) -> Markup:
    return Markup(display(equations))


def _lines(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))
