"""Invariants as functions of batches of states, with their gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench._arrays import as_states
from dynbench.errors import InputError
from dynbench.symbolic.calculus import differentiate
from dynbench.symbolic.kernels import NumpyKernel
from dynbench.symbolic.matrices import MatrixKernel, normalise, vjp
from dynbench.symbolic.matrices.arithmetic import DOUBLES
from dynbench.systems import System
from dynbench.systems.declaration import realised

__all__ = ["InvariantFunction", "invariant_function"]

Array = NDArray[np.float64]
Function = Callable[[Array], Array]


class InvariantFunction:
    """A function of the state, evaluated in doubles with the values of the system's parameters.

    Parameters
    ----------
    system : System
        The system that it belongs to; every parameter that occurs has a value.
    expression : sympy expression
        A scalar in the states of ``system.expand()``, or a 1 x 1 matrix expression in the column of states.

    Notes
    -----
    What does not overflow itself is computed without overflow: log(cosh(800)) is 800 - log(2).
    """

    def __init__(self, system: System, expression: Any) -> None:
        self.expression = expression
        self._n = system.dimension
        self._value, self._make_gradient = (
            _of_matrices(system, expression)
            if isinstance(expression, MatrixExpr)
            else _of_components(system, expression)
        )

    def __call__(self, x: ArrayLike) -> Array:
        """The value at states `x` of shape (..., n); returns (...)."""
        return self._value(self._states(x))

    def gradient(self, x: ArrayLike) -> Array:
        """The gradient at states `x` of shape (..., n); returns (..., n)."""
        return self._gradient(self._states(x))

    @cached_property
    def _gradient(self) -> Function:
        return self._make_gradient()

    def _states(self, x: ArrayLike) -> Array:
        return as_states(x, self._n, name="x", finite=False)


def invariant_function(system: System, invariant: Any) -> InvariantFunction:
    """The function that an invariant is, for batches of states, in doubles.

    Parameters
    ----------
    system : System
        The system that `invariant` belongs to.
    invariant : Invariant or sympy expression
        A record of `conserved_quantities` or of `lyapunov_functions`, or a function of the state as such a record
        holds it.

    Returns
    -------
    InvariantFunction
        ``f(x)`` for states (..., n) gives (...); ``f.gradient(x)`` gives (..., n).

    Raises
    ------
    ModelError
        If a parameter that occurs has no value, or the expression has no numerical form.
    InputError
        If it is no function of the state.

    Examples
    --------
    >>> import dynbench as db
    >>> oscillator = db.ODE({"q": "p", "p": "-q"})
    >>> energy = invariant_function(oscillator, oscillator.invariants()[0])
    >>> energy([[3.0, 4.0], [0.0, 1.0]]), energy.gradient([3.0, 4.0])
    (array([25.,  1.]), array([6., 8.]))
    """
    return InvariantFunction(system, getattr(invariant, "expression", invariant))


def _of_components(system: System, expression: Any) -> tuple[Function, Callable[[], Function]]:
    if not isinstance(expression, sp.Expr):
        raise InputError(f"invariant is {expression!r:.60}; expected an Invariant or an expression in the states.")
    components = system.expand()
    states = tuple(realised(s) for s in components.states)
    used = expression.free_symbols
    values = _values(components, used)
    bound = expression.xreplace(values).xreplace(dict(zip(components.states, states, strict=True)))
    kernel = NumpyKernel((bound,), states, (1,))

    def gradient() -> Function:
        n = len(states)
        return NumpyKernel(tuple(differentiate(bound, s) for s in states), states, (n,))

    return lambda x: kernel(x)[..., 0][()], gradient


def _of_matrices(system: System, expression: MatrixExpr) -> tuple[Function, Callable[[], Function]]:
    form = system.matrix_form
    if form is None or expression.shape != (1, 1):
        raise InputError(
            f"invariant is the matrix expression {expression!s:.60}; expected one of shape 1 x 1, and a system in "
            "matrix form."
        )
    bound = normalise(expression.xreplace({**system.sizes, **_values(system, expression.free_symbols)}))
    kernel = MatrixKernel((bound,), (form.state,), form.values, DOUBLES)

    def value(x: Array) -> Array:
        return np.array(np.broadcast_to(kernel(x)[0][..., 0], x.shape[:-1]))[()]

    def gradient() -> Function:
        column = vjp(bound, form.state, sp.Identity(1))
        derivative = MatrixKernel((column,), (form.state,), form.values, DOUBLES)
        return lambda x: np.array(np.broadcast_to(derivative(x)[0], x.shape))

    return value, gradient


def _values(system: System, used: set[Any]) -> dict[Any, Any]:
    """Scalar parameter -> exact value, of those that occur."""
    chosen = [symbol for symbol in system.parameter_symbols if symbol in used and isinstance(symbol, sp.Symbol)]
    exact = system.exact_parameters if chosen else {}
    return {symbol: exact[symbol] for symbol in chosen}
