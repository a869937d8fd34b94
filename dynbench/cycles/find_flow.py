"""`find_cycles` for piecewise-linear flows: what the orbits of given states lead to."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import as_states, check_positive, shown
from dynbench.cycles.piecewise_flow import piecewise_flow_cycles
from dynbench.cycles.results import Cycles
from dynbench.errors import InputError
from dynbench.piecewise import PiecewiseLinear
from dynbench.systems import System

__all__ = ["cycles_of_flow"]


def cycles_of_flow(
    system: System,
    form: PiecewiseLinear,
    longest: Any,
    *,
    region: NDArray[np.float64] | None,
    starts: Any,
    search: Any,
    certify: bool,
) -> Cycles:
    """The cycles near the orbits of states, up to a longest period; see `dynbench.find_cycles`.

    Raises
    ------
    InputError
        If `longest` is no positive number, there are no starts, or a strategy is given.
    """
    check_positive(longest, name="periods", what="number, for a flow the longest period")
    if search is not None:
        raise InputError(
            f"search is {shown(search)}, but the words of a flow's cycles are those of the orbits of starts=."
        )
    if starts is None:
        raise InputError("The system is a flow: give starts=, states whose orbits lead to the cycles looked for.")
    states = np.atleast_2d(as_states(starts, system.dimension, name="starts"))
    found = piecewise_flow_cycles(form, states, float(longest), certify=certify)
    if region is not None:
        low, high = region.T
        found = tuple(cycle for cycle in found if np.all((cycle.points >= low) & (cycle.points <= high)))
    return Cycles(
        cycles=found,
        state_names=system.state_names,
        complete=MappingProxyType({}),
        arguments=MappingProxyType({}),
        region=region,
        strategies=(f"loops nearly closed by the orbits of {len(states)} start{'s' if len(states) > 1 else ''}",),
    )
