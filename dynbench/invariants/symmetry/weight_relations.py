"""What a signed permutation of the states must keep in a system in matrix form: relations between units.

The expression is read from the state outwards. Every column in it is moved by a signed permutation of its own entries:
the state by S; a function phi(u) of each entry as u is, where phi is odd, by the permutation without the signs where
phi is even, and otherwise only if there are no signs; W u by any signed permutation T with T W S^T = W; and the terms
of a sum, and the whole and the state, by the same one. So F(S x) = S F(x) follows from equations between the arrays,
which hold or fail exactly, as they only move doubles and change their signs. Signed permutations that commute with F
for another reason (two layers whose product alone is symmetric, a sign change of a logistic unit made good by the
bias) are not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.symbolic.matrices import LowRank, MatrixForm
from dynbench.symbolic.matrices.nodes import SLOT, Diag, Elementwise, split

__all__ = ["Relation", "Relations", "Units", "Unreadable", "read_relations"]


class Unreadable(Exception):
    """The form has a part of which it is not known how signed permutations act on it; the text names it."""


class Units(NamedTuple):
    """How a column is moved: as block `block` of units, with its signs or without, and all signs turned or not."""

    block: int
    signed: bool = True
    turned: int = 1


@dataclass(frozen=True, eq=False)
class Relation:
    """A matrix A between two blocks of units, or a column (`right` None), that must stay as it is.

    Attributes
    ----------
    name : str
        The name of the array.
    left, right : Units
        T with T A S^T = A, and S; or T with T A = A.
    array : dense or sparse array
        A.
    """

    name: str
    left: Units
    right: Units | None
    array: Any


@dataclass(frozen=True, eq=False)
class Relations:
    """All that must be kept.

    Attributes
    ----------
    sizes : dict
        Block -> number of units; block 0 is the state.
    relations : tuple of Relation
        The arrays.
    fixed : dict
        Block -> the only sign that its units may have.
    """

    sizes: dict[int, int]
    relations: tuple[Relation, ...]
    fixed: dict[int, int]


def read_relations(form: MatrixForm, *, reversing: bool = False) -> Relations | None:
    """Read a system in matrix form with its values.

    Parameters
    ----------
    form : MatrixForm
        The right-hand side.
    reversing : bool
        Whether F(S x) = -S F(x) is wanted instead of F(S x) = S F(x).

    Returns
    -------
    Relations or None
        None where the signs of different parts contradict each other, so that there is no such S of this kind.

    Raises
    ------
    Unreadable
        Where the form has parts that are not understood here.
    """
    reader = _Reader(form)
    try:
        whole = reader.read(form.expression)
        if whole is not None:
            reader.join(whole, Units(0, True, -1 if reversing else 1))
        return reader.result()
    except _Contradiction:
        return None


class _Contradiction(Exception):
    """Two parts need different signs."""


class _Reader:
    """Reads columns, inside out."""

    def __init__(self, form: MatrixForm) -> None:
        self._form = form
        self._sizes = [_length(form.state)]
        self._above: list[tuple[int, int]] = [(0, 1)]
        self._fixed: dict[int, int] = {}
        self._relations: list[Relation] = []

    def read(self, e: Any) -> Units | None:
        """How a column is moved; None for a column of zeros."""
        if e == self._form.state:
            return Units(0)
        if isinstance(e, sp.ZeroMatrix):
            return None
        if isinstance(e, sp.MatAdd):
            return self._sum([units for term in e.args if (units := self.read(term)) is not None])
        if isinstance(e, sp.MatMul):
            return self._product(split(e)[1])
        if isinstance(e, sp.HadamardProduct):
            return self._entrywise(e.args)
        if isinstance(e, Elementwise):
            return self._function(e.body, self.read(e.argument))
        if isinstance(e, sp.OneMatrix) and e.shape[1] == 1:
            return self._constant("1", np.ones(_length(e)))
        if e in self._form.values and e.shape[1] == 1:
            value = self._form.values[e]
            if isinstance(value, np.ndarray) or scipy.sparse.issparse(value):
                return self._constant(str(e), _dense(value).ravel())
        raise Unreadable(f"{e!s:.40}")

    def join(self, a: Units, b: Units) -> None:
        """Make two columns move alike."""
        a, b = self._resolved(a), self._resolved(b)
        if a.block != b.block:
            if self._sizes[a.block] != self._sizes[b.block]:
                raise Unreadable("columns of different lengths in a sum")
            self._above[max(a.block, b.block)] = (min(a.block, b.block), a.turned * b.turned)
            for block in (a.block, b.block):
                if block in self._fixed:
                    self._fix(Units(block), self._fixed.pop(block))
            a, b = self._resolved(a), self._resolved(b)
        if a.signed != b.signed:
            # The signs of the one are those of the other, which has none but the common one.
            one, other = (a, b) if a.signed else (b, a)
            self._fix(one, other.turned)
        elif a.turned != b.turned:
            raise _Contradiction

    def result(self) -> Relations:
        """What was read, blocks that move alike made one."""
        relations = tuple(
            Relation(r.name, self._resolved(r.left), None if r.right is None else self._resolved(r.right), r.array)
            for r in self._relations
        )
        used = {0, *(u.block for r in relations for u in (r.left, r.right) if u is not None)}
        return Relations({k: self._sizes[k] for k in sorted(used)}, relations, dict(self._fixed))

    def _resolved(self, units: Units) -> Units:
        block, turned = units.block, 1
        while self._above[block][0] != block:
            block, more = self._above[block]
            turned *= more
        return Units(block, units.signed, units.turned * (turned if units.signed else 1))

    def _fix(self, units: Units, sign: int) -> None:
        """Let the signs of a column be this one."""
        block, _, turned = self._resolved(units)
        if self._fixed.setdefault(block, turned * sign) != turned * sign:
            raise _Contradiction

    def _new(self, length: int) -> Units:
        self._sizes.append(length)
        self._above.append((len(self._above), 1))
        return Units(len(self._above) - 1)

    def _constant(self, name: str, column: np.ndarray) -> Units:
        units = self._new(len(column))
        self._relations.append(Relation(name, units, None, column))
        return units

    def _sum(self, terms: list[Units]) -> Units | None:
        for term in terms[1:]:
            self.join(terms[0], term)
        return self._resolved(terms[0]) if terms else None

    def _product(self, factors: tuple[MatrixExpr, ...]) -> Units | None:
        units = self.read(factors[-1])
        for factor in reversed(factors[:-1]):
            if units is None:
                return None
            units = self._moved(factor, units)
        return units

    def _moved(self, factor: MatrixExpr, units: Units) -> Units | None:
        """How a matrix times a column is moved."""
        if isinstance(factor, sp.Identity):
            return units
        if isinstance(factor, sp.MatAdd):
            return self._sum([moved for term in factor.args if (moved := self._moved(term, units)) is not None])
        if isinstance(factor, sp.MatMul):
            inner: Units | None = units
            for part in reversed(split(factor)[1]):
                inner = None if inner is None else self._moved(part, inner)
            return inner
        if isinstance(factor, sp.ZeroMatrix):
            return None
        if isinstance(factor, Diag):
            return self._entries(self._read_factor(factor.diagonal), units)
        symbol = factor.arg if isinstance(factor, sp.Transpose) else factor
        if symbol not in self._form.values:
            raise Unreadable(f"{factor!s:.40}")
        value = self._form.values[symbol]
        value = value.T if isinstance(factor, sp.Transpose) else value
        if isinstance(value, LowRank):
            inner = self._related(f"{symbol}.V^T", value.V.T, units)
            return self._related(f"{symbol}.U", value.U, inner)
        if isinstance(value, np.ndarray) or scipy.sparse.issparse(value):
            return self._related(str(factor), value, units)
        raise Unreadable(f"the operator {symbol}")

    def _related(self, name: str, array: Any, units: Units) -> Units:
        row = self._new(array.shape[0])
        if array.ndim == 1:
            raise Unreadable(f"the row {name}")
        self._relations.append(Relation(name, row, units, array))
        return row

    def _read_factor(self, e: Any) -> Units | None:
        """A factor of an elementwise product; constants are moved without signs."""
        if e.has(self._form.state):
            return self.read(e)
        units = self.read(e)
        if units is None:
            return None
        at = next((k for k, r in enumerate(self._relations) if r.left == units and r.right is None), None)
        if at is None:
            raise Unreadable(f"{e!s:.40}")
        constant = self._relations[at]
        self._relations[at] = Relation(constant.name, units._replace(signed=False), None, constant.array)
        return units._replace(signed=False)

    def _entrywise(self, factors: tuple[MatrixExpr, ...]) -> Units | None:
        units = self._read_factor(factors[0])
        for factor in factors[1:]:
            units = self._entries(units, self._read_factor(factor))
        return units

    def _entries(self, a: Units | None, b: Units | None) -> Units | None:
        """How an elementwise product is moved: the permutations must be the same, the signs are multiplied."""
        if a is None or b is None:
            return None
        a, b = self._resolved(a), self._resolved(b)
        if a.block != b.block:
            self.join(Units(a.block), Units(b.block))
            a, b = self._resolved(a), self._resolved(b)
        return Units(a.block, a.signed != b.signed, a.turned * b.turned)

    def _function(self, body: sp.Expr, units: Units | None) -> Units:
        if units is None:
            raise Unreadable("a function of a column of zeros")
        mirrored = body.xreplace({SLOT: -SLOT})
        if sp.expand(body + mirrored) == 0:
            return units
        if sp.expand(body - mirrored) != 0:
            units = self._resolved(units)
            if units.signed:
                self._fix(units, 1)
            elif units.turned < 0:
                raise _Contradiction
        return Units(units.block, False)


def _length(column: MatrixExpr) -> int:
    if not column.shape[0].is_Integer:
        raise Unreadable("a column of unknown length")
    return int(column.shape[0])


def _dense(value: Any) -> np.ndarray:
    return value.toarray() if scipy.sparse.issparse(value) else value
