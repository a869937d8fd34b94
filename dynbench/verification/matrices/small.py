"""A small instance of a system: arrays of a few rows and columns in the place of large ones, sizes that fit as before.

Sizes up to a few stay; every larger one becomes another small number, or, where slices and stacks make it a sum of
others (the 2 h states of an LSTM of h units), the sum of what those become.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from dynbench.errors import InputError
from dynbench.symbolic.matrix_parsing import Constant, Node, Numbers, Rows, Stack
from dynbench.verification.matrices.system import MatrixSystem, Shapes, shape_of

__all__ = ["SmallInstance"]

#: Sizes up to this are kept; larger ones become the next small numbers.
_SMALL = 6
#: Where sizes cannot be replaced, those of the system itself serve up to this.
_MOST = 300


class SmallInstance:
    """The sizes of a system and of an expression over it, and small ones in their place.

    Parameters
    ----------
    system : MatrixSystem
        The system.
    stated : Node
        The expression.

    Raises
    ------
    InputError
        If there are large sizes that no small ones can stand for.
    """

    def __init__(self, system: MatrixSystem, stated: Node) -> None:
        self._system = system
        trees = (system.tree, stated)
        fixed = {n for tree in trees for node in tree.walk() if isinstance(node, Numbers) for n in node.shape}
        if max(fixed, default=0) > 3 * _SMALL:
            raise InputError("a matrix of numbers is too large for a small instance")
        sums = [s for tree in trees for s in _sums(tree, system.shapes)]
        sizes = {n for shape in system.shapes.values() for n in shape} | fixed | {n for s in sums for n in s}
        sizes |= {n for tree in trees for node in tree.walk() if isinstance(node, Constant) for n in node.shape}
        self._to = _smaller(sizes, fixed, sums)

    def instance(self, rng: np.random.Generator) -> MatrixSystem:
        """The system with random arrays of the small sizes."""
        arrays = {
            name: rng.uniform(-1, 1, tuple(self._to[k] for k in array.shape))
            for name, array in self._system.arrays.items()
        }
        names = self._system.names[: self._to[self._system.dimension]]
        return replace(self._system, names=names, tree=self.of(self._system.tree), arrays=arrays)

    def of(self, node: Node) -> Node:
        """An expression with the small sizes."""
        match node:
            case Constant(what, (n, m)):
                return Constant(what, (self._to[n], self._to[m]))
            case Rows(argument, start, stop):
                return Rows(self.of(argument), self._to[start], self._to[stop])
        return node.rebuilt(tuple(map(self.of, node.children)))


def _sums(tree: Node, shapes: Shapes) -> Iterator[tuple[int, ...]]:
    """What slices and stacks say about sizes: the first number is the sum of the others."""
    for node in tree.walk():
        if isinstance(node, Stack):
            heights = [shape_of(part, shapes)[0] for part in node.parts]
            yield (sum(heights), *heights)
        elif isinstance(node, Rows):
            whole = shape_of(node.argument, shapes)[0]
            yield (node.stop, node.start, node.stop - node.start)
            yield (whole, node.stop, whole - node.stop)


def _smaller(sizes: set[int], fixed: set[int], sums: list[tuple[int, ...]]) -> dict[int, int]:
    """For each size a small one, such that all sums hold; the sizes themselves where none is found."""
    fresh = iter(n for n in range(_SMALL + 1, 2 * _SMALL + 1 + 2 * len(sizes) + 3 * _SMALL) if n not in fixed)
    found: dict[int, int] = {}
    for n in sorted(sizes):
        parts = [s[1:] for s in sums if s[0] == n and n not in s[1:]]
        if n <= _SMALL or n in fixed:
            found[n] = n
        else:
            found[n] = sum(found[k] for k in parts[0]) if parts else next(fresh)
    fits = all(found[total] == sum(found[k] for k in parts) for total, *parts in sums)
    grows = all(found[a] < found[b] for a, b in pairwise(sorted({n for s in sums for n in s})))
    if fits and grows:
        return found
    if max(sizes) > _MOST:
        raise InputError("the sizes of its slices and stacks allow no small instance")
    return {n: n for n in sizes}
