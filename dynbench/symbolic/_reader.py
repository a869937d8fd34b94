"""The reader behind `parse_expression`: a syntax tree of Python's becomes a SymPy expression, node by node.

Only the kinds of nodes named in `_Reader` are known; everything else is refused. Nothing is evaluated by Python.
"""

from __future__ import annotations

import ast
import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import And, Boolean, Or

from dynbench.errors import ModelError
from dynbench.symbolic._lexer import Token, mangle, quoted, tokenize
from dynbench.symbolic._limits import (
    DIGITS,
    INFINITE,
    MAX_DEPTH,
    Budget,
    TooLarge,
    exponent_fault,
    function_level,
    greatest,
    nesting_fault,
    range_fault,
)
from dynbench.symbolic._vocabulary import FUNCTIONS, PIECEWISE

__all__ = ["Reader"]

_MAX_NUMBER_LENGTH = 200
_MAX_CLAUSES = 256

# What SymPy raises where it cannot evaluate a constant (its cache turns some errors into an AttributeError).
_SYMPY_REFUSES = (TypeError, ValueError, ArithmeticError, AttributeError, NotImplementedError)

_COMPARISONS: dict[type[ast.cmpop], Callable[[sp.Expr, sp.Expr], Boolean]] = {
    ast.Lt: sp.Lt,
    ast.LtE: sp.Le,
    ast.Gt: sp.Gt,
    ast.GtE: sp.Ge,
    ast.Eq: sp.Eq,
    ast.NotEq: sp.Ne,
}


class _Value(NamedTuple):
    """An expression, and what is known of it.

    Attributes
    ----------
    exact : sympy expression
        The expression.
    number : sympy number or None
        Its value to `DIGITS` digits, if it is constant.
    degree : int
        How many copies of a symbol are multiplied in it at most, powers multiplied out.
    level : int
        The level of the functions nested in it (see `nesting_fault`).
    """

    exact: sp.Expr
    number: sp.Expr | None = None
    degree: int = 0
    level: int = 0


class Reader:
    """Reads one string.

    Attributes
    ----------
    stand_ins : dict
        The real symbols that the result of `read` holds in the place of the user's, and the user's.
    """

    def __init__(self, text: str, symbols: Mapping[str, sp.Expr]) -> None:
        self.stand_ins: dict[sp.Basic, sp.Basic] = {}
        self._text = text
        self._symbols = symbols
        self._tokens = tokenize(text)
        self._source = mangle(self._tokens)
        self._budget = Budget()
        self._depth = 0

    def read(self) -> sp.Expr:
        """Build the expression, in real symbols.

        Raises
        ------
        ModelError
            If the string is no expression of the language, or a part of it is not real or not finite.
        TooLarge
            If it is one, but more than `dynbench.symbolic._limits` lets pass.
        """
        try:
            tree = ast.parse(self._source.text, mode="eval")
        except SyntaxError as error:
            raise self._syntax_error(error) from None
        except (MemoryError, RecursionError):  # how CPython's parser reports a tree that is too deep
            raise TooLarge from None
        return self._value(tree.body).exact

    # --- nodes with a value ----------------------------------------------------------------------

    def _value(self, node: ast.expr) -> _Value:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooLarge
        value = self._dispatch(node)
        self._depth -= 1
        return value

    def _dispatch(self, node: ast.expr) -> _Value:
        match node:
            case ast.Name(id=name):
                return self._leaf(self._tokens[int(name[1:])])
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self._sum(node)
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self._product(node)
            case ast.BinOp(op=ast.Pow(), left=left, right=right):
                return self._power(node, self._value(left), self._value(right))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._value(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._build(node, lambda s: -s, [self._value(operand)])
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                return self._call(node, self._tokens[int(name[1:])].text)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp() | ast.Constant():
                raise self._refusal(
                    node, "is a condition: those stand only in the pairs (value, condition) of Piecewise"
                )
            case ast.Tuple():
                raise self._refusal(node, "holds a comma outside the arguments of a function")
        raise self._refusal(node, "is not part of the language of models")

    def _leaf(self, token: Token) -> _Value:
        if token.kind == "number":
            return self._number(token.text)
        if token.text in self._symbols:
            return self._symbol(token.text)
        if token.text == "pi":
            return _Value(sp.pi, sp.pi.evalf(DIGITS))
        raise self._unknown_symbol(token.text)

    def _symbol(self, name: str) -> _Value:
        declared = self._symbols[name]
        if declared.is_number:
            return _Value(declared, declared.evalf(DIGITS))
        if declared.is_Symbol and declared.is_extended_real is None:
            # SymPy simplifies |exp(x)| or sqrt(x^2) rightly only if it knows that x is real.
            stand_in = sp.Symbol(name, real=True)
            self.stand_ins[stand_in] = declared
            return _Value(stand_in, degree=1)
        return _Value(declared, degree=1)

    def _number(self, text: str) -> _Value:
        if len(text) > _MAX_NUMBER_LENGTH:
            raise ModelError(f"The number {quoted(text)} has more than {_MAX_NUMBER_LENGTH} characters.")
        approximate = float(text)
        if approximate == 0 and not text.lower().partition("e")[0].strip("0."):
            return _Value(sp.S.Zero, sp.Float(0, DIGITS))
        # Checked before the exact conversion, which would write out a power of ten.
        if approximate in (0.0, float("inf")):
            raise ModelError(f"The number {quoted(text)}{self._within(text)} is outside the range of double precision.")
        fraction = Fraction(text)
        exact = sp.Rational(fraction.numerator, fraction.denominator)
        self._budget.pay_number(exact)
        return _Value(exact, sp.Float(approximate, DIGITS))

    def _sum(self, node: ast.BinOp) -> _Value:
        terms, subtracted = self._operands(node, ast.Add, ast.Sub)

        def make(*parts: sp.Expr) -> sp.Expr:
            return sp.Add(*(-p if minus else p for p, minus in zip(parts, subtracted, strict=True)))

        return self._build(node, make, terms)

    def _product(self, node: ast.BinOp) -> _Value:
        factors, divided = self._operands(node, ast.Mult, ast.Div)
        self._budget.pay_product([factor.exact for factor in factors])

        def make(*parts: sp.Expr) -> sp.Expr:
            return sp.Mul(*(1 / p if below else p for p, below in zip(parts, divided, strict=True)))

        return self._build(node, make, factors, degree=sum(factor.degree for factor in factors))

    def _operands(
        self, node: ast.BinOp, plain: type[ast.operator], inverse: type[ast.operator]
    ) -> tuple[list[_Value], list[bool]]:
        """All terms of a + b - c ... at once, and which are inverted: one by one would take quadratic time."""
        operands = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, plain | inverse):
            operands.append((left.right, isinstance(left.op, inverse)))
            left = left.left
        operands.append((left, False))
        operands.reverse()
        return [self._value(operand) for operand, _ in operands], [inverted for _, inverted in operands]

    def _power(self, node: ast.expr, base: _Value, exponent: _Value) -> _Value:
        self._admit_power(node, base.exact, exponent.exact)
        self._budget.pay_call([base.exact, exponent.exact], compares=False)
        degree = base.degree * max(1, greatest(exponent.exact)) + exponent.degree
        level = max(base.level, exponent.level)
        if not exponent.exact.is_Integer:
            level += function_level(real=bool(base.exact.is_extended_real))
        return self._build(node, sp.Pow, [base, exponent], degree=degree, level=level)

    def _call(self, node: ast.Call, name: str) -> _Value:
        if name == PIECEWISE:
            return self._piecewise(node)
        function = FUNCTIONS.get(name)
        if function is None:
            raise self._unknown_function(name)
        if not 1 <= len(node.args) <= function.most:
            expected = "1 argument" if function.most == 1 else f"1 to {function.most} arguments"
            raise ModelError(f"{name} takes {expected}, not {len(node.args)}, in the expression {quoted(self._text)}.")
        values = [self._value(argument) for argument in node.args]
        arguments = [value.exact for value in values]
        self._budget.pay_call(arguments, compares=function.compares)
        degree = max(value.degree for value in values)
        if function.build is sp.exp:
            degree *= self._admit_exponential(node, arguments[0])
        real = all(argument.is_extended_real for argument in arguments)
        self._budget.pay_expansion(function.expands * degree)
        level = max(value.level for value in values) + function_level(
            real=real, compares=function.compares, expands=function.expands
        )
        return self._build(node, function.build, values, degree=degree, level=level)

    # --- conditions ------------------------------------------------------------------------------

    def _piecewise(self, node: ast.Call) -> _Value:
        values = []
        conditions = []
        for argument in node.args:
            if not isinstance(argument, ast.Tuple) or len(argument.elts) != 2:
                raise self._refusal(argument, "is no pair (value, condition) of Piecewise")
            values.append(self._value(argument.elts[0]))
            conditions.append(self._condition(argument.elts[1]))
        exact = [value.exact for value in values]
        for value in set(exact):
            # SymPy joins pairs of equal values by 'or' and multiplies the conditions out.
            joined = [_clauses(condition) for condition, other in zip(conditions, exact, strict=True) if other == value]
            if len(joined) > 1 and math.prod(joined) > _MAX_CLAUSES:
                raise self._refusal(node, "gives one value under too many conditions")
        if sp.Or(*conditions) is not sp.true:
            raise self._refusal(node, "leaves cases open: end it with a pair (value, True)")
        # The conditions cover everything, so the last one holds wherever the others do not.
        conditions[-1] = sp.true
        result = self._attempt(node, sp.Piecewise, list(zip(exact, conditions, strict=True)))
        degree = max(value.degree for value in values)
        level = max(value.level for value in values) + 1
        return self._checked(node, _Value(result, None, degree, level))

    def _condition(self, node: ast.expr) -> Boolean:
        match node:
            case ast.Constant(value=True):
                return sp.true
            case ast.Constant(value=False):
                return sp.false
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return sp.Not(self._condition(operand))
            case ast.BoolOp(op=ast.And()):
                return sp.And(*map(self._condition, node.values))
            case ast.BoolOp(op=ast.Or()):
                return sp.Or(*map(self._condition, node.values))
            case ast.Compare(ops=operators):
                sides = pairwise([self._value(operand) for operand in (node.left, *node.comparators)])
                return sp.And(*(self._comparison(node, op, *pair) for op, pair in zip(operators, sides, strict=True)))
        raise self._refusal(node, "is no condition: expected a comparison, and, or, not, True or False")

    def _comparison(self, node: ast.expr, operator: ast.cmpop, left: _Value, right: _Value) -> Boolean:
        compare = _COMPARISONS.get(type(operator))
        if compare is None:
            raise self._refusal(node, "is no comparison that models know")
        sides = (left.exact, right.exact)
        if any(side.has(sp.Piecewise) for side in sides):
            # SymPy would multiply out all cases of both sides.
            raise self._refusal(node, "compares a Piecewise or relu, which a condition cannot hold")
        self._budget.pay_call(sides, compares=True)
        return self._attempt(node, compare, sides)

    # --- building, with all checks ---------------------------------------------------------------

    def _build(
        self,
        node: ast.expr,
        make: Callable[..., sp.Expr],
        parts: Sequence[_Value],
        *,
        degree: int | None = None,
        level: int | None = None,
    ) -> _Value:
        """Build an expression; a constant first in floating point, so that nothing huge is evaluated exactly."""
        degree = max(part.degree for part in parts) if degree is None else degree
        level = max(part.level for part in parts) if level is None else level
        self._require(node, nesting_fault(degree, level))
        number = None
        if all(part.number is not None for part in parts):
            number = self._attempt(node, make, [part.number for part in parts]).evalf(DIGITS)
            self._require(node, range_fault(number))
        exact = self._attempt(node, make, [part.exact for part in parts])
        return self._checked(node, _Value(exact, number, degree, level))

    def _checked(self, node: ast.expr, value: _Value) -> _Value:
        exact = value.exact
        self._budget.check(exact)
        if any(part in INFINITE for part in (exact, *exact.args)):
            raise self._refusal(node, "is not finite")
        if exact.is_number and (value.number is None or exact.is_Rational):
            value = value._replace(number=exact.evalf(DIGITS))
            self._require(node, range_fault(value.number))
        return value

    def _attempt(self, node: ast.expr, make: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        try:
            return make(*arguments)
        except _SYMPY_REFUSES as error:
            raise self._refusal(node, "cannot be evaluated as a real number") from error

    def _admit_power(self, node: ast.expr, base: sp.Expr, exponent: sp.Expr) -> None:
        self._require(node, exponent_fault(base, exponent))
        self._budget.pay_power(base, exponent)

    def _admit_exponential(self, node: ast.expr, argument: sp.Expr) -> int:
        """Admit the powers into which SymPy turns an exponential (exp(n log b) becomes b^n); return the greatest n."""
        largest = 1
        for term in sp.Add.make_args(argument):
            for factor in sp.Mul.make_args(term):
                if isinstance(factor, sp.log):
                    self._admit_power(node, factor.args[0], term / factor)
                    largest = max(largest, greatest(term / factor))
        return largest

    # --- messages --------------------------------------------------------------------------------

    def _require(self, node: ast.expr, fault: str | None) -> None:
        if fault is not None:
            raise self._refusal(node, fault)

    def _refusal(self, node: ast.expr, reason: str) -> ModelError:
        first = self._source.begins[node.col_offset]
        last = self._source.ends[node.end_col_offset or 0]
        part = self._text[first.start : last.stop]
        return ModelError(f"{quoted(part)}{self._within(part)} {reason}.")

    def _within(self, part: str) -> str:
        return f" in the expression {quoted(self._text)}" if part.strip() != self._text.strip() else ""

    def _syntax_error(self, error: SyntaxError) -> ModelError:
        token = self._source.begins.get((error.offset or 0) - 1)
        reason = f"{token.text!r} stands where it makes no sense" if token else "it is incomplete"
        return ModelError(f"{quoted(self._text)} is not an expression: {reason}.")

    def _unknown_symbol(self, name: str) -> ModelError:
        what = f"{quoted(name)}{self._within(name)}"
        if name in ("t", "time"):
            return ModelError(
                f"The symbol {what} is not declared, and explicit time is not supported: "
                f"add a state {name} with rate 1."
            )
        if name in FUNCTIONS or name == PIECEWISE:
            return ModelError(f"The function {what} has no arguments: write {name}(...), or declare the name.")
        return ModelError(f"The symbol {what} is neither a state nor a parameter{_suggestion(name, self._symbols)}")

    def _unknown_function(self, name: str) -> ModelError:
        what = f"{quoted(name)}{self._within(name)}"
        if name in self._symbols or name == "pi":
            return ModelError(f"{what} is no function: a product is written {name}*(...).")
        return ModelError(f"The function {what} is not known{_suggestion(name, [*FUNCTIONS, PIECEWISE])}")


def _clauses(condition: Boolean) -> int:
    """Number of clauses of the condition in conjunctive normal form."""
    if isinstance(condition, And):
        return sum(map(_clauses, condition.args))
    return math.prod(map(_clauses, condition.args)) if isinstance(condition, Or) else 1


def _suggestion(name: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name[:100], known, 1)
    return f"; did you mean {near[0]}?" if near else "."
