"""That a leaky network with bounded activation points inward on every large box: then its indices add up to 1.

Write G(x) = -a x + h(x), where a gathers the multiples of x that G has as terms, and let |h_i(x)| <= H for all x, from
magnitudes over the whole space. Where a > 0 and |x_i| = r > H/a, the sign of G_i is that of -x_i. So no zero lies
outside |x_i| <= H/a, and on every larger box -G is homotopic to the identity: its degree there is 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy as sp
from flint import ctx
from numpy.typing import NDArray

from dynbench.symbolic.matrix_parsing import Each, Name
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.matrices.blocks import size_times, up
from dynbench.verification.matrices.evaluate import Arithmetic, terms
from dynbench.verification.matrices.slopes import UnaryFunction
from dynbench.verification.matrices.system import MatrixSystem

__all__ = ["inward_radius"]

Array = NDArray[np.float64]


def inward_radius(system: MatrixSystem) -> float | None:
    """A radius r such that G points inward on |x_i| <= s for every s > r; None where that is not shown."""
    leak = sp.Integer(int(system.is_map))
    arithmetic = _Magnitudes(system)
    bound = np.zeros((system.dimension, 1))
    with np.errstate(all="ignore"):
        for factor, node in terms(system.tree):
            if node == Name(system.column):
                leak -= factor
            else:
                bound = up(bound + arithmetic.scaled(factor, arithmetic.value(node)), 1)
        slowest = _size(system, leak, least=True)
        radius = float(up(bound.max() / slowest, 2)) if slowest > 0 else np.inf
    return radius if np.isfinite(radius) and arithmetic.continuous else None


def _size(system: MatrixSystem, factor: sp.Expr, *, least: bool = False) -> float:
    """A bound of the size of a scalar from above, or of a scalar itself from below."""
    with ctx.workprec(80):
        (value,) = Evaluator([factor.subs(system.scalars)], ()).values(())
    end = float(value.lo) if least else float(value.mag)
    return float(np.nextafter(end, -np.inf if least else np.inf))


class _Magnitudes(Arithmetic[Array]):
    """Bounds of absolute values over the whole space; inf where there is none."""

    def __init__(self, system: MatrixSystem) -> None:
        super().__init__()
        self._system = system
        self.continuous = True

    def name(self, name: str) -> Array:
        if name == self._system.column:
            return np.full((self._system.dimension, 1), np.inf)
        array = self._system.arrays[name]
        return np.abs(array if isinstance(array, np.ndarray) else array.toarray())

    def times(self, a: Array, b: Array) -> Array:
        if np.isfinite(a).all() and np.isfinite(b).all():
            return np.asarray(size_times(a, b))
        return np.full((a.shape[0], b.shape[1]), np.inf)

    def plus(self, a: Array, b: Array) -> Array:
        return np.asarray(up(a + b, 1))

    def hadamard(self, a: Array, b: Array) -> Array:
        return np.asarray(np.nan_to_num(up(a * b, 1), nan=np.inf, posinf=np.inf))

    def scaled(self, factor: sp.Expr, a: Array) -> Array:
        return np.asarray(np.nan_to_num(up(_size(self._system, factor) * a, 2), nan=np.inf, posinf=np.inf))

    def each(self, node: Each, a: Array) -> Array:
        sizes, where = np.unique(a, return_inverse=True)
        function = UnaryFunction(node.body.subs(self._system.scalars))
        low, high, _, _, continuous = function.over(-sizes, sizes)
        self.continuous = self.continuous and continuous
        return np.maximum(np.abs(low), np.abs(high))[where].reshape(a.shape)

    def transposed(self, a: Array) -> Array:
        return a.T

    def diagonal(self, a: Array) -> Array:
        return np.diag(a[:, 0])

    def diagonal_of(self, a: Array) -> Array:
        return np.diagonal(a)[:, None]

    def rows(self, a: Array, start: int, stop: int) -> Array:
        return a[start:stop]

    def stacked(self, parts: Sequence[Array]) -> Array:
        return np.vstack(parts)

    def numbers(self, shape: tuple[int, int], entries: tuple[sp.Expr, ...]) -> Array:
        return np.array([_size(self._system, e) for e in entries]).reshape(shape)

    def constant(self, what: str, shape: tuple[int, int]) -> Array:
        return np.eye(*shape) if what == "identity" else np.full(shape, float(what == "ones"))

    def is_column(self, a: Array) -> bool:
        return a.shape[1] == 1
