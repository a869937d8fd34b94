"""The Jacobian of G at one state in doubles, and how far it is from the Jacobian anywhere in a ball around it.

Two ways to know that. `Diagonals` serves Jacobians of the form C + A diag(d(x)) B with constant C (diagonal), A and
B, as
networks of one layer have them: x' = -x + W phi(x) + b has d = phi'(x), A = W; x' = -x + phi(W x + b) has A = I, B = W.
There only the vector d varies, and its variation over a ball is bounded by the enclosures of d and of its symbolic
derivative. `Enclosed` serves every other system: it encloses the whole Jacobian over the ball.
"""

from __future__ import annotations

import abc
from collections.abc import Callable

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.fixed_points.large.rounding import gamma, raised, times
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.matrices import MatrixForm, MatrixKernel, differential
from dynbench.symbolic.matrices.enclosures import INTERVALS, broadcast
from dynbench.symbolic.matrices.nodes import Diag, add, mul, ones, split
from dynbench.systems import System

__all__ = ["Diagonals", "Enclosed", "Linearisation", "linearise", "sup_box"]

Array = NDArray[np.float64]
Bound = Callable[[float], Array]


class Linearisation(abc.ABC):
    """The Jacobian at `center`, `matrix` (n, n) in doubles, and bounds of its distance D(x) = |G'(x) - matrix|."""

    center: Array
    matrix: Array

    @abc.abstractmethod
    def spread(self, radius: float, weights: Array) -> Array:
        """A bound of D(x) `weights`, for weights >= 0, (n,) or (n, k), and every x within `radius` of the centre."""

    @abc.abstractmethod
    def along(self, rows: Array, product: Array) -> Bound:
        """For radius r a bound of the row sums of |rows (G'(x) - matrix)|, for every x within r of the centre.

        Parameters
        ----------
        rows : (k, n) array
            The matrix from the left.
        product : (k, n) array
            ``rows @ matrix`` as computed.
        """


def linearise(system: System, center: Array) -> Linearisation | None:
    """The linearisation of G at a state; None where the Jacobian is not finite there."""
    form = system.matrix_form
    structure = None if form is None else diagonal_structure(form)
    found = Enclosed(system, center) if structure is None else Diagonals(structure, center)
    return found if np.isfinite(found.matrix).all() else None


def sup_box(center: Array, radius: float) -> Interval:
    """The box of all states within `radius` of the centre, rounded outward."""
    return Interval(center) + Interval(-radius, radius)


# ---- any system


class Enclosed(Linearisation):
    """From the enclosure of the whole Jacobian over a box: n**2 intervals at each radius."""

    def __init__(self, system: System, center: Array) -> None:
        self._system = system
        self.center = center
        self.matrix = system.residual_jacobian(center)

    def _distance(self, radius: float) -> Array:
        jacobian = self._system.enclose_residual_jacobian(sup_box(self.center, radius))
        if not np.all(jacobian.defined):
            return np.full(self.matrix.shape, np.inf)
        return (jacobian - self.matrix).mag

    def spread(self, radius: float, weights: Array) -> Array:
        """See `Linearisation.spread`."""
        return times(self._distance(radius), weights)

    def along(self, rows: Array, product: Array) -> Bound:
        """See `Linearisation.along`."""
        sizes = np.abs(rows)
        return lambda radius: times(sizes, self.spread(radius, np.ones(len(self.center))))


# ---- Jacobians C + A diag(d(x)) B


class Structure:
    """A Jacobian C + A diag(d(x)) B, its constant parts enclosed once for all states.

    Attributes
    ----------
    diagonal, diagonal_error : (n,) arrays
        C and its rounding.
    left, right : (n, k), (k, n) arrays or None
        A and B in doubles, None for an identity; `left_error` and `right_error` enclose what they are off by (None
        for nothing).
    """

    def __init__(self, form: MatrixForm, constant: MatrixExpr, left: MatrixExpr, d: MatrixExpr, right: MatrixExpr):
        n = int(form.state.shape[0])
        values = form.values
        column = mul(constant, ones(form.state.shape))
        c = broadcast(MatrixKernel((column,), (), values, INTERVALS)()[0], (n,))
        self.diagonal, self.diagonal_error = c.mid, c.rad
        self.left, self.left_error = _constant(left, values)
        self.right, self.right_error = _constant(right, values)
        self.size_left = None if self.left is None else np.abs(self.left)
        self.size_right = None if self.right is None else np.abs(self.right)
        self._k = int(d.shape[0])
        change = differential(d, form.state, form.direction)
        self._value = MatrixKernel((d,), (form.state,), values, INTERVALS)
        self._change = MatrixKernel((change,), (form.state, form.direction), values, INTERVALS)

    def d(self, box: Interval) -> Interval:
        """The vector d over a box."""
        (value,) = self._value(box)
        return broadcast(value, (self._k,))

    def change(self, box: Interval, radius: float) -> Interval:
        """The derivative of d over a box, along all directions of sup norm up to `radius`."""
        (value,) = self._change(box, broadcast(Interval(-radius, radius), box.shape))
        return broadcast(value, (self._k,))


class Diagonals(Linearisation):
    """From the variation of the vector d over the ball: n intervals at each radius."""

    def __init__(self, structure: Structure, center: Array) -> None:
        self._parts = structure
        self.center = center
        at_center = structure.d(Interval(center))
        self._d, self._d_error = at_center.mid, at_center.rad
        if not np.all(at_center.defined) or not np.isfinite(self._d_error).all():
            self._d = np.full_like(self._d, np.nan)
        scaled = np.diag(self._d) if structure.left is None else structure.left * self._d
        if structure.left is None and structure.right is not None:
            scaled = self._d[:, None] * structure.right
        elif structure.right is not None:
            scaled = scaled @ structure.right
        self.matrix = scaled
        self.matrix[np.diag_indices(len(center))] += structure.diagonal

    def variation(self, radius: float) -> Array:
        """A bound of |d(x) - d| for every x within `radius`: d as the matrix was made with."""
        box = sup_box(self.center, radius)
        over = self._parts.d(box)
        direct = np.where(over.defined, (over - self._d).mag, np.inf)
        change = self._parts.change(box, radius)
        # The mean value theorem, which needs d differentiable on the whole box.
        through = np.where(change.defined, raised(change.mag + self._d_error, 2), np.inf)
        return np.minimum(direct, through)

    def spread(self, radius: float, weights: Array) -> Array:
        """See `Linearisation.spread`."""
        parts, (d, w) = self._parts, (self.variation(radius), weights)
        if w.ndim == 2:
            d = d[:, None]
        inner = w if parts.size_right is None else times(parts.size_right, w)
        column = raised((d + self._rounding(w.ndim)) * inner, 4)
        if parts.right_error is not None:
            column = raised(column + self._largest(d, w.ndim) * times(parts.right_error, w), 4)
        result = column if parts.size_left is None else times(parts.size_left, column)
        if parts.left_error is not None:
            second = inner if parts.right_error is None else raised(inner + times(parts.right_error, w), 2)
            result = raised(result + times(parts.left_error, raised(self._largest(d, w.ndim) * second, 3)), 2)
        return raised(result + self._on_diagonal(w.ndim) * w, 3)

    def along(self, rows: Array, product: Array) -> Bound:
        """See `Linearisation.along`."""
        parts, n = self._parts, len(self.center)
        one = np.ones(n)
        sizes = np.abs(rows)
        through = one if parts.size_right is None else times(parts.size_right, one)
        weights, slack = self._through_left(rows, sizes, product)
        # What does not grow with the radius: the rounding of the matrix, and of its constant parts.
        still = times(sizes, raised(self._constant_errors(one), 2))

        def bound(radius: float) -> Array:
            d = self.variation(radius)
            varied = raised(d * through, 2)
            if parts.right_error is not None:
                varied = raised(varied + d * times(parts.right_error, one), 3)
            moved = times(weights, varied) + slack(varied)
            if parts.left_error is not None:
                moved = moved + times(sizes, times(parts.left_error, varied))
            return raised(moved + still, 4)

        return bound

    def _through_left(self, rows: Array, sizes: Array, product: Array) -> tuple[Array, Callable[[Array], Array]]:
        """|rows A| as computed, and a bound of its rounding times a vector."""
        parts = self._parts
        if parts.left is None:
            return sizes, lambda v: np.zeros(len(rows))
        n = len(self.center)
        sizes_left = parts.size_left
        assert sizes_left is not None
        if parts.right is None and rows.shape[0] > 1 and np.all(np.abs(self._d) > _SMALLEST):
            # A diag(d) = matrix - C, so no further product of matrices is needed.
            spread = np.abs(product - rows * parts.diagonal) / np.abs(self._d)
            sums = raised(np.abs(self.matrix).sum(axis=1) + np.abs(parts.diagonal), n + 4)
            rounding = times(sizes, raised(2 * gamma(n + 8) * sums, 4))

            def slack(v: Array) -> Array:
                return raised(rounding * np.max(v / np.abs(self._d)), 4)

            return spread, slack
        spread = np.abs(rows @ parts.left)
        return spread, lambda v: times(sizes, raised(gamma(n + 4) * times(sizes_left, v), 4))

    def _constant_errors(self, w: Array) -> Array:
        """A bound of |C + A diag(d) B - matrix| w with d the doubles that the matrix was made with."""
        parts = self._parts
        size = np.abs(self._d)
        inner = w if parts.size_right is None else times(parts.size_right, w)
        column = raised(self._rounding(1) * inner, 4)
        off = None if parts.right_error is None else times(parts.right_error, w)
        if off is not None:
            column = raised(column + size * off, 4)
        result = column if parts.size_left is None else times(parts.size_left, column)
        if parts.left_error is not None:
            second = inner if off is None else raised(inner + off, 2)
            result = raised(result + times(parts.left_error, raised(size * second, 3)), 2)
        return raised(result + self._on_diagonal(1) * w, 3)

    def _rounding(self, dimensions: int) -> Array:
        """The relative rounding of A diag(d) B as computed, times |d|."""
        k = len(self._d) if self._parts.left is not None and self._parts.right is not None else 1
        error = gamma(k + 4) * np.abs(self._d)
        return error[:, None] if dimensions == 2 else error

    def _largest(self, variation: Array, dimensions: int) -> Array:
        size = np.abs(self._d)
        return raised((size[:, None] if dimensions == 2 else size) + variation, 2)

    def _on_diagonal(self, dimensions: int) -> Array:
        """What adding C to the diagonal, and C itself, are off by."""
        error = self._parts.diagonal_error + 2 * gamma(2) * (np.abs(np.diagonal(self.matrix)) + _FEW)
        return error[:, None] if dimensions == 2 else error


#: Below this in size an entry of d is not divided by.
_SMALLEST = 2.0**-200
_FEW = 2.0**-1000


def diagonal_structure(form: MatrixForm) -> Structure | None:
    """The Jacobian of a form as C + A diag(d(x)) B; None where it has no such form. Kept with the form."""
    return form.kept("diagonal structure", lambda: _structure(form))


def _structure(form: MatrixForm) -> Structure | None:
    jacobian = form.jacobian
    identity = sp.Identity(form.state.shape[0])
    terms = _terms(jacobian)
    constant: list[MatrixExpr] = []
    lefts: list[MatrixExpr] = []
    middle: tuple[MatrixExpr, MatrixExpr] | None = None
    for term in terms:
        coefficient, factors = split(term)
        varying = [i for i, f in enumerate(factors) if f.has(form.state)]
        if not varying:
            if len(factors) != 1 or not isinstance(factors[0], sp.Identity | Diag):
                return None
            constant.append(term)
            continue
        (i, *others) = varying
        if others or not isinstance(factors[i], Diag):
            return None
        k = sp.Identity(factors[i].shape[0])
        right = mul(k, *factors[i + 1 :])
        if middle is not None and middle != (factors[i].diagonal, right):
            return None
        middle = (factors[i].diagonal, right)
        lefts.append(mul(coefficient, *factors[:i], k))
    if middle is None:
        return None
    total = add(*constant) if constant else sp.ZeroMatrix(*identity.shape)
    return Structure(form, total, add(*lefts), *middle)


def _terms(e: MatrixExpr) -> list[MatrixExpr]:
    """The terms of a sum, coefficients of sums multiplied into them."""
    if isinstance(e, sp.MatAdd):
        return [term for part in e.args for term in _terms(part)]
    coefficient, factors = split(e)
    if len(factors) == 1 and isinstance(factors[0], sp.MatAdd):
        return [mul(coefficient, term) for term in _terms(factors[0])]
    return [e]


def _constant(e: MatrixExpr, values: dict) -> tuple[Array | None, Array | None]:
    """A constant matrix in doubles and a bound of its error; None for an identity, and for no error."""
    if isinstance(e, sp.Identity):
        return None, None
    (box,) = MatrixKernel((e,), (), values, INTERVALS)()
    box = broadcast(box if isinstance(box, Interval) else INTERVALS.functions["dense"](box), tuple(map(int, e.shape)))
    if np.array_equal(box.lo, box.hi):
        return box.lo, None
    return box.mid, box.rad
