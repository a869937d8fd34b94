"""How far the corners of a polyline are from the manifold of a piecewise-linear map, by arithmetic of 1200 bits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from dynbench.manifolds.reach import Part
from dynbench.manifolds.seeds import Anchor, Seed
from dynbench.piecewise.rational import RationalForm, as_rationals

__all__ = ["errors"]

Array = NDArray[np.float64]

#: Corners that are measured, and the number of steps beyond which they are not.
_SAMPLE, _MOST_STEPS = 32, 400
#: Bits that are kept; the eigenvector is iterated until it has them.
_BITS = 1200
#: The place of a corner on the seed is known up to this part: its neighbours lie on the two sides of it.
_PLACE = fmpq(1, 2**42)


def errors(
    form: RationalForm,
    anchor: Anchor,
    seed: Seed,
    parts: Sequence[Sequence[Part]],
    which: Literal["stable", "unstable"],
) -> tuple[float, float | None]:
    """The transversal error and delta of exact polylines, each the largest of a sample of the corners.

    Unstable: the place u of a corner on the seed is known, so the manifold has a point F^m(x + u v) near it, with a
    tangent; the transversal error is the distance of the corner from the tangent (of the nearest of three neighbouring
    u, as a corner has two tangents). For delta the corner is carried back by the inverses of the regions' affine maps.
    Stable: the corner is carried forward m steps to the seed, what is off the eigenline there is taken off and carried
    back; that moves it onto the manifold.

    Parameters
    ----------
    form : RationalForm
        The declared map.
    anchor, seed : Anchor, Seed
    parts : sequence of sequences of Part
        What each branch is made of.
    which : "stable" or "unstable"

    Returns
    -------
    float, float or None
        delta is None where a region's matrix is singular.
    """
    exact = _Anchor(form, anchor, seed)
    measure = exact.unstable if which == "unstable" else exact.stable
    found = [measure(*corner) for corner in _sample(parts)]
    transversal = max((e for e, _ in found), default=0.0)
    deltas = [d for _, d in found]
    return transversal, None if any(d is None for d in deltas) else max(
        (d for d in deltas if d is not None), default=0.0
    )


def _sample(branches: Sequence[Sequence[Part]]) -> list[tuple[Array, float, int, int]]:
    """Corners spread over the branches: state, place on the seed, steps, side."""
    chosen = []
    each = max(2, _SAMPLE // max(1, len(branches)))
    for branch in branches:
        parts = [part for part in branch if 0 < part.steps <= _MOST_STEPS]
        counts = np.cumsum([0, *(part.line.shape[1] - 1 for part in parts)])
        if counts[-1] < 1:
            continue
        for number in np.unique(np.linspace(0, counts[-1] - 1, each).astype(int)):
            part = int(np.searchsorted(counts, number, side="right")) - 1
            line, steps, side = parts[part]
            corner = line[:, number - counts[part]]
            if np.isfinite(corner).all():
                chosen.append((corner[:-1], float(corner[-1]), steps, side))
    return chosen


class _Anchor:
    """The point, its eigenvector and the dual one in high precision."""

    def __init__(self, form: RationalForm, anchor: Anchor, seed: Seed) -> None:
        self.form = form
        n = form.dimension
        product, offset = _identity(n), fmpq_mat(n, 1)
        for pattern in anchor.patterns:
            region = form.region(pattern)
            product, offset = region.J * product, region.J * offset + region.c
        self.x = (_identity(n) - product).solve(offset)
        index = int(np.argmin(np.abs(anchor.values - _value(seed, anchor))))
        value = float(anchor.values[index].real)
        self.vector = _eigenvector(product, value, as_rationals(seed.vector))
        left = _eigenvector(product.transpose(), value, as_rationals(seed.vector))
        self.size = max(seed.extents)
        self.dual = left.transpose() * _reciprocal((left.transpose() * self.vector)[0, 0])

    def unstable(self, corner: Array, place: float, steps: int, side: int) -> tuple[float, float | None]:
        z, best, delta = as_rationals(corner), np.inf, None
        share = as_rationals([place * side])[0, 0]
        for shift in (fmpq(0), _PLACE, -_PLACE):
            point, tangent = self.x + self.vector * (share * (1 + shift)), self.vector
            start, product = point, _identity(self.form.dimension)
            for _ in range(steps):
                J = self.form.region(self.form.pattern(point)).J
                point, tangent, product = _rounded(self.form(point)), _scaled(J * tangent), J * product
            apart = z - point
            away = _norm(_across(apart, tangent))
            if away < best:
                best = away
                delta = self._delta(start, product, apart)
        return best, delta

    def _delta(self, start: fmpq_mat, product: fmpq_mat, apart: fmpq_mat) -> float | None:
        if product.det() == 0:
            return None
        seen = start + product.solve(apart) - self.x
        return _norm(seen - self.vector * (self.dual * seen)[0, 0]) / self.size

    def stable(self, corner: Array, place: float, steps: int, side: int) -> tuple[float, float | None]:
        point = as_rationals(corner)
        product = _identity(self.form.dimension)
        for _ in range(steps):
            product = self.form.region(self.form.pattern(point)).J * product
            point = _rounded(self.form(point))
        seen = point - self.x
        off = seen - self.vector * (self.dual * seen)[0, 0]
        if product.det() == 0:
            return np.inf, None
        moved, tangent = product.solve(off), product.solve(self.vector)
        return _norm(_across(moved, tangent)), _norm(off) / self.size


def _value(seed: Seed, anchor: Anchor) -> complex:
    """The multiplier whose eigenline the seed is on."""
    return min(
        (v for v in anchor.values), key=lambda v: min(abs(v - seed.factor), abs(1 / v - seed.factor) if v else 9e99)
    )


def _eigenvector(matrix: fmpq_mat, value: float, start: fmpq_mat) -> fmpq_mat:
    """Inverse iteration at the rounded eigenvalue: each step adds about the 50 bits that are right in it."""
    shifted = matrix - _identity(matrix.nrows()) * as_rationals([value])[0, 0]
    if shifted.det() == 0:  # the eigenvalue is rational, and exactly this
        shifted = shifted - _identity(matrix.nrows()) * fmpq(1, 2**200)
    inverse = shifted.inv()
    vector = start
    for _ in range(_BITS // 30):
        vector = _scaled(inverse * vector)
    norm = _norm(vector)
    scale = as_rationals([1 / norm])[0, 0]
    sign = (start.transpose() * vector)[0, 0]
    return vector * (scale if sign > 0 else -scale)


def _across(vector: fmpq_mat, tangent: fmpq_mat) -> fmpq_mat:
    """The part of a vector normal to a tangent."""
    t = tangent.transpose()
    return vector - tangent * ((t * vector)[0, 0] / (t * tangent)[0, 0])


def _identity(n: int) -> fmpq_mat:
    return fmpq_mat(n, n, [fmpq(int(i == j)) for i in range(n) for j in range(n)])


def _reciprocal(number: fmpq) -> fmpq:
    return 1 / number


def _norm(vector: fmpq_mat) -> float:
    total = sum((e * e for e in vector.entries()), fmpq(0))
    return _root(total)


def _root(number: fmpq) -> float:
    """The square root as a double; numbers out of a double's range are scaled first."""
    if number == 0:
        return 0.0
    p, q = int(number.p), int(number.q)
    shift = (p.bit_length() - q.bit_length()) // 2
    scaled = Fraction(p, q) / Fraction(4) ** shift
    return float(np.ldexp(float(scaled) ** 0.5, shift))


def _rounded(vector: fmpq_mat) -> fmpq_mat:
    """Entries with so many binary places."""
    scale = 1 << _BITS
    entries: list[Any] = [fmpq((int(e.p) * scale) // int(e.q), scale) for e in vector.entries()]
    return fmpq_mat(vector.nrows(), vector.ncols(), entries)


def _scaled(vector: fmpq_mat) -> fmpq_mat:
    """The direction, with entries of at most about 1, rounded."""
    most = max((abs(e) for e in vector.entries()), default=fmpq(0))
    if most == 0:
        return vector
    power = int(most.p).bit_length() - int(most.q).bit_length()
    factor = fmpq(1, 2**power) if power >= 0 else fmpq(2 ** (-power))
    return _rounded(vector * factor)
