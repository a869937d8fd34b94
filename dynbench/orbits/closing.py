"""Whether an orbit closes, and its period to many digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import ConvergenceError
from dynbench.flow import Outcome, integrate
from dynbench.flow.variational import propagate
from dynbench.invariants.evaluate import InvariantFunction
from dynbench.orbits.records import Closure
from dynbench.systems import System

__all__ = ["close_orbit"]

Array = NDArray[np.float64]

#: The tolerances of Newton's method, and those with which the closed orbit is run through once more.
_FINE: dict[str, Any] = {"rtol": 1e-13, "atol": 1e-14}
_OTHER: dict[str, Any] = {"rtol": 3e-14, "atol": 1e-15}
_STEPS = 8
#: The orbit has closed when the gap is below this, relative to its extent.
_CLOSED = 1e-9
#: The refined orbit is the one followed if Newton's method went no farther than this, relative to the extent.
_SAME = 1e-7
#: States of the orbit that are nearer than this, relative to its extent, are one: the period is shorter.
_RETURNED = 1e-6
#: Invariants must not change: their equations weigh so much more than the others, which rounding disturbs.
_WEIGHT = 1e3


def close_orbit(
    system: System, x: Array, period: float, invariants: Sequence[InvariantFunction] = ()
) -> Closure | None:
    """Refine the period of the orbit of a state by Newton's method on the section through it.

    The unknowns are a state y and the time T, the equations phi_T(y) = y, that y lies on the section through x normal
    to the velocity, and I(y) = I(x) for every known invariant I. In a conservative system periodic orbits come in
    families, along which the derivative of the flow over a period has the eigenvalue 1 again: without the last
    equations rounding moves y along the family, and T with it. They are solved in the sense of least squares, by steps
    of least norm, so that families of which no invariant is known do no harm.

    Parameters
    ----------
    system : System
        A flow.
    x : (n,) array
        A state.
    period : float
        An estimate.
    invariants : sequence of InvariantFunction
        Known conserved quantities.

    Returns
    -------
    Closure or None
        None where the orbit of `x` does not close.

    References
    ----------
    F. J. Munoz-Almaraz, E. Freire, J. Galan, E. Doedel, A. Vanderbauwhede, Physica D 181 (2003) 1 (periodic orbits
    in systems with conserved quantities).
    """
    extent = _extent(system, x, period)
    if not extent > 0:
        return None
    try:
        y, time = _newton(system, x, period, invariants)
        time /= _rounds(system, y, time, extent)
        image, _ = propagate(system, y, time, **_OTHER)
    except (ConvergenceError, np.linalg.LinAlgError):
        return None
    gap, velocity = image - y, system(y)
    size, moved = float(np.abs(gap).max()) / extent, float(np.abs(y - x).max()) / extent
    if not (size <= _CLOSED and moved <= _SAME and 0 < time < 2 * period):
        return None
    shift = abs(float(velocity @ gap) / float(velocity @ velocity))
    return Closure(float(time), shift, size, moved)


def _newton(system: System, x: Array, period: float, invariants: Sequence[InvariantFunction]) -> tuple[Array, float]:
    """The state and the period with the smallest gap that a few Gauss-Newton steps find."""
    normal = system(x)
    normal = normal / np.linalg.norm(normal)
    slopes = [(f, f.gradient(x)) for f in invariants]
    slopes = [(f, g) for f, g in slopes if np.isfinite(g).all() and g.any()]
    y, time, best = x, period, (np.inf, x, period)
    for _ in range(_STEPS):
        image, derivative = propagate(system, y, time, **_FINE)
        gap = image - y
        size = float(np.abs(gap).max())
        if size >= best[0]:
            break
        best = (size, y, time)
        rows = [np.column_stack([derivative - np.eye(len(y)), system(image)]), np.append(normal, 0.0)[None]]
        right = [-gap, np.array([normal @ (x - y)])]
        for f, gradient in slopes:
            weight = _WEIGHT / np.linalg.norm(gradient)
            rows.append(weight * np.append(gradient, 0.0)[None])
            right.append(np.array([weight * (f(x) - f(y))]))
        step = np.linalg.lstsq(np.concatenate(rows), np.concatenate(right), rcond=1e-11)[0]
        y, time = y + step[:-1], time + float(step[-1])
        if not 0.5 * period < time < 2 * period:
            break
    return best[1], best[2]


def _extent(system: System, x: Array, period: float) -> float:
    """The size of the orbit over the time given; nan where it cannot be followed."""
    orbit = integrate(system, x, np.linspace(0.0, period, 65), rtol=1e-8, atol=1e-10)
    return float(np.ptp(orbit.x, axis=0).max()) if orbit.outcome is Outcome.COMPLETED else float("nan")


def _rounds(system: System, x: Array, time: float, extent: float) -> int:
    """How often the orbit runs round in `time`."""
    rounds = 1
    for factor in (2, 3, 5, 7):
        while True:
            end = integrate(system, x, [0.0, time / (rounds * factor)], rtol=1e-10, atol=1e-11).final
            if not np.abs(end - x).max() <= _RETURNED * extent:
                break
            rounds *= factor
    return rounds
