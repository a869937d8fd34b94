"""The component form of a vector function: one SymPy expression a state.

`ComponentForm` is what a declaration in scalars becomes. It derives the Jacobian and the Hessian once and
compiles what is asked for. A second form (matrix expressions) needs the same few methods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import sympy as sp
from flint import arb, arb_mat

from dynbench.symbolic.calculus import hessian, jacobian, switching_functions
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.kernels import BallKernel, IntervalKernel, NumpyKernel

__all__ = ["ComponentForm"]


class ComponentForm:
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

    @cached_property
    def hessian(self) -> sp.ImmutableDenseNDimArray:
        """Second derivatives, (n, n, n)."""
        return hessian(self.expressions, self.states)

    @cached_property
    def switching(self) -> tuple[sp.Expr, ...]:
        """The functions on whose zeros the form may fail to be smooth."""
        return switching_functions(self.expressions)

    @cached_property
    def value(self) -> NumpyKernel:
        """Values in doubles."""
        return NumpyKernel(self.expressions, self.states, (len(self.expressions),))

    @cached_property
    def derivative(self) -> NumpyKernel:
        """Jacobians in doubles."""
        return NumpyKernel(self._flat_jacobian, self.states, self.jacobian.shape)

    @cached_property
    def value_and_derivative(self) -> NumpyKernel:
        """Values and Jacobians in doubles, common subexpressions shared: (n, n + 1), the value in column 0."""
        n = len(self.expressions)
        rows = [(self.expressions[i], *self._flat_jacobian[i * n : (i + 1) * n]) for i in range(n)]
        return NumpyKernel(tuple(e for row in rows for e in row), self.states, (n, n + 1))

    @cached_property
    def second_derivatives(self) -> NumpyKernel:
        """Hessians in doubles."""
        return NumpyKernel(tuple(sp.flatten(self.hessian)), self.states, self.hessian.shape)

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
