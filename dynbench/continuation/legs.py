"""A part of a path between two neighbouring stations, on which places are found to full precision."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgWarning, lu_factor, lu_solve
from scipy.optimize import brentq

from dynbench.continuation.homotopy import Homotopy
from dynbench.fixed_points.large.curve import Station

__all__ = ["Eigenpair", "Leg", "nearest_eigenpair", "on_plane"]

Array = NDArray[np.float64]

#: Newton's method on a plane gets so many steps, until they are below the first, relative to max(1, |x|), or no longer
#: shrink and are below the second: close to another branch rounding is magnified.
_CORRECTIONS, _CLOSE, _ROUGH = 10, 1e-12, 1e-8
#: Values of a function below this count as 0.
_ZERO = 1e-12
#: A zero is looked for in so many steps, and a bracket narrower than this part of the leg is not divided.
_MOST, _NARROW = 60, 1e-13
#: Where two branches meet, places at such parts of the leg to both sides are looked at, as far as they are reached.
_ASIDE = (1e-2, 1e-3, 1e-4, 1e-5)
#: Iterations towards an eigenvector: factorisations, and solutions with each.
_FACTORISATIONS, _SOLUTIONS = 3, 2


class Eigenpair(NamedTuple):
    """An eigenvalue, its vector of length 1, and max |J v - value v|."""

    value: complex
    vector: NDArray[np.complex128]
    residual: float


class Leg:
    """The path between two neighbouring stations, by the distance along the tangent at the first.

    Its places are those where H(x, s) = 0 on the plane across that tangent.
    """

    def __init__(self, homotopy: Homotopy, first: Station, last: Station) -> None:
        self.homotopy, self.first, self.last = homotopy, first, last

    def zero(self, function: Callable[[Station], float], start: float, end: float) -> Station | None:
        """The place at which a function is 0, from its values at both ends, by the Illinois method.

        Where that cannot be reached, as two branches meet there, it is put between two places close by. None where
        the values at the ends have the same sign, or no place between them could be reached.
        """
        low, high, at_low, at_high = self.first, self.last, start, end
        for value, station in ((start, self.first), (end, self.last)):
            if abs(value) <= _ZERO:
                return station
        if not at_low * at_high < 0:
            return None
        narrow = max(_NARROW * self._distance(self.last), 2 * np.finfo(float).eps * float(np.linalg.norm(self.first.x)))
        for _ in range(_MOST):
            if abs(self._distance(high) - self._distance(low)) <= narrow:
                break
            where = self._weighted(low, high, at_low, at_high)
            here = self._at(where, low, high)
            if here is None:
                return self._between(function, where, low, high)
            value = function(here)
            if abs(value) <= _ZERO or abs(self._distance(high) - where) <= narrow:
                return here
            if value * at_high < 0:
                low, at_low = high, at_high
            else:
                at_low /= 2
            high, at_high = here, value
        return high

    def middle(self) -> Station | None:
        """The place halfway, if it is reached."""
        return self._at(self._distance(self.last) / 2, self.first, self.last)

    def around(self, here: Station) -> Iterator[tuple[Station, Station]]:
        """Places to both sides of one, closer and closer, as far as they are reached."""
        where = self._distance(here)
        for part in _ASIDE:
            aside = part * self._distance(self.last)
            if aside < where < self._distance(self.last) - aside:
                before, after = (self._at(where + shift, self.first, self.last) for shift in (-aside, aside))
                if before is not None and after is not None:
                    yield before, after

    def interpolated(self, s: float) -> Station:
        """The place at which the cubic through both stations, tangent there, passes a value of s between theirs."""
        where = brentq(lambda d: self._guess(d, self.first, self.last).a - s, 0.0, self._distance(self.last))
        return self._guess(float(where), self.first, self.last)

    def _between(
        self, function: Callable[[Station], float], where: float, low: Station, high: Station
    ) -> Station | None:
        """The zero near a place where the matrix is singular, by places to both sides of it, closer and closer."""
        found: Station | None = None
        for part in _ASIDE:
            aside = part * self._distance(self.last)
            before, after = (self._at(where + shift, low, high) for shift in (-aside, aside))
            if before is None or after is None:
                break
            at_low, at_high = function(before), function(after)
            if not at_low * at_high < 0:
                break
            low, high = before, after
            where = self._weighted(low, high, at_low, at_high)
            found = self._guess(where, low, high)
        return found

    def _weighted(self, low: Station, high: Station, at_low: float, at_high: float) -> float:
        """Where the straight line through two values is 0."""
        return (self._distance(low) * at_high - self._distance(high) * at_low) / (at_high - at_low)

    def _distance(self, here: Station) -> float:
        return float(self.first.dx @ (here.x - self.first.x) + self.first.da * (here.a - self.first.a))

    def _guess(self, where: float, low: Station, high: Station) -> Station:
        """The place at a distance on the cubic through two others, tangent there."""
        left, right = self._distance(low), self._distance(high)
        t, width = (where - left) / (right - left), right - left
        weights = ((1 + 2 * t) * (1 - t) ** 2, t * (1 - t) ** 2 * width, t * t * (3 - 2 * t), t * t * (t - 1) * width)
        places = (low, self._rate(low), high, self._rate(high))
        x = sum((w * p.x for w, p in zip(weights, places, strict=True)), np.zeros_like(low.x))
        s = sum(w * p.a for w, p in zip(weights, places, strict=True))
        return Station(x, float(s), low.dx, low.da, 0)

    def _rate(self, here: Station) -> Station:
        """(dx, ds) by distance, in the place of (x, s)."""
        along = float(self.first.dx @ here.dx) + self.first.da * here.da
        return Station(here.dx / along, here.da / along, here.dx, here.da, 0)

    def _at(self, where: float, low: Station, high: Station) -> Station | None:
        """The place at a distance between two others; None where Newton's method does not get there."""
        return on_plane(self.homotopy, self._guess(where, low, high), self.first, where)


def on_plane(homotopy: Homotopy, guess: Station, first: Station, where: float) -> Station | None:
    """The state with H(x, s) = 0 on the plane at a distance from a station across its tangent, by Newton's method.

    The matrix [[dH/dx, dH/ds], [dx, ds]] is regular at folds, but not where two branches meet.
    """
    x, s, n = guess.x, guess.a, len(guess.x)
    last, scale = np.inf, max(1.0, float(np.linalg.norm(first.x)))
    tangent = np.append(first.dx, first.da)
    for _ in range(_CORRECTIONS):
        matrix = np.empty((n + 1, n + 1))
        matrix[:n, :n], matrix[:n, n] = homotopy.residual_jacobian(x, s), homotopy.slope(x)
        matrix[n, :n], matrix[n, n] = first.dx, first.da
        if not np.isfinite(matrix).all():
            return None
        factors = _factors(matrix)
        off = float(first.dx @ (x - first.x)) + first.da * (s - first.a) - where
        step = _solve(factors, np.append(homotopy.residual(x, s), off))
        size = float(np.linalg.norm(step))
        if not size < last:
            break
        x, s, last = x - step[:n], s - float(step[n]), size
        tangent = _solve(factors, np.append(np.zeros(n), 1.0))
        if size <= _CLOSE * scale:
            break
    tangent /= np.linalg.norm(tangent)
    return Station(x, s, tangent[:n], float(tangent[n]), 0) if last <= _ROUGH * scale else None


def nearest_eigenpair(matrix: Array, guess: complex, vector: NDArray[np.complex128] | None = None) -> Eigenpair:
    """The eigenvalue to which inverse iteration leads from a guess, by Rayleigh quotients; real from a real guess."""
    real = complex(guess).imag == 0
    a = matrix if real else matrix.astype(complex)
    value: Any = complex(guess).real if real else complex(guess)
    if vector is None:  # a fixed start, so that the same point gets the same numbers
        v = np.random.default_rng(0).normal(size=len(a)).astype(a.dtype)
        v /= np.linalg.norm(v)
    else:
        v = np.real(vector).copy() if real else vector
    residual = np.inf
    for _ in range(_FACTORISATIONS):
        factors = _factors(a - value * np.eye(len(a)))
        for _ in range(_SOLUTIONS):
            w = _solve(factors, v)
            v = w / np.linalg.norm(w)
        moved = a @ v
        value = np.vdot(v, moved)
        residual = float(np.abs(moved - value * v).max())
        if residual <= 1e-14 * max(1.0, float(np.abs(moved).max())):
            break
    return Eigenpair(complex(value), np.asarray(v, dtype=complex), residual)


def _factors(matrix: NDArray[Any]) -> Any:
    """LU factors in double precision; pivots that are 0 are replaced by tiny ones, as inverse iteration wants it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)
        lu, pivots = lu_factor(matrix, check_finite=False)
    diagonal = np.diagonal(lu)
    tiny = np.finfo(float).eps * max(1.0, float(np.abs(diagonal).max()))
    lu[np.diag_indices(len(lu))] = np.where(diagonal == 0, tiny, diagonal)
    return lu, pivots


def _solve(factors: Any, right: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(lu_solve(factors, right, check_finite=False))
