"""One fixed point followed along a homotopy, round the folds of its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, readonly
from dynbench.continuation.crossings import crossings_on
from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.legs import Leg
from dynbench.continuation.records import Ending, PointPath
from dynbench.errors import InputError
from dynbench.fixed_points.large.curve import Station, follow_curve, sharpened
from dynbench.fixed_points.large.newton import newton_from

__all__ = ["follow_point", "trace", "trace_from"]

Array = NDArray[np.float64]

#: By how much s may change in one step.
_WIDEST = 0.1
#: A state within this of where Newton's method leads, relative to max(1, |x|), is a fixed point.
_CLOSE = 1e-6
#: Newton's method at an end of the homotopy has stayed on the path where it moved by less than this part of the step.
_NEAR = 0.05
#: A fold so far outside the homotopy is beyond its end, not at it.
_OUTSIDE = 1e-12
#: A path that has turned back more often than this is given up: among the many equilibria of a random network it would
#: go on so for long.
_MOST_TURNS = 12
#: A path is out of reach where it is so many times farther out than max(1, |x|) at its start.
_REACH = 1e3


def follow_point(
    homotopy: Homotopy, x: ArrayLike, *, rising: bool = True, past_folds: bool = True, steps: int = 400
) -> PointPath:
    """Follow a fixed point of one end of a homotopy by pseudo-arclength, and find where its stability changes.

    Parameters
    ----------
    homotopy : Homotopy
        The line between two systems.
    x : (n,) array
        A fixed point of the system that is left.
    rising : bool
        Whether to leave from s = 0 towards larger s, or from s = 1 towards smaller s.
    past_folds : bool
        Whether to go on where s turns back; else the path ends there.
    steps : int
        At most so many factorisations of the Jacobian, before places are refined.

    Returns
    -------
    PointPath
        The path, how it ended, its folds and its changes of index. Up to 60 states eigenvalues are taken at every
        station, beyond at its ends and where the determinant of the Jacobian changes its sign or an index that differs
        is to be located: of changes that cancel each other in between nothing is seen.

    Raises
    ------
    InputError
        If `x` is no fixed point of the system that is left.

    Notes
    -----
    Nothing is proved. A path can be left for another one that comes as close as a step is long.

    Examples
    --------
    >>> import dynbench as db
    >>> from dynbench.continuation import Homotopy, follow_point
    >>> fold = db.ODE({"x": "r + x^2"}, {"r": -1})
    >>> path = follow_point(Homotopy(fold, fold.with_parameters(r=1)), [-1.0])
    >>> path.ending.value, round(path.folds[0].s, 9)
    ('it turned back, to the end that it came from', 0.5)
    """
    if not isinstance(homotopy, Homotopy):
        raise InputError(f"homotopy is {homotopy!r:.60}; expected a Homotopy.")
    if not isinstance(steps, int | np.integer) or isinstance(steps, bool) or steps < 1:
        raise InputError(f"steps is {steps!r:.60}; expected a positive integer.")
    given = as_states(x, homotopy.dimension, name="x")
    if given.ndim != 1:
        raise InputError(f"x has shape {given.shape}; expected one state, ({homotopy.dimension},).")
    s = 0.0 if rising else 1.0
    (state,), (converged,) = newton_from(homotopy.end(s), given[None])
    if not (converged and np.abs(state - given).max() <= _CLOSE * max(1.0, float(np.abs(given).max()))):
        raise InputError(f"x is no fixed point of the system at s = {s:g}: Newton's method does not stay there.")
    stations, ending = trace(homotopy, state, rising=rising, steps=steps, past_folds=past_folds)
    crossings, unstable = crossings_on(homotopy, stations)
    return PointPath(
        s=readonly([station.a for station in stations]),
        x=readonly([station.x for station in stations]),
        unstable=unstable,
        ending=ending,
        crossings=crossings,
    )


def trace(
    homotopy: Homotopy, x: Array, *, rising: bool, steps: int, widest: float = _WIDEST, past_folds: bool = True
) -> tuple[list[Station], Ending]:
    """The stations of the path of a fixed point of one end, and how it ended."""
    start = Station(x, 0.0 if rising else 1.0, np.zeros_like(x), 0.0, 0)
    return trace_from(homotopy, start, rising=rising, steps=steps, widest=widest, past_folds=past_folds)


def trace_from(
    homotopy: Homotopy,
    start: Station,
    *,
    rising: bool,
    steps: int,
    widest: float = _WIDEST,
    past_folds: bool = True,
    at_fork: Callable[[Station], bool] | None = None,
) -> tuple[list[Station], Ending]:
    """The stations of a path from any of its places on; `Ending.ACROSS` is the end towards which it set out.

    It ends at a station of which `at_fork` says that it is at a pitchfork.
    """
    stations: list[Station] = []
    turns, spent = 0, False
    reach = _REACH * max(1.0, float(np.abs(start.x).max()))

    def followed() -> Iterator[Station]:
        nonlocal spent
        curve, s = homotopy.curve, start.a
        spent = yield from follow_curve(curve, start.x, s, rising=rising, steps=steps, widest=widest, sharp=True)

    for station in followed():
        if stations and not 0 < station.a < 1:
            end = _at_end(homotopy, stations[-1], station)
            if end is None:
                return stations, Ending.MISSED
            return [*stations, end], Ending.ACROSS if (end.a == 1) is rising else Ending.BACK
        if stations and stations[-1].da * station.da < 0:
            turns += 1
            fold = _fold_beyond(homotopy, stations[-1], station)
            end = None if fold is None else _at_end(homotopy, stations[-1], fold)
            if end is not None:
                return [*stations, end], Ending.ACROSS if (end.a == 1) is rising else Ending.BACK
        stations.append(station)
        if at_fork is not None and at_fork(station):
            return stations, Ending.PITCHFORK
        if turns > _MOST_TURNS:
            return stations, Ending.TANGLED
        if not past_folds and (station.da > 0) is not rising:
            return stations, Ending.TURNED
        if np.abs(station.x).max() > reach:
            return stations, Ending.AWAY
    if not stations:
        return [start], Ending.SINGULAR
    return stations, Ending.SPENT if spent else Ending.SHORT


def _fold_beyond(homotopy: Homotopy, before: Station, after: Station) -> Station | None:
    """The fold between two stations where the path leaves the homotopy on the way to it; else None."""
    length = float(np.hypot(np.linalg.norm(after.x - before.x), after.a - before.a))
    if 0 < before.a + before.da * length < 1:  # a changes ever less on the way to the fold
        return None
    fold = Leg(homotopy, before, after).zero(lambda station: station.da, before.da, after.da)
    if fold is None or -_OUTSIDE <= fold.a <= 1 + _OUTSIDE:
        return None
    return replace(fold, sign=before.sign)


def _at_end(homotopy: Homotopy, before: Station, after: Station) -> Station | None:
    """The station at s = 0 or s = 1 between two stations, by Newton's method; None where that leads elsewhere."""
    s = 1.0 if after.a >= 1 else 0.0
    leg = Leg(homotopy, before, after)
    guess = leg.interpolated(s)
    (x,), (converged,) = newton_from(homotopy.end(s), guess.x[None])
    if not (converged and np.linalg.norm(x - guess.x) <= _NEAR * np.linalg.norm(after.x - before.x)):
        place = leg.zero(lambda station: station.a - s, before.a - s, after.a - s) if after.a != s else after
        if place is None:
            return None
        guess = place
        (x,), (converged,) = newton_from(homotopy.end(s), guess.x[None])
        if not (converged and np.linalg.norm(x - guess.x) <= _CLOSE * max(1.0, float(np.linalg.norm(x)))):
            return None
    end = Station(x, s, guess.dx, guess.da, after.sign)
    return sharpened(homotopy.curve, end) or end
