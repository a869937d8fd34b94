"""How long branches are followed, and how steep a field is: what orbits of a batch may not differ in too much."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from dynbench.cycles import Cycle
from dynbench.systems import System
from dynbench.transitions.limits import Targets

__all__ = ["MOST_ITERATES", "longest", "steepness"]

Array = NDArray[np.float64]

#: Steps of a map after which an orbit is given up.
MOST_ITERATES = 10_000
#: Up to so many states Jacobians are formed to see how steep the field is; beyond, products with so many vectors.
_FORMED, _VECTORS = 64, 4


def longest(system: System, targets: Targets, sources: Collection[int]) -> float:
    """How long branches are followed where the user names no time: some multiples of the slowest time scale.

    Parameters
    ----------
    system : System
        The system.
    targets : Targets
        What may be their limits.
    sources : collection of int
        The points and cycles that they come from.
    """
    if system.kind == "map":
        return MOST_ITERATES
    points = [targets.points[i] for i in (*sources, *targets.balls) if i in targets.points]
    rates = [float(np.abs(p.eigenvalues.real).min()) for p in points]
    rates += [_rate(targets.cycles[i]) for i in sources if i in targets.cycles]
    return max(500.0, 200 / max(min(rates), 1e-3))


def _rate(cycle: Cycle) -> float:
    """The slowest rate at which orbits of a flow come to a cycle or go; its trivial multiplier is that nearest to 1."""
    rates = np.sort(np.abs(np.log(np.maximum(np.abs(cycle.multipliers), 1e-300))))
    return float(rates[1]) / cycle.period


def steepness(system: System, states: Array) -> Array:
    """|F'| (Frobenius) at states (K, n); of many states an estimate, as E |J v|^2 = |J|^2 for standard normal v.

    Parameters
    ----------
    system : System
        The system.
    states : (K, n) array
        States.
    """
    if not len(states) or system.dimension <= _FORMED:
        return np.linalg.norm(system.jacobian_at(states), axis=(-2, -1))
    vectors = np.random.default_rng(0).normal(size=(_VECTORS, system.dimension))
    squares = [np.sum(system.jvp(states, v) ** 2, axis=-1) for v in vectors]
    return np.asarray(np.sqrt(np.mean(squares, axis=0)), dtype=np.float64)
