"""Fields of the form -l x + A g(B x + c) + b, recognised in a matrix expression that is never written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import ModelError
from dynbench.symbolic.matrices import jacobian_matrix, normalise
from dynbench.symbolic.matrices.nodes import SLOT, add, elementwise, mul, split, zeros
from dynbench.symbolic.matrices.products import expanded, linear_combination
from dynbench.systems import System
from dynbench.systems.declaration import exact_number

__all__ = ["NetworkForm", "fitting", "network_form"]


@dataclass(frozen=True)
class NetworkForm:
    """x' = -leak x + left g(argument) + drive, with argument = inner x + a constant column.

    Attributes
    ----------
    state : MatrixSymbol
        The column x.
    leak : sympy expression
        A scalar; 0 where there is none.
    left : MatrixExpr
        A, constant.
    body : sympy expression
        g, a function of `SLOT`; `SLOT` itself for a linear field.
    argument : MatrixExpr
        B x + c.
    inner : MatrixExpr
        B, constant.
    drive : MatrixExpr
        b, a constant column.
    zero : tuple of equations
        The parameters that were left out of the field because their value is 0.
    """

    state: sp.MatrixSymbol
    leak: sp.Expr
    left: MatrixExpr
    body: sp.Expr
    argument: MatrixExpr
    inner: MatrixExpr
    drive: MatrixExpr
    zero: tuple[sp.Basic, ...]

    def sized(self, sizes: Mapping[sp.Symbol, sp.Integer]) -> NetworkForm:
        """The same with numbers for the sizes of its matrices."""
        matrices = {
            name: normalise(getattr(self, name).xreplace(dict(sizes)))
            for name in ("left", "argument", "inner", "drive")
        }
        zero = tuple(equation.xreplace(dict(sizes)) for equation in self.zero)
        return replace(self, state=self.state.xreplace(dict(sizes)), zero=zero, **matrices)

    @property
    def output(self) -> MatrixExpr:
        """The column g(B x + c)."""
        return self.argument if self.body == SLOT else elementwise(self.body, self.argument)

    @property
    def driven(self) -> MatrixExpr:
        """The field without leak and drive, A g(B x + c)."""
        return mul(self.left, self.output)

    @property
    def field(self) -> MatrixExpr:
        """The right-hand side."""
        return add(mul(-self.leak, self.state), self.driven, self.drive)

    @property
    def coupling(self) -> MatrixExpr:
        """B A, as a sum of products."""
        return expanded(mul(self.inner, self.left))


def network_form(system: System) -> NetworkForm | None:
    """The field of a system in matrix form as that of a network, parameters of value 0 left out; None where it is none.

    Parameters
    ----------
    system : System
        A system, with or without values.
    """
    ((state, _), *_) = system.equations
    if not isinstance(state, sp.MatrixSymbol):
        return None
    try:
        field = normalise(system.rhs)
        zero = _zero_parameters(system, field)
        field = expanded(normalise(field.xreplace(zero)), state)
        return _recognised(state, field, tuple(sp.Eq(a, o, evaluate=False) for a, o in zero.items()))
    except ModelError:  # a node without derivative, or one that the calculus does not know
        return None


def _zero_parameters(system: System, field: MatrixExpr) -> dict[Any, Any]:
    found = {}
    for symbol in system.parameter_symbols:
        value = system.parameters[symbol.name]
        if value is None or symbol not in field.free_symbols:
            continue
        if isinstance(symbol, sp.MatrixSymbol):
            if _vanishes(value):
                found[symbol] = sp.ZeroMatrix(*symbol.shape)
        elif symbol not in system.sizes and exact_number(value, f"parameter {symbol}") == 0:
            found[symbol] = sp.S.Zero
    return found


def _vanishes(value: Any) -> bool:
    if scipy.sparse.issparse(value):
        return not value.count_nonzero()
    return isinstance(value, np.ndarray) and not value.any()


def _recognised(state: sp.MatrixSymbol, field: MatrixExpr, zero: tuple[sp.Basic, ...]) -> NetworkForm | None:
    terms = [split(term) for term in (field.args if isinstance(field, sp.MatAdd) else (field,))]
    drive = [(c, f) for c, f in terms if not any(part.has(state) for part in f)]
    moving = [(c, f) for c, f in terms if any(part.has(state) for part in f)]
    linear = [(c, f) for c, f in moving if f[-1] == state]
    other = [(c, f) for c, f in moving if f[-1] != state]
    if any(part.has(state) for _, f in moving for part in f[:-1]):
        return None
    leak = sp.S.Zero
    if other:
        leak = -sp.Add(*(c for c, f in linear if f == (state,)))
        other += [(c, f) for c, f in linear if f != (state,)]
    found = _left_and_output(other or linear, state)
    if found is None:
        return None
    left, column = found
    body, argument = linear_combination(column)
    inner = jacobian_matrix(argument, state)
    if inner.has(state):
        return None
    constant = add(zeros(state.shape), *(_chain(c, f) for c, f in drive))
    return NetworkForm(state, leak, left, body, argument, inner, constant, zero)


def _left_and_output(terms: list[tuple[sp.Expr, Any]], state: sp.MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr] | None:
    """(A, u) with the sum of the terms A u, where they have a common last factor or a common first part."""
    if not terms:
        return None
    columns = dict.fromkeys(f[-1] for _, f in terms)
    if len(columns) == 1:
        column = terms[0][1][-1]
        size = (state.shape[0], column.shape[0])
        return add(zeros(size), *(_chain(c, f[:-1] or (sp.Identity(size[0]),)) for c, f in terms)), column
    if len({f[:-1] for _, f in terms}) == 1:
        front = terms[0][1][:-1]
        left = _chain(sp.S.One, front) if front else sp.Identity(state.shape[0])
        return left, add(*(mul(c, f[-1]) for c, f in terms))
    return None


def _chain(coefficient: sp.Expr, factors: Any) -> MatrixExpr:
    if coefficient == 1 and len(factors) == 1:
        return factors[0]
    return sp.MatMul(*(() if coefficient == 1 else (coefficient,)), *factors)


def fitting(system: System, form: NetworkForm, scale: MatrixExpr | None) -> NetworkForm:
    """The form, with numbers for sizes where the column `scale` is one of numbers."""
    return form.sized(system.sizes) if isinstance(scale, sp.MatrixBase) else form
