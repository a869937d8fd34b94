"""What both renderers do to text and expressions before they print them."""

from __future__ import annotations

import sympy as sp

from dynbench.symbolic.matrices.nodes import add, mul, split
from dynbench.symbolic.typesetting import is_plain, printable

__all__ = ["is_negative", "is_plain", "printable", "split_sum"]


def split_sum(expression: sp.Basic, width: int = 76) -> list[tuple[str, sp.Basic]]:
    """Break a long sum into (sign, part) pairs, a line each; anything else stays whole, with sign "".

    The width of a line is judged by its length as text, which is about what it takes in print.
    """
    matrices = isinstance(expression, sp.MatAdd)
    if not isinstance(expression, sp.Add | sp.MatAdd) or len(str(expression)) <= width:
        return [("", expression)]
    lines: list[list[sp.Expr]] = []
    used = width + 1
    for term in expression.args if matrices else expression.as_ordered_terms():
        size = len(str(term)) + 3
        if used + size > width:
            lines.append([])
            used = 0
        lines[-1].append(term)
        used += size
    parts = []
    for i, terms in enumerate(lines):
        minus = i > 0 and (is_negative(terms[0]) if matrices else terms[0].could_extract_minus_sign())
        if matrices:
            part: sp.Basic = add(*(mul(-1, t) if minus else t for t in terms))
        else:
            part = sp.Add(*(-t if minus else t for t in terms))
        parts.append(("" if i == 0 else "-" if minus else "+", part))
    return parts


def is_negative(term: sp.Expr) -> bool:
    """Whether the coefficient of a matrix is seen to be negative."""
    return bool(split(term)[0].could_extract_minus_sign())
