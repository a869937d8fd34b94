"""When an integration is to say where it is: a duration, or times in order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError

__all__ = ["output_times"]

Array = NDArray[np.float64]


def output_times(t: Any) -> tuple[Array, bool]:
    """The times asked for, the first being the initial one, and whether the user named a duration only.

    Parameters
    ----------
    t : float or (m,) array
        A duration, or increasing or decreasing times.

    Raises
    ------
    InputError
        If it is neither.
    """
    try:
        times = np.asarray(t, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"t is {t!r:.60}; expected a duration or an array of times.") from error
    if not np.isfinite(times).all() or times.ndim > 1:
        raise InputError("t must be a finite duration or a one-dimensional array of finite times.")
    if times.ndim == 0:
        return np.array([0.0, float(times)]), True
    steps = np.diff(times)
    if len(times) < 2 or not (np.all(steps > 0) or np.all(steps < 0)):
        raise InputError("t must hold at least two times, in strictly increasing or decreasing order.")
    return times, False
