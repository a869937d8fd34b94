"""From what a user writes to a checked, exact declaration.

A number typed as a float (or as a decimal in a string) means the decimal that Python prints for it: 0.1 is
exactly 1/10. So every declaration is an exact object, and what a report shows is what was proved.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from dynbench.errors import ModelError
from dynbench.symbolic.components import ComponentForm
from dynbench.symbolic.exact import exact_floats
from dynbench.symbolic.parsing import check_name, check_real, parse_expression
from dynbench.systems.abstract import AbstractDeclaration

__all__ = ["ComponentDeclaration", "declare_components", "exact_number", "parameter_items", "realised", "show"]


@dataclass(frozen=True)
class ComponentDeclaration(AbstractDeclaration):
    """States, parameters and one equation a state, checked.

    Attributes
    ----------
    states, parameters : tuple of sympy symbols
        The user's own symbols.
    values : tuple
        For each parameter its value as it was given, or None.
    expressions : tuple of sympy expressions
        One a state, in the user's symbols, floats made exact.
    """

    states: tuple[sp.Symbol, ...]
    parameters: tuple[sp.Symbol, ...]
    values: tuple[Any, ...]
    expressions: tuple[sp.Expr, ...]

    @property
    def dimension(self) -> int:
        """The number of states."""
        return len(self.states)

    def state_symbols(self) -> tuple[sp.Symbol, ...]:
        """The states."""
        return self.states

    @property
    def equations(self) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
        """(state, right-hand side) for each state."""
        return tuple(zip(self.states, self.expressions, strict=True))

    def checked(self, parameter: sp.Symbol, value: Any) -> Any:
        """A number, kept as it was given."""
        exact_number(value, f"parameter {parameter}")
        return value

    def with_values(self, values: tuple[Any, ...]) -> ComponentDeclaration:
        """The same declaration with other values, each of them checked."""
        return ComponentDeclaration(self.states, self.parameters, values, self.expressions)

    def exact(self, parameter: sp.Symbol, value: Any) -> sp.Expr:
        """The exact number that a value means."""
        return exact_number(value, f"parameter {parameter}")

    def form(self) -> ComponentForm:
        """The equations in real symbols, parameters kept."""
        to_real = {s: realised(s) for s in (*self.states, *self.parameters)}
        return ComponentForm([realised(s) for s in self.states], [e.xreplace(to_real) for e in self.expressions])

    def bound(self) -> ComponentForm:
        """The equations with the exact values of the parameters."""
        values = {}
        for parameter, value in zip(self.parameters, self.values, strict=True):
            if value is None:
                raise ModelError(
                    f"The parameter {parameter} has no value: set it with with_parameters({parameter}=...)."
                )
            values[realised(parameter)] = self.exact(parameter, value)
        bound = self.form().substitute(values)
        for state, expression in zip(self.states, bound.expressions, strict=True):
            check_real(expression, f"the equation for {state}, with the parameter values given,")
        return bound

    def shown(self, expression: Any) -> Any:
        """An expression of `form` in the user's own symbols."""
        to_user = {realised(s): s for s in (*self.states, *self.parameters)}
        if isinstance(expression, sp.ImmutableDenseNDimArray):
            return expression.applyfunc(lambda e: e.xreplace(to_user))
        return expression.xreplace(to_user)

    def described(self, value: Any) -> str:
        """A value as text."""
        return str(value)

    def signature(self) -> list[bytes]:
        """States, parameters, exact values and equations."""
        values = ["None" if v is None else sp.srepr(exact_number(v, "")) for v in self.values]
        names = [symbol.name for symbol in (*self.states, *self.parameters)]
        return [
            part.encode("utf-8", "surrogatepass") for part in (*names, *values, *map(sp.srepr, self.form().expressions))
        ]

    @property
    def algebraic(self) -> bool:
        """Always: it is how the system was declared."""
        return True

    def components(self) -> ComponentDeclaration:
        """The declaration itself."""
        return self


def declare_components(equations: Any, parameters: Any) -> ComponentDeclaration:
    """Check equations given component by component.

    Raises
    ------
    ModelError
        With one sentence that names the symbol or equation at fault.
    """
    if not isinstance(equations, Mapping):
        raise ModelError(f"The equations must map each state to its rate or next value, not {show(equations)}.")
    if not equations:
        raise ModelError("The system has no states: the equations are empty.")
    given = parameter_items(parameters)
    symbols = _symbols([*equations, *(key for key, _ in given)], equations.values())
    states = tuple(symbols[_name(key)] for key in equations)
    names = tuple(symbols[_name(key)] for key, _ in given)
    for repeated in {s for s in (*states, *names) if (*states, *names).count(s) > 1}:
        if repeated in states and repeated in names:
            raise ModelError(f"{repeated} is both a state and a parameter.")
        raise ModelError(f"{repeated} is declared twice.")
    for symbol, (_, value) in zip(names, given, strict=True):
        if value is not None:
            exact_number(value, f"parameter {symbol}")
    declared = {symbol.name: symbol for symbol in (*states, *names)}
    expressions = tuple(
        _expression(value, symbol, declared) for symbol, value in zip(states, equations.values(), strict=True)
    )
    return ComponentDeclaration(states, names, tuple(value for _, value in given), expressions)


def realised(symbol: sp.Symbol) -> sp.Symbol:
    """The real symbol of the same name, in which everything is derived."""
    return sp.Symbol(symbol.name, real=True)


def exact_number(value: Any, what: str) -> sp.Expr:
    """The exact value of a number given by the user (floats by the decimal that Python prints for them).

    Raises
    ------
    ModelError
        If `value` is not a finite real number; `what` names it in the message.
    """
    if isinstance(value, bool):
        raise ModelError(f"The value of {what} must be a real number, not {value!r}.")
    if isinstance(value, sp.Expr):
        return _exact_sympy(value, what)
    if isinstance(value, Integral):
        return sp.Integer(int(value))
    if isinstance(value, Fraction):
        return sp.Rational(value.numerator, value.denominator)
    if isinstance(value, Real | Decimal):
        if not math.isfinite(value):
            raise ModelError(f"The value of {what} is {value!r}; it must be finite.")
        return sp.Rational(str(value) if isinstance(value, Decimal) else repr(float(value)))
    hint = " (write sympy.Rational(1, 3) for a fraction)" if isinstance(value, str) else ""
    raise ModelError(f"The value of {what} must be a real number, not {show(value)}{hint}.")


def _exact_sympy(value: sp.Expr, what: str) -> sp.Expr:
    if value.free_symbols:
        raise ModelError(f"The value of {what} must be a number, but {value} holds symbols.")
    exact = exact_floats(value)
    if exact.is_real is not True or exact.is_finite is not True:
        raise ModelError(f"The value of {what} is {value}; it must be a finite real number.")
    return exact


def show(value: Any) -> str:
    """A value in short, for a message."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _name(key: Any) -> str:
    if isinstance(key, sp.MatrixSymbol):
        raise ModelError(
            f"{key} is a MatrixSymbol, but the states are scalars: it can be a parameter in matrix form only."
        )
    if isinstance(key, str):
        check_name(key.strip(), "state or parameter")
        return key.strip()
    if isinstance(key, sp.Symbol):
        return key.name
    raise ModelError(f"{show(key)} cannot name a state or parameter: expected a symbol or a name.")


def parameter_items(parameters: Any) -> list[tuple[Any, Any]]:
    """(name or symbol, value) for each parameter; the value is None where only names were given."""
    if parameters is None:
        return []
    if isinstance(parameters, Mapping):
        return list(parameters.items())
    if isinstance(parameters, Iterable) and not isinstance(parameters, str):
        return [(name, None) for name in parameters]
    raise ModelError(f"The parameters must map names to values, not {show(parameters)}.")


def _symbols(keys: Iterable[Any], expressions: Iterable[Any]) -> dict[str, sp.Symbol]:
    """For each declared name the user's symbol: the one given, else the one met in the equations, else a new one."""
    met: dict[str, set[sp.Symbol]] = {}
    for symbol in (key for key in keys if isinstance(key, sp.Symbol)):
        met.setdefault(symbol.name, set()).add(symbol)
    for expression in expressions:
        for symbol in getattr(expression, "free_symbols", ()):
            met.setdefault(symbol.name, set()).add(symbol)
    chosen = {}
    for name in map(_name, keys):
        candidates = met.get(name) or {sp.Symbol(name)}
        if len(candidates) > 1:
            raise ModelError(f"Two different symbols are called {name} (their assumptions differ): use one.")
        (symbol,) = candidates
        if symbol.is_real is False:
            raise ModelError(f"The symbol {name} is declared as not real; states and parameters are real.")
        chosen[name] = symbol
    return chosen


def _expression(value: Any, state: sp.Symbol, declared: Mapping[str, sp.Symbol]) -> sp.Expr:
    where = f"the equation for {state}"
    if isinstance(value, str):
        try:
            expression = parse_expression(value, declared)
        except ModelError as error:
            raise ModelError(f"In the equation for {state}: {error}") from error
    elif isinstance(value, sp.Expr):
        expression = exact_floats(value)
    elif isinstance(value, Real | Decimal) and not isinstance(value, bool):
        expression = exact_number(value, where)
    else:
        raise ModelError(f"{where.capitalize()} is {show(value)}; expected an expression, a string or a number.")
    if not getattr(expression, "is_scalar", True) or isinstance(expression, sp.MatrixExpr):
        raise ModelError(f"The right-hand side in {where} is a matrix; it must be a scalar expression.")
    functions = sorted(map(str, expression.atoms(AppliedUndef)))
    if functions:
        raise ModelError(f"{where.capitalize()} holds {functions[0]}: write states as plain symbols, not as functions.")
    for symbol in sorted(expression.free_symbols - set(declared.values()), key=str):
        hint = ": explicit time is not supported; add a state with rate 1" if symbol.name in ("t", "time") else ""
        raise ModelError(f"The symbol {symbol} in {where} is neither a state nor a parameter{hint}.")
    check_real(expression.xreplace({s: realised(s) for s in declared.values()}), where)
    return expression
