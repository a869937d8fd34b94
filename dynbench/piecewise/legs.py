"""Orbits of piecewise-linear flows from region to region: every switch, in order.

Why an orbit never slides along a border: the field is continuous, so the fields of both sides agree on the border, and
the orbit is unique. If the margin of unit i has the derivatives 0, ..., 0 (k - 1 of them) there, then the two
sides' first k derivatives of the state agree as well, as those matrices differ by w G_i. So the first derivative of the
margin that is not zero is the same seen from either side, and its sign is the side on which the orbit goes on; if all
vanish, the orbit stays in the border, where both sides are the same. Switches do not accumulate (Camlibel et al.).

References
----------
M. K. Camlibel, J.-S. Pang, J. Shen, Conewise linear systems: non-Zenoness and observability, SIAM J. Control Optim. 45
(2006).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.bernstein import bernstein_matrix, first_descent
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.regional_flow import DEGREE, Expansion, RegionalFlow

__all__ = ["Follower", "Stretch"]

Array = NDArray[np.float64]
Pattern = NDArray[np.bool_]

#: Numbers that the flows of the regions met may take up in memory.
_MOST_KEPT = 20_000_000
_POWERS = np.arange(DEGREE + 1.0)


class Stretch(NamedTuple):
    """A part of an orbit in one region, at the end of which there may be a switch.

    Attributes
    ----------
    duration : float
    end : (n,) array
        The state at the end.
    states : (DEGREE + 1, n) array
        Coefficients of the state as a polynomial of time / length.
    length : float
    pattern : (H,) bool array
        The region's.
    crossing : int
        The unit whose margin is zero at the end; -1 where there is none.
    touches : tuple of (int, float)
        Units whose margins come to zero on the way without changing sign, to rounding, and the times since the start.
    """

    duration: float
    end: Array
    states: Array
    length: float
    pattern: Pattern
    crossing: int
    touches: tuple[tuple[int, float], ...]

    def at(self, time: Array) -> Array:
        """The states at times (m,) since the start; returns (m, n)."""
        return _value(self.states, np.asarray(time)[:, None] / self.length)


class Follower:
    """Follows orbits of a piecewise-linear flow forward in time.

    Parameters
    ----------
    form : PiecewiseLinear
        Of a flow; for backward time that of the reversed field.
    longest : float
        No stretch is longer.
    """

    def __init__(self, form: PiecewiseLinear, longest: float) -> None:
        self._form, self._longest = form, longest
        self._flows: dict[bytes, RegionalFlow] = {}
        self._depth = np.zeros(form.units, dtype=int)
        for depth, units in enumerate(form.levels):
            self._depth[units] = depth
        size = form.dimension * (DEGREE + form.units + 1) * (form.dimension if form.dimension <= 16 else 1)
        self._room = max(16, _MOST_KEPT // size)

    def region(self, pattern: Pattern) -> RegionalFlow:
        """The flow of a pattern, kept."""
        key = pattern.tobytes()
        flow = self._flows.get(key)
        if flow is None:
            if len(self._flows) >= self._room:
                self._flows.clear()
            flow = self._flows[key] = RegionalFlow(self._form, pattern, self._longest)
        return flow

    def follow(self, x: Array) -> Iterator[Stretch]:
        """The stretches of the orbit of a state (n,), without end while the state is finite."""
        pattern, crossing = self._form.pattern(x), -1
        while np.isfinite(x).all():
            pattern, expansion, orders = self._settled(x, pattern, crossing)
            flow = self.region(pattern)
            s, crossing, touches = _first_switch(expansion, pattern, orders)
            x = _value(expansion.states, s)
            times = tuple((unit, at * flow.length) for unit, at in touches)
            yield Stretch(s * flow.length, x, expansion.states, flow.length, pattern, crossing, times)

    def _settled(self, x: Array, pattern: Pattern, crossing: int) -> tuple[Pattern, Expansion, NDArray[np.intp]]:
        """The pattern with which the orbit goes on, and for units on a border the order of their margin's zero.

        On a border the first coefficient that is not zero decides. Changing a unit with a zero of order k alters
        others from order k on at deeper levels, from order k + 1 on at its own and earlier ones: so units are settled
        by ascending order, and by level, and each at most once.
        """
        while True:
            expansion = self.region(pattern).expansion(x)
            found = np.abs(expansion.margins) > expansion.noise
            if crossing >= 0:
                found[0, crossing] = False
            if found[0].all() and ((expansion.margins[0] > 0) == pattern).all():
                return pattern, expansion, np.zeros(len(pattern), dtype=np.intp)
            orders = np.where(found.any(axis=0), found.argmax(axis=0), -1)
            rising = expansion.margins[orders, np.arange(len(pattern))] > 0
            wrong = np.flatnonzero((rising != pattern) & (orders >= 0))
            if not len(wrong):
                return pattern, expansion, orders
            keys = orders[wrong] * (self._depth.max(initial=0) + 1) + self._depth[wrong]
            pattern = pattern.copy()
            pattern[wrong[keys == keys.min()]] ^= True


def _first_switch(
    expansion: Expansion, pattern: Pattern, orders: NDArray[np.intp]
) -> tuple[float, int, tuple[tuple[int, float], ...]]:
    """Where the first margin passes through zero (1, unit -1: none does), and those that touch zero before."""
    powers = np.where(pattern, expansion.margins, -expansion.margins)
    for unit in np.flatnonzero(orders):  # a root at the start is divided out; margins that stay zero have none
        order = orders[unit]
        powers[:, unit] = np.append(powers[order:, unit], np.zeros(order)) if order > 0 else 0.0
    coefficients = bernstein_matrix(DEGREE) @ powers
    inside = (coefficients > expansion.noise).all(axis=0) | (orders < 0)
    first, crossing = math.inf, -1
    touched: list[tuple[int, float]] = []
    for unit in np.flatnonzero(~inside):
        limit = min(first, 1.0)
        descent = first_descent(powers[:, unit], coefficients[:, unit], float(expansion.noise[unit]), limit)
        touched += [(int(unit), s) for s in descent.touches]
        if descent.root < first:
            first, crossing = descent.root, int(unit)
    touches = tuple((unit, s) for unit, s in touched if s < first)
    return (1.0, -1, touches) if crossing < 0 else (first, crossing, touches)


def _value(powers: Array, s: float | Array) -> Array:
    """Polynomials at s; an array of s is a column."""
    return np.asarray(np.power(s, _POWERS) @ powers)
