"""States as reports show them: component by component where they are few, else by their size and their readout."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.results import MOST_COLUMNS, FixedPoints
from dynbench.networks import EchoStateNetwork
from dynbench.reporting.blocks import Name, Text
from dynbench.reporting.numbers import decimal, eigenvalue_list, short
from dynbench.symbolic.typesetting import subscript
from dynbench.systems import System

__all__ = [
    "in_full",
    "leading_eigenvalues",
    "readouts",
    "region_text",
    "state_cells",
    "state_headers",
    "state_text",
]

Array = NDArray[np.float64]

#: A readout of up to so many components gets a column each.
_READOUTS = 6
#: Leading eigenvalues listed of many.
_LEADING = 3


def in_full(system: System) -> bool:
    """Whether a state of the system is written out component by component."""
    return system.dimension <= MOST_COLUMNS


def state_headers(system: System) -> tuple[Text, ...]:
    """The headers of the columns that hold a state."""
    if in_full(system):
        return tuple((Name(name),) for name in system.state_names)
    return tuple((name,) for name in _measures(system, np.zeros(system.dimension)))


def state_cells(system: System, x: Array, radius: float | None = None) -> tuple[Text, ...]:
    """The cells of these columns; `radius` is how far the state is known."""
    if in_full(system):
        return tuple((decimal(float(value), radius),) for value in x)
    return tuple((short(value, 5),) for value in _measures(system, x).values())


def state_text(system: System, x: Array) -> str:
    """A state within a line of text."""
    if in_full(system):
        return f"({', '.join(decimal(float(value)) for value in x)})"
    return ", ".join(f"{name} = {short(value, 5)}" for name, value in _measures(system, x).items())


def region_text(points: FixedPoints) -> str:
    """The region searched, for many states."""
    region = points.region
    assert region is not None, "only a region that there is can be described"
    boxes = "a box" if len(region) == 1 else f"{len(region)} boxes"
    widths = region[..., 1] - region[..., 0]
    return f"{boxes} with sides from {short(float(widths.min()))} to {short(float(widths.max()))}"


def leading_eigenvalues(values: NDArray[np.complex128], radii: Array | None) -> str:
    """Eigenvalues in a line: all, or of many the first few, which are those of largest real part or modulus."""
    if len(values) <= MOST_COLUMNS:
        return eigenvalue_list(values, radii)
    return f"{eigenvalue_list(values[:_LEADING])}, \N{HORIZONTAL ELLIPSIS}"


def _measures(system: System, x: Array) -> Mapping[str, float]:
    """What is shown of a state with many components, by name."""
    return {"|x|": float(np.linalg.norm(x)), "max |x\u1d62|": float(np.abs(x).max())} | readouts(system, x)


def readouts(system: System, x: Array) -> dict[str, float]:
    """The readouts of a state by name, of many their norm; empty where the system has none."""
    if not isinstance(system, EchoStateNetwork):
        return {}
    z = system.readout(x)
    if len(z) > _READOUTS:
        return {"|z|": float(np.linalg.norm(z))}
    return {f"z{subscript(i)}": float(value) for i, value in enumerate(z, 1)}
