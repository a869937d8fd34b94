"""The derivative of a matrix expression over a box of states, multiplied by a matrix from the left.

With L given, `Over.slope` encloses L F'(x) for every x of the box by carrying L through the expression from the outside
in: through a sum term by term, through a product by its factors on the left, through a function of every entry by its
slopes. So the structure is used (diagonal matrices scale columns), and L W is formed before intervals come in.

A full matrix M that varies is differentiated with what it is multiplied with, L M'(x) r; a function of its entries
column by column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.symbolic.matrix_parsing import (
    Constant,
    Diagonal,
    DiagonalOf,
    Each,
    Hadamard,
    Name,
    Node,
    Product,
    Rows,
    Scaled,
    Stack,
    Sum,
    Transposed,
)
from dynbench.verification.matrices.blocks import Block, up
from dynbench.verification.matrices.evaluate import occurs
from dynbench.verification.matrices.lefts import Left, columns, columns_scaled, is_diagonal, times, total
from dynbench.verification.matrices.slopes import UnaryFunction
from dynbench.verification.matrices.system import MatrixSystem, shape_of
from dynbench.verification.matrices.values import Blocks

__all__ = ["Over"]

Array = NDArray[np.float64]

#: Full matrices of more columns are not differentiated column by column.
_MOST_COLUMNS = 200
_ONE = Block.exact(np.ones((1, 1)))


class Over(Blocks):
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
        super().__init__(system, center, radius)
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

    # ---- columns

    def pull(self, left: Left, node: Node) -> Block | None:
        """L times the derivative of a column; None where that is 0."""
        if not self._varies(node):
            return None
        match node:
            case Name():
                return left if isinstance(left, Block) else times(left, Block.exact(np.eye(self.system.dimension)))
            case Sum():
                return total(self.pull(left, part) for part in node.parts)
            case Scaled():
                inner = self.pull(left, node.argument)
                return None if inner is None else self.number(node.factor) * inner
            case Each():
                self.value(node)
                return self.pull(columns_scaled(left, self._slopes[node]), node.argument)
            case Hadamard():
                return total(self._pull_entrywise(left, node.parts, i) for i in range(len(node.parts)))
            case Product():
                return total(self._pull_factor(left, node.parts, i) for i in range(len(node.parts)))
            case Rows():
                return self._pull_rows(left, node, lambda before: self.pull(before, node.argument))
            case Stack():
                return self._pull_stack(left, node, self.pull)
            case DiagonalOf():
                return total(self._pull_diagonal(left, node))
        return self._pull_against(left, node, _ONE)

    def _pull_entrywise(self, left: Left, parts: tuple[Node, ...], i: int) -> Block | None:
        if not self._varies(parts[i]):
            return None
        for j, part in enumerate(parts):
            if j != i:
                left = columns_scaled(left, self.value(part))
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

    def _pull_rows(self, left: Left, node: Rows, inner: Callable[[Left], Block | None]) -> Block | None:
        """Some rows of what `inner` differentiates."""
        if isinstance(left, Block):
            whole = np.zeros((2, left.shape[0], self._height(node.argument)))
            whole[0, :, node.start : node.stop], whole[1, :, node.start : node.stop] = left.mid, left.rad
            return inner(Block(whole[0], whole[1]))
        found = inner(None)
        return None if found is None else times(left, found.rows(node.start, node.stop))

    def _pull_stack(self, left: Left, node: Stack, inner: Callable[[Left, Node], Block | None]) -> Block | None:
        """Each block with its own columns of L; with a diagonal L the blocks stay apart."""
        found, start = [], 0
        for part in node.parts:
            stop = start + self._height(part)
            found.append((stop - start, inner(columns(left, start, stop), part)))
            start = stop
        if isinstance(left, Block):
            return total(block for _, block in found)
        n = self.system.dimension
        return Block.stacked([Block.exact(np.zeros((rows, n))) if b is None else b for rows, b in found])

    def _pull_diagonal(self, left: Left, node: DiagonalOf) -> Iterator[Block | None]:
        n = self._few(self._height(node))
        for j, unit in enumerate(_units(n)):
            yield self._pull_against(columns_scaled(left, unit), node.argument, _units(n)[j])

    # ---- full matrices

    def _pull_against(self, left: Left, node: Node, right: Block) -> Block | None:
        """L d(node) r for a column r."""
        if not self._varies(node):
            return None
        match node:
            case Sum():
                return total(self._pull_against(left, part, right) for part in node.parts)
            case Scaled():
                inner = self._pull_against(left, node.argument, right)
                return None if inner is None else self.number(node.factor) * inner
            case Diagonal():
                return self.pull(columns_scaled(left, right), node.argument)
            case Product():
                return self._pull_product_against(left, node.parts, right)
            case Rows():
                return self._pull_rows(left, node, lambda before: self._pull_against(before, node.argument, right))
            case Stack():
                return self._pull_stack(left, node, lambda before, part: self._pull_against(before, part, right))
            case _ if self._height(node) == 1:
                return self.pull(times(left, right.T), _turned(node))
            case Transposed():
                return self._pull_transposed(left, node.argument, right)
            case _ if right.shape == (1, 1):
                inner = self.pull(left, node)
                return None if inner is None else right * inner
        return total(self._pull_by_columns(left, node, right))

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
        return total(terms)

    def _pull_transposed(self, left: Left, node: Node, right: Block) -> Block | None:
        """L d(node)^T r."""
        match node:
            case Rows():
                ends = ((node.start, self._height(node.argument) - node.stop), (0, 0))
                padded = Block(np.pad(right.mid, ends), np.pad(right.rad, ends))
                return self._pull_against(left, _turned(node.argument), padded)
            case Stack():
                terms, start = [], 0
                for part in node.parts:
                    stop = start + self._height(part)
                    terms.append(self._pull_against(left, _turned(part), right.rows(start, stop)))
                    start = stop
                return total(terms)
        return self._pull_against(left, _turned(node), right)

    def _pull_by_columns(self, left: Left, node: Node, right: Block) -> Iterator[Block | None]:
        """The terms of L d(node) r, one a column, for a function of every entry and for elementwise products."""
        if not isinstance(node, Each | Hadamard):
            raise InputError(f"The derivative of a {type(node).__name__.lower()} that varies is not checked here.")
        for j, unit in enumerate(_units(self._few(right.shape[0]))):
            weight = right.rows(j, j + 1)
            for part, scales in self._entrywise(node):
                before = left
                for scale in scales:
                    before = columns_scaled(before, scale.T.rows(j, j + 1).T)
                found = self._pull_against(before, part, unit)
                yield None if found is None else weight * found

    def _entrywise(self, node: Each | Hadamard) -> Iterator[tuple[Node, list[Block]]]:
        """What varies in the entries of a full matrix, and what its derivative is multiplied with, entry by entry."""
        value = self.value(node)
        assert value.shape, "evaluated, so that the slopes are known"
        if isinstance(node, Each):
            yield node.argument, [self._slopes[node]]
            return
        for i, part in enumerate(node.parts):
            yield part, [self.value(other) for j, other in enumerate(node.parts) if j != i]

    # ---- factors on the left

    def _through(self, left: Left, node: Node) -> Block:
        """L times the value of a factor, sums term by term."""
        if is_diagonal(left):
            return times(left, self.value(node))
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
                return self.number(node.factor) * self._through(left, node.argument)
            case Diagonal():
                return left * self.value(node.argument).T
            case Constant("identity", _):
                return left
        return left @ self.value(node)

    def _varies(self, node: Node) -> bool:
        return occurs(self.system.column, node)

    def _height(self, node: Node) -> int:
        return shape_of(node, self.system.shapes)[0]

    def _few(self, count: int) -> int:
        if count > _MOST_COLUMNS:
            raise InputError(
                f"The derivative of a full matrix of {count} columns that varies is not checked; that is done up to "
                f"{_MOST_COLUMNS} columns."
            )
        return count


def _units(n: int) -> list[Block]:
    """The unit columns."""
    return [Block.exact(column[:, None]) for column in np.eye(n)]


def _turned(node: Node) -> Node:
    """The transpose of an expression, moved inward."""
    match node:
        case Transposed():
            return node.argument
        case Diagonal():
            return node
        case Product():
            return Product(tuple(map(_turned, reversed(node.parts))))
        case Sum() | Hadamard():
            return node.rebuilt(tuple(map(_turned, node.parts)))
        case Scaled() | Each():
            return node.rebuilt((_turned(node.argument),))
    return Transposed(node)
