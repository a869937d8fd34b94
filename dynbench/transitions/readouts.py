"""What the readouts of a network say at its fixed points, and which of them change from one point to another."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.networks import EchoStateNetwork
from dynbench.systems import System

__all__ = ["flips", "readout_at"]

Array = NDArray[np.float64]


def readout_at(system: System, x: Array) -> Array | None:
    """The readout (m,) of an echo state network at a state; None for a system that has none.

    Parameters
    ----------
    system : System
        The system.
    x : (n,) array
        The state.
    """
    return readonly(system.readout(x)) if isinstance(system, EchoStateNetwork) else None


def flips(one: Any, other: Any) -> tuple[int, ...] | None:
    """The numbers (from 0) of the readouts whose signs differ; None where a readout is missing.

    Parameters
    ----------
    one, other : (m,) array or None
        The readouts of two nodes.
    """
    if one is None or other is None:
        return None
    return tuple(int(k) for k in np.flatnonzero(np.sign(one) != np.sign(other)))
