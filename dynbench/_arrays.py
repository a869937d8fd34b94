"""Helpers shared by every room: read-only arrays, checked input, and records shown in a few words."""

from __future__ import annotations

import html
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import ArrayLike, NDArray

from dynbench.errors import DynbenchError, InputError

__all__ = [
    "as_generator",
    "as_states",
    "brief",
    "check_count",
    "check_positive",
    "check_tolerances",
    "given_array",
    "is_real",
    "listed",
    "plain_arrays",
    "readonly",
    "real_array",
    "record_table",
    "shown",
]

#: Numbers of an array, and names, that are written out.
_SHOWN = 6


def readonly(values: ArrayLike, dtype: Any = float) -> NDArray[Any]:
    """Return a read-only copy of ``values``, so that a frozen record stays what it was."""
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array


def as_generator(rng: Any) -> np.random.Generator:
    """Return the generator that ``rng`` stands for: a seed, a generator, or None for fresh entropy.

    Raises
    ------
    InputError
        If ``rng`` is none of these.
    """
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        message = f"rng is {shown(rng)}; expected a seed (an integer of at least 0) or a numpy Generator."
        raise InputError(message) from error


def real_array(values: ArrayLike) -> NDArray[np.float64]:
    """`values` as float64, no digit or mark of theirs lost in silence.

    Raises
    ------
    TypeError or ValueError
        If they are no real numbers: text, complex numbers, masked entries, rows of different lengths.
    """
    if isinstance(values, np.ndarray) and type(values) is np.ndarray and values.dtype == np.float64:
        return values  # as the package hands it on in every evaluation
    given = np.asarray(values)
    if given.dtype.kind == "c" or np.ma.is_masked(values):
        raise TypeError
    return np.asarray(given, dtype=float)


def given_array(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """`real_array` of what the user gave as an argument.

    Raises
    ------
    InputError
        If it holds no real numbers.
    """
    try:
        return real_array(values)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be an array of real numbers, not {shown(values)}.") from error


def as_states(values: ArrayLike, dimension: int, *, name: str, finite: bool = True) -> NDArray[np.float64]:
    """Check an array of states given by the user and return it as float64 of shape (..., dimension).

    Raises
    ------
    InputError
        If ``values`` is not numeric, its last axis is not ``dimension`` long, or (unless ``finite`` is False) an
        entry is not finite.
    """
    try:
        array = real_array(values)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be an array of real numbers, not {shown(values)}.") from error
    if array.ndim == 0 or array.shape[-1] != dimension:
        raise InputError(
            f"{name} has shape {array.shape}, but the system has {dimension} state"
            f"{'s' if dimension != 1 else ''}: expected shape (..., {dimension})."
        )
    if finite and not np.isfinite(array).all():
        raise InputError(f"{name} holds a value that is not finite.")
    return array


def check_positive(value: Any, *, name: str, what: str) -> None:
    """Refuse what is no positive, finite real number.

    Parameters
    ----------
    value : object
        What the user gave.
    name : str
        The argument.
    what : str
        What it measures, for the message: "duration or number of steps".

    Raises
    ------
    InputError
        If `value` is no such number.
    """
    if not (is_real(value) and 0 < value < math.inf):
        raise InputError(f"{name} is {shown(value)}; it must be a positive, finite {what}.")


def check_count(value: Any, *, name: str) -> None:
    """Refuse what is no positive integer of Python or NumPy.

    Parameters
    ----------
    value : object
        What the user gave.
    name : str
        The argument.

    Raises
    ------
    InputError
        If `value` is no such number.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise InputError(f"{name} is {shown(value)}; expected a positive integer.")


def check_tolerances(rtol: Any, atol: Any) -> None:
    """Check the tolerances of an integration.

    Raises
    ------
    InputError
        If one is no positive, finite number, or `rtol` is 1 or more.
    """
    if not (is_real(rtol) and 0 < rtol < 1):
        raise InputError(f"rtol is {rtol!r:.60}; expected a number above 0 and below 1.")
    check_positive(atol, name="atol", what="number")


def is_real(value: Any) -> bool:
    """Whether `value` is a real number of Python or NumPy, and no truth value; infinities and nan are numbers."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def brief(x: ArrayLike) -> str:
    """The numbers of an array in a few words: "(1, 0.5)", of a long one the first few.

    Parameters
    ----------
    x : (n,) array
        Numbers, real or complex.
    """
    values = np.asarray(x)
    first = [f"{value:.6g}" for value in values[:_SHOWN]]
    return f"({', '.join(first)}{', ...' if len(values) > _SHOWN else ''})"


def listed(names: Sequence[str]) -> str:
    """Names in a row: "x, y", of very many the first few.

    Parameters
    ----------
    names : sequence of str
        The names.
    """
    return ", ".join(names) if len(names) <= _SHOWN else f"{', '.join(names[:_SHOWN])}, ..."


def shown(value: object) -> str:
    """What the user gave, for a message: its `repr` in one line of 60 characters at most.

    Parameters
    ----------
    value : object
        Anything.
    """
    return " ".join(repr(value).split())[:60]


def record_table(caption: str, rows: Mapping[str, str]) -> str:
    """A small HTML table of a record's fields, for notebooks; all text is escaped, and empty values are left out.

    Parameters
    ----------
    caption : str
        What the record is.
    rows : mapping of str to str
        Name -> value, as text.
    """
    cells = "".join(
        f"<tr><th scope='row'>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in rows.items()
        if value
    )
    return f"<table><caption>{html.escape(caption)}</caption><tbody>{cells}</tbody></table>"


@contextmanager
def plain_arrays(path: Path, refuse: type[DynbenchError]) -> Iterator[NpzFile]:
    """Open an ``.npz`` file of plain arrays, none of which is unpickled.

    Raises
    ------
    DynbenchError
        Of the kind `refuse`, if the file cannot be read or holds anything else; so it is while its arrays are read.
    """
    try:
        with path.open("rb") as file:
            content = np.load(file, allow_pickle=False)
            if not isinstance(content, NpzFile):
                raise ValueError("it is a single array, without a name")
            yield content
    except OSError as error:
        raise refuse(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise refuse(f"{path} holds no plain arrays: {' '.join(str(error).split())}.") from error
