"""A function of one variable over very many intervals: enclosures on a grid, made once, in which others are looked up.

Over an interval that meets several cells of the grid, the least and the greatest values of the cells bound it; over a
short one the value at a node next to it and the slopes of the cells that it meets are sharper.
"""

from __future__ import annotations

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench.verification.matrices.blocks import Block, up
from dynbench.verification.matrices.slopes import UnaryFunction

__all__ = ["Table"]

Array = NDArray[np.float64]

_CELLS = 2**11


class Table:
    """A scalar function with its slopes over an interval.

    Parameters
    ----------
    body : sympy expression
        In `SLOT` and numbers.
    low, high : float
        The interval, finite.
    """

    def __init__(self, body: sp.Expr, low: float, high: float) -> None:
        margin = 1e-6 * (1 + abs(low) + abs(high))
        self._grid = np.linspace(low - margin, high + margin, _CELLS + 1)
        function = UnaryFunction(body)
        below, above, least, most, continuous = function.over(self._grid[:-1], self._grid[1:])
        at_below, at_above, *_ = function.over(self._grid, self._grid)
        self.usable = bool(continuous and all(np.isfinite(part).all() for part in (below, above, least, most)))
        self._nodes = Block.between(at_below, at_above)
        self._below, self._above = _Extremes(below, np.minimum), _Extremes(above, np.maximum)
        self._least, self._most = _Extremes(least, np.minimum), _Extremes(most, np.maximum)

    def over(self, low: Array, high: Array) -> tuple[Block, Block]:
        """Values and slopes; infinite where an interval leaves that of the table."""
        outside = ~((low >= self._grid[0]) & (high <= self._grid[-1]))
        first = np.clip(np.searchsorted(self._grid, low, side="right") - 1, 0, _CELLS - 1)
        last = np.clip(np.searchsorted(self._grid, high, side="left") - 1, first, _CELLS - 1)
        least, most = self._least(first, last), self._most(first, last)
        slopes = Block.between(least, most)
        node = self._grid[first]
        offset = Block.between(low, high) - Block.exact(node)
        near = Block(self._nodes.mid[first], self._nodes.rad[first]) + slopes * offset
        a, b = near.ends
        values = Block.between(np.maximum(a, self._below(first, last)), np.minimum(b, self._above(first, last)))
        wide = np.where(outside, np.inf, 0.0)
        return Block(values.mid, up(values.rad + wide, 1)), Block(slopes.mid, up(slopes.rad + wide, 1))


class _Extremes:
    """The least or the greatest of neighbouring numbers, looked up: each power of two has a row."""

    def __init__(self, numbers: Array, combine: np.ufunc) -> None:
        self._combine = combine
        rows, width = [numbers], 1
        while 2 * width <= len(numbers):
            previous = rows[-1]
            row = previous.copy()
            row[: len(numbers) - 2 * width + 1] = combine(
                previous[: len(numbers) - 2 * width + 1], previous[width : len(numbers) - width + 1]
            )
            rows.append(row)
            width *= 2
        self._rows = np.array(rows)

    def __call__(self, first: NDArray[np.intp], last: NDArray[np.intp]) -> Array:
        level = np.frexp(last - first + 1)[1] - 1
        found: Array = self._combine(self._rows[level, first], self._rows[level, last - (1 << level) + 1])
        return found
