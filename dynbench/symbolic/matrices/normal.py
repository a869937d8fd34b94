"""From what a user wrote in SymPy matrices to the node types that dynbench differentiates and evaluates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement, MatrixExpr

from dynbench.errors import ModelError
from dynbench.symbolic.exact import exact_floats
from dynbench.symbolic.matrices.blocks import Rows, Stack, beside, rows, stack
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
)

__all__ = ["normalise"]

_LEAVES = (sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix)


def normalise(e: Any) -> MatrixExpr:
    """Rewrite a matrix expression in the node types of `dynbench.symbolic.matrices`.

    Accepted are sums, products with scalars and matrices, transposes, elementwise functions (``applyfunc`` of any
    SymPy function or Lambda of one variable), Hadamard products, Hadamard powers with a scalar exponent, diagonal
    matrices (DiagMatrix, DiagonalMatrix, DiagonalOf), slices of neighbouring rows and columns (``x[:h, :]``), block
    matrices (BlockMatrix), Identity, ZeroMatrix, OneMatrix and matrices of numbers.

    Raises
    ------
    ModelError
        Naming the node that is not supported.
    """
    for kind, rewrite in _REWRITES.items():
        if isinstance(e, kind):
            return rewrite(e)
    if isinstance(e, sp.MatPow) and e.exp.is_Integer and e.exp > 0:  # SymPy writes W*W so
        return mul(*[normalise(e.base)] * int(e.exp))
    if isinstance(e, sp.OneMatrix):
        return ones(e.shape)
    if isinstance(e, _LEAVES):
        return e
    if isinstance(e, sp.MatrixBase):
        return _numbers(e)
    name = type(e).__name__
    raise ModelError(
        f"{name} in {_short(e)} is not supported in matrix form: write it with sums, products, transposes, "
        "elementwise functions, Hadamard products, diagonal matrices, slices and blocks."
    )


def _product(e: sp.MatMul) -> MatrixExpr:
    coefficient, factors = split(e)
    return mul(_scalar(coefficient, e), *map(normalise, factors))


def _scalar(coefficient: sp.Expr, where: sp.Basic) -> sp.Expr:
    matrices = coefficient.atoms(MatrixExpr, MatrixElement)
    if matrices:
        raise ModelError(
            f"The scalar {_short(coefficient)} in {_short(where)} depends on a matrix: write entries and norms as "
            "products of matrices, such as x.T*x."
        )
    return exact_floats(coefficient)


def _applied(e: ElementwiseApplyFunction) -> MatrixExpr:
    argument = normalise(e.expr)
    body = e.function(SLOT)
    if not isinstance(body, sp.Expr):
        raise ModelError(
            f"The elementwise function {_short(e.function)} returns {_short(body)}, which is no expression."
        )
    return elementwise(_scalar(body, e), argument)


def _power(e: sp.HadamardPower) -> MatrixExpr:
    if isinstance(e.exp, MatrixExpr) or not isinstance(e.base, MatrixExpr):
        raise ModelError(f"The Hadamard power {_short(e)} is not supported: its exponent must be a scalar.")
    return elementwise(SLOT ** _scalar(e.exp, e), normalise(e.base))


def _numbers(e: sp.MatrixBase) -> MatrixExpr:
    if e.free_symbols:
        raise ModelError(
            f"The matrix {_short(e)} holds the symbol {min(e.free_symbols, key=str)}: in matrix form, matrices of "
            "symbols are MatrixSymbols, and entries of explicit matrices are numbers."
        )
    exact = sp.ImmutableDenseMatrix(e.applyfunc(exact_floats))
    if not all(entry.is_Rational for entry in exact):
        raise ModelError(f"The matrix {_short(e)} holds an entry that is no rational number; bind an array instead.")
    return exact


def _diagonal_part(e: DiagonalMatrix) -> MatrixExpr:
    return diag(DiagonalOf(normalise(e.arg)))


def _slice(e: sp.MatrixSlice) -> MatrixExpr:
    (first, last, step), (left, right, stride) = e.rowslice, e.colslice
    if step != 1 or stride != 1:
        raise ModelError(f"The slice {_short(e)} leaves out every other row or column; only neighbours can be taken.")
    part = rows(normalise(e.parent), first, last)
    return transpose(rows(transpose(part), left, right))


def _blocks(e: sp.BlockMatrix) -> MatrixExpr:
    shape = e.blocks.shape
    return stack(*(beside(*(normalise(e.blocks[i, j]) for j in range(shape[1]))) for i in range(shape[0])))


def _as_column(e: MatrixExpr) -> MatrixExpr:
    return e if e.shape[1] == 1 else transpose(e)


def _short(e: Any) -> str:
    text = " ".join(str(e).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


_REWRITES: dict[type, Callable[[Any], MatrixExpr]] = {
    sp.MatAdd: lambda e: add(*map(normalise, e.args)),
    sp.MatMul: _product,
    sp.Transpose: lambda e: transpose(normalise(e.arg)),
    ElementwiseApplyFunction: _applied,
    sp.HadamardProduct: lambda e: hadamard(*map(normalise, e.args)),
    sp.HadamardPower: _power,
    Elementwise: lambda e: elementwise(e.body, normalise(e.argument)),
    Diag: lambda e: diag(normalise(e.diagonal)),
    sp.MatrixSlice: _slice,
    Rows: lambda e: rows(normalise(e.argument), e.start, e.stop),
    sp.BlockMatrix: _blocks,
    Stack: lambda e: stack(*map(normalise, e.args)),
    sp.DiagMatrix: lambda e: diag(_as_column(normalise(e.args[0]))),
    DiagonalMatrix: _diagonal_part,
    DiagonalOf: lambda e: DiagonalOf(normalise(e.arg)),
}
