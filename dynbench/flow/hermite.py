"""The cubic between two states of an orbit that has its rates at both."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Hermite"]

Array = NDArray[np.float64]


class Hermite:
    """Cubic Hermite interpolation over one step, with an error of order h^4.

    Parameters
    ----------
    start, end : float
        The times.
    x, y : (n,) array
        The states then.
    rate, rate_end : (n,) array
        Their rates.
    """

    def __init__(self, start: float, end: float, x: Array, y: Array, rate: Array, rate_end: Array) -> None:
        self._start, self._h = start, end - start
        self._x, self._change = x, y - x
        self._rate, self._rate_end = self._h * rate, self._h * rate_end

    def __call__(self, t: Any) -> Array:
        """The state at a time."""
        s = (float(t) - self._start) / self._h
        bend = self._rate - self._change
        bend_end = self._change - self._rate_end
        return self._x + s * self._change + s * (1 - s) * ((1 - s) * bend + s * bend_end)
