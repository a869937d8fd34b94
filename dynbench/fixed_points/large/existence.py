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

__all__ = ["Existence", "approximate_inverse", "prove_existence", "widest"]

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
        inverse = approximate_inverse(around.matrix)
    if inverse is None or not np.isfinite(inverse).all():
        return None
    contraction = _contraction(system, around, inverse)
    bound = _displacement(inverse, residual)
    if not bound < np.inf:
        return None
    start = max(2 * bound, 2.0**-1000)
    for radius in (start, 8 * start, 64 * start):
        z = contraction(radius)
        if z < 1 and raised(bound + z * radius, 2) <= radius:
            break
    else:
        return None
    # Y / (1 - z) holds with the z of a larger ball; 1 - z is exact to one rounding.
    proved = min(radius, raised(bound / (1 - z), 4) if z < 0.99 else radius)
    unique = widest(lambda r: contraction(r) < 1, radius, _reach(contraction, radius, z, scale))
    return Existence(proved, unique, bound, z)


def _reach(contraction: Callable[[float], float], radius: float, z: float, scale: float) -> float:
    """A radius beyond that of uniqueness, or 2**20 times the scale: a guess from the slope of Z, then enlarged."""
    probe = max(radius, 2.0**-14 * scale)
    slope = (contraction(probe) - z) / probe
    far = 2.0**20 * scale
    if not 0 < slope < np.inf:
        return far
    reach = max(probe, (1 - z) / slope)
    while reach < far and contraction(reach) < 1:
        reach *= 2
    return min(reach, far)


def approximate_inverse(matrix: Array) -> Array | None:
    """The inverse as LAPACK computes it; None where a pivot is 0."""
    try:
        return np.asarray(np.linalg.inv(matrix), dtype=float)
    except np.linalg.LinAlgError:
        return None


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
    known = 0.0

    def contraction(radius: float) -> float:
        nonlocal known
        z = float(raised(np.max(still + varied(radius)), 4))
        if not np.isfinite(z):
            return np.inf
        if radius > known and z < 1:
            if not _defined(system, sup_box(around.center, radius)):
                return np.inf
            known = radius
        return z

    return contraction


def _defined(system: System, box: object) -> bool:
    value = system.enclose_residual(box)  # type: ignore[arg-type]
    return bool(np.all(value.defined) and np.isfinite(value.mag).all())


def widest(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The largest radius, to a few per cent, at which `holds` could be shown; `low`, where none larger could."""
    if holds(high):
        return high
    if low < 2.0**-60 * high:
        floor = 2.0**-60 * high
        if not holds(floor):
            return low
        low = floor
    step = 2.0
    while low * step**2 < high:  # from above, where the largest radius mostly is
        if holds(high / step):
            low = max(low, high / step)
            break
        high, step = high / step, step**2
    while high > 1.05 * low:
        middle = float(np.sqrt(low) * np.sqrt(high))
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
