"""Zero crossings of functions along an orbit, located on the solver's continuous extension."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Event", "EventLog"]

Array = NDArray[np.float64]
#: ``event(t, x)``, whose zero crossings are located; ``terminal`` and ``direction`` attributes as in SciPy.
Event = Callable[[float, Array], float]

_RESOLUTION = 4 * np.finfo(float).eps


class EventLog:
    """The zero crossings met so far.

    Parameters
    ----------
    events : sequence of callables
        ``event(t, x) -> float``. With the attribute ``terminal`` (True, or a number of crossings) the orbit
        ends there; ``direction`` > 0 counts only crossings from negative to positive, < 0 only the others. As
        in SciPy, except that a zero at the initial state is no crossing, and that none is counted twice.
    t, x : float, (n,) array
        The initial time and state.
    """

    def __init__(self, events: Sequence[Event], t: float, x: Array) -> None:
        self._events = tuple(events)
        self._values = [float(event(t, x)) for event in events]
        self._found: list[list[tuple[float, Array]]] = [[] for _ in events]

    def advance(self, start: float, end: float, x: Array, extension: Callable[[float], Array]) -> float | None:
        """Log the crossings of one step, and return the time of the one that ends the orbit, if any.

        Parameters
        ----------
        start, end : float
            The step's times, in the order of integration.
        x : (n,) array
            The state at `end`.
        extension : callable
            The states between.
        """
        values = [float(event(end, x)) for event in self._events]
        crossings = []
        for k, event in enumerate(self._events):
            if _crosses(self._values[k], values[k], getattr(event, "direction", 0.0)):
                crossings.append((_root(event, start, end, values[k], extension), k))
        self._values = values
        for time, k in sorted(crossings, key=lambda crossing: abs(crossing[0] - start)):
            self._found[k].append((time, np.array(extension(time))))
            terminal = getattr(self._events[k], "terminal", False)
            if terminal and len(self._found[k]) >= int(terminal):
                return time
        return None

    def results(self, dimension: int) -> tuple[tuple[Array, Array], ...]:
        """For each event the (k,) times and (k, n) states of its crossings."""
        return tuple(
            (np.array([t for t, _ in found]), np.array([x for _, x in found]).reshape(-1, dimension))
            for found in self._found
        )


def _crosses(before: float, after: float, direction: float) -> bool:
    rises, falls = before < 0 <= after, before > 0 >= after
    return bool((rises and direction >= 0) or (falls and direction <= 0))


def _root(event: Event, start: float, end: float, last: float, extension: Callable[[float], Array]) -> float:
    from scipy.optimize import brentq

    if last == 0:
        return end
    return float(brentq(lambda t: event(t, extension(t)), start, end, xtol=_RESOLUTION, rtol=_RESOLUTION))
