"""Matrix expressions as text that reads back as the same expression: see `dynbench.symbolic.matrix_parsing`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import ModelError
from dynbench.symbolic import matrix_parsing as tree
from dynbench.symbolic.matrices.blocks import Rows, Stack, rows, stack
from dynbench.symbolic.matrices.nodes import (
    SLOT,
    Diag,
    Elementwise,
    add,
    diag,
    elementwise,
    hadamard,
    mul,
    ones,
    split,
    transpose,
    zeros,
)
from dynbench.symbolic.notation import Notation

__all__ = ["read_matrix", "write_matrix"]


def write_matrix(e: MatrixExpr, notation: Notation) -> str:
    """The text of a matrix expression whose sizes are integers.

    Parameters
    ----------
    e : MatrixExpr
        In the node types of `normalise`.
    notation : Notation
        How symbols are written; it holds those of the matrices, too.

    Raises
    ------
    ModelError
        If a size is not known, or a node has no text.
    """
    return _Writer(notation).sum(e)


class _Writer:
    def __init__(self, notation: Notation) -> None:
        self._notation = notation
        taken = set(notation.tokens.values())
        self._slot = next(s for s in (f"s{'_' * k}" for k in range(len(taken) + 1)) if s not in taken)

    def sum(self, e: MatrixExpr) -> str:
        terms = e.args if isinstance(e, sp.MatAdd) else (e,)
        texts = [self._term(term) for term in terms]
        return texts[0] + "".join(f" - {t[1:]}" if t.startswith("-") else f" + {t}" for t in texts[1:])

    def _term(self, e: MatrixExpr) -> str:
        coefficient, factors = split(e)
        product = "*".join(map(self._factor, factors))
        if coefficient in (1, -1):
            return product if coefficient == 1 else f"-{product}"
        return f"{{{self._notation.write(coefficient)}}}*{product}"

    def _factor(self, e: MatrixExpr) -> str:
        return f"({self.sum(e)})" if isinstance(e, sp.MatAdd) else self._primary(e)

    def _primary(self, e: MatrixExpr) -> str:
        if isinstance(e, sp.MatrixSymbol):
            return self._notation.tokens[e]
        if isinstance(e, Elementwise):
            return self._each(e)
        for kind, word in _SEVERAL.items():
            if isinstance(e, kind):
                return f"{word}({', '.join(map(self.sum, e.args))})"
        if isinstance(e, Rows):
            return f"{self._factor(e.argument)}[{_size(e, e.start)}:{_size(e, e.stop)}]"
        if isinstance(e, sp.MatrixBase):
            return f"matrix({', '.join(map(str, (*e.shape, *e)))})"
        for kind, word in _WORDS.items():
            if isinstance(e, kind):
                return f"{word}({self.sum(e.args[0])})"
        for kind, word in _CONSTANTS.items():
            if isinstance(e, kind):
                sizes = e.shape[:1] if word == "identity" else e.shape
                return f"{word}({', '.join(_size(e, size) for size in sizes)})"
        if isinstance(e, sp.MatMul):
            return f"({self.sum(e)})"
        raise ModelError(f"{type(e).__name__} has no text in a report.")

    def _each(self, e: Elementwise) -> str:
        body = self._notation.write(e.body.xreplace({SLOT: sp.Symbol(self._slot, real=True)}))
        word, _, rest = body.partition("(")
        if rest == f"{self._slot})" and word.isidentifier():
            return f"{word}({self.sum(e.argument)})"
        return f"each({self._slot} -> {body}, {self.sum(e.argument)})"


def _size(e: MatrixExpr, size: sp.Expr) -> str:
    if not size.is_Integer:
        raise ModelError(f"The sizes of {e} are not known.")
    return str(size)


def read_matrix(text: str, symbols: Mapping[str, Any]) -> MatrixExpr:
    """The matrix expression of a text.

    Parameters
    ----------
    text : str
        The text.
    symbols : mapping
        Word -> MatrixSymbol or Symbol.

    Raises
    ------
    ModelError
        If the text is no expression in these symbols, or sizes do not fit.
    """
    arrays = {word: s for word, s in symbols.items() if isinstance(s, sp.MatrixSymbol)}
    scalars = {word: s for word, s in symbols.items() if word not in arrays}
    parsed = tree.parse_matrix(text, {word: word for word in arrays}, scalars, SLOT)
    try:
        return _built(parsed, arrays)
    except (sp.ShapeError, TypeError, ValueError) as error:
        raise ModelError(f"In the matrix expression {text!r:.60} sizes do not fit: {error}.") from error


def _built(node: tree.Node, arrays: Mapping[str, sp.MatrixSymbol]) -> MatrixExpr:
    parts = [_built(child, arrays) for child in node.children]
    match node:
        case tree.Name(name):
            return arrays[name]
        case tree.Sum():
            return add(*parts)
        case tree.Product():
            return mul(*parts)
        case tree.Hadamard():
            return hadamard(*parts)
        case tree.Rows():
            rows(parts[0], node.start, node.stop)  # for its refusal only: as it was written
            return Rows(parts[0], sp.Integer(node.start), sp.Integer(node.stop))
        case tree.Stack():
            stack(*parts)
            return Stack(*parts)
        case tree.Scaled():
            return mul(node.factor, *parts)
        case tree.Each():
            return elementwise(node.body, *parts)
        case tree.Transposed():
            # As it was written: of a 1 x 1 matrix, too.
            return sp.Transpose(*parts) if isinstance(parts[0], sp.MatrixSymbol) else transpose(*parts)
        case tree.Diagonal():
            return diag(*parts)
        case tree.DiagonalOf():
            return DiagonalOf(*parts)
        case tree.Numbers(shape, entries):
            return sp.ImmutableDenseMatrix(*shape, entries)
        case tree.Constant("ones", shape):
            return ones(shape)
        case tree.Constant("zeros", shape):
            return zeros(shape)
        case tree.Constant(_, shape):
            return sp.Identity(shape[0])
    raise AssertionError(node)


_SEVERAL = {sp.HadamardProduct: "hadamard", Stack: "stack"}
_WORDS = {sp.Transpose: "transpose", Diag: "diag", DiagonalOf: "diagonal"}
_CONSTANTS = {sp.OneMatrix: "ones", sp.ZeroMatrix: "zeros", sp.Identity: "identity"}
