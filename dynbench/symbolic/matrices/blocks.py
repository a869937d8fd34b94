"""Parts of matrices: some rows of one, and several one below the other.

An LSTM cell keeps its hidden and its cell state in one column, and its weights gate by gate in one matrix: these two
nodes take such apart and put them together without matrices of zeros and ones. Columns are taken, and matrices set side
by side, through transposes.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.printing.precedence import PRECEDENCE, precedence

from dynbench.errors import ModelError
from dynbench.symbolic.matrices.nodes import in_brackets, is_column, ones, transpose, zeros

__all__ = ["Rows", "Stack", "beside", "rows", "stack"]


class Rows(MatrixExpr):
    """The rows `start`, ..., `stop` - 1 of a matrix or column."""

    argument = property(lambda self: self.args[0])
    start = property(lambda self: self.args[1])
    stop = property(lambda self: self.args[2])
    shape = property(lambda self: (self.args[2] - self.args[1], self.args[0].shape[1]))
    precedence = PRECEDENCE["Atom"]

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> sp.Expr:
        return self.argument._entry(i + self.start, j, **kwargs)

    def _sympystr(self, printer: Any) -> str:
        stop = "" if self.stop == self.argument.shape[0] else printer._print(self.stop)
        chosen = f"{'' if self.start == 0 else printer._print(self.start)}:{stop}"
        whole = printer.parenthesize(self.argument, PRECEDENCE["Atom"], strict=True)
        return f"{whole}[{chosen}{'' if is_column(self.argument) else ', :'}]"

    def _latex(self, printer: Any) -> str:
        whole = printer._print(self.argument)
        if precedence(self.argument) < PRECEDENCE["Atom"]:
            whole = rf"\left({whole}\right)"
        return rf"{{{whole}}}_{{{printer._print(self.start + 1)} : {printer._print(self.stop)}}}"

    def _mathml_presentation(self, printer: Any) -> Any:
        whole = printer._print(self.argument)
        if precedence(self.argument) < PRECEDENCE["Atom"]:
            whole = in_brackets(printer, whole)
        chosen, mark = printer.dom.createElement("mrow"), printer.dom.createElement("mo")
        mark.appendChild(printer.dom.createTextNode(":"))
        for part in (printer._print(self.start + 1), mark, printer._print(self.stop)):
            chosen.appendChild(part)
        node = printer.dom.createElement("msub")
        node.appendChild(whole)
        node.appendChild(chosen)
        return node


class Stack(MatrixExpr):
    """Matrices of equally many columns, one below the other."""

    shape = property(lambda self: (sp.Add(*(block.shape[0] for block in self.args)), self.args[0].shape[1]))
    precedence = PRECEDENCE["Atom"]

    @property
    def bounds(self) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
        """For each block its first row, and the row after its last."""
        found, start = [], sp.S.Zero
        for block in self.args:
            found.append((start, start + block.shape[0]))
            start = found[-1][1]
        return tuple(found)

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> sp.Expr:
        branches = []
        for block, (start, stop) in zip(self.args, self.bounds, strict=True):
            inside = sp.sympify(i < stop)
            if inside is not sp.false:
                branches.append((block._entry(i - start, j, **kwargs), inside))
            if inside is sp.true:
                break
        return branches[0][0] if branches[0][1] is sp.true else sp.Piecewise(*branches)

    def _sympystr(self, printer: Any) -> str:
        return f"Stack({', '.join(map(printer._print, self.args))})"

    def _latex(self, printer: Any) -> str:
        lines = r" \\ ".join(map(printer._print, self.args))
        return rf"\begin{{bmatrix}}{lines}\end{{bmatrix}}"

    def _mathml_presentation(self, printer: Any) -> Any:
        table = printer.dom.createElement("mtable")
        for block in self.args:
            row, cell = printer.dom.createElement("mtr"), printer.dom.createElement("mtd")
            cell.appendChild(printer._print(block))
            row.appendChild(cell)
            table.appendChild(row)
        return in_brackets(printer, table)


def rows(e: MatrixExpr, start: Any, stop: Any) -> MatrixExpr:
    """The rows `start`, ..., `stop` - 1 of `e`: a block of a stack where they are one, `e` itself where they are all.

    Raises
    ------
    ModelError
        If `e` has no such rows.
    """
    start, stop, count = sp.sympify(start), sp.sympify(stop), e.shape[0]
    if all(size.is_number for size in (start, stop, count)):
        whole = all(size.is_Integer for size in (start, stop))
        if not whole or not 0 <= start < stop <= count:
            raise ModelError(f"The rows {start}:{stop} of {e!s:.60} are not among its {count} rows, or are none.")
    if start == 0 and stop == count:
        return e
    if isinstance(e, sp.ZeroMatrix | sp.OneMatrix):
        return e.func(stop - start, e.shape[1])
    if isinstance(e, Rows):
        return rows(e.argument, e.start + start, e.start + stop)
    if isinstance(e, Stack):
        for block, (first, last) in zip(e.args, e.bounds, strict=True):
            if (first, last) == (start, stop):
                return block
    return Rows(e, start, stop)


def stack(*blocks: MatrixExpr) -> MatrixExpr:
    """Matrices one below the other; neighbours that are zero are joined.

    Raises
    ------
    ModelError
        If they have different numbers of columns.
    """
    kept: list[MatrixExpr] = []
    for block in (part for b in blocks for part in (b.args if isinstance(b, Stack) else (b,))):
        if block.shape[1] != blocks[0].shape[1]:
            raise ModelError(
                f"The blocks {blocks[0]!s:.40} and {block!s:.40} cannot stand one below the other: they have "
                f"{blocks[0].shape[1]} and {block.shape[1]} columns."
            )
        for make, kind in ((zeros, sp.ZeroMatrix), (ones, sp.OneMatrix)):
            if kept and isinstance(block, kind) and isinstance(kept[-1], kind):
                block = make((kept.pop().shape[0] + block.shape[0], block.shape[1]))
        if block.shape[0] != 0:
            kept.append(block)
    return kept[0] if len(kept) == 1 else Stack(*kept)


def beside(*blocks: MatrixExpr) -> MatrixExpr:
    """Matrices side by side."""
    return transpose(stack(*map(transpose, blocks)))
