"""The component form of a vector function: one SymPy expression a state.

`ComponentForm` is what a declaration in scalars becomes. It derives the Jacobian and the Hessian once and
compiles what is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import sympy as sp
from flint import arb, arb_mat
from numpy.typing import NDArray

from dynbench.symbolic.calculus import hessian, jacobian, switching_functions
from dynbench.symbolic.forms import Form
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.kernels import BallKernel, IntervalKernel, NumpyKernel

__all__ = ["ComponentForm"]

Array = NDArray[np.float64]


class ComponentForm(Form):
    """A vector function of real states, given component by component.

    Parameters
    ----------
    states : sequence of sympy symbols
        The arguments, real symbols.
    expressions : sequence of sympy expressions
        The components; they may hold further symbols, which `substitute` replaces.
    """

    def __init__(self, states: Sequence[sp.Symbol], expressions: Sequence[sp.Expr]) -> None:
        self.states = tuple(states)
        self.expressions = tuple(expressions)

    def substitute(self, values: Mapping[sp.Symbol, sp.Expr]) -> ComponentForm:
        """The same function with numbers in the place of symbols."""
        return ComponentForm(self.states, [e.subs(values) for e in self.expressions])

    def minus_identity(self) -> ComponentForm:
        """The function x -> f(x) - x, whose zeros are the fixed points of the map f."""
        pairs = zip(self.expressions, self.states, strict=True)
        # Not expanded: expanding may cancel a singularity, and with it the domain of f.
        return ComponentForm(self.states, [e - s for e, s in pairs])

    @cached_property
    def jacobian(self) -> sp.ImmutableDenseMatrix:
        """First derivatives, (n, n)."""
        return jacobian(self.expressions, self.states)

    @property
    def column(self) -> sp.ImmutableDenseMatrix:
        """The components, (n, 1)."""
        return sp.ImmutableDenseMatrix(len(self.expressions), 1, self.expressions)

    @property
    def trace(self) -> sp.Expr:
        """The trace of the Jacobian."""
        return self.jacobian.trace()

    @property
    def speed(self) -> sp.Expr:
        """|G|^2 / 2."""
        return sum((g**2 for g in self.expressions), sp.S.Zero) / 2

    @property
    def gradient_expression(self) -> sp.ImmutableDenseMatrix:
        """The gradient J^T G of `speed`, (n, 1)."""
        return sp.ImmutableDenseMatrix(self.jacobian.T * self.column)

    @cached_property
    def hessian(self) -> sp.ImmutableDenseNDimArray:
        """Second derivatives, (n, n, n)."""
        return hessian(self.expressions, self.states)

    @cached_property
    def switching(self) -> tuple[sp.Expr, ...]:
        """The functions on whose zeros the form may fail to be smooth."""
        return switching_functions(self.expressions)

    def value(self, x: Array) -> Array:
        """Values at states (..., n)."""
        return self._value(x)

    def derivative(self, x: Array) -> Array:
        """Jacobians, (..., n, n)."""
        return self._derivative(x)

    def value_and_derivative(self, x: Array) -> tuple[Array, Array]:
        """Both, common subexpressions computed once."""
        both = self._value_and_derivative(x)
        return both[..., 0], both[..., 1:]

    def second_derivatives(self, x: Array) -> Array:
        """Hessians, (..., n, n, n)."""
        return self._second_derivatives(x)

    def jvp(self, x: Array, v: Array) -> Array:
        """Jacobian times `v`, (..., n)."""
        return np.einsum("...ij,...j->...i", self.derivative(x), v)

    def vjp(self, x: Array, w: Array) -> Array:
        """Transposed Jacobian times `w`, (..., n)."""
        return np.einsum("...ij,...i->...j", self.derivative(x), w)

    def second_derivative(self, x: Array, u: Array, v: Array) -> Array:
        """The second derivative applied to `u` and `v`, (..., n)."""
        return np.einsum("...ijk,...j,...k->...i", self.second_derivatives(x), u, v)

    def gradient(self, x: Array) -> Array:
        """The gradient J^T G of |G|^2 / 2, (..., n)."""
        value, derivative = self.value_and_derivative(x)
        return np.einsum("...ij,...i->...j", derivative, value)

    def gauss_newton(self, x: Array, v: Array) -> Array:
        """J^T J v, (..., n)."""
        derivative = self.derivative(x)
        return np.einsum("...ij,...ik,...k->...j", derivative, derivative, v)

    def curvature(self, x: Array) -> Array:
        """The sum of G_k times the Hessian of G_k, (..., n, n)."""
        return np.einsum("...k,...kij->...ij", self.value(x), self.second_derivatives(x))

    def enclose(self, box: Interval) -> Interval:
        """Values over boxes of shape (..., n), enclosed."""
        return self._interval_value(box)

    def enclose_derivative(self, box: Interval) -> Interval:
        """Jacobians over boxes of shape (..., n), enclosed: shape (..., n, n)."""
        return self._interval_derivative(box)

    def ball(self, x: Sequence[arb]) -> list[arb]:
        """The value over a box given as balls."""
        return self._ball_value(x)

    def ball_derivative(self, x: Sequence[arb]) -> arb_mat:
        """The Jacobian over a box given as balls."""
        return arb_mat(len(self.expressions), len(self.states), self._ball_derivative(x))

    def ball_switching(self, x: Sequence[arb]) -> list[arb]:
        """The switching functions over a box given as balls."""
        return self._ball_switching(x)

    @property
    def _flat_jacobian(self) -> tuple[sp.Expr, ...]:
        return tuple(self.jacobian.flat())

    @cached_property
    def _value(self) -> NumpyKernel:
        return NumpyKernel(self.expressions, self.states, (len(self.expressions),))

    @cached_property
    def _derivative(self) -> NumpyKernel:
        return NumpyKernel(self._flat_jacobian, self.states, self.jacobian.shape)

    @cached_property
    def _value_and_derivative(self) -> NumpyKernel:
        """Values and Jacobians, (n, n + 1), the value in column 0."""
        n = len(self.expressions)
        rows = [(self.expressions[i], *self._flat_jacobian[i * n : (i + 1) * n]) for i in range(n)]
        return NumpyKernel(tuple(e for row in rows for e in row), self.states, (n, n + 1))

    @cached_property
    def _second_derivatives(self) -> NumpyKernel:
        return NumpyKernel(tuple(sp.flatten(self.hessian)), self.states, self.hessian.shape)

    @cached_property
    def _interval_value(self) -> IntervalKernel:
        return IntervalKernel(self.expressions, self.states, (len(self.expressions),))

    @cached_property
    def _interval_derivative(self) -> IntervalKernel:
        return IntervalKernel(self._flat_jacobian, self.states, self.jacobian.shape)

    @cached_property
    def _ball_value(self) -> BallKernel:
        return BallKernel(self.expressions, self.states)

    @cached_property
    def _ball_derivative(self) -> BallKernel:
        return BallKernel(self._flat_jacobian, self.states)

    @cached_property
    def _ball_switching(self) -> BallKernel:
        return BallKernel(self.switching, self.states)
