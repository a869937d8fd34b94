"""States that are said to lie on a cycle of a flow, equally spaced in time: followed from one to the next, in doubles.

Each state is carried to the next one by the classical Runge-Kutta method, in a few steps and in twice as many; the
difference of the two says how far they can be believed. Nothing is proved: what contradicts the report is told.

References
----------
E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I (Springer 1993), sections II.1 and II.4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import ctx
from numpy.typing import NDArray

from dynbench.verification.declaration import Declared
from dynbench.verification.ledger import Ledger
from dynbench.verification.zeros import box_around

__all__ = ["check_along"]

Array = NDArray[np.float64]

#: Systems of more states, and more states along a cycle, take too long.
_MOST_STATES, _MOST_POINTS = 6, 1000
_STEPS = 2
#: The difference of the two is their error up to this factor; states and multipliers agree this well at best.
_FACTOR, _STATES, _MULTIPLIERS = 100.0, 1e-6, 1e-4
#: Where the two differ by more, relative to the cycle's extent, nothing can be said.
_RESOLVED = 1e-2
_BITS = 53


def check_along(
    system: Declared,
    points: Sequence[Sequence[float]],
    period: float,
    multipliers: Sequence[complex],
    name: str,
    ledger: Ledger,
) -> None:
    """Check that the flow takes each state to the next one in its share of the period, and that its multipliers fit."""
    if system.dimension <= _MOST_STATES and 1 < len(points) <= _MOST_POINTS:
        with ctx.workprec(_BITS), np.errstate(all="ignore"):
            _follow(system, np.array(points, dtype=float), period, multipliers, name, ledger)


def _follow(
    system: Declared, states: Array, period: float, multipliers: Sequence[complex], name: str, ledger: Ledger
) -> None:
    (x, M), (y, N) = (_carried(system, states, period / len(states), steps) for steps in (_STEPS, 2 * _STEPS))
    wholes = _product(M), _product(N)
    extent, off = float(np.ptp(states, axis=0).max()), float(np.abs(x - y).max())
    if not (off <= _RESOLVED * extent and np.isfinite(wholes).all()):
        return
    gap = float(np.abs(y - np.roll(states, -1, axis=0)).max())
    claim = f"{name}: the flow takes its states one to the next, followed in doubles"
    ledger.require(claim, gap <= _STATES * extent + _FACTOR * off, f"one is {gap:.2g} off")
    rough, found = map(np.linalg.eigvals, wholes)
    apart = max(float(np.abs(found - value).min()) for value in rough)
    largest = max(1.0, float(np.abs(found).max()))
    if apart <= _RESOLVED * largest:
        room = _MULTIPLIERS * largest + _FACTOR * apart
        near = all(float(np.abs(found - value).min()) <= room for value in multipliers)
        ledger.require(f"{name}: its multipliers, from the equations along it", near, "they are others")


def _carried(system: Declared, x: Array, time: float, steps: int) -> tuple[Array, Array]:
    """States (m, n) carried on for a time, and the derivatives (m, n, n) with respect to where they started."""
    h = time / steps
    M = np.broadcast_to(np.eye(x.shape[1]), (*x.shape, x.shape[1]))
    for _ in range(steps):
        if not np.isfinite(x).all():
            break
        rates = [_rates(system, x, M)]
        for share in (0.5, 0.5, 1.0):
            v, V = rates[-1]
            rates.append(_rates(system, x + share * h * v, M + share * h * V))
        weights = (h / 6, h / 3, h / 3, h / 6)
        x = x + sum((w * v for w, (v, _) in zip(weights, rates, strict=True)), np.zeros_like(x))
        M = M + sum((w * V for w, (_, V) in zip(weights, rates, strict=True)), np.zeros_like(M))
    return x, M


def _rates(system: Declared, x: Array, M: Array) -> tuple[Array, Array]:
    values, jacobians = [], []
    for state in x.tolist():
        v, rows = system.F.values_and_jacobian(box_around(state, 0.0))
        values.append([float(e.mid) for e in v])
        jacobians.append([[float(e.mid) for e in row] for row in rows])
    return np.array(values), np.array(jacobians) @ M


def _product(matrices: Array) -> Array:
    whole = np.eye(matrices.shape[1])
    for matrix in matrices:
        whole = matrix @ whole
    return whole
