"""Values and derivatives of a matrix expression over very many boxes of few states at once.

A column that varies is kept as its values, one column a box, with its derivatives (boxes, rows, states); what does not
vary is a plain block. Functions of every entry are looked up in tables (`tables`).
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.symbolic.matrix_parsing import Each, Hadamard, Name, Node, Product, Rows, Scaled, Stack, Sum
from dynbench.verification.matrices.blocks import Block, gamma, up
from dynbench.verification.matrices.evaluate import occurs, terms
from dynbench.verification.matrices.linearisation import Over
from dynbench.verification.matrices.system import MatrixSystem
from dynbench.verification.matrices.tables import Table

__all__ = ["Jet", "Jets", "from_left"]

Array = NDArray[np.float64]
_U = 2.0**-53


class Jet(NamedTuple):
    """A column over boxes: values (rows, boxes), derivatives (boxes, rows, states)."""

    value: Block
    slope: Block


class Jets:
    """A system over boxes inside a region.

    Parameters
    ----------
    system : MatrixSystem
        The system.
    low, high : (n,) arrays
        The region.

    Raises
    ------
    InputError
        If the expression has a part that is not treated here, or a function that is not bounded with its slopes.
    """

    def __init__(self, system: MatrixSystem, low: Array, high: Array) -> None:
        self.system = system
        center = 0.5 * low + 0.5 * high
        self._whole = Over(system, center, float(up(np.maximum(high - center, center - low).max(), 2)))
        self._tables: dict[Node, Table] = {}
        rate, self._driven = _leak(system)
        if self._driven is None:
            raise InputError("the states do not occur but with constant rates")
        self.leak = self._whole.number(rate)

    def __call__(self, low: Array, high: Array) -> Jet:
        """h, where G = -a x + h(x) and a is `leak`, over boxes with bounds (states, boxes)."""
        box = Block.between(low, high)
        n, count = low.shape
        unit = Block.exact(np.broadcast_to(np.eye(n), (count, n, n)))
        known: dict[Node, Jet] = {Name(self.system.column): Jet(box, unit)}
        assert self._driven is not None, "checked when it was made"
        return self._jet(self._driven, known)

    def _jet(self, node: Node, known: dict[Node, Jet]) -> Jet:
        if node not in known:
            known[node] = self._jet_of(node, known)
        return known[node]

    def _jet_of(self, node: Node, known: dict[Node, Jet]) -> Jet:
        count, _, n = known[Name(self.system.column)].slope.mid.shape
        if not occurs(self.system.column, node):
            value = self._whole.value(node)
            if value.shape[1] != 1:
                raise InputError("a full matrix stands where a column is expected")
            zero = np.zeros((count, value.shape[0], n))
            spread = np.ones((1, count))
            return Jet(Block(value.mid * spread, value.rad * spread), Block.exact(zero))
        parts = [self._jet(child, known) for child in node.children] if not isinstance(node, Product) else []
        match node:
            case Sum():
                return functools.reduce(lambda a, b: Jet(a.value + b.value, a.slope + b.slope), parts)
            case Hadamard():
                return functools.reduce(_times, parts)
            case Scaled():
                factor = self._whole.number(node.factor)
                return Jet(factor * parts[0].value, Block(factor.mid[None], factor.rad[None]) * parts[0].slope)
            case Each():
                values, slopes = self._table(node).over(*parts[0].value.ends)
                return Jet(values, _by_row(slopes) * parts[0].slope)
            case Rows():
                slope, chosen = parts[0].slope, slice(node.start, node.stop)
                return Jet(
                    parts[0].value.rows(node.start, node.stop), Block(slope.mid[:, chosen], slope.rad[:, chosen])
                )
            case Stack():
                mid = np.concatenate([part.slope.mid for part in parts], axis=1)
                slope = Block(mid, np.concatenate([part.slope.rad for part in parts], axis=1))
                return Jet(Block.stacked([p.value for p in parts]), slope)
            case Product() if not any(occurs(self.system.column, part) for part in node.parts[:-1]):
                last = self._jet(node.parts[-1], known)
                before = node.parts[:-1]
                matrix = self._whole.value(before[0] if len(before) == 1 else Product(before))
                return Jet(matrix @ last.value, from_left(matrix, last.slope))
        raise InputError(f"a {type(node).__name__.lower()} is not treated over many boxes")

    def _table(self, node: Each) -> Table:
        if node not in self._tables:
            low, high = self._whole.value(node.argument).ends
            if not (np.isfinite(low).all() and np.isfinite(high).all()):
                raise InputError("an argument has no bounds")
            body = node.body.subs(self.system.scalars)
            self._tables[node] = Table(body, float(low.min()), float(high.max()))
        if not self._tables[node].usable:
            raise InputError("a function jumps, or has slopes without bounds")
        return self._tables[node]


def _leak(system: MatrixSystem) -> tuple[sp.Expr, Node | None]:
    """a and h of G = -a x + h(x), where a gathers the multiples of x that are terms of G."""
    rate, rest = sp.Integer(int(system.is_map)), []
    for factor, node in terms(system.tree):
        if node == Name(system.column):
            rate -= factor
        else:
            rest.append(node if factor == 1 else Scaled(node, factor))
    return rate, None if not rest else rest[0] if len(rest) == 1 else Sum(tuple(rest))


def from_left(matrix: Block, stack: Block) -> Block:
    """A matrix, or one for each box, times matrices (boxes, k, n), with bounds of rounding."""
    size, k = np.abs(matrix.mid), matrix.mid.shape[-1]
    rad = gamma(k + 2) * (size @ np.abs(stack.mid)) + size @ stack.rad + matrix.rad @ (np.abs(stack.mid) + stack.rad)
    return Block(matrix.mid @ stack.mid, up(rad, 3 * k + 8))


def _times(a: Jet, b: Jet) -> Jet:
    return Jet(a.value * b.value, _by_row(a.value) * b.slope + _by_row(b.value) * a.slope)


def _by_row(values: Block) -> Block:
    """One number for each row of derivatives."""
    return Block(values.mid.T[:, :, None], values.rad.T[:, :, None])
