"""Ellipsoids that are proved to lie in the basin of an attracting cycle of a map.

The states of a k-cycle are fixed points of F^k, so what `dynbench.fixed_points.attraction` proves of a stable fixed
point holds of each of them with F^k for F: a neighbourhood whose states come back nearer to it, and so converge.
F^j of a box is enclosed by the mean value theorem, F^j(B) in F^j(c) + DF^j(B) (B - c), with DF^j(B) the product of the
Jacobians over the boxes on the way: where the map is affine it is as narrow as it can be. That there is a cycle is
proved by the same inequality of Krawczyk's that proves a fixed point, for F^k.

Assumption: python-flint's (Arb's) arithmetic is correct.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from flint import arb, arb_mat, ctx
from numpy.typing import NDArray

from dynbench._arrays import readonly
from dynbench.cycles.records import Cycle
from dynbench.fixed_points.attraction import AttractionBall, proved_ellipsoid
from dynbench.fixed_points.certificates import PRECISION
from dynbench.fixed_points.large import is_large
from dynbench.fixed_points.refinement import refine
from dynbench.flow.variational import propagate
from dynbench.symbolic.balls import identity, upper
from dynbench.systems import System

__all__ = ["CycleBalls", "cycle_balls"]

Array = NDArray[np.float64]

#: A cycle of doubles stands for a proved one within this distance, relative to max(1, |x|).
_TOLERANCE = 1e-6
#: No cycle of more states is tried: the proof takes as many Jacobians for each of them.
_LONGEST = 64


@dataclass(frozen=True, eq=False)
class CycleBalls:
    """Ellipsoids around the states of an attracting cycle: every orbit that enters one converges to the cycle.

    Attributes
    ----------
    balls : tuple of AttractionBall
        One for each state of the cycle, in its order; of F^k, so that within it an orbit comes back every k-th step.
    """

    balls: tuple[AttractionBall, ...]

    @property
    def level(self) -> float:
        """The least of their levels."""
        return min(ball.level for ball in self.balls)

    def holds(self, x: Array) -> NDArray[np.bool_]:
        """Whether states (..., n) lie in one of the ellipsoids, rounding on the safe side."""
        return np.any([ball.holds(x) for ball in self.balls], axis=0)


def cycle_balls(system: System, cycle: Cycle) -> CycleBalls | None:
    """Prove ellipsoids around the states of an attracting cycle of a map to lie in its basin.

    Parameters
    ----------
    system : System
        A map, with a value for every parameter.
    cycle : Cycle
        One of its cycles.

    Returns
    -------
    CycleBalls or None
        None for flows, for cycles that do not attract, where nothing could be proved of one of the states, for cycles
        of more than 64 states, and for matrix forms of more than 30.
    """
    if system.kind == "flow" or not cycle.kind.attracting or len(cycle.points) > _LONGEST or is_large(system):
        return None
    iterate = _Iterate(system, len(cycle.points))
    balls = []
    for state in cycle.points:
        gap = _proved_distance(iterate, state)
        ball = None if gap is None else proved_ellipsoid(iterate, state, gap)
        if ball is None:
            return None
        balls.append(ball)
    return CycleBalls(tuple(balls))


def _proved_distance(iterate: _Iterate, state: Array) -> float | None:
    """How far from a state a fixed point of F^k is proved to lie at most; None where none is proved nearby."""
    with ctx.workprec(PRECISION):
        exact = [arb(float(value)) for value in state]
        refined = refine(iterate, exact)
        if refined is None:
            return None
        gap = max(upper(abs(a - b)) for a, b in zip(exact, refined.ball, strict=True))
    return gap if gap <= _TOLERANCE * max(1.0, float(np.abs(state).max())) else None


class _Iterate:
    """F^k with its derivatives, in doubles and over boxes."""

    kind: ClassVar[str] = "map"

    def __init__(self, system: System, steps: int) -> None:
        self.system, self.steps = system, steps
        self.dimension = system.dimension

    def jacobian_at(self, x: Array) -> Array:
        return readonly(propagate(self.system, x, self.steps)[1])

    def ball_residual(self, x: Sequence[arb]) -> list[arb]:
        image, _ = self._over(x)
        return [a - b for a, b in zip(image, x, strict=True)]

    def ball_jacobian(self, x: Sequence[arb]) -> arb_mat:
        return self._over(x)[1]

    def _over(self, x: Sequence[arb]) -> tuple[list[arb], arb_mat]:
        """F^k and its Jacobian over a box."""
        center = [value.mid() for value in x]
        offset = arb_mat([[value - mid] for value, mid in zip(x, center, strict=True)])
        here, box = center, list(x)
        jacobian = identity(len(here))
        for _ in range(self.steps):
            jacobian = self.system.ball_jacobian(box) * jacobian
            here = [a + b for a, b in zip(self.system.ball_residual(here), here, strict=True)]
            box = [a + b for a, b in zip(here, (jacobian * offset).entries(), strict=True)]
        return box, jacobian
