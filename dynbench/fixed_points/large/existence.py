"""Existence and uniqueness for many states: Newton-Kantorovich with an approximate inverse in doubles.

Let R be the inverse of the Jacobian at c as computed, Y >= |R G(c)| and Z(r) >= |I - R G'(x)| for |x - c| <= r, sup
norms. If Y + Z(r) r <= r and Z(r) < 1, then x -> x - R G(x) maps the closed ball of radius r into itself and contracts:
exactly one zero of G lies in it, and no second one lies in any ball with Z < 1. Here J is the Jacobian at c in doubles,

    Y    = |fl(R g)| + gamma_n |R| |g| + |R| rad,              G(c) in g +- rad,
    Z(r) = Z1 + |R (G'(x) - J)|,   Z1 = |I - fl(R J)| + gamma_n |R| |J|,

every sum of nonnegative terms raised by its own rounding (`rounding`). Any R would be sound; a bad one proves nothing.

References
----------
R. Krawczyk, Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken, Computing 4 (1969) 187-201.
S. M. Rump, Verification methods: rigorous results using floating-point arithmetic, Acta Numerica 19 (2010) 287-449.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench.fixed_points.large.linearisation import Linearisation, sup_box
from dynbench.fixed_points.large.rounding import gamma, raised, times
from dynbench.systems import System

__all__ = ["Existence", "prove_existence", "widest"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Existence:
    """A proof that exactly one fixed point lies within `radius` of the centre, and no other within `unique`."""

    radius: float
    unique: float
    displacement: float
    contraction: float


def prove_existence(
    system: System, around: Linearisation, residual: tuple[Array, Array], scale: float, inverse: Array | None = None
) -> Existence | None:
    """Prove existence at the centre of a linearisation; None where the inequality does not hold.

    Parameters
    ----------
    system : System
        The system.
    around : Linearisation
        The Jacobian at the centre.
    residual : (array, array)
        G at the centre, as `enclosed_residual` gives it.
    scale : float
        The size of the state; no radius beyond 2**20 times that is looked for.
    inverse : (n, n) array, optional
        R; by default computed here.
    """
    if inverse is None:
        try:
            inverse = np.linalg.inv(around.matrix)
        except np.linalg.LinAlgError:
            return None
    if not np.isfinite(inverse).all():
        return None
    contraction = _contraction(system, around, inverse)
    bound = _displacement(inverse, residual)
    start = max(2 * bound, 2.0**-1000)
    for radius in (start, 8 * start, 64 * start):
        z = contraction(radius)
        if z < 1 and raised(bound + z * radius, 2) <= radius:
            break
    else:
        return None
    # Y / (1 - z) holds with the z of a larger ball; 1 - z is exact to one rounding.
    proved = min(radius, raised(bound / (1 - z), 4) if z < 0.99 else radius)
    unique = widest(lambda r: contraction(r) < 1, radius, 2.0**20 * scale)
    return Existence(proved, unique, bound, z)


def _displacement(inverse: Array, residual: tuple[Array, Array]) -> float:
    """Y of the module's docstring."""
    middle, radius = residual
    sizes = np.abs(inverse)
    computed = np.abs(inverse @ middle)
    spread = raised(gamma(len(middle) + 2) * np.abs(middle) + radius, 3)
    return float(raised(np.max(computed + times(sizes, spread)), 2))


def _contraction(system: System, around: Linearisation, inverse: Array) -> Callable[[float], float]:
    """Z of the module's docstring, as a function of r; inf where G is not shown to be defined on the ball."""
    n = len(around.center)
    product = inverse @ around.matrix
    ones = np.ones(n)
    rounding = times(np.abs(inverse), raised(gamma(n + 2) * times(np.abs(around.matrix), ones), 3))
    varied = around.along(inverse, product)
    product[np.diag_indices(n)] -= 1
    still = raised(np.abs(product).sum(axis=1), n) + rounding

    def contraction(radius: float) -> float:
        if not _defined(system, sup_box(around.center, radius)):
            return np.inf
        z = float(raised(np.max(still + varied(radius)), 4))
        return z if np.isfinite(z) else np.inf

    return contraction


def _defined(system: System, box: object) -> bool:
    value = system.enclose_residual(box)  # type: ignore[arg-type]
    return bool(np.all(value.defined) and np.isfinite(value.mag).all())


def widest(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The largest radius, to a few per cent, at which `holds` could be shown; `low`, where none larger could."""
    if holds(high):
        return high
    floor = max(low, 2.0**-60 * high)
    if floor > low and holds(floor):
        low = floor
    elif floor > low:
        return low
    while high > 1.05 * low:
        middle = float(np.sqrt(low) * np.sqrt(high))
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
