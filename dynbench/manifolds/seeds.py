"""Saddles of piecewise-linear maps, and the segments on their eigenlines that belong to their manifolds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint, Kind
from dynbench.manifolds.belonging import check_belongs
from dynbench.piecewise import PiecewiseLinear

__all__ = ["Anchor", "Seed", "turn"]

Array = NDArray[np.float64]

#: A margin so small, relative to the terms that it is the sum of, cannot be told from zero.
_ON_BORDER = 1e-12
#: A multiplier so near the unit circle cannot be told from it.
_CENTRAL = 1e-10


def turn(matrices: Array) -> Array:
    """The product of matrices (k, n, n), the first of them on the right: the derivative of one turn."""
    product = np.eye(matrices.shape[-1])
    for matrix in matrices:
        product = matrix @ product
    return product


@dataclass(frozen=True, eq=False)
class Anchor:
    """A fixed point, or a cycle, off the borders, and its linearisation.

    Attributes
    ----------
    form : PiecewiseLinear
        The map.
    points : (k, n) array
        The points in the order in which the map visits them.
    patterns : (k, H) array of bool
        Their regions.
    matrices : (k, n, n) array
        The regions' matrices.
    values, vectors : (n,), (n, n) complex arrays
        Multipliers of the k-th iterate and eigenvectors (columns) at the first point.
    """

    form: PiecewiseLinear
    points: Array
    patterns: NDArray[np.bool_]
    matrices: Array
    values: NDArray[np.complex128]
    vectors: NDArray[np.complex128]

    @classmethod
    def of(cls, form: PiecewiseLinear, point: FixedPoint | Cycle, name: str = "point") -> Anchor:
        """The anchor of a fixed point or cycle; `name` is the argument, for messages.

        Raises
        ------
        InputError
            If it lies on a border, where the map has no derivative, or is not hyperbolic.
        """
        points = np.atleast_2d(point.x if isinstance(point, FixedPoint) else point.points)
        check_belongs(form, points, name)
        y = form.margins(points)
        size = np.abs(points) @ np.abs(form.W2).T + np.abs(form.h2)
        if (isinstance(point, FixedPoint) and point.kind is Kind.NONSMOOTH) or (np.abs(y) <= _ON_BORDER * size).any():
            raise InputError(
                f"{name} lies on a switching border, where the map has no derivative and so no eigenvectors; expected "
                "a point, or a cycle, off the borders."
            )
        patterns = y > 0
        matrices = form.region(patterns).J
        values, vectors = np.linalg.eig(turn(matrices))
        if (np.abs(np.abs(values) - 1) <= _CENTRAL).any():
            raise InputError(
                f"{name} has a multiplier on the unit circle, or within {_CENTRAL:g} of it; expected a hyperbolic one."
            )
        return cls(form, points, patterns, matrices, values.astype(complex), vectors.astype(complex))

    def chosen(self, which: Literal["stable", "unstable"]) -> NDArray[np.intp]:
        """The numbers of the stable, or unstable, multipliers."""
        modulus = np.abs(self.values)
        return np.flatnonzero(modulus < 1 if which == "stable" else modulus > 1)

    def eigenspace(self, which: Literal["stable", "unstable"]) -> Array:
        """An orthonormal basis (n, d) of the directions at the first point that the k-th iterate contracts, or expands.

        By an ordered Schur form, right also where multipliers are repeated.
        """

        def wanted(re: float, im: float) -> bool:
            return bool((np.hypot(re, im) > 1) == (which == "unstable"))

        _, vectors, size = scipy.linalg.schur(turn(self.matrices), output="real", sort=wanted)
        assert size == len(self.chosen(which))
        return np.asarray(vectors[:, :size])

    def extents(self, vector: Array) -> tuple[float, float]:
        """How far one can go from the first point along the vector, and against it, before an orbit leaves the word.

        All states that near stay in the regions of the k points for k - 1 steps; the k-th iterate is affine on them.
        """
        reach, direction = [np.inf, np.inf], vector
        for x, matrix, pattern in zip(self.points, self.matrices, self.patterns, strict=True):
            region = self.form.region(pattern)
            y, rate = region.G @ x + region.g, region.G @ direction
            for side, sign in enumerate((1, -1)):
                towards = y * sign * rate < 0
                distance = np.abs(y[towards] / rate[towards]).min(initial=np.inf)
                reach[side] = min(reach[side], float(distance))
            direction = matrix @ direction
        return reach[0], reach[1]


@dataclass(frozen=True, eq=False)
class Seed:
    """Two segments from a point along its eigenline, parts of its manifold on which the k-th iterate is affine.

    Attributes
    ----------
    x : (n,) array
        The point.
    vector : (n,) array
        The unit eigenvector, its largest component positive.
    value : float
        The multiplier of the k-th iterate.
    factor : float
        The multiplier (unstable), its reciprocal (stable): the seed grows by it.
    extents : (float, float)
        The lengths along the vector and against it.
    """

    x: Array
    vector: Array
    value: float
    factor: float
    extents: tuple[float, float]

    @classmethod
    def of(cls, anchor: Anchor, which: Literal["stable", "unstable"], cap: float) -> Seed:
        """The longest such seed, no longer than `cap`; of a manifold of dimension 1.

        The segment S has to be part of its own image under the k-th iterate L (unstable), or to hold that (stable).
        With a negative multiplier L exchanges the two sides, so that each is limited by the region on both sides of
        the point: to take the eigenline as far as the region goes would be wrong.

        Raises
        ------
        InputError
            If the stable multiplier is zero: the states that arrive at the point in one step make up no curve that the
            inverse continues.
        """
        index = anchor.chosen(which)[0]
        value = float(anchor.values[index].real)
        if value == 0:
            raise InputError(
                "the stable multiplier of the point is 0; expected one that the inverse map can divide by."
            )
        vector = anchor.vectors[:, index].real
        vector = vector / np.linalg.norm(vector)
        vector = vector * np.sign(vector[np.argmax(np.abs(vector) >= (1 - 1e-6) * np.abs(vector).max())])
        factor = value if which == "unstable" else 1 / value
        one, other = (min(extent, cap) for extent in anchor.extents(vector))
        if value < 0:
            one, other = min(one, abs(factor) * other), min(other, abs(factor) * one)
        return cls(anchor.points[0], vector, value, factor, (one, other))
