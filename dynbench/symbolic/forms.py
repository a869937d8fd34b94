"""What every form of a declaration offers: values, derivatives and enclosures of one vector function.

A system holds a form and asks it; whoever adds a new way to declare a system writes a new form. Arrays have the state
on the last axis and any batch before it.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from dynbench.symbolic.intervals import Interval

__all__ = ["Form"]

Array = NDArray[np.float64]


class Form(abc.ABC):
    """A vector function G of n real states."""

    @property
    @abc.abstractmethod
    def jacobian(self) -> Any:
        """First derivatives, as an expression."""

    @property
    @abc.abstractmethod
    def hessian(self) -> Any:
        """Second derivatives: an array of expressions, or a function of two vectors."""

    @property
    @abc.abstractmethod
    def column(self) -> Any:
        """The function itself, (n, 1)."""

    @property
    @abc.abstractmethod
    def trace(self) -> Any:
        """The trace of the Jacobian."""

    @property
    @abc.abstractmethod
    def speed(self) -> Any:
        """|G|^2 / 2, as an expression."""

    @property
    @abc.abstractmethod
    def gradient_expression(self) -> Any:
        """The gradient J^T G of `speed`, (n, 1)."""

    @property
    @abc.abstractmethod
    def switching(self) -> tuple[Any, ...]:
        """The functions on whose zeros the form may fail to be smooth."""

    @abc.abstractmethod
    def minus_identity(self) -> Form:
        """The function x -> G(x) - x."""

    @abc.abstractmethod
    def value(self, x: Array) -> Array:
        """Values at states (..., n)."""

    @abc.abstractmethod
    def derivative(self, x: Array) -> Array:
        """Jacobians, (..., n, n)."""

    @abc.abstractmethod
    def value_and_derivative(self, x: Array) -> tuple[Array, Array]:
        """Both, what they share computed once."""

    @abc.abstractmethod
    def second_derivatives(self, x: Array) -> Array:
        """Hessians, (..., n, n, n)."""

    @abc.abstractmethod
    def jvp(self, x: Array, v: Array) -> Array:
        """Jacobian times `v`, (..., n)."""

    @abc.abstractmethod
    def vjp(self, x: Array, w: Array) -> Array:
        """Transposed Jacobian times `w`, (..., n)."""

    @abc.abstractmethod
    def second_derivative(self, x: Array, u: Array, v: Array) -> Array:
        """The second derivative applied to `u` and `v`, (..., n)."""

    @abc.abstractmethod
    def gradient(self, x: Array) -> Array:
        """The gradient J^T G of |G|^2 / 2, (..., n)."""

    @abc.abstractmethod
    def gauss_newton(self, x: Array, v: Array) -> Array:
        """J^T J v, (..., n)."""

    @abc.abstractmethod
    def curvature(self, x: Array) -> Array:
        """The sum of G_k times the Hessian of G_k, (..., n, n)."""

    @abc.abstractmethod
    def enclose(self, box: Interval) -> Interval:
        """Values over boxes of shape (..., n), enclosed."""

    @abc.abstractmethod
    def enclose_derivative(self, box: Interval) -> Interval:
        """Jacobians over boxes of shape (..., n), enclosed: shape (..., n, n)."""

    @abc.abstractmethod
    def ball(self, x: Sequence[arb]) -> list[arb]:
        """The value over a box given as balls."""

    @abc.abstractmethod
    def ball_derivative(self, x: Sequence[arb]) -> arb_mat:
        """The Jacobian over a box given as balls."""

    @abc.abstractmethod
    def ball_switching(self, x: Sequence[arb]) -> list[arb]:
        """The switching functions over a box given as balls."""
