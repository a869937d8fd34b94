"""The derivative of a matrix expression over a box of states, multiplied by a matrix from the left.

With L given, `Over.slope` encloses L F'(x) for every x of the box by carrying L through the expression from the outside
in: through a sum term by term, through a product by its factors on the left, through a function of every entry by its
slopes. So the structure is used (diagonal matrices scale columns), and L W is formed before intervals come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeGuard

import numpy as np
import sympy as sp
from flint import ctx
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.symbolic.matrix_parsing import (
    Constant,
    Diagonal,
    Each,
    Hadamard,
    Name,
    Node,
    Product,
    Scaled,
    Sum,
    Transposed,
)
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.matrices.blocks import Block, up
from dynbench.verification.matrices.evaluate import Arithmetic, occurs
from dynbench.verification.matrices.slopes import UnaryFunction
from dynbench.verification.matrices.system import MatrixSystem, shape_of

__all__ = ["Over"]

Array = NDArray[np.float64]

#: More states than this are not linearised: dense matrices of doubles would not fit.
_MOST_STATES = 4000


class Over(Arithmetic[Block]):
    """A system over the box of all states within `radius` of `center` (sup norm).

    Parameters
    ----------
    system : MatrixSystem
        The system.
    center : (n,) array
        The centre, exactly these doubles.
    radius : float
        The radius.
    arguments : mapping, optional
        The arguments of functions at the centre, as `Residuals.arguments` encloses them: by the mean value theorem they
        are sharp on small boxes, where products of doubles are not.

    Raises
    ------
    InputError
        If there are too many states, or the expression has a part whose derivative is not known here.
    """

    def __init__(
        self, system: MatrixSystem, center: Array, radius: float, arguments: Mapping[Node, Block] | None = None
    ) -> None:
        super().__init__()
        if system.dimension > _MOST_STATES:
            raise InputError(f"Proofs are checked up to {_MOST_STATES} states; the system has {system.dimension}.")
        self.system = system
        self._box = Block(center[:, None], np.full((len(center), 1), float(radius)))
        self._radius, self._arguments = radius, arguments or {}
        self._slopes: dict[Node, Block] = {}
        self._continuous = True

    @property
    def defined(self) -> bool:
        """Whether F is seen to be defined and continuous on the box."""
        return self.value(self.system.tree).finite and self._continuous

    def slope(self, left: Block | None = None) -> Block:
        """L F'(x) for every x of the box; without L, F'(x)."""
        n = self.system.dimension
        found = self.pull(left, self.system.tree)
        rows = n if left is None else left.shape[0]
        return Block.exact(np.zeros((rows, n))) if found is None else found

    def residual_slope(self, left: Block | None = None) -> Block:
        """L G'(x), where G is F for a flow and F - x for a map."""
        found = self.slope(left)
        if not self.system.is_map:
            return found
        return found - (Block.exact(np.eye(self.system.dimension)) if left is None else left)

    # ---- the arithmetic of values

    def name(self, name: str) -> Block:
        """An array, or the box."""
        if name == self.system.column:
            return self._box
        array = self.system.arrays[name]
        return Block.exact(array if isinstance(array, np.ndarray) else array.toarray())

    def times(self, a: Block, b: Block) -> Block:
        """The product."""
        return a @ b

    def plus(self, a: Block, b: Block) -> Block:
        """The sum."""
        return a + b

    def hadamard(self, a: Block, b: Block) -> Block:
        """The elementwise product."""
        return a * b

    def scaled(self, factor: sp.Expr, a: Block) -> Block:
        """A scalar times a block."""
        return self._scalar(factor) * a

    def each(self, node: Each, a: Block) -> Block:
        """A function of every entry; its slopes are kept."""
        if node.argument in self._arguments and not isinstance(node.argument, Name):
            a = self._sharper(node.argument, a)
        function = UnaryFunction(node.body.subs(self.system.scalars))
        low, high, least, most, continuous = function.over(*a.ends)
        self._continuous = self._continuous and continuous
        self._slopes[node] = Block.between(least, most)
        return Block.between(low, high)

    def _sharper(self, node: Node, known: Block) -> Block:
        """An argument over the box from its value at the centre, where that is the sharper enclosure."""
        at_center = self._arguments[node]
        slope = self.pull(None, node)
        if slope is None:
            return at_center
        spread = up(self._radius * up(slope.mag.sum(axis=1, keepdims=True), slope.shape[1]), 2)
        better = at_center.rad + spread < known.rad
        moved = up(at_center.rad + spread, 2)
        return Block(np.where(better, at_center.mid, known.mid), np.where(better, moved, known.rad))

    def transposed(self, a: Block) -> Block:
        """The transpose."""
        return a.T

    def diagonal(self, a: Block) -> Block:
        """The diagonal matrix of a column."""
        return Block(np.diag(a.mid[:, 0]), np.diag(a.rad[:, 0]))

    def diagonal_of(self, a: Block) -> Block:
        """The column of diagonal entries."""
        return Block(np.diagonal(a.mid)[:, None], np.diagonal(a.rad)[:, None])

    def numbers(self, shape: tuple[int, int], entries: tuple[sp.Expr, ...]) -> Block:
        """A matrix of numbers."""
        found = [self._scalar(e) for e in entries]
        mid, rad = ([part[0, 0] for part in parts] for parts in ([f.mid for f in found], [f.rad for f in found]))
        return Block(np.array(mid).reshape(shape), np.array(rad).reshape(shape))

    def constant(self, what: str, shape: tuple[int, int]) -> Block:
        """Ones, zeros or the identity."""
        return Block.exact(np.eye(*shape) if what == "identity" else np.full(shape, float(what == "ones")))

    def is_column(self, a: Block) -> bool:
        """Whether a block has one column."""
        return a.shape[1] == 1

    def _scalar(self, factor: sp.Expr) -> Block:
        with ctx.workprec(80):
            (value,) = Evaluator([factor.subs(self.system.scalars)], ()).values(())
            low, high = float(value.lo), float(value.hi)
            exact = value.lo == value.hi == low
        ends = (low, high) if exact else (np.nextafter(low, -np.inf), np.nextafter(high, np.inf))
        return Block.between(*(np.full((1, 1), end) for end in ends))

    # ---- derivatives

    def pull(self, left: Left, node: Node) -> Block | None:
        """L times the derivative of a column; None where that is 0."""
        if not self._varies(node):
            return None
        match node:
            case Name():
                return left if isinstance(left, Block) else _times(left, Block.exact(np.eye(self.system.dimension)))
            case Sum():
                return _total(self.pull(left, part) for part in node.parts)
            case Scaled():
                inner = self.pull(left, node.argument)
                return None if inner is None else self._scalar(node.factor) * inner
            case Each():
                self.value(node)
                return self.pull(_columns_scaled(left, self._slopes[node]), node.argument)
            case Hadamard():
                return _total(self._pull_entrywise(left, node.parts, i) for i in range(len(node.parts)))
            case Product():
                return _total(self._pull_factor(left, node.parts, i) for i in range(len(node.parts)))
            case Transposed() if shape_of(node, self.system.shapes) == (1, 1):
                return self.pull(left, node.argument)
        return self._refuse(node)

    def _pull_entrywise(self, left: Left, parts: tuple[Node, ...], i: int) -> Block | None:
        if not self._varies(parts[i]):
            return None
        for j, part in enumerate(parts):
            if j != i:
                left = _columns_scaled(left, self.value(part))
        return self.pull(left, parts[i])

    def _pull_factor(self, left: Left, parts: tuple[Node, ...], i: int) -> Block | None:
        """The term of the product rule in which factor i is differentiated."""
        if not self._varies(parts[i]):
            return None
        for part in parts[:i]:
            left = self._through(left, part)
        if i == len(parts) - 1:
            return self.pull(left, parts[i])
        rest = parts[i + 1 :]
        return self._pull_against(left, parts[i], self.value(rest[0] if len(rest) == 1 else Product(rest)))

    def _pull_against(self, left: Left, node: Node, right: Block) -> Block | None:
        """L d(node) r for a column r."""
        match node:
            case Sum():
                return _total(self._pull_against(left, part, right) for part in node.parts)
            case Scaled():
                inner = self._pull_against(left, node.argument, right)
                return None if inner is None else self._scalar(node.factor) * inner
            case Diagonal():
                return self.pull(_columns_scaled(left, right), node.argument)
            case Product():
                return self._pull_product_against(left, node.parts, right)
            case _ if shape_of(node, self.system.shapes)[0] == 1:
                return self.pull(_times(left, right.T), _turned(node))
            case _ if right.shape == (1, 1):
                inner = self.pull(left, node)
                return None if inner is None else right * inner
        return self._refuse(node) if self._varies(node) else None

    def _pull_product_against(self, left: Left, parts: tuple[Node, ...], right: Block) -> Block | None:
        terms: list[Block | None] = []
        for i, part in enumerate(parts):
            if self._varies(part):
                behind = right
                for later in reversed(parts[i + 1 :]):
                    behind = self._applied(later, behind)
                before = left
                for earlier in parts[:i]:
                    before = self._through(before, earlier)
                terms.append(self._pull_against(before, part, behind))
        return _total(terms)

    def _through(self, left: Left, node: Node) -> Block:
        """L times the value of a factor, sums term by term."""
        if _is_diagonal(left):
            return _times(left, self.value(node))
        assert isinstance(left, Block), "what is no diagonal matrix"
        match node:
            case Sum():
                result = self._through(left, node.parts[0])
                for part in node.parts[1:]:
                    result = result + self._through(left, part)
                return result
            case Product():
                for part in node.parts:
                    left = self._through(left, part)
                return left
            case Scaled():
                return self._scalar(node.factor) * self._through(left, node.argument)
            case Diagonal():
                return left * self.value(node.argument).T
            case Constant("identity", _):
                return left
        return left @ self.value(node)

    def _varies(self, node: Node) -> bool:
        return occurs(self.system.column, node)

    def _refuse(self, node: Node) -> Block | None:
        raise InputError(f"The derivative of a {type(node).__name__.lower()} that varies is not checked here.")


class _DiagonalLeft(NamedTuple):
    """The diagonal matrix of a column, kept as the column."""

    column: Block


#: What stands on the left of a derivative: a matrix, a diagonal one, or (None) the identity.
Left = Block | _DiagonalLeft | None


def _is_diagonal(left: Left) -> TypeGuard[_DiagonalLeft | None]:
    return not isinstance(left, Block)


def _times(left: Left, right: Block) -> Block:
    """L times a matrix."""
    if isinstance(left, Block):
        return left @ right
    return right if left is None else left.column * right


def _columns_scaled(left: Left, scale: Block) -> Left:
    """L diag(d)."""
    if isinstance(left, Block):
        return left * scale.T
    return _DiagonalLeft(scale if left is None else left.column * scale)


def _turned(node: Node) -> Node:
    """The transpose of an expression, moved inward."""
    match node:
        case Transposed():
            return node.argument
        case Product():
            return Product(tuple(map(_turned, reversed(node.parts))))
        case Sum() | Hadamard():
            return type(node)(tuple(map(_turned, node.parts)))
        case Scaled() | Each():
            return replace(node, argument=_turned(node.argument))
    return Transposed(node)


def _total(terms: Iterable[Block | None]) -> Block | None:
    total: Block | None = None
    for term in terms:
        if term is not None:
            total = term if total is None else total + term
    return total
