"""Matrix expressions entry by entry: in balls (python-flint) and in SymPy expressions, one state at a time.

Vectors and matrices are NumPy arrays of objects. In balls, products of matrices are python-flint's; 1000 units take
seconds for a value and minutes for what needs n**3 operations. Doubles, as they are bound, are exact in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, arb_mat, ctx, fmpq
from numpy.typing import NDArray

from dynbench.symbolic.kernels import compile_expressions, write_number
from dynbench.symbolic.matrices.arithmetic import Arithmetic, concatenated
from dynbench.symbolic.matrices.nodes import SLOT
from dynbench.symbolic.matrices.operators import LowRank, dense

__all__ = ["BALLS", "SYMBOLS", "balls"]

Array = NDArray[np.object_]
Product = Callable[[Array, Array], Array]


def balls(values: Iterable[Any]) -> Array:
    """A vector of balls."""
    return _objects(list(values))


def _objects(items: list[Any]) -> Array:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def _each(function: Callable[[Any], Any], values: Any) -> Array:
    array = np.asarray(values)
    return _objects([function(value) for value in array.ravel().tolist()]).reshape(array.shape)


class _Entries:
    """A matrix, or a product of matrices, entry by entry; in balls it is kept as python-flint wants it."""

    def __init__(self, matrices: tuple[Array, ...]) -> None:
        self.matrices = matrices
        self._flint: dict[int, list[arb_mat]] = {}

    @property
    def T(self) -> _Entries:
        return _Entries(tuple(m.T for m in reversed(self.matrices)))

    def flint(self) -> list[arb_mat]:
        """The factors at the working precision."""
        if ctx.prec not in self._flint:
            self._flint = {ctx.prec: [_to_flint(m) for m in self.matrices]}
        return self._flint[ctx.prec]


def _operand(number: Callable[[Any], Any], product: Product) -> Callable[[Any, bool], Any]:
    def operand(value: Any, is_vector: bool) -> Any:
        if isinstance(value, LowRank):
            matrices: tuple[Array, ...] = (_each(number, value.U), _each(number, value.V.T))
        elif isinstance(value, sp.MatrixBase):
            matrices = (_each(number, np.array(value.tolist(), dtype=object)),)
        else:
            matrices = (_each(number, dense(value)),)
        if not is_vector:
            return _Entries(matrices)
        return _multiplied(matrices, product).ravel()

    return operand


def _multiplied(matrices: tuple[Array, ...], product: Product) -> Array:
    first, *others = matrices
    for other in others:
        first = product(first, other)
    return first


def _to_flint(m: Array) -> arb_mat:
    return arb_mat(m.shape[0], m.shape[1], m.ravel().tolist())


def _ball_product(a: Array, b: Array) -> Array:
    product = _to_flint(a) * _to_flint(b)
    return _objects(product.entries()).reshape(a.shape[0], b.shape[1])


def _ball_apply(a: _Entries, y: Array) -> Array:
    column = arb_mat(len(y), 1, y.tolist())
    for matrix in reversed(a.flint()):
        column = matrix * column
    return _objects(column.entries())


def _symbolic_product(a: Array, b: Array) -> Array:
    entries = [sp.Add(*(p * q for p, q in zip(row, column, strict=True))) for row in a for column in b.T]
    return _objects(entries).reshape(a.shape[0], b.shape[1])


def _symbolic_apply(a: _Entries, y: Array) -> Array:
    column = y[:, None]
    for matrix in reversed(a.matrices):
        column = _symbolic_product(matrix, column)
    return column[:, 0]


def _add_diagonal(m: Array, d: Array, own: bool) -> Array:
    result = m.copy()
    for i, value in enumerate(d):
        result[i, i] = result[i, i] + value
    return result


def _functions(apply: Callable[[_Entries, Array], Array], product: Product, one: Any) -> dict[str, Callable[..., Any]]:
    def entries(a: _Entries) -> Array:
        return _multiplied(a.matrices, product)

    def filled(value: Any) -> Callable[[tuple[int, ...]], Array]:
        return lambda shape: _objects([value] * int(np.prod(shape))).reshape(shape)

    return {
        "apply": apply,
        "matvec": lambda m, y: product(m, y[:, None])[:, 0],
        "inner": lambda a, b: product(a[None, :], b[:, None])[0],
        "outer": lambda a, b: a[:, None] * b[None, :],
        "dense": entries,
        "product": product,
        "product_left": lambda a, m: product(entries(a), m),
        "product_right": lambda m, a: product(m, entries(a)),
        "columns_scaled": lambda m, d: m * d[None, :],
        "rows_scaled": lambda d, m: d[:, None] * m,
        "add_diagonal": _add_diagonal,
        "from_diagonal": lambda d: _add_diagonal(filled(0 * one)((len(d), len(d))), d, True),
        "diagonal_of": lambda m: m.diagonal().copy(),
        "transposed": lambda m: m.T,
        "joined": lambda parts: concatenated(parts, -1),
        "stacked": lambda parts: concatenated(parts, -2),
        "ones": filled(one),
        "zeros": filled(0 * one),
    }


def _ball_number(value: Any) -> Any:
    """A number that stays exact at every precision."""
    return fmpq(int(value.p), int(value.q)) if isinstance(value, sp.Rational) else arb(value)


def _ball_elementwise(bodies: tuple[sp.Expr, ...]) -> Callable[[Array], tuple[Array, ...]]:
    kernel = compile_expressions(bodies, (SLOT,), "ball")

    def function(values: Array) -> tuple[Array, ...]:
        rows = [kernel(value) for value in values.ravel()]
        return tuple(_objects([arb(row[i]) for row in rows]).reshape(values.shape) for i in range(len(bodies)))

    return function


def _symbolic_elementwise(bodies: tuple[sp.Expr, ...]) -> Callable[[Array], tuple[Array, ...]]:
    return lambda values: tuple(
        _objects([body.xreplace({SLOT: value}) for value in values.ravel()]).reshape(values.shape) for body in bodies
    )


def _ball_literal(number: sp.Expr, namespace: dict[str, Any]) -> str:
    """A rational as it is; anything else as a call, as its enclosure depends on the working precision."""
    if number.is_Rational:
        return write_number(number, namespace, "ball")
    kernel = compile_expressions((number,), (), "ball")
    return f"{_store(lambda: arb(kernel()[0]), namespace)}()"


def _store(number: Any, namespace: dict[str, Any]) -> str:
    name = f"c{len(namespace)}"
    namespace[name] = number
    return name


#: Balls at the working precision ``flint.ctx.prec`` of each call.
BALLS = Arithmetic(
    functions=_functions(_ball_apply, _ball_product, arb(1)),
    operand=_operand(_ball_number, _ball_product),
    literal=_ball_literal,
    elementwise=_ball_elementwise,
    ahead=False,
)

#: SymPy expressions: the expansion into components. A double is the rational number that it is.
SYMBOLS = Arithmetic(
    functions=_functions(_symbolic_apply, _symbolic_product, sp.S.One),
    operand=_operand(sp.Rational, _symbolic_product),
    literal=_store,
    elementwise=_symbolic_elementwise,
)
