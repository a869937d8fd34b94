"""Array helpers shared by every room: read-only copies and checked input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench.errors import InputError

__all__ = ["as_generator", "as_states", "readonly"]


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
        message = f"rng is {rng!r:.60}; expected a seed (an integer of at least 0) or a numpy Generator."
        raise InputError(message) from error


def as_states(values: ArrayLike, dimension: int, *, name: str, finite: bool = True) -> NDArray[np.float64]:
    """Check an array of states given by the user and return it as float64 of shape (..., dimension).

    Raises
    ------
    InputError
        If ``values`` is not numeric, its last axis is not ``dimension`` long, or (unless ``finite`` is False) an
        entry is not finite.
    """
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be an array of real numbers, not {values!r:.80}.") from error
    if array.ndim == 0 or array.shape[-1] != dimension:
        raise InputError(
            f"{name} has shape {array.shape}, but the system has {dimension} state"
            f"{'s' if dimension != 1 else ''}: expected shape (..., {dimension})."
        )
    if finite and not np.isfinite(array).all():
        raise InputError(f"{name} holds a value that is not finite.")
    return array
