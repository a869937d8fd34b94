"""Whether a matrix expression is an odd function of its column, proved from its structure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.symbolic.matrices.blocks import Rows, Stack
from dynbench.symbolic.matrices.nodes import SLOT, Diag, Elementwise, split
from dynbench.symbolic.matrices.operators import dense

__all__ = ["is_odd"]


class _Parity(enum.Enum):
    EVEN = 0
    ODD = 1
    ZERO = 2
    NEITHER = 3


def is_odd(expression: MatrixExpr, state: sp.MatrixSymbol, values: Mapping[sp.MatrixSymbol, Any]) -> bool:
    """Whether f(-x) = -f(x) for all x, as far as the structure shows it; False proves nothing."""
    return _parity(expression, state, values) in (_Parity.ODD, _Parity.ZERO)


def _parity(e: Any, state: sp.MatrixSymbol, values: Mapping[sp.MatrixSymbol, Any]) -> _Parity:
    if e == state:
        return _Parity.ODD
    if isinstance(e, sp.ZeroMatrix) or (e in values and not _nonzero(values[e])):
        return _Parity.ZERO
    if isinstance(e, sp.MatAdd | Stack):
        return _sum([_parity(term, state, values) for term in e.args])
    if isinstance(e, sp.MatMul):
        return _product([_parity(factor, state, values) for factor in split(e)[1]])
    if not e.has(state):
        return _Parity.EVEN
    if isinstance(e, sp.HadamardProduct):
        return _product([_parity(factor, state, values) for factor in e.args])
    if isinstance(e, sp.Transpose | Diag | Rows):
        return _parity(e.args[0], state, values)
    if isinstance(e, Elementwise):
        return _of_function(e.body, _parity(e.argument, state, values))
    return _Parity.NEITHER


def _nonzero(value: Any) -> bool:
    return bool(abs(dense(value)).max(initial=0.0) > 0) if not hasattr(value, "nnz") else bool(value.nnz)


def _sum(parities: list[_Parity]) -> _Parity:
    kinds = set(parities) - {_Parity.ZERO}
    if not kinds:
        return _Parity.ZERO
    return kinds.pop() if len(kinds) == 1 else _Parity.NEITHER


def _product(parities: list[_Parity]) -> _Parity:
    if _Parity.ZERO in parities:
        return _Parity.ZERO
    if _Parity.NEITHER in parities:
        return _Parity.NEITHER
    return _Parity.ODD if parities.count(_Parity.ODD) % 2 else _Parity.EVEN


def _of_function(body: sp.Expr, parity: _Parity) -> _Parity:
    if parity is _Parity.EVEN:
        return _Parity.EVEN
    mirrored = body.xreplace({SLOT: -SLOT})
    if parity is _Parity.NEITHER:
        return _Parity.NEITHER
    if parity is _Parity.ZERO:
        return _Parity.EVEN if body.xreplace({SLOT: sp.S.Zero}) != 0 else _Parity.ZERO
    if sp.expand(body + mirrored) == 0:
        return _Parity.ODD
    return _Parity.EVEN if sp.expand(body - mirrored) == 0 else _Parity.NEITHER
