"""One self-contained HTML page: MathML, inline SVG, no script, nothing fetched from anywhere."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from dynbench._version import __version__
from dynbench.reporting.blocks import Document, Equations, Figure, Formula, Name, Text
from dynbench.reporting.document import build_document
from dynbench.reporting.figures import draw_svg
from dynbench.reporting.mathml import display, inline
from dynbench.reporting.names import printable

if TYPE_CHECKING:
    from dynbench.analysis import Analysis

__all__ = ["render_html"]

#: Cells with more characters of text than this get a column of readable width.
_LONG = 40


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
    return [block for section in document.sections for block in section.blocks if isinstance(block, Figure)]


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dynbench.reporting"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"text": _text, "display": _display, "printable": printable, "lines": _lines}
    environment.tests |= {"kind": lambda block, name: type(block).__name__ == name, "long": _is_long}
    return environment


def _is_long(content: Text) -> bool:
    """Whether a cell holds running text, which needs some width to be read."""
    return sum(len(piece) for piece in content if isinstance(piece, str)) > _LONG


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
