"""What an arithmetic must provide for the code that `dynbench.symbolic.matrices.source` writes, and that of doubles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench.symbolic.kernels import compile_expressions, write_number
from dynbench.symbolic.matrices.nodes import SLOT
from dynbench.symbolic.matrices.operators import dense, rows_times

__all__ = ["DOUBLES", "Arithmetic", "concatenated"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """An arithmetic for matrix expressions.

    Attributes
    ----------
    functions : dict
        What the names in generated code are bound to: ``apply(p, y)``, ``matvec``, ``inner``, ``outer``, ``dense``,
        ``product``, ``product_left``, ``product_right``, ``columns_scaled``, ``rows_scaled``, ``add_diagonal``,
        ``from_diagonal``, ``diagonal_of``, ``transposed``, ``joined``, ``stacked``, ``ones``, ``zeros``. Vectors lie
        on the last axis, matrices on the last two.
    operand : callable
        (value, is_vector) -> the operand, or the vector, that a parameter's value becomes.
    literal : callable
        (number, namespace) -> source of a number.
    elementwise : callable
        Expressions in `SLOT` -> a function of an array that returns the tuple of their values.
    ahead : bool
        Whether constants may be computed once: not where the working precision may change.
    """

    functions: dict[str, Callable[..., Any]]
    operand: Callable[[Any, bool], Any]
    literal: Callable[[sp.Expr, dict[str, Any]], str]
    elementwise: Callable[[tuple[sp.Expr, ...]], Callable[[Any], tuple[Any, ...]]]
    ahead: bool = True


def _operand(value: Any, is_vector: bool) -> Any:
    if isinstance(value, sp.MatrixBase):
        value = np.array(value.tolist(), dtype=float)
    return dense(value).ravel() if is_vector else value


def _apply(a: Any, y: Array) -> Array:
    return rows_times(y, a.T)


def _matvec(m: Array, y: Array) -> Array:
    return rows_times(y, m.T) if m.ndim == 2 else (m @ y[..., None])[..., 0]


def _inner(a: Array, b: Array) -> Array:
    return (a * b).sum(axis=-1, keepdims=True)


def _product_left(a: Any, m: Array) -> Array:
    return a @ m if isinstance(a, np.ndarray) else _swapped(rows_times(_swapped(m), a.T))


def _swapped(m: Array) -> Array:
    return np.swapaxes(m, -1, -2)


def _add_diagonal(m: Array, d: Array, own: bool) -> Array:
    shape = np.broadcast_shapes(m.shape, (*d.shape, 1))
    dtype = np.result_type(m, d)
    if not own or m.shape != shape or m.dtype != dtype:
        m = np.array(np.broadcast_to(m, shape), dtype=dtype)
    np.einsum("...ii->...i", m)[...] += d
    return m


def _from_diagonal(d: Array) -> Array:
    return _add_diagonal(np.zeros((*d.shape, d.shape[-1]), d.dtype), d, True)


def concatenated(parts: Sequence[Array], axis: int) -> Array:
    """Arrays one after the other along an axis counted from the end, the other axes broadcast."""
    shapes = [list(part.shape) for part in parts]
    lengths = [shape[axis] for shape in shapes]
    for shape in shapes:
        shape[axis] = 1
    common = list(np.broadcast_shapes(*map(tuple, shapes)))
    wanted = [(*common[: len(common) + axis], length, *common[len(common) + axis + 1 :]) for length in lengths]
    return np.concatenate([np.broadcast_to(p, shape) for p, shape in zip(parts, wanted, strict=True)], axis=axis)


#: IEEE doubles (or complex ones, for complex steps), batched over leading axes.
DOUBLES = Arithmetic(
    functions={
        "apply": _apply,
        "matvec": _matvec,
        "inner": _inner,
        "outer": lambda a, b: a[..., :, None] * b[..., None, :],
        "dense": dense,
        "product": np.matmul,
        "product_left": _product_left,
        "product_right": rows_times,
        "columns_scaled": lambda m, d: m * d[..., None, :],
        "rows_scaled": lambda d, m: d[..., :, None] * m,
        "add_diagonal": _add_diagonal,
        "from_diagonal": _from_diagonal,
        "diagonal_of": lambda m: np.diagonal(m, axis1=-2, axis2=-1),
        "transposed": _swapped,
        "joined": lambda parts: concatenated(parts, -1),
        "stacked": lambda parts: concatenated(parts, -2),
        "ones": np.ones,
        "zeros": np.zeros,
    },
    operand=_operand,
    literal=lambda number, namespace: write_number(number, namespace, "numpy"),
    elementwise=lambda bodies: compile_expressions(bodies, (SLOT,), "numpy"),
)
