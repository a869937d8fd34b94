"""The value of a matrix expression over a box of states, in doubles with radii."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy as sp
from flint import ctx
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.matrices.blocks import Block
from dynbench.verification.matrices.evaluate import Arithmetic
from dynbench.verification.matrices.system import MatrixSystem

__all__ = ["Blocks"]

Array = NDArray[np.float64]

#: More states than this are not linearised: dense matrices of doubles would not fit.
_MOST_STATES = 4000


class Blocks(Arithmetic[Block]):
    """The arithmetic of blocks but for functions of every entry.

    Parameters
    ----------
    system : MatrixSystem
        The system.
    center : (n,) array
        The centre of the box, exactly these doubles.
    radius : float
        Its radius (sup norm).

    Raises
    ------
    InputError
        If there are too many states.
    """

    def __init__(self, system: MatrixSystem, center: Array, radius: float) -> None:
        super().__init__()
        if system.dimension > _MOST_STATES:
            raise InputError(f"Proofs are checked up to {_MOST_STATES} states; the system has {system.dimension}.")
        self.system = system
        self._box = Block(center[:, None], np.full((len(center), 1), float(radius)))

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
        return self.number(factor) * a

    def transposed(self, a: Block) -> Block:
        """The transpose."""
        return a.T

    def diagonal(self, a: Block) -> Block:
        """The diagonal matrix of a column."""
        return Block(np.diag(a.mid[:, 0]), np.diag(a.rad[:, 0]))

    def diagonal_of(self, a: Block) -> Block:
        """The column of diagonal entries."""
        return Block(np.diagonal(a.mid)[:, None], np.diagonal(a.rad)[:, None])

    def rows(self, a: Block, start: int, stop: int) -> Block:
        """Neighbouring rows."""
        return a.rows(start, stop)

    def stacked(self, parts: Sequence[Block]) -> Block:
        """Blocks one below the other."""
        return Block.stacked(parts)

    def numbers(self, shape: tuple[int, int], entries: tuple[sp.Expr, ...]) -> Block:
        """A matrix of numbers."""
        found = [self.number(e) for e in entries]
        mid, rad = ([part[0, 0] for part in parts] for parts in ([f.mid for f in found], [f.rad for f in found]))
        return Block(np.array(mid).reshape(shape), np.array(rad).reshape(shape))

    def constant(self, what: str, shape: tuple[int, int]) -> Block:
        """Ones, zeros or the identity."""
        return Block.exact(np.eye(*shape) if what == "identity" else np.full(shape, float(what == "ones")))

    def is_column(self, a: Block) -> bool:
        """Whether a block has one column."""
        return a.shape[1] == 1

    def number(self, factor: sp.Expr) -> Block:
        """A scalar, as a block of one entry."""
        with ctx.workprec(80):
            (value,) = Evaluator([factor.subs(self.system.scalars)], ()).values(())
            low, high = float(value.lo), float(value.hi)
            exact = value.lo == value.hi == low
        ends = (low, high) if exact else (np.nextafter(low, -np.inf), np.nextafter(high, np.inf))
        return Block.between(*(np.full((1, 1), end) for end in ends))
