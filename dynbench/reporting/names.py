"""What both renderers do to text and expressions before they print them."""

from __future__ import annotations

import sympy as sp

from dynbench.symbolic.typesetting import is_plain, printable

__all__ = ["is_plain", "printable", "split_sum"]


def split_sum(expression: sp.Basic, width: int = 76) -> list[tuple[str, sp.Basic]]:
    """Break a long sum into (sign, part) pairs, a line each; anything else stays whole, with sign "".

    The width of a line is judged by its length as text, which is about what it takes in print.
    """
    if not isinstance(expression, sp.Add) or len(str(expression)) <= width:
        return [("", expression)]
    lines: list[list[sp.Expr]] = []
    used = width + 1
    for term in expression.as_ordered_terms():
        size = len(str(term)) + 3
        if used + size > width:
            lines.append([])
            used = 0
        lines[-1].append(term)
        used += size
    parts = []
    for i, terms in enumerate(lines):
        minus = i > 0 and terms[0].could_extract_minus_sign()
        part = sp.Add(*(-t if minus else t for t in terms))
        parts.append(("" if i == 0 else "-" if minus else "+", part))
    return parts
