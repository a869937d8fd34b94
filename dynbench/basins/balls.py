"""Balls around the points of attracting cycles of piecewise-linear maps from which no orbit escapes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynbench.cycles import Cycle
from dynbench.piecewise import PiecewiseLinear

__all__ = ["BallTarget", "ball_target"]

Array = NDArray[np.float64]

#: Turns around a cycle after which it is given up as too slow.
_TURNS = 10_000
#: Room that is left for rounding.
_SAFETY = 0.5


@dataclass(frozen=True, eq=False)
class BallTarget:
    """An attracting cycle, with a radius at each point: orbits from within keep to the cycle's word and tend to it.

    Attributes
    ----------
    label : int
    cycle : Cycle
    centers : (k, n) array
    radii : (k,) array
    """

    label: int
    cycle: Cycle
    centers: Array
    radii: Array

    @property
    def name(self) -> str:
        """What it is."""
        return self.cycle.kind.value

    @property
    def states(self) -> Array:
        """The states of the cycle, of shape (k, n)."""
        return self.centers

    @property
    def size(self) -> float:
        """The largest coordinate."""
        return float(np.abs(self.centers).max())

    def reached(self, states: Array) -> NDArray[np.bool_]:
        """Whether states (K, n) are in one of the balls."""
        near = np.zeros(len(states), dtype=bool)
        for center, radius in zip(self.centers, self.radii, strict=True):
            near |= ((states - center) ** 2).sum(axis=-1) <= radius**2
        return near


def ball_target(form: PiecewiseLinear, label: int, cycle: Cycle) -> BallTarget | None:
    """The balls of a cycle; None where it touches a border or attracts too slowly.

    From a state at distance r of x_i the orbit is at most |M_m| r away after m steps, M_m the product of m Jacobians
    from x_i on, as long as it keeps to the regions of the cycle: that is, for all m, where r |M_m| is less than the
    distance of x_{i+m} from the nearest border. Once |M| of some turns is below 1/2 no later product is larger than
    those before.

    Parameters
    ----------
    form : PiecewiseLinear
        The map.
    label : int
        What its states are to be called.
    cycle : Cycle
        An attracting cycle.
    """
    points = np.asarray(cycle.points)
    size = len(points)
    region = form.region(form.pattern(points))
    slopes = np.linalg.norm(region.G, axis=-1)
    with np.errstate(divide="ignore"):
        room = np.where(slopes > 0, np.abs(form.margins(points)) / slopes, np.inf).min(axis=-1)
    radii = room.copy()
    for i in range(size):
        product, growth = np.eye(form.dimension), 1.0
        for step in range(1, _TURNS * size):
            product = region.J[(i + step - 1) % size] @ product
            growth = float(np.linalg.norm(product, 2))
            radii[i] = min(radii[i], room[(i + step) % size] / max(growth, 1e-300))
            if step % size == 0 and growth < 0.5:
                break
        else:
            return None
    return BallTarget(label, cycle, points, _SAFETY * radii) if (radii > 0).all() else None
