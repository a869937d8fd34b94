"""Matrix expressions multiplied out: sums of products, in which quadratic forms u^T S u can be read off."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.symbolic.matrices.nodes import (
    SLOT,
    Diag,
    Elementwise,
    add,
    diag,
    elementwise,
    hadamard,
    is_column,
    mul,
    split,
    transpose,
    zeros,
)

__all__ = ["expanded", "linear_combination", "quadratic_form", "with_transposes"]

Factors = tuple[MatrixExpr, ...]


def expanded(e: MatrixExpr, variable: sp.MatrixSymbol | None = None) -> MatrixExpr:
    """The same expression as a sum of products, each a scalar and a chain of matrices.

    A Hadamard product of columns is written ``Diag(a)*b``, and of rows ``b*Diag(a)``, where all factors `a` but one
    do not hold `variable`; neighbouring diagonal matrices are joined.

    Parameters
    ----------
    e : MatrixExpr
        In the node types of `normalise`.
    variable : MatrixSymbol, optional
        The column of states.
    """
    return add(zeros(e.shape), *(_chain(c, factors, variable) for c, factors in _terms(e, variable)))


def quadratic_form(e: MatrixExpr, u: MatrixExpr) -> MatrixExpr | None:
    """S where the 1 x 1 matrix `e` is u^T S u, term by term; None where a term is not of that form.

    Parameters
    ----------
    e : MatrixExpr
        As `expanded` returns it.
    u : MatrixExpr
        A column.
    """
    rank = u.shape[0]
    row, parts = transpose(u), []
    for term in e.args if isinstance(e, sp.MatAdd) else (e,):
        if isinstance(term, sp.ZeroMatrix):
            continue
        coefficient, factors = split(term)
        if len(factors) < 2 or factors[0] != row or factors[-1] != u:
            return None
        inner = factors[1:-1]
        parts.append(_chain(coefficient, inner or (sp.Identity(rank),)))
    return add(zeros((rank, rank)), *parts)


def with_transposes(e: MatrixExpr, signs: Mapping[sp.MatrixSymbol, int]) -> MatrixExpr:
    """`e`, a sum of products, with A^T as A or as -A for each matrix A said to be symmetric (1) or skew (-1)."""
    facts = {sp.Transpose(a): mul(sign, a) for a, sign in signs.items()}
    terms = e.args if isinstance(e, sp.MatAdd) else (e,)
    return add(zeros(e.shape), *(_replaced(term, facts) for term in terms))


def linear_combination(e: MatrixExpr) -> tuple[sp.Expr, MatrixExpr]:
    """(body, argument) such that the column `e` is the function `body` of every entry of `argument`.

    Sums and Hadamard products of functions of one argument are one function; anything else is itself, its body `SLOT`.
    """
    if isinstance(e, Elementwise):
        return e.body, e.argument
    if isinstance(e, sp.MatAdd | sp.HadamardProduct):
        parts = [_of_bare_argument(*linear_combination(part)) for part in e.args]
        if len({argument for _, argument in parts}) == 1:
            join = sp.Add if isinstance(e, sp.MatAdd) else sp.Mul
            return join(*(body for body, _ in parts)), parts[0][1]
    if isinstance(e, sp.MatMul):
        coefficient, factors = split(e)
        if len(factors) == 1 and coefficient != 1:
            body, argument = linear_combination(factors[0])
            return coefficient * body, argument
    return SLOT, e


def _of_bare_argument(body: sp.Expr, argument: MatrixExpr) -> tuple[sp.Expr, MatrixExpr]:
    """The same function with a scalar in front of the argument made part of the body."""
    coefficient, factors = split(argument)
    if coefficient == 1:
        return body, argument
    return body.xreplace({SLOT: coefficient * SLOT}), factors[0] if len(factors) == 1 else sp.MatMul(*factors)


def _replaced(term: MatrixExpr, facts: Mapping[MatrixExpr, MatrixExpr]) -> MatrixExpr:
    coefficient, factors = split(term)
    return mul(coefficient, *(facts.get(f, f) for f in factors))


def _terms(e: MatrixExpr, variable: sp.MatrixSymbol | None) -> list[tuple[sp.Expr, Factors]]:
    if isinstance(e, sp.ZeroMatrix):
        return []
    if isinstance(e, sp.MatAdd):
        return [term for part in e.args for term in _terms(part, variable)]
    if isinstance(e, sp.MatMul):
        coefficient, factors = split(e)
        choices = itertools.product(*(_terms(f, variable) for f in factors))
        return [_product(coefficient, choice) for choice in choices]
    if isinstance(e, sp.HadamardProduct) and 1 in e.shape:
        return _hadamard_terms(e, variable)
    if isinstance(e, Diag):
        coefficient, factors = split(_diagonal(e.diagonal))
        return [(coefficient, factors)]
    return [(sp.S.One, (e,))]


def _hadamard_terms(e: sp.HadamardProduct, variable: sp.MatrixSymbol | None) -> list[tuple[sp.Expr, Factors]]:
    fixed = [a for a in e.args if variable is not None and not a.has(variable)]
    rest = [a for a in e.args if a not in fixed]
    if not fixed or not rest:
        return [(sp.S.One, (_in_order(e),))]
    column = is_column(e)
    coefficient, (scale,) = split(_diagonal(hadamard(*(fixed if column else map(transpose, fixed)))))
    inner = _terms(hadamard(*rest) if len(rest) > 1 else rest[0], variable)
    pairs = [((sp.S.One, (scale,)), term) if column else (term, (sp.S.One, (scale,))) for term in inner]
    return [_product(coefficient, pair) for pair in pairs]


def _product(coefficient: sp.Expr, parts: tuple[tuple[sp.Expr, Factors], ...]) -> tuple[sp.Expr, Factors]:
    factors = [f for _, chain in parts for f in chain]
    return sp.Mul(coefficient, *(c for c, _ in parts)), tuple(factors)


def _chain(coefficient: sp.Expr, factors: Factors, variable: sp.MatrixSymbol | None = None) -> MatrixExpr:
    """The product as it stands, but for identities, diagonal matrices next to each other, and columns scaled."""
    kept: list[MatrixExpr] = []
    for factor in factors:
        if isinstance(factor, sp.Identity) and len(factors) > 1:
            continue
        if kept and isinstance(kept[-1], Diag) and isinstance(factor, Diag):
            scalar, (factor,) = split(_diagonal(hadamard(kept.pop().diagonal, factor.diagonal)))
            coefficient *= scalar
            if isinstance(factor, sp.Identity):
                continue
        kept.append(factor)
    constant = variable is not None and is_column(kept[-1]) and not kept[-1].has(variable) if kept else False
    if constant and len(kept) > 1 and isinstance(kept[-2], Diag):
        column = kept.pop()
        kept[-1] = _in_order(hadamard(kept[-1].diagonal, column))
    if not kept:
        kept = [sp.Identity(factors[0].shape[0])]
    if coefficient == 1 and len(kept) == 1:
        return kept[0]
    return sp.MatMul(*(() if coefficient == 1 else (coefficient,)), *kept)


def _diagonal(product: MatrixExpr) -> MatrixExpr:
    """The diagonal matrix of a Hadamard product, functions of one column joined."""
    body, argument = linear_combination(product)
    return diag(_in_order(product) if body == SLOT else elementwise(body, argument))


def _in_order(e: MatrixExpr) -> MatrixExpr:
    """A Hadamard product with its factors in a fixed order."""
    if not isinstance(e, sp.HadamardProduct):
        return e
    return sp.HadamardProduct(*sorted(e.args, key=sp.default_sort_key))
