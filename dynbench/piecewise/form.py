"""The canonical form of piecewise-linear systems: an affine part and a sum of rectified affine functions.

    F(z) = A z + W1 relu(y) + h1,    y = W2 z + V relu(y) + h2,

with V strictly lower triangular: nothing but zero in a network of one hidden layer, where y = W2 z + h2, and what
nested functions such as Max(x, Abs(y)) - 1 need. The entries of y are the margins, their signs the pattern of a state.
States of one pattern make up a region, a polyhedron on which F is affine; regions meet where a margin is zero.

References
----------
Z. Monfared, D. Durstewitz, Existence of n-cycles and border-collision bifurcations in piecewise-linear continuous maps
with applications to recurrent neural networks, Nonlinear Dynamics 101 (2020). M. di Bernardo et al., Piecewise-smooth
Dynamical Systems (Springer 2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import as_states, shown
from dynbench.errors import InputError
from dynbench.piecewise.rational import RationalForm, as_rationals

__all__ = ["PiecewiseLinear", "Region"]

Array = NDArray[np.float64]
Pattern = NDArray[np.bool_]


class Region(NamedTuple):
    """The affine functions of one pattern: F(z) = J z + c, with the margins y = G z + g.

    The region is where sign y agrees with the pattern: an inequality a unit. Of a batch of patterns the arrays have
    its shape in front.

    Attributes
    ----------
    J : (..., n, n) array
    c : (..., n) array
    G : (..., H, n) array
    g : (..., H) array
    """

    J: Array
    c: Array
    G: Array
    g: Array


@dataclass(frozen=True, eq=False)
class PiecewiseLinear:
    """A continuous piecewise-linear vector function of n states with H rectified units.

    Attributes
    ----------
    kind : "map" or "flow"
        Whether F is the next state or the rate.
    A : (n, n) array
    W1 : (n, H) array
    W2 : (H, n) array
    h1 : (n,) array
    h2 : (H,) array
    V : (H, H) array
        Strictly lower triangular; zero where no unit feeds another.
    exactly : callable
        Makes `exact`; called once, when it is asked for.
    """

    kind: Literal["map", "flow"]
    A: Array
    W1: Array
    W2: Array
    h1: Array
    h2: Array
    V: Array
    exactly: Callable[[], RationalForm | None]

    def __repr__(self) -> str:
        return f"PiecewiseLinear({self.kind} of {self.dimension} states, {self.units} units)"

    @property
    def dimension(self) -> int:
        """The number n of states."""
        return len(self.h1)

    @property
    def units(self) -> int:
        """The number H of rectified units; there are at most 2**H regions."""
        return len(self.h2)

    @cached_property
    def exact(self) -> RationalForm | None:
        """The same with rational entries, of which A, W1, ... are roundings; None where an entry is irrational."""
        return self.exactly()

    @cached_property
    def rational(self) -> RationalForm:
        """`exact`, or where an entry is irrational the doubles that the entries round to, as rational numbers."""
        if self.exact is not None:
            return self.exact
        parts = (as_rationals(part) for part in (self.A, self.W1, self.W2, self.h1, self.h2, self.V))
        return RationalForm(self.kind, *parts)

    @cached_property
    def levels(self) -> tuple[NDArray[np.intp], ...]:
        """The units by depth: those of one level depend on the state and on units of earlier levels only."""
        depth = np.zeros(self.units, dtype=int)
        for i in np.flatnonzero(self.V.any(axis=1)):
            depth[i] = 1 + depth[np.flatnonzero(self.V[i])].max()
        return tuple(np.flatnonzero(depth == level) for level in range(int(depth.max(initial=-1)) + 1))

    def margins(self, z: Array) -> Array:
        """y at states (..., n); returns (..., H)."""
        y = as_states(z, self.dimension, name="z", finite=False) @ self.W2.T + self.h2
        for level in self.levels[1:]:
            y[..., level] += np.maximum(y, 0.0) @ self.V[level].T
        return y

    def pattern(self, z: Array) -> Pattern:
        """Which margins are positive at states (..., n); returns (..., H). On a border it is one of the patterns."""
        return self.margins(z) > 0

    def __call__(self, z: Array) -> Array:
        """F at states (..., n)."""
        z = as_states(z, self.dimension, name="z", finite=False)
        return z @ self.A.T + np.maximum(self.margins(z), 0.0) @ self.W1.T + self.h1

    def region(self, pattern: Pattern) -> Region:
        """The affine functions of patterns (..., H).

        Raises
        ------
        InputError
            If they are no such patterns.
        """
        if not isinstance(pattern, np.ndarray) or pattern.dtype != np.bool_ or pattern.shape[-1:] != (self.units,):
            pattern = _patterns(pattern, self.units)
        G, g = np.broadcast_to(self.W2, (*pattern.shape, self.dimension)), np.broadcast_to(self.h2, pattern.shape)
        if len(self.levels) > 1:
            inverse = np.linalg.inv(np.eye(self.units) - self.V * pattern[..., None, :])
            G, g = inverse @ self.W2, inverse @ self.h2
        active = self.W1 * pattern[..., None, :]
        c = np.einsum("...nh,...h->...n", active, g) + self.h1
        return Region(self.A + active @ G, c, G, g)

    def fixed_state(self, pattern: Pattern) -> Array:
        """The fixed point of the affine function of patterns (..., H): real where its own pattern is this one.

        Returns (..., n); not finite where the linear system is singular.
        """
        region = self.region(pattern)
        matrix = -region.J if self.kind == "flow" else np.eye(self.dimension) - region.J
        singular = np.linalg.det(matrix) == 0
        matrix = np.where(singular[..., None, None], np.eye(self.dimension), matrix)
        solved = np.linalg.solve(matrix, region.c[..., None])[..., 0]
        return np.where(singular[..., None], np.nan, solved)


def _patterns(given: Any, units: int) -> Pattern:
    """Patterns given as something else than a boolean array, such as lists of zeros and ones."""
    try:
        array = np.asarray(given)
    except ValueError:  # rows of different lengths
        array = np.empty(0)
    if array.shape[-1:] != (units,) or not np.isin(array, (0, 1)).all():
        raise InputError(f"pattern is {shown(given)}; expected truth values for {units} units, shape (..., {units}).")
    return array.astype(bool)
