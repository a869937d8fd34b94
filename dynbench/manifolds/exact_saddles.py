"""Saddle cycles of piecewise-linear maps in exact arithmetic: points, unstable multiplier and its eigenvectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import arb, fmpq, fmpq_mat

from dynbench.piecewise.quadratic import Quadratic, square_root
from dynbench.piecewise.rational import RationalForm, RationalRegion, identity

__all__ = ["ExactSaddle", "NotProved", "apply", "dot", "shared_roots", "strictly"]

#: A vector: rational numbers, numbers of QQ(sqrt d), or balls.
Vector = list[Any]


class NotProved(Exception):
    """A proof failed; the message says at which condition."""


def apply(matrix: fmpq_mat, vector: Sequence[Any]) -> Vector:
    """A rational matrix times a vector of numbers of any of the three sorts."""
    return [dot(row, vector) for row in matrix.tolist()]


def dot(first: Sequence[Any], second: Sequence[Any]) -> Any:
    """The scalar product."""
    return sum((e * z for e, z in zip(first, second, strict=True)), fmpq(0))


def strictly(region: RationalRegion, pattern: Sequence[bool], state: Sequence[Any]) -> float:
    """The smallest margin of a state, rounded, where each proves strictly to have the sign that the pattern says.

    Raises
    ------
    NotProved
        If one does not, or might be zero.
    """
    least = float("inf")
    for row, constant, active in zip(region.G.tolist(), region.g.entries(), pattern, strict=True):
        margin = dot(row, state) + constant
        if not (margin > 0 if active else margin < 0):
            raise NotProved("a state of the orbit is not proved to lie strictly within the region that its word names")
        least = min(least, abs(float(margin)))
    return least


@dataclass(frozen=True, eq=False)
class ExactSaddle:
    """A cycle of a piecewise-linear map by its word, in rational numbers, with one unstable multiplier.

    Attributes
    ----------
    form : RationalForm
        The map.
    word : tuple of patterns
        Which units are active at its points x_0, x_1, ...
    """

    form: RationalForm
    word: tuple[tuple[bool, ...], ...]

    @cached_property
    def regions(self) -> list[RationalRegion]:
        """The affine functions at the points."""
        return [self.form.region(pattern) for pattern in self.word]

    @cached_property
    def turns(self) -> list[fmpq_mat]:
        """The derivatives of the first 0, 1, ..., k steps from x_0 on."""
        products = [identity(self._size)]
        for region in self.regions:
            products.append(region.J * products[-1])
        return products

    @cached_property
    def points(self) -> list[Vector]:
        """The points.

        Raises
        ------
        NotProved
            If there is no such cycle, it is not unique, or it meets a border.
        """
        shift = fmpq_mat(self._size, 1)
        for region in self.regions:
            shift = region.J * shift + region.c
        try:
            state = (self.turns[0] - self.turns[-1]).solve(shift)
        except ZeroDivisionError as error:
            raise NotProved("1 is a multiplier of the cycle") from error
        points = []
        for region, pattern in zip(self.regions, self.word, strict=True):
            points.append(state.entries())
            strictly(region, pattern, points[-1])
            if region.J.det() == 0:
                raise NotProved("the map has a singular Jacobian at the cycle")
            state = region.J * state + region.c
        return points

    @property
    def _size(self) -> int:
        return self.form.dimension

    @cached_property
    def discriminant(self) -> fmpq:
        """Of a map of the plane: what the multipliers are the roots of, squared distance of the two."""
        trace, det = sum((self.turns[-1][i, i] for i in range(self._size)), fmpq(0)), self.turns[-1].det()
        return trace * trace - 4 * det

    def multipliers(self, root: Any) -> tuple[Any, Any]:
        """Of a map of the plane: the unstable and the stable multiplier, given the root of the discriminant.

        Raises
        ------
        NotProved
            If the cycle is no saddle.
        """
        trace = self.turns[-1][0, 0] + self.turns[-1][1, 1]
        larger, smaller = (trace + root) / 2, (trace - root) / 2
        unstable, stable = (larger, smaller) if trace > 0 else (smaller, larger)
        if not (unstable * unstable > 1 and stable * stable < 1):
            raise NotProved("the cycle is not proved to be a saddle")
        return unstable, stable

    def enclosed_multiplier(self) -> arb:
        """The unstable multiplier as a ball, in any dimension, where exactly one is unstable.

        Raises
        ------
        NotProved
            If it cannot be shown that exactly one is unstable, and real.
        """
        found: Any = self.turns[-1].charpoly().complex_roots()
        roots = [root for root, times in found for _ in range(times)]
        unstable = [root for root in roots if abs(root) > 1]
        if len(unstable) != 1 or not all(abs(root) < 1 for root in roots if root is not unstable[0]):
            raise NotProved("the cycle is not proved to be a saddle with one unstable multiplier")
        return unstable[0].real

    def eigenvectors(self, multiplier: Any) -> tuple[Vector, Vector]:
        """A right and a left eigenvector, as column and row of the adjugate of lambda - A.

        With the coefficients c of the characteristic polynomial the adjugate is the sum over j of lambda^j B_j,
        B_{n-1} = I, B_{j-1} = A B_j + c_j I (Faddeev and LeVerrier): a matrix of rank one for a simple lambda.
        """
        matrix, coefficients = self.turns[-1], self.turns[-1].charpoly().coeffs()
        part = self.turns[0]
        parts = [part]
        for j in range(self._size - 1, 0, -1):
            part = matrix * part + self.turns[0] * coefficients[j]
            parts.append(part)
        places = [(i, j) for i in range(self._size) for j in range(self._size)]
        entries = dict.fromkeys(places, multiplier * 0)
        for part in parts:
            entries = {place: entry * multiplier + part[place] for place, entry in entries.items()}
        row, column = max(places, key=lambda place: abs(float(entries[place])))
        return [entries[i, column] for i in range(self._size)], [entries[row, j] for j in range(self._size)]


def shared_roots(first: fmpq, second: fmpq) -> tuple[Quadratic, Quadratic] | None:
    """The roots of two positive rational numbers in one quadratic field; None where they lie in two.

    Parameters
    ----------
    first, second : fmpq
        Two discriminants.

    Raises
    ------
    NotProved
        If one is not positive.
    """
    if first <= 0 or second <= 0:
        raise NotProved("the multipliers of a cycle are not real")
    one, other, ratio = square_root(first), square_root(second), square_root(second / first)
    if one.b == 0:
        return Quadratic(one.a, fmpq(0), second), other
    if other.b == 0:
        return one, Quadratic(other.a, fmpq(0), first)
    return (one, one * ratio.a) if ratio.b == 0 else None
