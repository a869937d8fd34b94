"""Discrete gradients: steps that conserve known invariants, whatever functions they are."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.errors import InputError
from dynbench.flow.known import known_invariants
from dynbench.flow.steppers.equations import ImplicitEquations
from dynbench.flow.steppers.method import StepMethod, Stepper, components_where_small
from dynbench.invariants.evaluate import InvariantFunction, invariant_function
from dynbench.systems import System

__all__ = ["DiscreteGradient"]

Array = NDArray[np.float64]

_EPS = float(np.finfo(float).eps)
#: An expression is conserved if its rate |grad H . f| at the initial states is below this part of |grad H| |f|.
_CONSERVED = 1e-9
#: A gradient is independent of others if more than this part of it is at right angles to them.
_INDEPENDENT = 1e-3
#: Where a step changes H by less than this many times its rounding, the gradient at the middle is as good.
_RESOLVED = 1e6


class DiscreteGradient(StepMethod):
    """y = x + h S(x, y) grad H(x, y) with a skew S and a discrete gradient, so H(y) = H(x); symmetric, of order 2.

    The discrete gradient is Gonzalez's (1996): grad H((x + y)/2) plus the multiple of y - x that makes its product with
    y - x equal to H(y) - H(x). S is that of f itself: f = S grad H with S = (f g^T - g f^T)/|g|^2, g = grad H, so that
    nothing but H has to be known (McLachlan, Quispel & Robidoux 1999). Taken with f at the middle and the discrete
    gradient for g, the step is f less its part along that gradient. With several invariants the parts along all their
    discrete gradients are taken off, and each is conserved.

    Parameters
    ----------
    invariants : Invariant or sympy expression, or a sequence of them, optional
        What is to be conserved; by default the invariants in ``system.invariants()`` that hold at the system's
        parameter values, simplest first, as far as their gradients at the initial states are independent: an orbit on
        which one invariant is extremal among those with the values of others conserves it only as the others let it.
    """

    name, order = "discrete gradient", 2

    def __init__(self, invariants: Any = None) -> None:
        several = isinstance(invariants, Sequence) or invariants is None
        self.invariants = invariants if several else (invariants,)

    def bind(self, system: System, x: Array) -> Stepper:
        """A stepper that conserves the invariants.

        Raises
        ------
        InputError
            If none is known, or one that was given is not conserved or depends on others.
        """
        if self.invariants is None:
            known = (invariant_function(system, invariant) for invariant in known_invariants(system))
            functions = [function for function in known if _is_defined(function, x)]
            if not functions:
                raise InputError(
                    "method is 'discrete gradient', but no invariant of the system was found that is defined at the "
                    "initial state: give one, as DiscreteGradient(H)."
                )
        else:
            functions = [invariant_function(system, invariant) for invariant in self.invariants]
        for function in functions:
            _check_conserved(system, function, x)
        independent = _independent(functions, x)
        if self.invariants is not None and len(independent) < len(functions):
            raise InputError("The gradients of the invariants given are dependent at an initial state: give fewer.")
        functions = independent
        kind = _ConservesOne if len(functions) == 1 else _ConservesSeveral
        return kind(components_where_small(system), functions)


def _is_defined(function: InvariantFunction, x: Array) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.isfinite(function(x)).all())


def _check_conserved(system: System, function: InvariantFunction, x: Array) -> None:
    with np.errstate(all="ignore"):
        gradient, rate = function.gradient(x), system(x)
        change = np.abs((gradient * rate).sum(axis=-1))
        allowed = _CONSERVED * np.linalg.norm(gradient, axis=-1) * np.linalg.norm(rate, axis=-1)
    if not _is_defined(function, x):
        raise InputError(f"The invariant {function.expression!s:.60} is not defined at the initial state.")
    if (change > allowed).any():
        raise InputError(
            f"{function.expression!s:.60} is not conserved: at an initial state it changes at the rate "
            f"{change.max():.3g}."
        )


def _independent(functions: Sequence[InvariantFunction], x: Array) -> list[InvariantFunction]:
    """Those whose gradients are independent at each of the states; at a state of rest all are."""
    kept: list[InvariantFunction] = []
    basis: list[Array] = []
    for function in functions:
        gradient = function.gradient(x)
        rest = gradient
        for direction in basis:
            rest = rest - _dot(rest, direction)[..., None] * direction
        size, left = np.linalg.norm(gradient, axis=-1), np.linalg.norm(rest, axis=-1)
        if not kept or not ((left <= _INDEPENDENT * size) & (size > 0)).any():
            kept.append(function)
            basis.append(rest / np.where(left > 0, left, 1.0)[..., None])
    return kept


class _Conserving(Stepper):
    """v = P f((x + y)/2), y = x + h v, where P takes off the parts along the discrete gradients."""

    def __init__(self, rate: System, functions: Sequence[InvariantFunction]) -> None:
        self._rate = rate
        self._functions = functions
        self._equations = ImplicitEquations(rate, np.array([[0.5]]))
        self._before: tuple[float, Array, Array] | None = None

    def step(self, x: Array, h: float) -> Array:
        values = [function(x) for function in self._functions]

        def conserving(k: Array) -> Array:
            moved = h * k[..., 0, :]
            middle = x + 0.5 * moved
            gradients = [
                self._discrete(function, value, x + moved, middle, moved)
                for function, value in zip(self._functions, values, strict=True)
            ]
            return self._projected(self._rate(middle), gradients)[..., None, :]

        if self._before is not None and abs(h - self._before[0]) < 0.1 * abs(h):
            guess = 2 * self._before[1] - self._before[2]
        else:
            guess = self._rate(x)[..., None, :]
        k, residual = self._equations.solve(conserving, guess, x, h)
        self.residual = max(self.residual, residual)
        self._before = h, k, self._before[1] if self._before else k
        return x + h * k[..., 0, :]

    @staticmethod
    def _discrete(function: InvariantFunction, value: Array, end: Array, middle: Array, moved: Array) -> Array:
        """Gonzalez's discrete gradient between states that differ by `moved`, `value` being that at the first."""
        gradient = function.gradient(middle)
        after = function(end)
        squared = _dot(moved, moved)
        size = (_dot(gradient, gradient) * squared) ** 0.5
        resolved = size > _RESOLVED * _EPS * abs(after)
        missing = resolved * (after - value - _dot(gradient, moved)) / (squared + ~resolved)
        return gradient + missing[..., None] * moved

    @staticmethod
    @abc.abstractmethod
    def _projected(rate: Array, gradients: Sequence[Array]) -> Array:
        """A rate less its parts along gradients."""


def _dot(a: Array, b: Array) -> Any:
    """The products of vectors on the last axis."""
    return a.dot(b) if a.ndim == b.ndim == 1 else np.einsum("...i,...i->...", a, b)


class _ConservesOne(_Conserving):
    @staticmethod
    def _projected(rate: Array, gradients: Sequence[Array]) -> Array:
        (g,) = gradients
        squared = _dot(g, g)
        share = _dot(g, rate) / (squared + (squared == 0))
        return rate - share[..., None] * g


class _ConservesSeveral(_Conserving):
    @staticmethod
    def _projected(rate: Array, gradients: Sequence[Array]) -> Array:
        g = np.stack(gradients, axis=-2)
        norms = np.linalg.norm(g, axis=-1, keepdims=True)
        g = g / np.where(norms > 0, norms, 1.0)
        defined: NDArray[np.bool_] = np.asarray(np.isfinite(g).all(axis=(-1, -2), keepdims=True))
        g = np.where(defined, g, 0.0)
        # By the singular values: gradients may become parallel along the orbit.
        share = np.linalg.pinv(np.swapaxes(g, -1, -2), rcond=1e-10) @ rate[..., None]
        return np.where(defined[..., 0], rate - (np.swapaxes(g, -1, -2) @ share)[..., 0], np.nan)
