"""Saddles of piecewise-linear maps with one unstable direction: fixed points and cycles alike, in doubles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench._arrays import brief, shown
from dynbench.cycles import Cycle
from dynbench.errors import InputError
from dynbench.fixed_points import FixedPoint
from dynbench.manifolds.seeds import Anchor, turn
from dynbench.piecewise import PiecewiseLinear

__all__ = ["Saddle", "read_saddle", "unit_vectors"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Turns around the cycle for which an orbit is seen to stay beside it, in the plane (where two are enough) and above.
_TURNS_PLANE, _TURNS = 2, 64
#: Two saddles nearer to one another than this, relative to their size, are one.
_ONE = 1e-12


@dataclass(frozen=True, eq=False)
class Saddle:
    """A saddle cycle of k points (k = 1: a fixed point) of a piecewise-linear map.

    Attributes
    ----------
    form : PiecewiseLinear
        The map.
    record : FixedPoint or Cycle
        What the user gave.
    points : (k, n) array
        The points.
    word : (k, H) bool array
        Their patterns.
    jacobians : (k, n, n) array
        The derivatives at the points.
    multiplier : float
        The unstable multiplier.
    right, left : (k, n) arrays
        At each point the unstable eigenvector of the derivative of one turn, and the left one, of unit length.
    """

    form: PiecewiseLinear
    record: FixedPoint | Cycle
    points: Array
    word: Mask
    jacobians: Array
    multiplier: float
    right: Array
    left: Array

    def is_at(self, other: Saddle) -> bool:
        """Whether the two are one, however they were given and wherever they begin."""
        near = _ONE * (1.0 + np.abs(self.points).max())
        return len(self.points) == len(other.points) and bool(
            (np.abs(self.points[0] - other.points).max(axis=1) <= near).any()
        )

    def heights(self, states: Array, phase: int) -> Array:
        """The unstable coordinate of states (..., n) seen from the point of a phase: zero on the stable eigenspace."""
        return np.asarray((states - self.points[phase]) @ self.left[phase])

    def stays(self, states: Array, phase: int) -> Mask:
        """Whether states (m, n), moved onto the stable eigenspace of a point, keep to the cycle's word ever after."""
        along, across = self.right[phase], self.left[phase]
        offset = states - self.points[phase]
        offset = offset - np.outer(offset @ across / (along @ across), along)
        staying = np.ones(len(states), dtype=bool)
        size = len(self.points)
        for step in range(size * (_TURNS_PLANE if states.shape[-1] == 2 else _TURNS)):
            i = (phase + step) % size
            staying &= (self.form.pattern(self.points[i] + offset) == self.word[i]).all(axis=-1)
            offset = offset @ self.jacobians[i].T
        return staying


def read_saddle(form: PiecewiseLinear, record: Any, name: str) -> Saddle:
    """The saddle that a fixed point or a cycle of the map is.

    Parameters
    ----------
    form : PiecewiseLinear
        The map.
    record : FixedPoint or Cycle
        What the user gave.
    name : str
        The argument, for messages.

    Raises
    ------
    InputError
        If it is neither, or no saddle with one unstable direction off the borders.
    """
    if not isinstance(record, FixedPoint | Cycle):
        raise InputError(f"{name} is {shown(record)}; expected a FixedPoint or a Cycle.")
    points = np.atleast_2d(record.x if isinstance(record, FixedPoint) else record.points)
    if points.shape[-1] != form.dimension:
        raise InputError(f"{name} has {points.shape[-1]} states, but the system has {form.dimension}.")
    anchor = Anchor.of(form, record, name)
    values, jacobians, unstable = anchor.values, anchor.matrices, anchor.chosen("unstable")
    if len(unstable) != 1 or abs(values[unstable[0]].imag) > 0 or record.stability[1]:
        raise InputError(
            f"{name} at {brief(points[0])} has {len(unstable)} unstable and {record.stability[1]} central directions; "
            "expected a saddle with one unstable direction and no central one."
        )
    multiplier = float(values[unstable[0]].real)
    right = [np.real(anchor.vectors[:, unstable[0]])]
    left = [_eigenvector(turn(jacobians).T, multiplier)]
    for i in range(len(points) - 1):
        right.append(jacobians[i] @ right[-1])
        left.append(_eigenvector(turn(np.roll(jacobians, -i - 1, axis=0)).T, multiplier))
    return Saddle(
        form, record, anchor.points, anchor.patterns, jacobians, multiplier, unit_vectors(right), unit_vectors(left)
    )


def _eigenvector(matrix: Array, value: float) -> Array:
    values, vectors = np.linalg.eig(matrix)
    return np.real(vectors[:, int(np.argmin(np.abs(values - value)))])


def unit_vectors(vectors: Array | list[Array]) -> Array:
    """Rows (k, n), each divided by its length."""
    rows = np.asarray(vectors)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
