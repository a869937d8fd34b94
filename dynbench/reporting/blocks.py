"""What a report is made of, before it is HTML or Markdown: sections of plain blocks.

Every statement of a report is written once, here in this form, and rendered twice. Text from the user reaches
the renderers as plain strings and SymPy expressions only; each renderer escapes it in its own way.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import sympy as sp

__all__ = [
    "Alert",
    "Block",
    "Bullets",
    "Code",
    "Document",
    "Equation",
    "Equations",
    "Fact",
    "Figure",
    "Figures",
    "Formula",
    "Heading",
    "Inline",
    "Name",
    "Paragraph",
    "Rate",
    "SecondDerivative",
    "SecondDifferential",
    "Section",
    "Severity",
    "Symbol",
    "Table",
    "Text",
]


@dataclass(frozen=True)
class Formula:
    """An expression within a line of text."""

    expression: sp.Basic


@dataclass(frozen=True)
class Name:
    """A name given by the user, within a line of text."""

    text: str


#: A piece of a line, and a line.
Inline = str | Formula | Name
Text = tuple[Inline, ...]


@dataclass(frozen=True)
class Rate:
    """The left-hand side x' of a state's equation, or of that of a column of states."""

    state: sp.Expr


@dataclass(frozen=True)
class SecondDerivative:
    """The left-hand side of a second derivative of component `component` (from 1) of F, by two states."""

    component: int
    by: tuple[sp.Symbol, sp.Symbol]


@dataclass(frozen=True)
class SecondDifferential:
    """The left-hand side of the second derivative of F applied to two columns."""

    by: tuple[sp.Expr, sp.Expr]


class Symbol(enum.Enum):
    """Left-hand sides of our own: (MathML, LaTeX)."""

    JACOBIAN = ("<mi>J</mi>", "J")
    DIVERGENCE = (
        '<mrow><mi>div</mi><mspace width="0.2em"></mspace><mi>F</mi></mrow>',
        r"\mathrm{div}\, F",
    )
    SPEED = ("<mi>q</mi>", "q")
    GRADIENT = ("<mrow><mo>\u2207</mo><mi>q</mi></mrow>", r"\nabla q")
    INVARIANT = ("<mi>H</mi>", "H")
    LIE_DERIVATIVE = ("<mrow><mo>\u2207</mo><mi>H</mi><mo>\u00b7</mo><mi>F</mi></mrow>", r"\nabla H \cdot F")
    DIFFERENCE = (
        "<mrow><mi>H</mi><mo>(</mo><mi>F</mi><mo>)</mo><mo>\u2212</mo><mi>H</mi></mrow>",
        r"H(F) - H",
    )
    LYAPUNOV = ("<mi>V</mi>", "V")
    LYAPUNOV_RATE = ("<mrow><mo>\u2207</mo><mi>V</mi><mo>\u00b7</mo><mi>F</mi></mrow>", r"\nabla V \cdot F")
    STRUCTURE = ("<mi>S</mi>", "S")
    POLYNOMIAL = ("<mrow><mi>p</mi><mo>(</mo><mi>\u03bb</mi><mo>)</mo></mrow>", r"p(\lambda)")


@dataclass(frozen=True)
class Equation:
    """One row of displayed mathematics.

    Attributes
    ----------
    left, right : sympy object, or one of our own left-hand sides
        The two sides.
    relation : str
        "=", ">" or, for a map, "\u21a6".
    """

    left: sp.Basic | Rate | SecondDerivative | SecondDifferential | Symbol
    right: sp.Basic
    relation: str = "="


@dataclass(frozen=True)
class Heading:
    """The title of a part of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    content: Text


@dataclass(frozen=True)
class Bullets:
    """A list of short statements."""

    items: tuple[Text, ...]


@dataclass(frozen=True)
class Equations:
    """Displayed equations, aligned at their relations."""

    rows: tuple[Equation, ...]


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row is its header.

    Attributes
    ----------
    caption : str
        What the table shows.
    columns : tuple of Text
        Column headers.
    rows : tuple of tuple of Text
        The cells.
    numeric : tuple of int
        Columns that hold numbers, to be aligned as such.
    """

    caption: str
    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure that `dynbench.plotting` can draw.

    Attributes
    ----------
    name : str
        One that `dynbench.reporting.figures` knows: "portrait", "spectrum", "graph", "hypercube" and so on.
    caption : str
        What is to be seen, in a sentence below the figure.
    description : str
        What a reader who cannot see it needs to know.
    """

    name: str
    caption: str
    description: str


@dataclass(frozen=True)
class Figures:
    """Figures that stand side by side where there is room."""

    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Code:
    """Text to be copied as it is."""

    text: str
    language: str = "python"


Block = Heading | Paragraph | Bullets | Equations | Table | Figures | Code


@dataclass(frozen=True)
class Section:
    """A headed part of a report; `key` is its anchor."""

    key: str
    title: str
    blocks: tuple[Block, ...]


class Severity(enum.Enum):
    """How much an alert takes away from the verdict."""

    SERIOUS = "serious"
    CAUTION = "caution"
    NOTE = "note"


@dataclass(frozen=True)
class Alert:
    """Something that a reader must not overlook.

    Attributes
    ----------
    severity : Severity
        How much it matters.
    text : str
        What was seen.
    threshold : str
        From what on it is reported.
    """

    severity: Severity
    text: str
    threshold: str


@dataclass(frozen=True)
class Fact:
    """A line of the overview at the top of a report."""

    label: str
    text: str


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes
    ----------
    title : str
        The system's name, or what it is.
    subtitle : str
        Kind, number of states and of parameters.
    verdict : str
        What was established, in a sentence or two.
    settled : bool
        True where the verdict leaves nothing open about the fixed points of the region searched.
    alerts : tuple of Alert
        By severity.
    facts : tuple of Fact
        The numbers that a reader looks for first.
    sections : tuple of Section
        In reading order.
    """

    title: str
    subtitle: str
    verdict: str
    settled: bool
    alerts: tuple[Alert, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
