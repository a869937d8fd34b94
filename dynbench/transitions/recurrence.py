"""Telling that an orbit has settled on a cycle: it returns to a section, and Newton's method finds the cycle there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynbench.cycles import Cycle, refine_cycle
from dynbench.errors import ConvergenceError
from dynbench.flow import integrate
from dynbench.flow.polylines import distances
from dynbench.flow.variational import propagate
from dynbench.systems import System

__all__ = ["Recurrences"]

Array = NDArray[np.float64]

#: A return to the section so near, relative to the extent of the loop, is worth a Newton iteration.
_RETURNED = 2e-2
#: An orbit has settled on an attracting cycle when it is so near, relative to the cycle's extent.
_SETTLED = 1e-4
#: So near a known cycle no other one is looked for.
_APPROACHING = 3e-2
#: Newton's method is tried in vain so often for one orbit, and for all orbits together.
_MOST_TRIALS, _MOST_IN_ALL, _SELDOM = 3, 40, 3
#: Where a first look at the multipliers finds one beyond this, the orbit is not on its way to a cycle there.
_REPELLING = 1.5
#: Newton's method for a cycle integrates as many variational equations as there are states squared: so it is tried up
#: to the second number of states, and beyond the first seldom.
_FEW_STATES, _MOST_STATES = 30, 200
#: Periods up to this are looked for in the orbits of maps.
_LONGEST = 128
#: States at which a cycle of a flow is kept for measuring distances from it.
_DENSE = 4096


class Recurrences:
    """The cycles met so far, and the search for new ones.

    Parameters
    ----------
    system : System
        The system.
    known : sequence of Cycle
        Attracting cycles that are known beforehand.
    """

    def __init__(self, system: System, known: Sequence[Cycle] = ()) -> None:
        self.system = system
        self.cycles: list[Cycle] = []
        self._dense: list[Array] = []
        self._trials: Counter[int] = Counter()
        self.seen: dict[int, str] = {}
        for cycle in known:
            self._keep(cycle)
        self._given = len(known)

    def reason(self, number: int) -> str:
        """How an orbit was seen to settle on the cycle of this position in `cycles`."""
        how = "one of those given" if number < self._given else "recurrence on a section, Newton's method"
        return f"settled on an attracting cycle of period {self.cycles[number].period:.6g} ({how})"

    def settled(self, orbit: int, times: Array, states: Array) -> int | None:
        """The position in `cycles` of the attracting cycle on which an orbit has settled, or None.

        Parameters
        ----------
        orbit : int
            A number for the orbit, so that trials are counted.
        times : (m,) array
            Times (or step numbers) of the last part of the orbit.
        states : (m, n) array
            Its states there.
        """
        last = states[-1]
        nearest, distance = self._nearest(last)
        if distance <= _SETTLED:
            return nearest
        found = _return_of_map(states) if self.system.kind == "map" else _return_of_flow(self.system, times, states)
        # Near a cycle that is known to attract, the orbit only needs more time.
        most = _MOST_IN_ALL if self.system.dimension <= _FEW_STATES else _SELDOM
        spent = self._trials[orbit] >= _MOST_TRIALS or self._trials.total() >= most
        if found is None or spent or distance <= _APPROACHING:
            return None
        if self.system.dimension > _MOST_STATES:
            self.seen[orbit] = f"it returns near earlier states; cycles are refined up to {_MOST_STATES} states"
            return None
        self._trials[orbit] += 1
        if self._repels(last, found):
            self.seen[orbit] = "it returns near earlier states, but neighbouring orbits separate there"
            return None
        cycle = refine_cycle(self.system, last, found)
        if cycle is None or (self.system.kind == "map" and cycle.period == 1):
            return None
        if not cycle.kind.attracting:
            self.seen[orbit] = f"it returns near a cycle of period {cycle.period:.6g} that does not attract"
            return None
        self._keep(cycle)
        nearest, distance = self._nearest(last)
        return nearest if distance <= _SETTLED else None

    def _repels(self, state: Array, period: float) -> bool:
        try:
            _, derivative = propagate(self.system, state, period, rtol=1e-5, atol=1e-7)
        except ConvergenceError:
            return True
        return float(np.abs(np.linalg.eigvals(derivative)).max()) > _REPELLING

    def _keep(self, cycle: Cycle) -> None:
        self.cycles.append(cycle)
        dense = cycle.points
        if self.system.kind == "flow":
            times = np.linspace(0.0, cycle.period, _DENSE + 1)
            dense = integrate(self.system, cycle.points[0], times, rtol=1e-10, atol=1e-11).x
        self._dense.append(dense)

    def _nearest(self, state: Array) -> tuple[int, float]:
        """The nearest of the cycles and its distance, relative to its extent; inf where there is none."""
        best, least = -1, np.inf
        for k, dense in enumerate(self._dense):
            gap = float(distances(state[None], dense, joined=self.system.kind == "flow")[0])
            gap /= float(np.ptp(dense, axis=0).max()) or max(1.0, float(np.abs(dense).max()))  # of period 1: no extent
            best, least = (k, gap) if gap < least else (best, least)
        return best, least


def _return_of_flow(system: System, times: Array, states: Array) -> float | None:
    """The time since the last return to the section through the last state, if the return before that agrees."""
    last = states[-1]
    field = system(last)
    height = (states - last) @ field
    rows = np.flatnonzero((height[:-2] < 0) & (height[1:-1] >= 0))
    share = height[rows] / (height[rows] - height[rows + 1])
    crossings = states[rows] + share[:, None] * (states[rows + 1] - states[rows])
    ages = times[-1] - (times[rows] + share * (times[rows + 1] - times[rows]))
    distances = np.abs(crossings - last).max(axis=1)
    near = distances <= _RETURNED * float(np.ptp(states, axis=0).max())
    for k in np.flatnonzero(near)[::-1]:
        extent = float(np.ptp(states[rows[k] :], axis=0).max())
        if not distances[k] <= _RETURNED * extent:
            continue
        # An orbit that settles has been here twice, the second time no farther away than from the first to it.
        twice = int(np.argmin(np.abs(ages - 2 * ages[k])))
        agrees = abs(ages[twice] - 2 * ages[k]) <= 0.1 * ages[k] and distances[twice] <= 4 * _RETURNED * extent
        settles = distances[k] <= np.abs(crossings[twice] - crossings[k]).max() + 1e-6 * extent
        if agrees and settles and ages[k] > 0:
            return float(ages[k])
    return None


def _return_of_map(states: Array) -> float | None:
    """The smallest period with which the last states repeat."""
    longest = min(_LONGEST, (len(states) - 1) // 2)
    if longest < 1:
        return None
    gaps = np.abs(states[-1] - states[-2 - np.arange(longest)]).max(axis=1)
    extent = float(np.ptp(states[-2 * longest :], axis=0).max())
    near = np.flatnonzero(gaps <= 1e-3 * extent)
    return float(near[0] + 1) if len(near) and extent > 0 else None
