"""The Jacobian of a column by a column, as a matrix expression.

Where a full matrix depends on the state, as in (W o f(x x^T)) 1, its Jacobian is one still as long as the matrix is
made of outer products, diagonal matrices and functions of every entry; else it takes a tensor, and only its products
with vectors are matrix expressions (`derivatives`).

References
----------
J. R. Magnus, H. Neudecker: Matrix Differential Calculus, 3rd ed., Wiley 2019, chapter 9.
"""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.matrices.blocks import Rows, Stack, rows, stack
from dynbench.symbolic.matrices.derivatives import diagonal_of, slope, unsupported
from dynbench.symbolic.matrices.nodes import (
    Diag,
    Elementwise,
    add,
    diag,
    elementwise,
    hadamard,
    is_column,
    mul,
    ones,
    split,
    transpose,
    zeros,
)

__all__ = ["jacobian_matrix"]


def jacobian_matrix(e: MatrixExpr, x: sp.MatrixSymbol) -> MatrixExpr:
    """The Jacobian of a column `e` by a column `x`, a matrix expression such as -I + W*Diag(1 - tanh(x)**2).

    Raises
    ------
    InputError
        If `e` or `x` is no column.
    ModelError
        If the Jacobian is no matrix expression (an elementwise function of a product of full matrices that depend on
        `x`), or `e` holds a node that is not supported.
    """
    for what, value in (("e", e), ("x", x)):
        if not is_column(value):
            raise InputError(f"{what} = {value} has shape {value.shape}; a Jacobian is of a column by a column.")
    return _jacobian(e, x)


def _jacobian(e: MatrixExpr, x: sp.MatrixSymbol) -> MatrixExpr:
    if not e.has(x):
        return zeros((e.shape[0], x.shape[0]))
    if e == x:
        return sp.Identity(x.shape[0])
    if isinstance(e, sp.MatAdd):
        return add(*(_jacobian(term, x) for term in e.args))
    if isinstance(e, sp.MatMul):
        return _jacobian_of_product(e, x)
    if isinstance(e, sp.HadamardProduct):
        others = [hadamard(*e.args[:i], *e.args[i + 1 :]) for i in range(len(e.args))]
        return add(*(mul(diag(rest), _jacobian(f, x)) for f, rest in zip(e.args, others, strict=True)))
    if isinstance(e, Elementwise):
        return mul(diag(elementwise(slope(e.body), e.argument)), _jacobian(e.argument, x))
    if isinstance(e, DiagonalOf):
        n = e.shape[0]
        return _of_weighted(sp.Identity(n), e.arg, ones((n, sp.S.One)), x)
    if isinstance(e, Rows):
        return rows(_jacobian(e.argument, x), e.start, e.stop)
    if isinstance(e, Stack):
        return stack(*(_jacobian(block, x) for block in e.args))
    raise unsupported(e)


def _jacobian_of_product(e: sp.MatMul, x: sp.MatrixSymbol) -> MatrixExpr:
    coefficient, factors = split(e)
    terms = [zeros((e.shape[0], x.shape[0]))]
    for i, factor in enumerate(factors):
        if factor.has(x):
            left = mul(coefficient, *factors[:i]) if i else coefficient
            terms.append(_jacobian_of_factor(left, factor, factors[i + 1 :], x))
    return add(*terms)


def _jacobian_of_factor(
    left: sp.Expr | MatrixExpr, factor: MatrixExpr, rest: tuple[MatrixExpr, ...], x: sp.MatrixSymbol
) -> MatrixExpr:
    """The Jacobian of left * factor * rest by `x` in `factor` alone."""
    if is_column(factor):
        inner = _jacobian(factor, x)
        if rest:  # what follows is a 1 x 1 matrix, a scalar: written as a multiple of the identity
            inner = mul(inner, diag(mul(ones((x.shape[0], sp.S.One)), *rest)))
        return mul(left, inner)
    right = mul(*rest)
    if factor.shape[0] == 1:
        return mul(left, transpose(right), _jacobian(transpose(factor), x))
    if isinstance(factor, Diag):
        return mul(left, diag(right), _jacobian(factor.diagonal, x))
    if isinstance(factor, sp.MatAdd):
        return add(*(_jacobian_of_factor(left, term, rest, x) for term in factor.args if term.has(x)))
    if isinstance(factor, sp.MatMul):
        coefficient, parts = split(factor)
        return add(
            *(
                _jacobian_of_factor(mul(left, coefficient, *parts[:i]) if i else left * coefficient, part, after, x)
                for i, part in enumerate(parts)
                if part.has(x)
                for after in ((*parts[i + 1 :], *rest),)
            )
        )
    if isinstance(factor, Rows):
        inner = _jacobian_of_factor(sp.S.One, factor.argument, rest, x)
        return mul(left, rows(inner, factor.start, factor.stop))
    if isinstance(factor, Stack):
        return mul(left, stack(*(_jacobian_of_factor(sp.S.One, block, rest, x) for block in factor.args)))
    return mul(left, _of_weighted(ones(factor.shape), factor, right, x))


# ---- full matrices that depend on the state


def _of_weighted(s: MatrixExpr, m: MatrixExpr, r: MatrixExpr, x: sp.MatrixSymbol) -> MatrixExpr:
    """The Jacobian of (s o m) r by `x` in the matrix `m` alone; s and r stay as they are.

    With m = p q^T it is diag(s (q o r)) p' + diag(p) s diag(r) q', with m = A diag(d) B it is (A o s diag(r) B^T) d'.
    """
    if not m.has(x):
        return zeros((m.shape[0], x.shape[0]))
    if isinstance(m, sp.MatAdd):
        return add(*(_of_weighted(s, term, r, x) for term in m.args))
    if isinstance(m, Elementwise):
        return _of_weighted(hadamard(s, elementwise(slope(m.body), m.argument)), m.argument, r, x)
    if isinstance(m, sp.HadamardProduct):
        others = [(*m.args[:i], *m.args[i + 1 :]) for i in range(len(m.args))]
        return add(*(_of_weighted(hadamard(s, *rest), f, r, x) for f, rest in zip(m.args, others, strict=True)))
    if isinstance(m, Diag):
        return mul(diag(hadamard(diagonal_of(s), r)), _jacobian(m.diagonal, x))
    if isinstance(m, sp.MatMul):
        coefficient, factors = split(m)
        terms = [_of_weighted_factor(s, factors, i, r, x) for i, f in enumerate(factors) if f.has(x)]
        return mul(coefficient, add(*terms))
    raise ModelError(
        f"The Jacobian of an expression with {type(m).__name__} in {m!s:.60} is no matrix expression; its products "
        "with vectors (jvp, vjp) are."
    )


def _of_weighted_factor(
    s: MatrixExpr, factors: tuple[MatrixExpr, ...], i: int, r: MatrixExpr, x: sp.MatrixSymbol
) -> MatrixExpr:
    """The Jacobian of (s o the product of `factors`) r by `x` in the factor of number `i` alone."""
    before, factor, after = factors[:i], factors[i], factors[i + 1 :]
    if is_column(factor) and after:
        return mul(diag(mul(s, hadamard(transpose(mul(*after)), r))), *before, _jacobian(factor, x))
    if factor.shape[0] == 1 and before:
        through = (transpose(f) for f in reversed(after))
        return mul(diag(mul(*before)), s, diag(r), *through, _jacobian(transpose(factor), x))
    if isinstance(factor, Diag):
        inner = mul(s, diag(r), *(transpose(f) for f in reversed(after)))
        scaled = hadamard(mul(*before), inner) if before else diag(diagonal_of(inner))
        return mul(scaled, _jacobian(factor.diagonal, x))
    if all(isinstance(f, Diag) for f in (*before, *after)):
        return _of_weighted(mul(*before, s, *after), factor, r, x)
    raise ModelError(
        f"The Jacobian of an elementwise function of the product {sp.MatMul(*factors)!s:.60} is no matrix "
        "expression; its products with vectors (jvp, vjp) are."
    )
