"""The arrays that a report names, read from a file of weights or a mapping, and compared with their hashes.

The canonical bytes of an array of n x m: in ASCII ``dense n m`` and a newline, then the entries row by row as
little-endian doubles; ``sparse n m`` and a newline, then row pointers, column indices (64-bit integers) and entries of
the CSR form with sorted indices; ``low rank n m`` and a newline, then the canonical bytes of the factors U and V.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.verification.document import Field

__all__ = ["Arrays", "Weights", "read_arrays"]

Array = NDArray[np.float64]
Weights = Mapping[str, Any] | str | Path | None

_MOST_ENTRIES = 200_000_000
_PARTS = {"dense": ("",), "sparse": (".data", ".indices", ".indptr"), "low rank": (".U", ".V")}


class Arrays(NamedTuple):
    """Arrays by name, as matrices; one of low rank ``W`` stands as its factors ``W.U`` and ``W.V``.

    Attributes
    ----------
    values : dict
        Name -> dense array (n, m) or CSR matrix.
    factored : frozenset of str
        The names of those of low rank.
    """

    values: dict[str, Any]
    factored: frozenset[str]


def read_arrays(records: Field, weights: Weights) -> Arrays:
    """Read and check all arrays.

    Raises
    ------
    InputError
        If one is missing, of another shape, or another array than the one that the report is about.
    """
    names = records.keys()
    if not names:
        return Arrays({}, frozenset())
    if weights is None:
        listed = ", ".join(names) if len(names) < 5 else f"{', '.join(names[:4])}, ..."
        raise InputError(
            f"The report does not hold the arrays of its system ({listed}): give the file of weights that "
            "dynbench.save_weights wrote, as in --weights weights.npz."
        )
    values: dict[str, Any] = {}
    factored = set()
    given = weights if isinstance(weights, Mapping) else _File(weights)
    for name in names:
        record = records[name]
        layout = record["layout"].choice(*_PARTS, "operator")
        if layout == "operator":
            raise InputError(f"The array {name} is an operator of the user's own, which cannot be checked.")
        parts = given.parts(name, layout) if isinstance(given, _File) else _given(given, name, layout)
        n, m = record["shape"].integers(2)
        found = _checked(name, layout, (n, m), parts)
        if hashlib.sha256(_canonical(layout, (n, m), found)).hexdigest() != record["sha256"].text():
            raise InputError(f"The array {name} of the weights is not that of the report: its content hash differs.")
        if layout == "low rank":
            factored.add(name)
            values[f"{name}.U"], values[f"{name}.V"] = found
        else:
            values[name] = found[0] if layout == "dense" else _sparse(name, found, (n, m))
    return Arrays(values, frozenset(factored))


class _File:
    """An ``.npz`` file of plain arrays; nothing in it is unpickled, and nothing larger than it may be is read."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def parts(self, name: str, layout: str) -> tuple[Any, ...]:
        """The parts of an array."""
        keys = [name + ending for ending in _PARTS[layout]]
        try:
            with self._path.open("rb") as file:
                content = np.load(file, allow_pickle=False)
                if not isinstance(content, np.lib.npyio.NpzFile) or content.zip is None:
                    raise ValueError("it is a single array, without a name")
                missing = [key for key in keys if key not in content.files]
                if missing:
                    raise InputError(f"{self._path} does not hold the array {missing[0]}.")
                if sum(entry.file_size for entry in content.zip.infolist()) > 8 * _MOST_ENTRIES:
                    raise ValueError("it is too large")
                return tuple(content[key] for key in keys)
        except InputError:
            raise
        except OSError as error:
            raise InputError(f"{self._path} cannot be read: {error.strerror or error}.") from None
        except (ValueError, TypeError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
            raise InputError(f"{self._path} holds no plain arrays: {' '.join(str(error).split()):.80}.") from None


def _given(weights: Mapping[str, Any], name: str, layout: str) -> tuple[Any, ...]:
    if name not in weights:
        raise InputError(f"The weights lack the array {name}.")
    value = weights[name]
    try:
        if layout == "low rank":
            return value.U, value.V
        if layout == "sparse":
            matrix = scipy.sparse.csr_array(value, dtype=float, copy=True)
            matrix.sum_duplicates()
            matrix.sort_indices()
            return matrix.data, matrix.indices, matrix.indptr
        return (np.asarray(value, dtype=float),)
    except (AttributeError, TypeError, ValueError):
        raise InputError(f"The array {name} of the weights is not a {layout} one; the report's is.") from None


def _checked(name: str, layout: str, shape: tuple[int, int], parts: tuple[Any, ...]) -> tuple[Array, ...]:
    """The parts as doubles (indices as integers), of shapes that fit."""
    n, m = shape
    if min(shape) < 1 or (layout == "dense" and n * m > _MOST_ENTRIES):
        raise InputError(f"The array {name} has the shape {n} x {m}, which is not checked.")
    found = [np.asarray(part) for part in parts]
    if any(part.dtype.kind not in "fiu" for part in found):
        raise InputError(f"The array {name} of the weights does not hold real numbers.")
    if layout == "sparse":
        return found[0].astype(float), found[1].astype(np.int64), found[2].astype(np.int64)
    if layout == "dense":
        if found[0].size != n * m or (found[0].ndim != 1 and found[0].shape != (n, m)):
            there = " x ".join(map(str, found[0].shape))
            raise InputError(f"The array {name} of the weights is {there}; the report's is {n} x {m}.")
        found = [found[0].reshape(n, m)]
    elif [part.ndim for part in found] != [2, 2] or (len(found[0]), len(found[1])) != shape:
        raise InputError(f"The factors of {name} in the weights are not those of a matrix of {n} x {m}.")
    if not all(np.isfinite(part).all() for part in found):
        raise InputError(f"The array {name} of the weights holds a value that is not finite.")
    return tuple(part.astype(float) for part in found)


def _canonical(layout: str, shape: tuple[int, int], parts: tuple[Any, ...]) -> bytes:
    head = f"{layout} {shape[0]} {shape[1]}\n".encode()
    if layout == "low rank":
        return head + b"".join(_canonical("dense", part.shape, (part,)) for part in parts)
    if layout == "dense":
        return head + parts[0].astype("<f8").tobytes()
    entries, columns, rows = parts
    return head + rows.astype("<i8").tobytes() + columns.astype("<i8").tobytes() + entries.astype("<f8").tobytes()


def _sparse(name: str, parts: tuple[Any, ...], shape: tuple[int, int]) -> Any:
    try:
        matrix = scipy.sparse.csr_array(parts, shape=shape)
        matrix.check_format(full_check=True)
    except (ValueError, IndexError) as error:
        raise InputError(f"The sparse array {name} of the weights is malformed: {error}.") from None
    if not (matrix.has_canonical_format and np.isfinite(matrix.data).all()):
        raise InputError(f"The sparse array {name} of the weights is malformed, or holds a value that is not finite.")
    return matrix
