"""The matrix form of a vector function: one matrix expression in a column of states, never expanded into scalars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import arb, arb_mat
from numpy.typing import NDArray
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.calculus import switching_functions
from dynbench.symbolic.components import ComponentForm
from dynbench.symbolic.forms import Form
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.matrices.arithmetic import DOUBLES, Arithmetic
from dynbench.symbolic.matrices.derivatives import differential, vjp
from dynbench.symbolic.matrices.enclosures import INTERVALS, broadcast
from dynbench.symbolic.matrices.entries import BALLS, SYMBOLS, balls
from dynbench.symbolic.matrices.jacobians import jacobian_matrix
from dynbench.symbolic.matrices.kernels import MatrixKernel
from dynbench.symbolic.matrices.nodes import Elementwise, add, elementwise, mul, transpose
from dynbench.symbolic.matrices.normal import normalise

__all__ = ["MatrixForm"]

Array = NDArray[np.float64]

#: Dense Jacobians are formed up to this many states (5000 states take 0.2 GB a point, 10,000 would take 0.8 GB).
_LARGEST_JACOBIAN = 5000
#: Full arrays of second derivatives are given up to this many states (200 states take 64 MB a point).
_LARGEST_HESSIAN = 200


class MatrixForm(Form):
    """A vector function of a column of states, given as a matrix expression.

    Parameters
    ----------
    state : MatrixSymbol
        The column of states.
    expression : MatrixExpr
        The function, in the node types of `normalise`.
    values : mapping, optional
        Matrix parameter -> its value; numbers and enclosures need all of them, and dimensions that are integers.
    """

    def __init__(
        self, state: sp.MatrixSymbol, expression: MatrixExpr, values: Mapping[sp.MatrixSymbol, Any] | None = None
    ) -> None:
        self.state = state
        self.expression = expression
        self.values = dict(values or {})
        self._kernels: dict[tuple[str, Arithmetic], MatrixKernel] = {}
        self._kept: dict[str, Any] = {}

    def bind(self, symbols: Mapping[sp.Symbol, sp.Expr], values: Mapping[sp.MatrixSymbol, Any]) -> MatrixForm:
        """The same function with numbers for scalars and dimensions, and arrays for matrices."""
        replaced = {m: m.xreplace(symbols) for m in (self.state, *values)}
        state = replaced[self.state]
        bound = {replaced[m]: value for m, value in values.items()}
        return MatrixForm(state, normalise(self.expression.xreplace(symbols)), bound)

    def minus_identity(self) -> MatrixForm:
        """The function x -> f(x) - x, whose zeros are the fixed points of the map f."""
        return MatrixForm(self.state, add(self.expression, mul(-1, self.state)), self.values)

    def components(self, states: Sequence[sp.Symbol]) -> ComponentForm:
        """The same function component by component, in the given symbols; a double is the rational that it is."""
        kernel = MatrixKernel((self.expression,), (self.state,), self.values, SYMBOLS)
        column = np.empty(len(states), dtype=object)
        column[:] = list(states)
        (entries,) = kernel(column)
        return ComponentForm(states, [sp.sympify(e) for e in np.broadcast_to(entries, column.shape)])

    # ---- symbolically

    @property
    def column(self) -> MatrixExpr:
        """The function itself, a matrix expression."""
        return self.expression

    @property
    def speed(self) -> MatrixExpr:
        """|G|^2 / 2, a 1 x 1 matrix."""
        return mul(sp.Rational(1, 2), transpose(self.expression), self.expression)

    @cached_property
    def jacobian(self) -> MatrixExpr:
        """First derivatives, a matrix expression."""
        return jacobian_matrix(self.expression, self.state)

    @cached_property
    def hessian(self) -> sp.Lambda:
        """The second derivative as a function of two vectors: its contraction with them."""
        return sp.Lambda((self._u, self._v), self._second)

    @property
    def trace(self) -> sp.Expr:
        """The trace of the Jacobian."""
        return sp.Trace(self.jacobian)

    @cached_property
    def gradient_expression(self) -> MatrixExpr:
        """The gradient J^T G of |G|^2 / 2, a matrix expression."""
        return self._weighted(self.expression)

    @cached_property
    def switching(self) -> tuple[MatrixExpr, ...]:
        """Columns on the zeros of whose entries the form may fail to be smooth."""
        parts = sorted(self.expression.atoms(Elementwise), key=sp.default_sort_key)
        found = [elementwise(g, e.argument) for e in parts for g in switching_functions([e.body])]
        return tuple(dict.fromkeys(found))

    # ---- in doubles

    def value(self, x: Array) -> Array:
        """Values at states (..., n)."""
        return self._one("value", x)

    def derivative(self, x: Array) -> Array:
        """Jacobians, (..., n, n): dense, so for up to 5000 states."""
        _check_dense(x.shape[-1])
        return self._one("derivative", x)

    def value_and_derivative(self, x: Array) -> tuple[Array, Array]:
        """Both, common subexpressions computed once."""
        _check_dense(x.shape[-1])
        value, derivative = self._evaluate("value and derivative", x)
        return value, derivative

    def jvp(self, x: Array, v: Array) -> Array:
        """Jacobian times `v`, (..., n), without the Jacobian."""
        return self._one("jvp", x, v)

    def vjp(self, x: Array, w: Array) -> Array:
        """Transposed Jacobian times `w`, (..., n), without the Jacobian."""
        return self._one("vjp", x, w)

    def second_derivative(self, x: Array, u: Array, v: Array) -> Array:
        """The second derivative applied to `u` and `v`, (..., n)."""
        return self._one("second derivative", x, u, v)

    def gradient(self, x: Array) -> Array:
        """The gradient J^T G of |G|^2 / 2, (..., n)."""
        return self._one("gradient", x)

    def gauss_newton(self, x: Array, v: Array) -> Array:
        """J^T J v, (..., n), without the Jacobian."""
        return self._one("gauss-newton", x, v)

    def curvature(self, x: Array) -> Array:
        """The sum of G_k times the Hessian of G_k, (..., n, n)."""
        _check_dense(x.shape[-1])
        if self._has_curvature:
            return self._one("curvature", x, self.value(x))
        unit = np.eye(x.shape[-1])
        return self._one("curvature along", x[..., None, :], self.value(x)[..., None, :], unit)

    def second_derivatives(self, x: Array) -> Array:
        """Hessians, (..., n, n, n), by the contraction with unit vectors."""
        n = x.shape[-1]
        if n > _LARGEST_HESSIAN:
            raise InputError(
                f"The Hessian of {n} states has {n}^3 entries; it is formed up to {_LARGEST_HESSIAN}: use "
                "second_derivative(x, u, v)."
            )
        unit = np.eye(n)
        return np.stack([self.second_derivative(x[..., None, :], e, unit) for e in unit], axis=-1).swapaxes(-2, -3)

    # ---- enclosed

    def enclose(self, box: Interval) -> Interval:
        """Values over boxes of shape (..., n), enclosed."""
        return self._enclosed("value", box)

    def enclose_derivative(self, box: Interval) -> Interval:
        """Jacobians over boxes of shape (..., n), enclosed: shape (..., n, n)."""
        _check_dense(box.shape[-1])
        return self._enclosed("derivative", box)

    def ball(self, x: Sequence[arb]) -> list[arb]:
        """The value over a box given as balls."""
        (value,) = self._kernel("value", BALLS)(balls(x))
        return [arb(entry) for entry in np.broadcast_to(value, len(x))]

    def ball_derivative(self, x: Sequence[arb]) -> arb_mat:
        """The Jacobian over a box given as balls: n**2 objects, so for up to a few hundred states."""
        n = len(x)
        _check_dense(n)
        (matrix,) = self._kernel("derivative", BALLS)(balls(x))
        return arb_mat(n, n, matrix.ravel().tolist())

    def ball_switching(self, x: Sequence[arb]) -> list[arb]:
        """The entries of the switching functions over a box given as balls."""
        if not self.switching:
            return []
        columns = self._kernel("switching", BALLS)(balls(x))
        return [arb(entry) for column in columns for entry in column.ravel()]

    # ---- kernels

    @property
    def direction(self) -> sp.MatrixSymbol:
        """A column that does not occur in the form, for a direction of states."""
        return self._u

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` returns, made once for this form and kept with it under a name."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    @cached_property
    def _u(self) -> sp.MatrixSymbol:
        return self._direction("u")

    @cached_property
    def _v(self) -> sp.MatrixSymbol:
        return self._direction("v")

    def _direction(self, name: str) -> sp.MatrixSymbol:
        taken = {symbol.name for symbol in self.expression.free_symbols | {self.state}}
        while name in taken:
            name += "_"
        return sp.MatrixSymbol(name, *self.state.shape)

    @cached_property
    def _second(self) -> MatrixExpr:
        return differential(self._differential(self._u), self.state, self._v)

    @cached_property
    def _has_curvature(self) -> bool:
        """Whether `curvature` is a matrix expression; else its products with vectors are."""
        try:
            jacobian_matrix(self._weighted(self._u), self.state)
        except ModelError:
            return False
        return True

    def _differential(self, v: MatrixExpr) -> MatrixExpr:
        return differential(self.expression, self.state, v)

    def _weighted(self, w: MatrixExpr) -> MatrixExpr:
        return vjp(self.expression, self.state, w)

    def _kernel(self, name: str, arithmetic: Arithmetic) -> MatrixKernel:
        key = (name, arithmetic)
        if key not in self._kernels:
            derived = _DERIVED[name]
            inputs = (self.state, self._u, self._v)[: 1 + derived.vectors]
            self._kernels[key] = MatrixKernel(derived.outputs(self), inputs, self.values, arithmetic)
        return self._kernels[key]

    def _one(self, name: str, *inputs: Array) -> Array:
        (result,) = self._evaluate(name, *inputs)
        return result

    def _evaluate(self, name: str, *inputs: Array) -> list[Array]:
        results = self._kernel(name, DOUBLES)(*inputs)
        shape = inputs[0].shape if len(inputs) == 1 else np.broadcast_shapes(*(array.shape for array in inputs))
        return [
            _whole(*_of_rank(result, rank, shape), inputs)
            for result, rank in zip(results, _DERIVED[name].ranks, strict=True)
        ]

    def _enclosed(self, name: str, box: Interval) -> Interval:
        (result,) = self._kernel(name, INTERVALS)(box)
        return broadcast(*_of_rank(result, _DERIVED[name].ranks[0], box.shape))


class _Derived(NamedTuple):
    """What can be compiled: of so many vectors beside the state, results of such ranks."""

    outputs: Callable[[MatrixForm], tuple[MatrixExpr, ...]]
    vectors: int = 0
    ranks: tuple[int, ...] = (1,)


_DERIVED = {
    "value": _Derived(lambda form: (form.expression,)),
    "derivative": _Derived(lambda form: (form.jacobian,), ranks=(2,)),
    "value and derivative": _Derived(lambda form: (form.expression, form.jacobian), ranks=(1, 2)),
    "jvp": _Derived(lambda form: (form._differential(form._u),), 1),
    "vjp": _Derived(lambda form: (form._weighted(form._u),), 1),
    "second derivative": _Derived(lambda form: (form._second,), 2),
    "gradient": _Derived(lambda form: (form.gradient_expression,)),
    "gauss-newton": _Derived(lambda form: (form._weighted(form._differential(form._u)),), 1),
    "curvature": _Derived(lambda form: (jacobian_matrix(form._weighted(form._u), form.state),), 1, (2,)),
    "curvature along": _Derived(lambda form: (differential(form._weighted(form._u), form.state, form._v),), 2),
    "switching": _Derived(lambda form: form.switching),
}


def _check_dense(n: int) -> None:
    if n > _LARGEST_JACOBIAN:
        raise InputError(
            f"The Jacobian of {n} states is a dense array of {8e-9 * n * n:.1f} GB; it is formed up to "
            f"{_LARGEST_JACOBIAN} states: use its products with vectors, jvp(x, v) and vjp(x, w)."
        )


def _of_rank(result: Any, rank: int, shape: tuple[int, ...]) -> tuple[Any, tuple[int, ...]]:
    """A result and the shape it must get: a matrix of one state comes as a vector."""
    if rank == 1:
        return result, shape
    return result[..., None] if shape[-1] == 1 else result, (*shape, shape[-1])


def _whole(result: Array, shape: tuple[int, ...], inputs: tuple[Array, ...]) -> Array:
    """The result for the whole batch, in an array of its own."""
    if result.shape == shape and result.flags.writeable and not any(result is array for array in inputs):
        return result
    return np.array(np.broadcast_to(result, shape))
