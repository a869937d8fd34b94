"""Patterns that have no fixed point of their own, told in doubles with bounds of all rounding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from dynbench.verification.piecewise.rows import Rectified, Row

__all__ = ["in_range", "patterns_left"]

Array = NDArray[np.float64]

_AT_ONCE = 4096
#: Numbers of other sizes are not looked at in doubles: the bounds are for roundings, not for overflow and underflow.
_LARGEST = fmpq(2**500)


def in_range(system: Rectified) -> bool:
    """Whether all numbers of a function are of a size that doubles hold, and products of two of them."""
    rows = (*system.rows, *system.arguments)
    sizes = (abs(c) for row in rows for c in (*row.terms.values(), row.constant) if c != 0)
    return all(1 / _LARGEST <= size <= _LARGEST for size in sizes)


def patterns_left(system: Rectified) -> Iterator[tuple[bool, ...]]:
    """The patterns of a function that may have a fixed point in their closed region.

    It has no nested units, and its numbers are in range.

    With M = I - J and an approximate inverse R, |I - R M| <= alpha < 1 in the maximum norm, the solution of M x = c is
    within |R| |c - M y| / (1 - alpha) of any y. Sums of m products are off by at most m units of rounding, relative to
    the sum of their moduli, and so are entries rounded to doubles; `unit` allows for several times that.
    """
    n, units = system.dimension, len(system.arguments)
    A, W1, h1 = _matrices(system.rows, n, units)
    W2, _, h2 = _matrices(system.arguments, n, units)
    unit = 4 * (n + units + 8) * 2.0**-52
    numbers = np.arange(2**units)
    for start in range(0, len(numbers), _AT_ONCE):
        chosen = (numbers[start : start + _AT_ONCE, None] >> np.arange(units) & 1).astype(bool)
        active = np.where(chosen[:, None, :], W1, 0.0)
        J, size = A + active @ W2, np.abs(A) + np.abs(active) @ np.abs(W2)
        c, weight = active @ h2 + h1, np.abs(active) @ np.abs(h2) + np.abs(h1)
        excluded = _excluded(np.eye(n) - J, np.eye(n) + size, c, weight, chosen, (W2, h2), unit)
        yield from (tuple(map(bool, pattern)) for pattern in chosen[~excluded])


def _excluded(
    M: Array, size: Array, c: Array, weight: Array, chosen: NDArray[np.bool_], margin: tuple[Array, Array], unit: float
) -> NDArray[np.bool_]:
    """Which patterns have a margin of the wrong sign for certain: `size` and `weight` bound the sums behind M and c."""
    W2, h2 = margin
    with np.errstate(all="ignore"):
        regular = np.abs(np.linalg.det(M)) > 0
        R = np.linalg.inv(np.where(regular[:, None, None], M, np.eye(M.shape[-1])))
        y = (R @ c[..., None])[..., 0]
        residual = np.abs(c - (M @ y[..., None])[..., 0]) + unit * ((size @ np.abs(y)[..., None])[..., 0] + weight)
        alpha = (np.abs(np.eye(M.shape[-1]) - R @ M) + unit * (np.abs(R) @ size)).sum(axis=-1).max(axis=-1)
        reach = (np.abs(R) @ residual[..., None])[..., 0].max(axis=-1) * (1 + unit) / (1 - alpha)
        m = y @ W2.T + h2
        room = np.abs(W2).sum(axis=1) * reach[:, None] * (1 + unit) + unit * (np.abs(y) @ np.abs(W2).T + np.abs(h2))
        wrong = np.where(chosen, m + room < 0, m - room > 0).any(axis=1)
    return np.asarray(regular & (alpha < 0.5) & np.isfinite(reach) & wrong)


def _matrices(rows: tuple[Row, ...], n: int, units: int) -> tuple[Array, Array, Array]:
    """The coefficients of states and of units, and the constants, in doubles."""
    full, constants = np.zeros((len(rows), n + units)), np.zeros(len(rows))
    for i, row in enumerate(rows):
        for j, c in row.terms.items():
            full[i, j] = int(c.p) / int(c.q)
        constants[i] = int(row.constant.p) / int(row.constant.q)
    return full[:, :n], full[:, n:], constants
