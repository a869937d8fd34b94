"""Orbits at rest, and orbits that come to rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief, readonly
from dynbench.fixed_points.newton import nearby_root
from dynbench.orbits.records import Orbit, OrbitKind
from dynbench.systems import System

__all__ = ["at_rest", "comes_to_rest"]

Array = NDArray[np.float64]

#: A velocity so small, relative to what the terms of the Jacobian times the state could add up to, is rounding.
_REST = 1e-13
#: An orbit has nearly come to rest when its speed has fallen to this part of what it was.
_NEARLY = 1e-6


def at_rest(system: System, x0: Array) -> Orbit | None:
    """The record of a state that is a fixed point to rounding; else None.

    Parameters
    ----------
    system : System
        A flow.
    x0 : (n,) array
        The state.
    """
    size = np.abs(system.jacobian_at(x0)) @ np.maximum(np.abs(x0), 1e-3)
    if not np.all(np.abs(system(x0)) <= _REST * size.max()):
        return None
    start = readonly(x0)
    return Orbit(OrbitKind.AT_REST, "the velocity is zero to rounding", start, 0.0, limit=start)


def comes_to_rest(system: System, x0: Array, time: float, end: Array) -> Orbit | None:
    """The record of an orbit that has all but come to an attracting fixed point; else None.

    Parameters
    ----------
    system : System
        A flow.
    x0, end : (n,) arrays
        The initial state, and the state after `time`.
    time : float
        How long the orbit was followed.
    """
    if not np.abs(system(end)).max() <= _NEARLY * np.abs(system(x0)).max():
        return None
    root = nearby_root(system, end, 1e-4 * max(1.0, float(np.abs(end).max())))
    if root is None:
        return None
    rates = np.linalg.eigvals(system.jacobian_at(root)).real
    if not rates.max() < 0:
        return None
    reason = f"to the fixed point {brief(root)}, at a rate of {-rates.max():.3g} or faster"
    return Orbit(OrbitKind.TO_REST, reason, readonly(x0), time, limit=readonly(root))
