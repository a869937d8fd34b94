"""Roots of G refined in ball arithmetic, and the inequality that proves them (see `certificates`)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from flint import arb, arb_mat, ctx

from dynbench.fixed_points.vicinity import Vicinity
from dynbench.symbolic.balls import ball_around, identity, sup_norm, upper

__all__ = ["Refined", "contraction_bound", "is_defined", "narrowest", "refine", "residual_jacobian_ball"]


class Refined(NamedTuple):
    """A root of G refined in ball arithmetic: exactly one fixed point lies within `radius` of `center`.

    `inverse` is the R and `contraction` the Z of the inequality that proves it.
    """

    center: list[arb]
    radius: arb
    contraction: arb
    inverse: arb_mat

    @property
    def ball(self) -> list[arb]:
        """A box that holds the fixed point in its interior, so that no kink of G at the point itself is missed."""
        return ball_around(self.center, self.radius.max(narrowest(self.center)))

    def distance(self, x: Sequence[arb]) -> arb:
        """How far the fixed point may be from a state (sup norm)."""
        gap = _norm([a - b for a, b in zip(x, self.center, strict=True)])
        return (gap + self.radius).upper()


def refine(system: Vicinity, x: Sequence[arb], *, steps: int = 12) -> Refined | None:
    """Newton's method from the midpoint of `x` at the working precision, then the proof; None where it fails."""
    current = [value.mid() for value in x]
    size = math.inf
    for _ in range(steps):
        inverse = _inverse(residual_jacobian_ball(system, current))
        if inverse is None:
            return None
        step = _apply(inverse, system.ball_residual(current))
        largest = upper(_norm(step))
        if not largest < math.inf:
            return None
        current = [(value - change).mid() for value, change in zip(current, step, strict=True)]
        if largest == 0 or (largest >= size / 2 and largest < 2.0 ** (-ctx.prec // 2)):
            break
        size = largest
    return _prove(system, current)


def residual_jacobian_ball(system: Vicinity, x: Sequence[arb]) -> arb_mat:
    """The Jacobian of G over a box given as balls."""
    jacobian = system.ball_jacobian(x)
    return jacobian - identity(system.dimension) if system.kind == "map" else jacobian


def contraction_bound(system: Vicinity, inverse: arb_mat, center: Sequence[arb], radius: arb) -> arb:
    """|I - R G'| over a ball; nan where G is not shown to be defined on all of it."""
    ball = ball_around(center, radius)
    if not is_defined(system, ball):
        return arb("nan")
    jacobian = residual_jacobian_ball(system, ball)
    return sup_norm(identity(system.dimension) - inverse * jacobian)


def is_defined(system: Vicinity, ball: Sequence[arb]) -> bool:
    """Whether G is shown to be defined and bounded on a ball, as the mean value theorem needs."""
    return all(component.is_finite() for component in system.ball_residual(ball))


def narrowest(center: Sequence[arb]) -> arb:
    """The smallest radius of a ball that still counts as a neighbourhood at the working precision."""
    return (_norm(center).max(arb(1)) * arb(2) ** -ctx.prec).upper()


def _prove(system: Vicinity, center: list[arb]) -> Refined | None:
    """The inequality of `certificates`, at the smallest radius for which it is easily shown."""
    inverse = _inverse(residual_jacobian_ball(system, center))
    if inverse is None:
        return None
    bound = _norm(_apply(inverse, system.ball_residual(center)))
    # A ball of radius 0 would show one side of a kink only.
    radius = (2 * bound).max(narrowest(center))
    for _ in range(8):
        contraction = contraction_bound(system, inverse, center, radius)
        if contraction < 1 and bound + contraction * radius <= radius:
            return Refined(center, (bound / (1 - contraction)).upper(), contraction, inverse)
        radius = 8 * radius
    return None


def _inverse(jacobian: arb_mat) -> arb_mat | None:
    """The midpoint of an inverse of the midpoint of `jacobian`; any matrix would do, a good one proves more."""
    if not all(entry.is_finite() for entry in jacobian.entries()):
        return None
    try:
        return jacobian.mid().inv().mid()
    except ZeroDivisionError:
        return None


def _apply(matrix: arb_mat, vector: Sequence[arb]) -> list[arb]:
    return (matrix * arb_mat(len(vector), 1, list(vector))).entries()


def _norm(vector: Sequence[arb]) -> arb:
    return sup_norm(arb_mat(len(vector), 1, list(vector)))
