"""Symmetries and reversing symmetries of equations given component by component, among the signed permutations.

Candidates come from `automorphisms`, with colours made of averages of the equations over the
corners of cubes, which every signed permutation permutes; they are necessary conditions, in floating point with a
tolerance far above rounding. A candidate counts once F(S x) = S F(x) is proved in the field of functions that the
equations span, for all parameters.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dynbench.invariants.algebra.differential_ring import DifferentialRing
from dynbench.invariants.records import Proof
from dynbench.invariants.symmetry.automorphisms import Colours, mixed
from dynbench.invariants.symmetry.signed_permutations import SignedPermutation
from dynbench.symbolic.kernels import NumpyKernel
from dynbench.systems import System

__all__ = ["ComponentStructure", "Components"]

Array = NDArray[np.float64]

#: Averages are over the corners of a cube of at most so many dimensions; else over points on two axes.
_LARGEST_CUBE = 8
#: The sizes of the cubes.
_SIZES = (0.6180339887, 1.3247179572)
_POINTS = 3
#: What counts as equal in the screening. Far above rounding: a symmetry must never be lost here, only proved later.
_TOLERANCE = 1e-6


class ComponentStructure:
    """How every component depends on every pair of a component and a state, for `automorphisms`.

    Parameters
    ----------
    labels : (2N, 2N) array of uint64
        Equal numbers for pairs of points that stand in the same relation.
    """

    def __init__(self, labels: NDArray[np.uint64]) -> None:
        self.size = self.visible = len(labels) // 2
        self.work = 2 * labels.size
        self.colours = np.diagonal(labels).copy()
        self._labels, self._columns = labels, np.ascontiguousarray(labels.T)

    def spread(self, colours: Colours) -> Colours:
        """Sums over the relations of each point, out of it and into it."""
        with np.errstate(over="ignore"):
            return np.asarray(self._labels @ colours + np.uint64(7) * mixed(self._columns @ colours))


class Components:
    """The equations of a system in components, and what signed permutations do to them.

    Parameters
    ----------
    system : System
        A system in components. Its parameters stay symbolic.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.ring = DifferentialRing(system.states, system.rhs)
        self.unproved = 0
        symbols = (*system.states, *system.parameter_symbols)
        roots = np.sqrt([sp.prime(k + 2) for k in range(_POINTS * len(symbols))]).reshape(_POINTS, -1)
        self._sample = 3 * (roots % 1) - 1.5
        self._rates = NumpyKernel(tuple(system.rhs), symbols, (system.dimension,))

    def structures(self) -> tuple[ComponentStructure, ComponentStructure]:
        """What symmetries keep, and what reversing symmetries take it to."""
        features = np.concatenate([list(self._features(sign)) for sign in (1, -1)], axis=1)
        labels = np.zeros(features.shape[1:], dtype=np.uint64)
        with np.errstate(over="ignore"):
            for k, feature in enumerate(features):
                labels += mixed(_clusters(feature) + np.uint64(1000003 * k))
        n = 2 * self.system.dimension
        return ComponentStructure(labels[:n]), ComponentStructure(labels[n:])

    def proves(self, s: SignedPermutation, reversing: bool) -> bool:
        """Whether F(S x) = S F(x), or -S F(x), is proved; counts what holds in floating point and is not."""
        if not self._fits(s, reversing):
            return False
        try:
            proved = all(
                self.ring.is_zero(self.ring.element(left - right)) for left, right in self._sides(s, reversing)
            )
        except KeyError:  # F(S x) holds a function that F does not
            proved = False
        self.unproved += not proved
        return proved

    def proof(self, s: SignedPermutation, reversing: bool) -> Proof:
        """The identities that were proved."""
        identities = tuple(sp.Eq(left, right, evaluate=False) for left, right in self._sides(s, reversing))
        sign = "-" if reversing else ""
        return Proof(identities, f"each holds in {self.ring}", f"So F(S x) = {sign}S F(x), component by component.")

    def _sides(self, s: SignedPermutation, reversing: bool) -> Iterator[tuple[sp.Expr, sp.Expr]]:
        """The components of F(S x) and of S F(x), or -S F(x)."""
        states, rhs = self.system.states, self.system.rhs
        move = dict(zip(states, s.of(states), strict=True))
        for rate, image in zip(rhs, s.of(tuple(rhs)), strict=True):
            yield rate.xreplace(move), -image if reversing else image

    def _fits(self, s: SignedPermutation, reversing: bool) -> bool:
        """Whether the identities hold in floating point at a few points, parameters included."""
        n = self.system.dimension
        moved = self._sample.copy()
        moved[:, :n] = s(self._sample[:, :n])
        with np.errstate(all="ignore"):
            there, expected = self._rates(moved), s(self._rates(self._sample)) * (-1 if reversing else 1)
            return not bool((np.abs(there - expected) > _TOLERANCE * (1 + np.abs(expected))).any())

    def _features(self, sign: int) -> Iterator[Array]:
        """Arrays (2N, 2N) of numbers that belong to the pairs of points, for the field sign * F."""
        n = self.system.dimension
        depends = [[j for j, x in enumerate(self.system.states) if f.has_free(x)] for f in self.system.rhs]
        corners = max(map(len, depends)) <= _LARGEST_CUBE
        kernels = [NumpyKernel((f,), self._symbols, (1,)) for f in self.system.rhs]
        for size in _SIZES:
            moments = np.zeros((3, 2 * n, 2 * n))
            for i, (kernel, variables) in enumerate(zip(kernels, depends, strict=True)):
                for j in (None, *sorted({i, *variables})):
                    points, signs = _cube(n, variables, i, j) if corners else _axes(n, i, j)
                    values = sign * self._values(kernel, size * points)
                    for a, b in itertools.product((1, -1), repeat=2):
                        # None stands for every state on which this component does not depend.
                        columns = slice(None) if j is None else j + n * (b < 0)
                        chosen = (signs[0] == a) & ((j is None) | (signs[1] == b))
                        found = np.array(_moments(a * values[chosen]))
                        moments[:, i + n * (a < 0), columns] = found[:, None] if j is None else found
            yield from moments

    @property
    def _symbols(self) -> tuple[sp.Symbol, ...]:
        return (*self.system.states, *self.system.parameter_symbols)

    def _values(self, kernel: NumpyKernel, states: Array) -> Array:
        parameters = self._sample[0, self.system.dimension :]
        with np.errstate(all="ignore"):
            return np.asarray(
                kernel(np.hstack([states, np.broadcast_to(parameters, (len(states), len(parameters)))]))[:, 0]
            )


def _cube(n: int, variables: Sequence[int], i: int, j: int | None) -> tuple[Array, tuple[Array, Array]]:
    """The corners of a cube in the states that count, state j twice as large; and the signs of states i and j there."""
    free = sorted({*variables, i})
    corners = np.array(list(itertools.product((1.0, -1.0), repeat=len(free))))
    points = np.ones((len(corners), n))
    points[:, free] = corners
    signs = points[:, i].copy(), points[:, i if j is None else j].copy()
    if j is not None:
        points[:, j] *= 2
    return points, signs


def _axes(n: int, i: int, j: int | None) -> tuple[Array, tuple[Array, Array]]:
    """The points with states i and j only, state j twice as large; and the signs of the two there."""
    pairs = list(itertools.product((1.0, -1.0), repeat=2))
    signs = np.array([(s, t) for s, t in pairs if s == t] if j is None or i == j else pairs)
    points = np.zeros((len(signs), n))
    points[:, i] = signs[:, 0]
    if j is not None:
        points[:, j] = 2 * signs[:, 1]
    return points, (signs[:, 0], signs[:, 1])


def _moments(values: Array) -> tuple[float, float, float]:
    """Mean, mean square, and the share of values that are defined."""
    defined = values[np.isfinite(values)]
    if not len(defined):
        return 0.0, 0.0, 0.0
    return float(defined.mean()), float((defined**2).mean()), len(defined) / len(values)


def _clusters(feature: Array) -> NDArray[np.uint64]:
    """Equal numbers for values that are equal but for rounding."""
    flat = np.where(np.isfinite(feature), feature, 1e300).ravel()
    order = np.argsort(flat)
    gaps = np.diff(flat[order]) > _TOLERANCE * (1 + np.abs(flat[order][1:]))
    numbers = np.empty(len(flat), dtype=np.uint64)
    numbers[order] = np.concatenate([[0], np.cumsum(gaps)])
    return numbers.reshape(feature.shape)
