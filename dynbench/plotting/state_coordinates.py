"""Two or three numbers that stand for a state of many: readouts of a network, or principal components."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.networks import EchoStateNetwork
from dynbench.plotting.projections import View, principal_components, view_in
from dynbench.systems import System

__all__ = ["state_view", "subscript"]

Array = NDArray[np.float64]

#: A third component that holds less of the variance than this is not shown: the picture stays flat.
_THIN = 1e-6


def state_view(system: System, wanted: Any, points: Array, trajectories: Array, drawn: Array) -> View:
    """The view in which a network's states are drawn.

    Parameters
    ----------
    system : System
        The system.
    wanted : "points", "trajectories", "readout", or a sequence of int
        Principal components of the `points` (K, n) or of the states of `trajectories` (M, n); the readouts (of four
        and more their principal components); or the readouts at two or three positions.
    points, trajectories : (K, n) and (M, n) array
        The states of which components are taken.
    drawn : (D, n) array
        All states that must lie in the picture.

    Raises
    ------
    InputError
        If there are no such coordinates.
    """
    if isinstance(wanted, str) and wanted in ("points", "trajectories"):
        sample = points if wanted == "points" else trajectories
        return view_in(*_components(sample, f"coordinates is {wanted!r}", "PC {} ({})"), drawn)
    if not isinstance(wanted, str) and isinstance(wanted, Sequence):
        return view_in(*_chosen(system, wanted), drawn)
    if wanted != "readout":
        raise InputError(
            f"coordinates is {wanted!r:.60}; expected 'points', 'trajectories', 'readout' or positions of readouts."
        )
    count = _readouts(system)
    if count in (2, 3):
        return view_in(*_chosen(system, range(count)), drawn)
    network = _echo(system)
    components, names = _components(network.readout(points), "coordinates is 'readout'", "readout PC {} ({})")
    return view_in(lambda states: components(network.readout(states)), names, drawn)


def subscript(number: int) -> str:
    """A number as a subscript."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _components(sample: Array, what: str, name: str) -> tuple[Callable[[Array], Array], tuple[str, ...]]:
    if len(sample) < 3 or sample.shape[1] < 2:
        raise InputError(
            f"{what}, but of {len(sample)} states with {sample.shape[1]} components there are no two principal ones."
        )
    found = principal_components(sample, 3)
    kept = 2 + int(len(found.shares) == 3 and found.shares[2] > _THIN)
    names = tuple(name.format(i + 1, f"{100 * share:.0f} %") for i, share in enumerate(found.shares[:kept]))
    return (lambda states: found.of(states)[..., :kept]), names


def _chosen(system: System, positions: Sequence[Any]) -> tuple[Callable[[Array], Array], tuple[str, ...]]:
    network, count = _echo(system), _readouts(system)
    rows = list(positions)
    fits = all(isinstance(i, int | np.integer) and 0 <= i < count for i in rows) and len(set(rows)) == len(rows)
    if not fits or len(rows) not in (2, 3):
        raise InputError(
            f"coordinates is {positions!r:.60}; expected two or three different positions of {count} readouts."
        )
    return (lambda states: network.readout(states)[..., rows]), tuple(f"z{subscript(i + 1)}" for i in rows)


def _echo(system: System) -> EchoStateNetwork:
    if not isinstance(system, EchoStateNetwork):
        raise InputError(f"coordinates are readouts, but a {type(system).__name__} has none.")
    return system


def _readouts(system: System) -> int:
    count = int(_echo(system).parameters["W_o"].shape[0])
    if count < 2:
        raise InputError("coordinates are readouts, but the network has only one.")
    return count
