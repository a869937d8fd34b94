"""Declarations in matrix form: one column of states, a matrix expression, arrays for its parameters.

A float in an array means exactly that double. A scalar parameter or coefficient given as a float means its decimal,
as it does everywhere else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr

from dynbench.errors import ModelError
from dynbench.symbolic.matrices import MatrixForm, normalise
from dynbench.symbolic.matrices.blocks import Rows
from dynbench.symbolic.matrices.nodes import SLOT, Elementwise
from dynbench.symbolic.matrices.operators import as_operand, content, describe
from dynbench.symbolic.realness import check_real
from dynbench.systems.abstract import AbstractDeclaration
from dynbench.systems.declaration import ComponentDeclaration, exact_number, parameter_items, realised, show

__all__ = ["MatrixDeclaration", "declare_matrix"]

#: Larger systems are not written out component by component: their expressions are sums of as many terms.
_LARGEST_EXPANSION = 100
#: Up to this many states components are worth computer algebra: every one holds every state, and long rationals.
_LARGEST_ALGEBRA = 10


@dataclass(frozen=True, eq=False)
class MatrixDeclaration(AbstractDeclaration):
    """A column of states, parameters and a matrix expression, checked.

    Attributes
    ----------
    state : MatrixSymbol
        The column of states.
    parameters : tuple
        MatrixSymbols and Symbols of the user.
    values : tuple
        For each parameter its value as `checked` returns it, or None.
    expression : MatrixExpr
        The right-hand side, in the user's symbols.
    """

    state: sp.MatrixSymbol
    parameters: tuple[Any, ...]
    values: tuple[Any, ...]
    expression: MatrixExpr

    def __post_init__(self) -> None:
        for value in self.values:
            if isinstance(value, np.ndarray):
                value.setflags(write=False)  # pickling forgets it
        self.sizes  # noqa: B018 - raises where they contradict each other

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.state, self.parameters, self.values, self.expression)

    @property
    def dimension(self) -> int:
        """The number of states."""
        size = self.state.shape[0].xreplace(self.sizes)
        if not size.is_Integer:
            raise ModelError(
                f"The number of states, {size}, is not known: bind an array of that size, or give {size} a value."
            )
        return int(size)

    def state_symbols(self) -> tuple[sp.Symbol, ...]:
        """The entries of the column, as symbols x_1, ..., x_n."""
        return tuple(sp.Symbol(f"{self.state.name}_{i}") for i in range(1, self.dimension + 1))

    @property
    def equations(self) -> tuple[tuple[Any, Any], ...]:
        """The one equation."""
        return ((self.state, self.expression),)

    def checked(self, parameter: Any, value: Any) -> Any:
        """A number or an array for a parameter."""
        what = f"parameter {parameter}" if isinstance(parameter, sp.Symbol) else str(parameter)
        if isinstance(parameter, sp.MatrixSymbol):
            return as_operand(value, what)
        if parameter in _dimensions(self.state, self.expression):
            if not isinstance(value, Integral | sp.Integer) or isinstance(value, bool) or value < 1:
                raise ModelError(
                    f"The value of the dimension {parameter} must be a positive integer, not {show(value)}."
                )
            return int(value)
        exact_number(value, what)
        return value

    def with_values(self, values: tuple[Any, ...]) -> MatrixDeclaration:
        """The same declaration with other values, each of them checked."""
        return MatrixDeclaration(self.state, self.parameters, values, self.expression)

    def exact(self, parameter: Any, value: Any) -> Any:
        """An array as it is, a number exactly."""
        return value if isinstance(parameter, sp.MatrixSymbol) else exact_number(value, f"parameter {parameter}")

    def form(self) -> MatrixForm:
        """The equations in real symbols, parameters kept."""
        return MatrixForm(self.state, self.expression.xreplace(self._to_real()))

    def bound(self) -> MatrixForm:
        """The equations with the values of the parameters."""
        numbers: dict[sp.Symbol, sp.Expr] = dict(self.sizes)
        arrays = {}
        for parameter, value in zip(self.parameters, self.values, strict=True):
            if value is None and parameter not in numbers:
                raise ModelError(
                    f"The parameter {parameter} has no value: set it with with_parameters({parameter}=...)."
                )
            if isinstance(parameter, sp.MatrixSymbol):
                arrays[parameter] = value
            elif parameter not in numbers:
                numbers[realised(parameter)] = exact_number(value, f"parameter {parameter}")
        self.dimension  # noqa: B018 - raises where it is not known
        bound = self.form().bind(numbers, arrays)
        _check_functions(bound.expression, ", with the parameter values given,")
        return bound

    def shown(self, expression: Any) -> Any:
        """An expression of `form` in the user's own symbols."""
        return expression.xreplace({real: user for user, real in self._to_real().items()})

    def described(self, value: Any) -> str:
        """A short text for a value: an array by its shape."""
        return describe(value) if hasattr(value, "shape") else str(value)

    def signature(self) -> list[bytes]:
        """Symbols, expression, and the bytes of the arrays."""
        numbers = [parameter.name.encode() for parameter in self.parameters]
        for parameter, value in zip(self.parameters, self.values, strict=True):
            exact = value if value is None else self.exact(parameter, value)
            numbers.append(sp.srepr(exact).encode() if exact is None or isinstance(exact, sp.Basic) else content(value))
        expression = self.expression.xreplace({**self.sizes, **self._to_real()})
        return [b"matrix form", self.state.name.encode(), *numbers, sp.srepr(expression).encode()]

    @property
    def algebraic(self) -> bool:
        """Whether there are few enough states, and all values that components need."""
        size = self.state.shape[0].xreplace(self.sizes)
        values = zip(self.parameters, self.values, strict=True)
        known = all(value is not None or parameter in self.sizes for parameter, value in values)
        return bool(known and size.is_Integer and size <= _LARGEST_ALGEBRA)

    def components(self) -> ComponentDeclaration:
        """The same system with one equation a state, all values put in."""
        if self.dimension > _LARGEST_EXPANSION:
            raise ModelError(
                f"A matrix form of {self.dimension} states is not written out component by component; that is done "
                f"up to {_LARGEST_EXPANSION} states."
            )
        states = self.state_symbols()
        form = self.bound().components([realised(s) for s in states])
        to_user = {realised(s): s for s in states}
        return ComponentDeclaration(states, (), (), tuple(e.xreplace(to_user) for e in form.expressions))

    def _to_real(self) -> dict[sp.Symbol, sp.Symbol]:
        sizes = _dimensions(self.state, self.expression)
        return {p: realised(p) for p in self.parameters if isinstance(p, sp.Symbol) and p not in sizes}

    @property
    def sizes(self) -> dict[sp.Symbol, sp.Integer]:
        """Dimension -> its size, from the values; raises `ModelError` where they contradict each other."""
        return _sizes(self.parameters, self.values, _dimensions(self.state, self.expression))


def declare_matrix(equations: Mapping[Any, Any], parameters: Any) -> MatrixDeclaration:
    """Check a declaration whose state is a MatrixSymbol.

    Raises
    ------
    ModelError
        With one sentence that names what is at fault.
    """
    if len(equations) != 1:
        raise ModelError(f"A matrix form has one state, a column; {len(equations)} equations were given.")
    ((state, right),) = equations.items()
    if not isinstance(state, sp.MatrixSymbol) or state.shape[1] != 1:
        raise ModelError(f"The state {state} has shape {state.shape}; a state is a column, a MatrixSymbol (n, 1).")
    if not isinstance(right, MatrixExpr | sp.MatrixBase):
        raise ModelError(f"The equation for {state} is {show(right)}; expected a SymPy matrix expression.")
    expression = normalise(right)
    if expression.shape != state.shape:
        raise ModelError(f"The equation for {state} has shape {expression.shape}; expected {state.shape}, its shape.")
    given = _parameters(parameters, state, expression)
    bare = MatrixDeclaration(state, tuple(given), (None,) * len(given), expression)
    _check_symbols(bare)
    _check_functions(expression.xreplace(bare._to_real()), "")
    values = (None if value is None else bare.checked(parameter, value) for parameter, value in given.items())
    return bare.with_values(tuple(values))


def _parameters(parameters: Any, state: sp.MatrixSymbol, expression: MatrixExpr) -> dict[Any, Any]:
    """The user's symbols -> values; names stand for the symbols of that name in the expression."""
    met: dict[str, set[Any]] = {}
    for symbol in expression.free_symbols | _dimensions(state, expression):
        met.setdefault(symbol.name, set()).add(symbol)
    chosen: dict[Any, Any] = {}
    for key, value in parameter_items(parameters):
        symbols = met.get(str(key), {key})
        if len(symbols) > 1:
            raise ModelError(f"Two different symbols are called {key}: use one.")
        (symbol,) = {key} if isinstance(key, sp.Symbol | sp.MatrixSymbol) else symbols
        if not isinstance(symbol, sp.Symbol | sp.MatrixSymbol):
            raise ModelError(f"The parameter {show(key)} is no symbol of the equation for {state}.")
        if symbol in chosen:
            raise ModelError(f"{symbol} is declared twice.")
        if symbol == state:
            raise ModelError(f"{state} is both a state and a parameter.")
        chosen[symbol] = value
    return chosen


def _check_symbols(declaration: MatrixDeclaration) -> None:
    state, expression = declaration.state, declaration.expression
    declared = {state, *declaration.parameters}
    for symbol in sorted(expression.free_symbols - declared - _dimensions(state, expression), key=str):
        raise ModelError(f"The symbol {symbol} in the equation for {state} is neither the state nor a parameter.")
    for parameter in declaration.parameters:
        if isinstance(parameter, sp.Symbol) and parameter.is_real is False:
            raise ModelError(f"The symbol {parameter} is declared as not real; parameters are real.")
        start, _, number = parameter.name.rpartition("_")
        if start == state.name and number.isdigit():
            raise ModelError(f"The parameter {parameter} has the name of an entry of the state {state}: rename it.")


def _check_functions(expression: MatrixExpr, where: str) -> None:
    """Check that the scalar functions and coefficients are real and known."""
    for e in sp.preorder_traversal(expression):
        scalar = e.body if isinstance(e, Elementwise) else e.args[0] if isinstance(e, sp.MatMul) else None
        if isinstance(scalar, sp.Expr) and not isinstance(scalar, MatrixExpr):
            scalar = scalar.xreplace({SLOT: sp.Symbol("s", real=True)})
            functions = sorted(map(str, scalar.atoms(AppliedUndef)))
            if functions:
                raise ModelError(f"The elementwise function {scalar} holds {functions[0]}, which is not defined.")
            check_real(scalar, f"the factor or elementwise function {show(scalar)}{where}")


def _dimensions(state: sp.MatrixSymbol, expression: MatrixExpr) -> set[sp.Symbol]:
    """The symbols in the shapes of the matrices."""
    matrices = {state} | expression.atoms(sp.MatrixSymbol, sp.Identity, sp.OneMatrix, sp.ZeroMatrix, Rows)
    return {symbol for m in matrices for size in m.shape for symbol in size.free_symbols}


def _sizes(parameters: Iterable[Any], values: Iterable[Any], dimensions: set[sp.Symbol]) -> dict[sp.Symbol, sp.Integer]:
    pairs = [(p, value) for p, value in zip(parameters, values, strict=True) if value is not None]
    known = {p: sp.Integer(value) for p, value in pairs if p in dimensions}
    matrices = [(p, value) for p, value in pairs if isinstance(p, sp.MatrixSymbol)]
    for symbol, value in matrices:
        for size, length in zip(symbol.shape, _shape(symbol, value), strict=True):
            if size.is_Symbol:
                known.setdefault(size, sp.Integer(length))
    for symbol, value in matrices:
        for size, length in zip(symbol.shape, _shape(symbol, value), strict=True):
            known |= _solved(size.xreplace(known), length)
    for symbol, value in matrices:
        shape = _shape(symbol, value)
        wanted = tuple(size.xreplace(known) for size in symbol.shape)
        if shape != wanted:
            raise ModelError(_mismatch(symbol, value, shape, wanted))
    return known


def _solved(size: sp.Expr, length: int) -> dict[sp.Symbol, sp.Integer]:
    """The dimension h from a size such as 3 h + 1 and its length; nothing where it is not so simple, or no integer."""
    if len(size.free_symbols) != 1:
        return {}
    (symbol,) = size.free_symbols
    slope = size.diff(symbol)
    if not slope.is_number or slope == 0:
        return {}
    solution = (length - size.xreplace({symbol: sp.S.Zero})) / slope
    return {symbol: solution} if solution.is_Integer and solution > 0 else {}


def _shape(symbol: sp.MatrixSymbol, value: Any) -> tuple[int, int]:
    """The shape of an array as a matrix: a vector is a column or a row, as its symbol says."""
    shape = tuple(int(length) for length in value.shape)
    if len(shape) == 2:
        return shape
    if symbol.shape[1] == 1:
        return (shape[0], 1)
    if symbol.shape[0] == 1:
        return (1, shape[0])
    raise ModelError(
        f"The array for {symbol} is a vector of length {shape[0]}; {symbol} is a matrix, {_by(symbol.shape)}."
    )


def _mismatch(symbol: sp.MatrixSymbol, value: Any, shape: tuple[int, int], wanted: tuple[sp.Expr, ...]) -> str:
    if symbol.shape[0] == symbol.shape[1] and shape[0] != shape[1]:
        return f"The array for {symbol} is {_by(shape)}, not square; {symbol} is {_by(symbol.shape)}."
    if len(value.shape) == 1:
        return f"The array for {symbol} has length {value.shape[0]}; expected {math.prod(wanted)}."
    return f"The array for {symbol} is {_by(shape)}; expected {_by(wanted)}."


def _by(shape: Iterable[Any]) -> str:
    return " x ".join(map(str, shape))
