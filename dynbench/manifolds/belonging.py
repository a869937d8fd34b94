"""Refusing points that belong to another system, or to other parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief
from dynbench.errors import InputError

__all__ = ["check_belongs"]

Array = NDArray[np.float64]

#: What a map makes of a point of a cycle differs from the next one by no more than this, relative to their size.
_CLOSED = 1e-6


def check_belongs(system: Callable[[Array], Array], points: Array, name: str) -> None:
    """Refuse points that a map does not carry round.

    Parameters
    ----------
    system : callable
        The map, of states (k, n).
    points : (k, n) array
        A fixed point (k = 1), or a cycle in the order in which it is visited.
    name : str
        The argument, for the message.

    Raises
    ------
    InputError
        If the image of one is not the next one.
    """
    gap = float(np.abs(system(points) - np.roll(points, -1, axis=0)).max())
    if not gap <= _CLOSED * (1.0 + float(np.abs(points).max())):
        what, takes = "fixed point", "it to another state"
        if len(points) > 1:
            what, takes = f"cycle of {len(points)} points", "its states to others"
        raise InputError(
            f"{name} at {brief(points[0])} is no {what} of this map, which takes {takes}, {gap:.2g} away; is it of "
            "another system, or of other parameters?"
        )
