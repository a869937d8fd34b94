"""Matrices as they are bound to a declaration: dense arrays, scipy.sparse arrays, `LowRank`, or operators.

All that code for doubles asks of one is its shape, ``.T`` and multiplication of rows from the left, ``y @ A``
(``__rmatmul__``). An array means exactly the doubles that it holds.
"""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import readonly
from dynbench.errors import InputError, ModelError

__all__ = ["LowRank", "as_operand", "content", "dense", "describe", "rows_times"]

Array = NDArray[np.float64]


class LowRank:
    """The matrix U V^T of low rank, kept as its factors.

    Parameters
    ----------
    U : (n, k) array
        The left factor.
    V : (m, k) array
        The right factor, as columns: the matrix is (n, m).

    Raises
    ------
    InputError
        If the factors are not two matrices of finite numbers with as many columns.

    Notes
    -----
    Values and products with vectors use the factors. What needs the entries (a dense Jacobian) multiplies them out,
    n m doubles; enclosures are of the exact product of the factors.
    """

    __array_ufunc__ = None  # so that ``array @ operator`` comes to __rmatmul__

    def __init__(self, U: ArrayLike, V: ArrayLike) -> None:
        self.U, self.V = readonly(U), readonly(V)
        if self.U.ndim != 2 or self.V.ndim != 2 or self.U.shape[1] != self.V.shape[1]:
            raise InputError(f"LowRank needs U (n, k) and V (m, k), not {self.U.shape} and {self.V.shape}.")
        for name, factor in (("U", self.U), ("V", self.V)):
            if not np.isfinite(factor).all():
                raise InputError(f"The factor {name} of a LowRank matrix holds a value that is not finite.")

    @property
    def shape(self) -> tuple[int, int]:
        """(n, m)."""
        return (self.U.shape[0], self.V.shape[0])

    @property
    def T(self) -> LowRank:
        """The transpose, V U^T."""
        transposed = object.__new__(LowRank)
        transposed.U, transposed.V = self.V, self.U
        return transposed

    def __matmul__(self, other: Array) -> Array:
        return self.U @ (self.V.T @ other)

    def __rmatmul__(self, other: Array) -> Array:
        return (other @ self.U) @ self.V.T

    def toarray(self) -> Array:
        """The entries, as a dense array."""
        return self.U @ self.V.T

    def __reduce__(self) -> tuple[Any, ...]:
        return LowRank, (self.U, self.V)

    def __repr__(self) -> str:
        return f"LowRank({self.shape[0]} x {self.shape[1]}, rank {self.U.shape[1]})"


def as_operand(value: Any, what: str) -> Any:
    """Check a value for a matrix parameter: a read-only float64 array, a csr_array, a `LowRank`, or an operator as is.

    Raises
    ------
    ModelError
        If it is none of these, or holds what is no finite real number; `what` names it.
    """
    if scipy.sparse.issparse(value):
        return _sparse(value, what)
    if not isinstance(value, np.ndarray) and all(hasattr(value, name) for name in ("shape", "T", "__rmatmul__")):
        return value
    try:
        given = np.asarray(value)
        if given.dtype.kind not in "fiu" or np.ma.is_masked(value):
            raise TypeError
        array = readonly(given)
    except (TypeError, ValueError):
        raise ModelError(f"The value of {what} must be an array of real numbers, not {_typed(value)}.") from None
    if array.ndim not in (1, 2):
        raise ModelError(f"The array for {what} has shape {array.shape}; expected a vector or a matrix.")
    if not np.isfinite(array).all():
        raise ModelError(f"The array for {what} holds a value that is not finite.")
    if _rounded(given, array):
        raise ModelError(f"The array for {what} holds a number that is no double; round it yourself, if that is meant.")
    return array


def _rounded(given: NDArray[Any], array: Array) -> bool:
    """Whether doubles do not hold the numbers given: long integers, extended precision."""
    if given.dtype.kind == "f":
        return given.dtype.itemsize > 8 and bool(np.any(array != given))
    return bool(np.any((given > 2**53) | (given < -(2**53)))) if given.dtype.itemsize == 8 else False


def _sparse(value: Any, what: str) -> scipy.sparse.csr_array:
    if value.dtype.kind not in "fiu":
        raise ModelError(f"The value of {what} must be an array of real numbers, not {_typed(value)}.")
    matrix = scipy.sparse.csr_array(value, dtype=float, copy=True)
    matrix.sum_duplicates()
    matrix.sort_indices()
    if not np.isfinite(matrix.data).all():
        raise ModelError(f"The array for {what} holds a value that is not finite.")
    for part in (matrix.data, matrix.indices, matrix.indptr):
        part.setflags(write=False)
    return matrix


def content(value: Any) -> bytes:
    """What an operand is, as bytes for a hash.

    Raises
    ------
    ModelError
        If an operator of an unknown type cannot be pickled.
    """
    if isinstance(value, LowRank):
        return b"low rank" + content(value.U) + content(value.V)
    if scipy.sparse.issparse(value):
        parts = (value.indptr.astype("<i8"), value.indices.astype("<i8"), value.data.astype("<f8"))
        return b"sparse" + repr(value.shape).encode() + b"".join(part.tobytes() for part in parts)
    if isinstance(value, np.ndarray):
        return b"dense" + repr(value.shape).encode() + value.astype("<f8").tobytes()
    try:
        return b"operator" + pickle.dumps(value, protocol=5)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ModelError(f"The operator {describe(value)} cannot be pickled, and so has no content hash.") from error


def describe(value: Any) -> str:
    """A short text for an operand, such as "1000 x 1000 array"."""
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.size > 6:
        return f"array of {value.size} numbers"
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"{' x '.join(map(str, value.shape))} array"
    if scipy.sparse.issparse(value):
        return f"{' x '.join(map(str, value.shape))} sparse array with {value.nnz} entries"
    text = " ".join(repr(value.tolist() if isinstance(value, np.ndarray) else value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _typed(value: Any) -> str:
    """What a value is that holds no real numbers: an array by its type too."""
    if np.ma.is_masked(value):
        return "an array with masked entries"
    kind = f" of type {value.dtype}" if hasattr(value, "dtype") and getattr(value, "size", 0) > 6 else ""
    return describe(value) + kind


def rows_times(y: Array, a: Any) -> Array:
    """``y @ a`` for rows y of shape (..., m) and a matrix a of any of the kinds above."""
    if isinstance(a, np.ndarray) and y.ndim <= 2:
        return y @ a
    if y.ndim <= 2:
        return np.asarray(a.__rmatmul__(y))
    flat = rows_times(y.reshape(-1, y.shape[-1]), a)
    return flat.reshape(*y.shape[:-1], flat.shape[-1])


def dense(a: Any) -> Array:
    """The entries of an operand as a dense array."""
    if isinstance(a, np.ndarray):
        return a
    return a.toarray() if hasattr(a, "toarray") else np.asarray(a.__rmatmul__(np.eye(a.shape[0])))
