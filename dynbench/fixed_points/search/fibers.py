"""Directional fibers: curves that lead from one fixed point to others."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynbench._arrays import as_states
from dynbench.errors import InputError
from dynbench.fixed_points.large.curve import Curve, Station, follow_curve
from dynbench.fixed_points.large.newton import newton_from
from dynbench.fixed_points.search.base import Findings, Progress, SearchStrategy
from dynbench.fixed_points.search.network_states import random_states
from dynbench.fixed_points.symmetry import is_mirrored
from dynbench.systems import System

__all__ = ["DirectionalFibers"]

Array = NDArray[np.float64]

#: States closer than this, relative to max(1, |x|), are one.
_CLOSE = 1e-6
#: A state with a smaller |G|, relative to max(1, |x|), counts as a fixed point.
_FIXED = 1e-6


class DirectionalFibers(SearchStrategy):
    """Follow the curves on which G points along a fixed direction c, G(x) = a c, and note where a passes 0.

    By Sard's theorem the set G(x) = a c is made of curves for almost every c (G smooth, its zeros regular). Along each
    the index of fixed points alternates. In a leaky network of which the activation saturates, one curve comes from
    infinity and goes there, and its indices add up to +1; the others are closed, and theirs add up to 0. For a network
    whose constant input enters along c, a is that input with its sign changed, and the curve is the bifurcation diagram
    of the equilibria under it.

    Parameters
    ----------
    points : (K, n) array, optional
        Where fibers begin, followed both ways; by default `count` random states. A fiber through a state that is no
        fixed point takes the direction of G there.
    directions : (D, n) array, optional
        The directions c for fibers that begin at fixed points; by default one random direction for each.
    count : int
        How many random states.
    steps : int
        At most so many steps each way.
    reach : float
        A fiber is followed up to this sup norm.

    References
    ----------
    G. E. Katz, J. A. Reggia: Using directional fibers to locate fixed points of recurrent neural networks, IEEE Trans.
    Neural Netw. Learn. Syst. 29 (2018), 3636-3646.
    """

    def __init__(
        self,
        points: ArrayLike | None = None,
        directions: ArrayLike | None = None,
        *,
        count: int = 4,
        steps: int = 256,
        reach: float = 1e3,
    ) -> None:
        if steps < 1 or count < 1 or not reach > 0:
            raise InputError(f"count is {count}, steps {steps} and reach {reach}; all must be positive.")
        self.points, self.directions = points, directions
        self.count, self.steps, self.reach = count, steps, reach

    def __repr__(self) -> str:
        return f"DirectionalFibers(steps={self.steps})"

    def search(self, system: System, *, rng: np.random.Generator, progress: Progress | None = None) -> Findings:
        """One fiber after the other, both ways."""
        n = system.dimension
        points = random_states(system, self.count, rng) if self.points is None else self.points
        starts = as_states(points, n, name="points").reshape(-1, n)
        if self.directions is not None and not len(np.atleast_2d(self.directions)):
            raise InputError("directions is empty; give at least one direction.")
        given = None if self.directions is None else as_states(self.directions, n, name="directions").reshape(-1, n)
        fibers = _Fibers(system, self.steps, self.reach)
        barren = 0
        for k, x in enumerate(starts):
            before = len(fibers.found)
            for j, c in enumerate(_directions(system, x, given, rng)):
                fibers.both_ways(x, c / np.linalg.norm(c), j if given is not None else None)
            barren += len(fibers.found) == before
            if progress is not None:
                progress("following fibers", k + 1, len(starts))
        return Findings(
            candidates=np.array(fibers.found).reshape(-1, n),
            failed=barren,
            argument=f"fibers from {len(starts)} states were followed for {self.steps} steps; others may lead further",
        )


def _directions(system: System, x: Array, given: Array | None, rng: np.random.Generator) -> Array:
    """The directions of the fibers through a state."""
    rate = system.residual(x)
    if np.abs(rate).max() > _FIXED * max(1.0, float(np.abs(x).max())):
        return rate[None]
    return rng.normal(size=(1, len(x))) if given is None else given


class _Fibers:
    """Fibers of one system, and the fixed points met on them."""

    def __init__(self, system: System, steps: int, reach: float) -> None:
        self._system, self._steps, self._reach = system, steps, reach
        self._odd = is_mirrored(system)
        self._met: dict[int, list[Array]] = {}
        self.found: list[Array] = []

    def both_ways(self, x: Array, c: Array, name: int | None) -> None:
        """Follow the fiber of direction c through a state; what fibers of the same name met is not passed twice."""
        met = [] if name is None else self._met.setdefault(name, [])
        a = float(c @ self._system.residual(x))
        if abs(a) <= _FIXED * max(1.0, float(np.abs(x).max())):
            a = 0.0
            if not self._among(x, met):
                met.append(x)
        for rising in (True, False):
            self._follow(x, a, c, rising, met)

    def _follow(self, x: Array, a: float, c: Array, rising: bool, met: list[Array]) -> None:
        system = self._system
        curve = Curve(
            value=lambda y, b: system.residual(y) - b * c,
            jacobian=lambda y, b: system.residual_jacobian(y),
            slope=lambda y, b: -c,
        )
        before: Station | None = None
        with np.errstate(over="ignore", invalid="ignore"):
            for station in follow_curve(curve, x, a, rising=rising, steps=self._steps):
                if before is not None and before.a * station.a < 0:
                    point = self._between(before, station)
                    if point is not None:
                        if self._among(point, met):
                            return
                        met.append(point)
                        self.found.append(point)
                if np.abs(station.x).max() > self._reach:
                    return
                before = station

    def _between(self, before: Station, after: Station) -> Array | None:
        """The fixed point where a is 0 between two stations."""
        share = before.a / (before.a - after.a)
        middle = before.x + share * (after.x - before.x)
        (x,), (converged,) = newton_from(self._system, middle[None])
        # Newton's method may lead elsewhere from near a fold: what lies off the fiber says nothing about it.
        near = np.linalg.norm(x - middle) <= np.linalg.norm(after.x - before.x)
        return x if converged and near else None

    def _among(self, x: Array, known: list[Array]) -> bool:
        close = _CLOSE * max(1.0, float(np.abs(x).max()))
        return any(np.abs(x - y).max() <= close or (self._odd and np.abs(x + y).max() <= close) for y in known)
