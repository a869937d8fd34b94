"""Ellipsoids that are proved to lie in the basin of an attracting cycle of a map.

The states of a k-cycle are fixed points of F^k, so what `dynbench.fixed_points.attraction` proves of a stable fixed
point holds of each of them with F^k for F: a neighbourhood whose states come back nearer to it, and so converge.
F^j of a box is enclosed by the mean value theorem, F^j(B) in F^j(c) + DF^j(B) (B - c), with DF^j(B) the product of the
Jacobians over the boxes on the way: where the map is affine it is as narrow as it can be. That there is a cycle is
proved by the same inequality of Krawczyk's that proves a fixed point, for F^k at one of its states; the ball that holds
this state is mapped along to the others. Of a piecewise-linear map a box that keeps to one region has the Jacobian of
that region, which need not be evaluated again.

Assumption: python-flint's (Arb's) arithmetic is correct.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from flint import arb, arb_mat, ctx
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states, readonly
from dynbench.cycles.records import Cycle
from dynbench.fixed_points.attraction import AttractionBall, proved_ellipsoid
from dynbench.fixed_points.certificates import PRECISION
from dynbench.fixed_points.large import is_large
from dynbench.fixed_points.refinement import refine
from dynbench.flow.variational import propagate
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.rational import as_rationals
from dynbench.symbolic.balls import identity, upper
from dynbench.systems import System

__all__ = ["CycleBalls", "cycle_balls"]

Array = NDArray[np.float64]

#: A cycle of doubles stands for a proved one within this distance, relative to max(1, |x|).
_TOLERANCE = 1e-6
#: No cycle of more states is tried: the proof takes as many Jacobians for each of them.
_LONGEST = 64
#: Matrix forms of many states are tried where they are piecewise linear, up to so many components of all states.
_COMPONENTS = 128


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

    def holds(self, x: ArrayLike) -> NDArray[np.bool_]:
        """Whether states (..., n) lie in one of the ellipsoids, rounding on the safe side."""
        states = as_states(x, len(self.balls[0].center), name="x", finite=False)
        inside = np.zeros(states.shape[:-1], dtype=bool)
        for ball in self.balls:
            # Each ellipsoid lies in the box of its radius: few states are looked at more closely.
            near = (np.abs(states - ball.center) <= ball.radius).all(axis=-1) & ~inside
            inside[near] = ball.holds(states[near])
        return inside


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
        of more than 64 states, and for matrix forms of a dimension above 30, but for piecewise-linear ones where the
        dimension times the number of states is at most 128.
    """
    if system.kind == "flow" or not cycle.kind.attracting or len(cycle.points) > _LONGEST:
        return None
    if is_large(system) and (cycle.points.size > _COMPONENTS or piecewise_linear(system) is None):
        return None
    steps = [_step(system, state) for state in cycle.points]
    gaps = _proved_distances(steps, cycle.points)
    balls = []
    for i, (state, gap) in enumerate(zip(cycle.points, gaps, strict=False)):
        ball = proved_ellipsoid(_Iterate(steps[i:] + steps[:i], system.dimension), state, gap)
        if ball is None:
            return None
        balls.append(ball)
    return CycleBalls(tuple(balls)) if balls else None


def _proved_distances(steps: Sequence[_Step], states: Array) -> list[float]:
    """How far from each state that of a cycle is proved to lie at most; empty where none is proved nearby."""
    with ctx.workprec(PRECISION):
        exact = [[arb(float(value)) for value in state] for state in states]
        refined = refine(_Iterate(steps, states.shape[1]), exact[0])
        if refined is None:
            return []
        gaps, ball = [], refined.ball
        for state, step in zip(exact, steps, strict=True):
            gaps.append(max(upper(abs(a - b)) for a, b in zip(state, ball, strict=True)))
            ball = _Iterate([step], states.shape[1]).image(ball)
    near = _TOLERANCE * np.maximum(1.0, np.abs(states).max(axis=1))
    return gaps if (np.array(gaps) <= near).all() else []


def _step(system: System, state: Array) -> _Step:
    """F near a state; of a piecewise-linear map with rational entries with what it is in the region of the state."""
    form = piecewise_linear(system)
    if form is None or form.exact is None:
        return _Step(system, None)
    pattern = form.exact.pattern(as_rationals(state))
    region = form.exact.region(pattern)
    with ctx.workprec(PRECISION):
        J, c, G, g = (arb_mat(part) for part in (region.J, region.c, region.G, region.g))
    return _Step(system, _Affine(J, c, G, g, tuple(1 if active else -1 for active in pattern)))


class _Affine(NamedTuple):
    """z -> J z + c, as long as the margins G z + g have these signs or vanish."""

    J: arb_mat
    c: arb_mat
    G: arb_mat
    g: arb_mat
    signs: tuple[int, ...]

    def holds(self, box: list[arb]) -> bool:
        margins = (self.G * _column(box) + self.g).entries()
        return all(s * m >= 0 for s, m in zip(self.signs, margins, strict=True))


class _Step(NamedTuple):
    """One step of a map, and what it is near a state of a piecewise-linear one."""

    system: System
    near: _Affine | None

    def over(self, center: list[arb], box: list[arb]) -> tuple[list[arb], arb_mat]:
        """F at the centre of a box, and its Jacobian over the box."""
        if self.near is not None and self.near.holds(box):
            return (self.near.J * _column(center) + self.near.c).entries(), self.near.J
        image = [a + b for a, b in zip(self.system.ball_residual(center), center, strict=True)]
        return image, self.system.ball_jacobian(box)


class _Iterate:
    """F^k with its derivatives, in doubles and over boxes."""

    kind: ClassVar[str] = "map"

    def __init__(self, steps: Sequence[_Step], dimension: int) -> None:
        self.steps, self.dimension = steps, dimension
        self._last: tuple[Sequence[arb], list[arb], arb_mat] | None = None

    def jacobian_at(self, x: Array) -> Array:
        return readonly(propagate(self.steps[0].system, x, len(self.steps))[1])

    def image(self, x: Sequence[arb]) -> list[arb]:
        """F^k over a box."""
        return self._over(x)[0]

    def ball_residual(self, x: Sequence[arb]) -> list[arb]:
        return [a - b for a, b in zip(self._over(x)[0], x, strict=True)]

    def ball_jacobian(self, x: Sequence[arb]) -> arb_mat:
        return self._over(x)[1]

    def _over(self, x: Sequence[arb]) -> tuple[list[arb], arb_mat]:
        """F^k and its Jacobian over a box; of one box they are asked for one after the other."""
        if self._last is None or self._last[0] is not x:
            self._last = (x, *self._evaluated(x))
        return self._last[1:]

    def _evaluated(self, x: Sequence[arb]) -> tuple[list[arb], arb_mat]:
        center = [value.mid() for value in x]
        offset = _column([value - mid for value, mid in zip(x, center, strict=True)])
        here, box = center, list(x)
        jacobian = identity(len(here))
        for step in self.steps:
            here, slope = step.over(here, box)
            jacobian = slope * jacobian
            box = [a + b for a, b in zip(here, (jacobian * offset).entries(), strict=True)]
        return box, jacobian


def _column(entries: list[arb]) -> arb_mat:
    return arb_mat(len(entries), 1, entries)
