"""The arrays of a system in matrix form: what identifies them, and files that hold them.

A report names each array by shape, layout and the SHA-256 of its canonical bytes, and never holds the array. With
the shape (n, m) as a matrix (a vector is a column or a row, as its symbol says) these bytes are, in ASCII and then
little-endian numbers:

- dense: ``dense n m`` and a newline, then the entries row by row as doubles;
- sparse: ``sparse n m`` and a newline, then of the CSR form with sorted indices and no duplicates the row pointers and
  the column indices as 64-bit integers and the entries as doubles;
- low rank, U V^T: ``low rank n m`` and a newline, then the canonical bytes of the dense U and of the dense V.

A file of weights is an ``.npz`` of plain arrays: ``W`` for a dense one, ``W.data``, ``W.indices``, ``W.indptr`` and
``W.shape`` for a sparse one, ``W.U`` and ``W.V`` for one of low rank. ``numpy.savez(path, **arrays)`` writes the first
kind as well. Nothing in it is unpickled when it is read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
import sympy as sp
from numpy.typing import NDArray

from dynbench._arrays import plain_arrays
from dynbench.errors import InputError
from dynbench.symbolic.matrices import LowRank
from dynbench.symbolic.matrices.operators import as_operand
from dynbench.systems.system import System, as_system

__all__ = ["array_records", "as_recorded", "read_weights", "save_weights"]

Array = NDArray[np.float64]


def save_weights(system: System, path: str | os.PathLike[str]) -> Path:
    """Write the arrays of a system in matrix form to an ``.npz`` file, for `load_report` and `verify`.

    Parameters
    ----------
    system : System
        A system in matrix form.
    path : str or path
        The file, with the suffix ``.npz``; one of that name is replaced.

    Returns
    -------
    pathlib.Path
        The path written.

    Raises
    ------
    InputError
        If the system has no arrays, one of them is an operator of the user's own, or the file cannot be written.

    Examples
    --------
    >>> import dynbench as db, tempfile
    >>> network = db.RNN([[0.0, 2.0], [2.0, 0.0]])
    >>> db.save_weights(network, f"{tempfile.mkdtemp()}/pair.npz").name
    'pair.npz'
    """
    records = array_records(as_system(system))
    arrays = {name: system.parameters[name] for name in records}
    if not arrays:
        raise InputError("The system has no arrays: it is declared in components, and its report holds all of it.")
    target = _npz(path)
    entries: dict[str, Any] = {}
    for name, value in arrays.items():
        if _layout(value) == "operator":
            raise InputError(f"{name} is an operator of its own kind, which has no place in a file of weights.")
        entries |= {name + part: array for part, array in _parts(value).items()}
    try:
        with target.open("wb") as file:
            np.savez(file, **entries)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}.") from error
    return target


def read_weights(path: str | os.PathLike[str], records: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Read the arrays of which a report holds `records` from a file that `save_weights` wrote.

    Raises
    ------
    InputError
        If the file cannot be read, holds anything but plain arrays, or lacks one.
    """
    target = _npz(path)
    try:
        with plain_arrays(target, InputError) as content:
            return {name: _assembled(content, name, record["layout"]) for name, record in records.items()}
    except KeyError as error:
        (name, *_) = str(error.args[0]).split(" ")
        raise InputError(f"{target} does not hold the array {name}; save_weights writes a file that does.") from error


def array_records(system: System) -> dict[str, dict[str, Any]]:
    """Array parameter -> what a report says of it: shape, axes, dtype, layout, entries and hash."""
    records = {}
    for symbol, value in system.exact_parameters.items():
        if isinstance(symbol, sp.MatrixSymbol):
            n, m = (int(size.xreplace(dict(system.sizes))) for size in symbol.shape)
            records[symbol.name] = {
                "shape": [n, m],
                "axes": len(value.shape),
                "dtype": "float64",
                "layout": _layout(value),
                "entries": int(getattr(value, "nnz", n * m)),
                "sha256": _hash(value, (n, m)),
            }
    return records


def as_recorded(name: str, value: Any, record: Mapping[str, Any]) -> Any:
    """An array of the user's, checked to be the one of a record.

    Raises
    ------
    InputError
        If it is another one.
    """
    operand = as_operand(value, name)
    n, m = record["shape"]
    if isinstance(operand, np.ndarray):
        if operand.size != n * m or (operand.ndim == 2 and operand.shape != (n, m)):
            shape = " x ".join(map(str, operand.shape))
            raise InputError(f"The array {name} of the weights is {shape}; the report's is {n} x {m}.")
        operand = operand.reshape((n, m) if record["axes"] == 2 else (n * m,))
    if _layout(operand) != record["layout"] or _hash(operand, (n, m)) != record["sha256"]:
        raise InputError(f"The array {name} of the weights is not that of the report: its content hash differs.")
    return operand


def _npz(path: str | os.PathLike[str]) -> Path:
    try:
        target = Path(path)
    except TypeError as error:
        raise InputError(f"The weights are {path!r:.60}; expected a mapping, or the path of an .npz file.") from error
    if target.suffix != ".npz":
        raise InputError(f"{target} is no .npz file; weights are kept in one, as dynbench.save_weights writes it.")
    return target


def _layout(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return "dense"
    if isinstance(value, LowRank):
        return "low rank"
    return "sparse" if scipy.sparse.issparse(value) else "operator"


def _hash(value: Any, shape: tuple[int, int]) -> str | None:
    if _layout(value) == "operator":
        return None
    return hashlib.sha256(_canonical(value, shape)).hexdigest()


def _canonical(value: Any, shape: tuple[int, int]) -> bytes:
    head = f"{_layout(value)} {shape[0]} {shape[1]}\n".encode()
    if isinstance(value, LowRank):
        return head + _canonical(value.U, value.U.shape) + _canonical(value.V, value.V.shape)
    if isinstance(value, np.ndarray):
        return head + value.astype("<f8").tobytes()
    rows, columns, entries = value.indptr.astype("<i8"), value.indices.astype("<i8"), value.data.astype("<f8")
    return head + rows.tobytes() + columns.tobytes() + entries.tobytes()


def _parts(value: Any) -> dict[str, Array]:
    """Ending of the name in a file -> array."""
    if isinstance(value, LowRank):
        return {".U": value.U, ".V": value.V}
    if isinstance(value, np.ndarray):
        return {"": value}
    return {
        ".data": value.data,
        ".indices": value.indices,
        ".indptr": value.indptr,
        ".shape": np.array(value.shape),
    }


def _assembled(content: Any, name: str, layout: str) -> Any:
    if layout == "low rank":
        return LowRank(content[f"{name}.U"], content[f"{name}.V"])
    if layout == "sparse":
        shape = tuple(int(size) for size in content[f"{name}.shape"])
        parts = tuple(content[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
        return scipy.sparse.csr_array(parts, shape=shape)
    return content[name]
