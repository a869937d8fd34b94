"""A calculus of matrix expressions: differential and vector-Jacobian product.

SymPy's ``MatrixExpr.diff`` is not used: its layout is inconsistent and silent (the transpose for ``W*x``, the
matrix itself for ``V*tanh(W*x)``), and its second derivatives raise. Here SymPy differentiates the scalar functions
only; everything else is the chain rule over the few node types of `dynbench.symbolic.matrices.nodes`.

The differential is again such an expression, linear in its direction, so that it can be iterated: ``differential(
differential(f, x, u), x, v)`` is the second derivative applied to u and v. The functions accept a column or a matrix
(a weight matrix, say) as the variable; only a Jacobian (`jacobians`), which must be a matrix itself, wants columns.

References
----------
J. R. Magnus, H. Neudecker: Matrix Differential Calculus, 3rd ed., Wiley 2019 (differentials, first identification
theorem). A. Griewank, A. Walther: Evaluating Derivatives, 2nd ed., SIAM 2008 (the two modes).
"""

from __future__ import annotations

import functools

import sympy as sp
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.calculus import differentiate
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

__all__ = ["diagonal_of", "differential", "slope", "unsupported", "vjp"]


def differential(e: MatrixExpr, x: sp.MatrixSymbol, v: MatrixExpr) -> MatrixExpr:
    """The derivative of `e` by the matrix or column `x` in the direction `v`; for columns the product J v.

    Parameters
    ----------
    e : MatrixExpr
        In the node types of `normalise`.
    x : MatrixSymbol
        The variable.
    v : MatrixExpr
        The direction, of the shape of `x`.

    Raises
    ------
    InputError
        If the shapes of `x` and `v` differ.
    ModelError
        If `e` holds a node that is not supported; the message names it.
    """
    if v.shape != x.shape:
        raise InputError(f"The direction {v} has shape {v.shape}; expected {x.shape}, the shape of {x}.")
    return _differential(e, x, v, {})


def vjp(e: MatrixExpr, x: sp.MatrixSymbol, w: MatrixExpr) -> MatrixExpr:
    """The gradient of the sum of the entries of w o e by `x`; for columns the product J^T w.

    Parameters
    ----------
    e : MatrixExpr
        In the node types of `normalise`.
    x : MatrixSymbol
        The variable, a column or a matrix: the result has its shape.
    w : MatrixExpr
        The weights, of the shape of `e`.

    Raises
    ------
    InputError
        If the shapes of `e` and `w` differ.
    ModelError
        If `e` holds a node that is not supported; the message names it.
    """
    if w.shape != e.shape:
        raise InputError(f"The weights {w} have shape {w.shape}; expected {e.shape}, the shape of {e}.")
    return _vjp(e, x, w)


@functools.lru_cache(maxsize=1024)
def slope(body: sp.Expr) -> sp.Expr:
    """The derivative of an elementwise function, a `Jump` wherever it may have one."""
    return differentiate(body, SLOT)


def unsupported(e: MatrixExpr) -> ModelError:
    """The error for a node that has no derivative here."""
    return ModelError(f"{type(e).__name__} in {e} cannot be differentiated in matrix form.")


# ---- forward


def _differential(e: MatrixExpr, x: sp.MatrixSymbol, v: MatrixExpr, known: dict[MatrixExpr, MatrixExpr]) -> MatrixExpr:
    if e not in known:
        known[e] = _differential_of(e, x, v, known) if e.has(x) else zeros(e.shape)
    return known[e]


def _differential_of(
    e: MatrixExpr, x: sp.MatrixSymbol, v: MatrixExpr, known: dict[MatrixExpr, MatrixExpr]
) -> MatrixExpr:
    def d(part: MatrixExpr) -> MatrixExpr:
        return _differential(part, x, v, known)

    if e == x:
        return v
    if isinstance(e, sp.MatAdd):
        return add(*map(d, e.args))
    if isinstance(e, sp.MatMul):
        coefficient, factors = split(e)
        return add(*(mul(coefficient, *factors[:i], d(f), *factors[i + 1 :]) for i, f in enumerate(factors)))
    if isinstance(e, sp.HadamardProduct):
        return add(*(hadamard(*e.args[:i], d(f), *e.args[i + 1 :]) for i, f in enumerate(e.args)))
    if isinstance(e, Elementwise):
        return hadamard(elementwise(slope(e.body), e.argument), d(e.argument))
    if isinstance(e, sp.Transpose):
        return transpose(d(e.arg))
    if isinstance(e, Diag):
        return diag(d(e.diagonal))
    if isinstance(e, DiagonalOf):
        return diagonal_of(d(e.arg))
    if isinstance(e, Rows):
        return rows(d(e.argument), e.start, e.stop)
    if isinstance(e, Stack):
        return stack(*map(d, e.args))
    raise unsupported(e)


# ---- backward


def _vjp(e: MatrixExpr, x: sp.MatrixSymbol, w: MatrixExpr) -> MatrixExpr:
    if not e.has(x) or isinstance(w, sp.ZeroMatrix):
        return zeros(x.shape)
    if e == x:
        return w
    if isinstance(e, sp.MatAdd):
        return add(*(_vjp(term, x, w) for term in e.args))
    if isinstance(e, sp.MatMul):
        return _vjp_of_product(e, x, w)
    if isinstance(e, sp.HadamardProduct):
        others = [(*e.args[:i], *e.args[i + 1 :]) for i in range(len(e.args))]
        return add(*(_vjp(f, x, hadamard(*rest, w)) for f, rest in zip(e.args, others, strict=True)))
    if isinstance(e, Elementwise):
        return _vjp(e.argument, x, hadamard(elementwise(slope(e.body), e.argument), w))
    if isinstance(e, sp.Transpose):
        return _vjp(e.arg, x, transpose(w))
    if isinstance(e, Diag):
        return _vjp(e.diagonal, x, diagonal_of(w))
    if isinstance(e, DiagonalOf):
        return _vjp(e.arg, x, diag(w))
    if isinstance(e, Rows):
        columns = w.shape[1]
        below = e.argument.shape[0] - e.stop
        return _vjp(e.argument, x, stack(zeros((e.start, columns)), w, zeros((below, columns))))
    if isinstance(e, Stack):
        return add(*(_vjp(block, x, rows(w, *bounds)) for block, bounds in zip(e.args, e.bounds, strict=True)))
    raise unsupported(e)


def _vjp_of_product(e: sp.MatMul, x: sp.MatrixSymbol, w: MatrixExpr) -> MatrixExpr:
    coefficient, factors = split(e)
    parts = [zeros(x.shape)]
    for i, factor in enumerate(factors):
        if factor.has(x):
            left, right = map(transpose, reversed(factors[:i])), map(transpose, reversed(factors[i + 1 :]))
            parts.append(_vjp(factor, x, mul(coefficient, *left, w, *right)))
    return add(*parts)


def diagonal_of(m: MatrixExpr) -> MatrixExpr:
    """The diagonal of a square matrix as a column, without the matrix where its form allows."""
    if m.shape == (1, 1):
        return m
    if isinstance(m, sp.MatAdd):
        return add(*map(diagonal_of, m.args))
    if isinstance(m, sp.ZeroMatrix | sp.OneMatrix):
        return m.func(m.shape[0], 1)
    if isinstance(m, sp.Identity):
        return ones((m.shape[0], sp.S.One))
    if isinstance(m, Diag):
        return m.diagonal
    coefficient, factors = split(m)
    for i in range(1, len(factors)):
        if factors[i].shape[0] == 1:
            return mul(coefficient, hadamard(mul(*factors[:i]), transpose(mul(*factors[i:]))))
    if isinstance(factors[0], Diag) and len(factors) > 1:
        return mul(coefficient, hadamard(factors[0].diagonal, diagonal_of(mul(*factors[1:]))))
    if isinstance(factors[-1], Diag) and len(factors) > 1:
        return mul(coefficient, hadamard(diagonal_of(mul(*factors[:-1])), factors[-1].diagonal))
    return mul(coefficient, DiagonalOf(mul(*factors)))
