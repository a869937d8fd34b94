"""Expressions and names as LaTeX, whatever characters the user's names hold."""

from __future__ import annotations

import re
import unicodedata

import sympy as sp
from sympy.printing.latex import LatexPrinter

__all__ = ["is_plain", "latex", "printable", "subscript"]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")
_SUBSCRIPTS = str.maketrans("0123456789", "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089")
_MARKUP = {
    "\\": r"\backslash ",
    "{": r"\{",
    "}": r"\}",
    "^": r"\hat{\ }",
    "~": r"\sim ",
    "`": "'",
    "<": r"\lt ",
    ">": r"\gt ",
} | {c: f"\\{c}" for c in "#$%&_"}


def printable(text: str) -> str:
    """Text with every character that cannot be seen (controls, direction marks, surrogates) made visible."""
    return "".join(
        c if c.isprintable() or unicodedata.category(c) == "Zs" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def is_plain(name: str) -> bool:
    """Whether typesetting reads a name well: letters and digits, with subscripts after ``_``."""
    return _PLAIN.fullmatch(name) is not None


def latex(expression: sp.Basic) -> str:
    r"""An expression as LaTeX for MathJax and code hosts (which refuse ``\operatorname``), names escaped."""
    return _Printer().doprint(expression).replace(r"\operatorname{", r"\mathrm{")


class _Printer(LatexPrinter):
    """SymPy's printer, which takes a name with a backslash or a dollar sign for LaTeX."""

    def _print_Symbol(self, symbol: sp.Symbol, style: str = "plain") -> str:
        if is_plain(symbol.name):
            return super()._print_Symbol(symbol, style)
        escaped = "".join(_MARKUP.get(c, c) for c in printable(symbol.name))
        return rf"\mathtt{{{escaped}}}"

    _print_Dummy = _print_Symbol


def subscript(number: int) -> str:
    """A number in the small digits below the line."""
    return str(number).translate(_SUBSCRIPTS)
