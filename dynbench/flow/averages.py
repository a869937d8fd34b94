"""The mean of a series whose entries depend on each other, and how far it can be trusted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST", "mean_and_error"]

Array = NDArray[np.float64]

#: Into how many batches the series is cut, each number in turn: few, so that they are long. Shorter ones are more in
#: number, but the error then comes out up to five times too large for the Lorenz system, whose rates of growth make up
#: for each other, and too small where they keep the same sign for long.
_BATCHES = (8, 16)
#: The shortest series of which the error is estimated.
FEWEST = 64


def mean_and_error(series: Array) -> tuple[Array, Array]:
    """The mean over the first axis, and its standard error by batch means.

    The means of long batches are nearly independent whatever the entries are, so the standard error is the standard
    deviation of the batch means over the root of their number. It is taken with 8 and with 16 batches and is the
    larger of the two; nor is it less than half the difference between the means of the two halves, which shows
    a mean that is still on its way (the logarithm of a tangent vector that grows like t, over t).

    Parameters
    ----------
    series : (m, ...) array
        m of at least 64 (`FEWEST`).

    Returns
    -------
    mean, error : (...) arrays
        The error is nan where the series is not finite.

    References
    ----------
    H. Flyvbjerg, H. G. Petersen, J. Chem. Phys. 91 (1989) 461. C. J. Geyer, Statistical Science 7 (1992) 473.
    """
    with np.errstate(invalid="ignore"):
        halves = _batch_means(series, 2)
        errors = [np.abs(halves[1] - halves[0]) / 2]
        errors += [_batch_means(series, count).std(axis=0, ddof=1) / np.sqrt(count) for count in _BATCHES]
        return series.mean(axis=0), np.max(errors, axis=0)


def _batch_means(series: Array, count: int) -> Array:
    """The means of `count` batches of equal length; the first entries are left out where they do not divide."""
    length = len(series) // count
    return series[len(series) - count * length :].reshape(count, length, *series.shape[1:]).mean(axis=1)
