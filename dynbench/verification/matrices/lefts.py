"""What stands on the left of a derivative: a matrix, a diagonal one, or the identity; columns are scaled cheaply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeGuard

from dynbench.verification.matrices.blocks import Block

__all__ = ["Diagonal", "Left", "columns", "columns_scaled", "is_diagonal", "times", "total"]


class Diagonal(NamedTuple):
    """The diagonal matrix of a column, kept as the column."""

    column: Block


#: A matrix, a diagonal one, or (None) the identity.
Left = Block | Diagonal | None


def is_diagonal(left: Left) -> TypeGuard[Diagonal | None]:
    """Whether it is kept as a column, or is the identity."""
    return not isinstance(left, Block)


def times(left: Left, right: Block) -> Block:
    """L times a matrix."""
    if isinstance(left, Block):
        return left @ right
    return right if left is None else left.column * right


def columns_scaled(left: Left, scale: Block) -> Left:
    """L diag(d)."""
    if isinstance(left, Block):
        return left * scale.T
    return Diagonal(scale if left is None else left.column * scale)


def columns(left: Left, start: int, stop: int) -> Left:
    """Neighbouring columns of a matrix; of a diagonal one its block on the diagonal."""
    if isinstance(left, Block):
        return left.T.rows(start, stop).T
    return None if left is None else Diagonal(left.column.rows(start, stop))


def total(terms: Iterable[Block | None]) -> Block | None:
    """The sum of what is not 0 (None)."""
    found: Block | None = None
    for term in terms:
        if term is not None:
            found = term if found is None else found + term
    return found
