"""Telling finite-time blow-up from the other ways in which an integration can get stuck."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench.systems import System

__all__ = ["time_to_infinity"]

Array = NDArray[np.float64]

#: |x|' ~ |x|^p is infinite in finite time for p > 1. So near 1 it overflows before that could be seen.
_SUPERLINEAR = 1.05
#: At a singularity at a finite x_s, p ~ |x| / |x_s - x| grows with |x| faster than any power. In blow-up it
#: is constant where |x|' is a power of |x|, and for exp(|x|^k) it grows like |x|^k: told apart by this power.
_EXPONENT_GROWTH = 5.0


def time_to_infinity(system: System, x: Array, earlier: Array, direction: float) -> tuple[Array, Array]:
    """Estimate when |x| is infinite, if it keeps growing like |x|' ~ |x|^p.

    With r = |x| along the orbit the exponent is p = d ln r' / d ln r = r r'' / r'^2, and r' = c r^p is
    infinite after the time r / ((p - 1) r').

    Parameters
    ----------
    system : System
        A flow.
    x, earlier : (K, n) arrays
        States, and states some steps before them on the same orbits.
    direction : float
        1 for forward time, -1 for backward time.

    Returns
    -------
    remaining : (K,) array
        The time left; inf where |x| does not grow superlinearly, or grows as at a singularity at a finite
        state.
    exponent : (K,) array
        p.
    """
    with np.errstate(all="ignore"):
        radius, rate, exponent = _growth(system, x, direction)
        radius_before, _, exponent_before = _growth(system, earlier, direction)
        superlinear = (rate > 0) & (exponent > _SUPERLINEAR) & (exponent_before > _SUPERLINEAR)
        grown = np.log(radius / radius_before)
        steady = np.log(exponent / exponent_before) <= _EXPONENT_GROWTH * np.maximum(grown, 0.0)
        remaining = radius / ((exponent - 1) * rate)
    return np.where(superlinear & steady, remaining, np.inf), exponent


def _growth(system: System, x: Array, direction: float) -> tuple[Array, Array, Array]:
    """r = |x|, r' and p = r r'' / r'^2."""
    field = direction * system(x)
    acceleration = direction * system.jvp(x, field)
    # Scaled by r, so that squares do not overflow before r does.
    radius = np.abs(x).max(axis=-1)
    radius = radius * np.sqrt(np.sum((x / radius[..., None]) ** 2, axis=-1))
    unit = x / radius[..., None]
    rate = np.sum(unit * field, axis=-1)
    relative = field / rate[..., None]
    bend = np.sum(unit * (acceleration / rate[..., None]), axis=-1) * (radius / rate)
    exponent = np.sum(relative**2, axis=-1) - 1 + bend
    return radius, rate, exponent
