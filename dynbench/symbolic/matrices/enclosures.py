"""Matrix expressions over batches of boxes, in midpoint-radius form with a-priori rounding bounds.

Elementwise operations are those of `dynbench.symbolic.intervals`. Products of matrices are computed by BLAS on
midpoints and radii: with u = 2**-53 and gamma_k = k u / (1 - k u), a computed inner product of length k differs from
the exact one by at most gamma_k |a|.|b| plus k times the least subnormal number, in whatever order it is summed and
with or without fused multiplication (Higham 2002, section 3.1). Hence for [c - r, c + r] and a matrix A of doubles

    A [c - r, c + r]  lies in  fl(A c) +- |A| (gamma_k |c| + r),

and a computed sum of nonnegative terms, divided by 1 - gamma_k, bounds the exact one from above. This assumes that BLAS
adds products up, as OpenBLAS, MKL and Accelerate do, and uses no fast (Strassen) multiplication. A box that is not
bounded gives the whole line; marks of undefined values spread over a product.

References
----------
N. J. Higham: Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002. S. M. Rump: Fast and parallel
interval arithmetic, BIT 39 (1999), 534-554.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.sparse
import sympy as sp
from numpy.typing import NDArray

from dynbench.errors import ModelError
from dynbench.symbolic._interval import above, below, grades, make, quiet, worst
from dynbench.symbolic.intervals import Interval, stack
from dynbench.symbolic.kernels import compile_expressions, write_number
from dynbench.symbolic.matrices.arithmetic import Arithmetic, concatenated
from dynbench.symbolic.matrices.nodes import SLOT
from dynbench.symbolic.matrices.operators import LowRank, dense, describe, rows_times

__all__ = ["INTERVALS", "broadcast", "gamma"]

Array = NDArray[Any]

_UNIT = 2.0**-53
_LEAST = 5e-324


def gamma(k: int) -> float:
    """An upper bound of k u / (1 - k u), u = 2**-53: the relative error of an inner product of length `k`."""
    return k * _UNIT * (1 + 2 * k * _UNIT + 4 * _UNIT)


def broadcast(x: Interval, shape: tuple[int, ...]) -> Interval:
    """The same intervals, repeated to a shape."""
    return x if x.shape == shape else _entrywise(lambda part: np.broadcast_to(part, shape), x)


class _Factors:
    """A product of matrices of doubles, applied factor by factor; ``.T`` is its transpose."""

    def __init__(self, matrices: tuple[Any, ...]) -> None:
        self.matrices = matrices
        self._sizes: list[Any] | None = None

    @property
    def T(self) -> _Factors:
        return _Factors(tuple(m.T for m in reversed(self.matrices)))

    @property
    def sizes(self) -> list[Any]:
        """The absolute values of the factors."""
        if self._sizes is None:
            self._sizes = [abs(m) for m in self.matrices]
        return self._sizes


def _operand(value: Any, is_vector: bool) -> Any:
    if isinstance(value, sp.MatrixBase):
        entries = [_number(entry) for entry in value]
        box = stack(entries)
        return box if is_vector else box.reshape(*value.shape)
    if isinstance(value, LowRank):
        factors = _Factors((value.U, value.V.T))
        return _dense(factors).reshape(-1) if is_vector else factors
    if not (isinstance(value, np.ndarray) or scipy.sparse.issparse(value)):
        raise ModelError(
            f"The operator {describe(value)} has no enclosure: bind an array, a sparse array or a LowRank."
        )
    return Interval(dense(value).ravel()) if is_vector else _Factors((value,))


def _number(number: sp.Expr) -> Interval:
    """A constant enclosed."""
    namespace: dict[str, Any] = {}
    text = write_number(number, namespace, "interval")
    return namespace[text] if text in namespace else Interval(float(text.strip("()")))


def _apply(a: Any, y: Interval) -> Interval:
    if isinstance(a, Interval):
        return _matvec(a, y)
    for matrix, size in zip(reversed(a.matrices), reversed(a.sizes), strict=True):
        y = _point_times(matrix, size, y)
    return y


@quiet
def _point_times(matrix: Any, size: Any, y: Interval) -> Interval:
    """A matrix of doubles times boxes of shape (..., k); `size` holds its absolute values."""
    k = y.shape[-1]
    center, spread = y.mid, y.rad
    spread = above(gamma(k) * np.abs(center) + spread, 8 * _UNIT, _LEAST)
    return _around(rows_times(center, matrix.T), rows_times(spread, size.T), k, _spread_marks(y, (-1,)))


@quiet
def _product(a: Interval, b: Interval) -> Interval:
    """The product of matrices of intervals, (..., m, k) times (..., k, n)."""
    k = a.shape[-1]
    size_a, size_b = np.abs(a.mid), np.abs(b.mid)
    spread = above(gamma(k) * size_b + b.rad, 8 * _UNIT, _LEAST)
    radius = size_a @ spread + a.rad @ above(size_b + b.rad, 8 * _UNIT, _LEAST)
    grade = worst(_spread_marks(a, (-1, -2)), _spread_marks(b, (-1, -2)))
    return _around(a.mid @ b.mid, radius, 2 * k, grade)


def _around(center: Array, radius: Array, k: int, grade: Any) -> Interval:
    """The intervals around computed inner products, given their computed radius: a sum of k nonnegative terms."""
    radius = (radius + 4 * k * _LEAST) * (1 + 4 * gamma(k + 4))
    lo, hi = below(center - radius), above(center + radius)
    wild = ~(np.isfinite(lo) & np.isfinite(hi))
    if wild.any():
        lo, hi = np.where(wild, -np.inf, lo), np.where(wild, np.inf, hi)
    return make(lo, hi, None if grade is None else np.broadcast_to(grade, lo.shape))


def _spread_marks(x: Interval, axes: tuple[int, ...]) -> Any:
    """The worst mark along `axes`, which every entry of a product then bears."""
    return None if x.grade is None else grades(x).max(axis=axes, keepdims=True)


def _matvec(m: Interval, y: Interval) -> Interval:
    return _product(m, y[..., None])[..., 0]


def _inner(a: Interval, b: Interval) -> Interval:
    return _product(a[..., None, :], b[..., :, None])[..., 0]


def _dense(a: Any) -> Interval:
    if isinstance(a, Interval):
        return a
    first, *others = (Interval(dense(m)) for m in a.matrices)
    for other in others:
        first = _product(first, other)
    return first


def _product_left(a: Any, m: Interval) -> Interval:
    return _product(_dense(a), m)


def _product_right(m: Interval, a: Any) -> Interval:
    return _product(m, _dense(a))


def _transposed(m: Interval) -> Interval:
    return _entrywise(lambda part: np.swapaxes(part, -1, -2), m)


def _diagonal_of(m: Interval) -> Interval:
    return _entrywise(lambda part: np.diagonal(part, axis1=-2, axis2=-1), m)


def _concatenated(parts: Sequence[Interval], axis: int) -> Interval:
    lo, hi = (concatenated([getattr(part, bound) for part in parts], axis) for bound in ("lo", "hi"))
    marked = any(part.grade is not None for part in parts)
    return make(lo, hi, concatenated([np.asarray(grades(part)) for part in parts], axis) if marked else None)


def _entrywise(move: Callable[[Array], Array], m: Interval) -> Interval:
    return make(move(m.lo), move(m.hi), None if m.grade is None else move(np.asarray(grades(m))))


def _add_diagonal(m: Interval, d: Interval, own: bool) -> Interval:
    total = _diagonal_of(m) + d
    shape = np.broadcast_shapes(m.shape, (*total.shape, 1))
    grade = None
    if m.grade is not None or total.grade is not None:
        grade = _with_diagonal(grades(m), grades(total), shape)
    return make(_with_diagonal(m.lo, total.lo, shape), _with_diagonal(m.hi, total.hi, shape), grade)


def _with_diagonal(entries: Array, diagonal: Array, shape: tuple[int, ...]) -> Array:
    result = np.array(np.broadcast_to(entries, shape))
    np.einsum("...ii->...i", result)[...] = diagonal
    return result


def _from_diagonal(d: Interval) -> Interval:
    return _add_diagonal(Interval(np.zeros((*d.shape, d.shape[-1]))), d, False)


#: Boxes in outward-rounded doubles, batched over leading axes.
INTERVALS = Arithmetic(
    functions={
        "apply": _apply,
        "matvec": _matvec,
        "inner": _inner,
        "outer": lambda a, b: a[..., :, None] * b[..., None, :],
        "dense": _dense,
        "product": _product,
        "product_left": _product_left,
        "product_right": _product_right,
        "columns_scaled": lambda m, d: m * d[..., None, :],
        "rows_scaled": lambda d, m: d[..., :, None] * m,
        "add_diagonal": _add_diagonal,
        "from_diagonal": _from_diagonal,
        "diagonal_of": _diagonal_of,
        "transposed": _transposed,
        "joined": lambda parts: _concatenated(parts, -1),
        "stacked": lambda parts: _concatenated(parts, -2),
        "ones": lambda shape: Interval(np.ones(shape)),
        "zeros": lambda shape: Interval(np.zeros(shape)),
    },
    operand=_operand,
    literal=lambda number, namespace: write_number(number, namespace, "interval"),
    elementwise=lambda bodies: compile_expressions(bodies, (SLOT,), "interval"),
)
