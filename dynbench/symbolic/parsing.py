"""Model strings to SymPy expressions, by a whitelist over Python's `ast`; nothing of a string is ever executed.

A string is split into tokens, every number and name is replaced by a placeholder (`dynbench.symbolic._lexer`),
Python's parser turns the rest into a syntax tree, and `_Reader` builds SymPy objects for the few kinds of nodes
that it knows. It never calls ``eval``, ``compile`` to code, ``sympify`` of a string or ``getattr`` by a name of the
user's. What could take unbounded time or memory (towers of powers, huge literals, deep nesting) is refused before
SymPy sees it (`dynbench.symbolic._limits`).
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean

from dynbench.errors import ModelError
from dynbench.symbolic._lexer import RESERVED, Token, mangle, quoted, tokenize
from dynbench.symbolic._limits import DIGITS, INFINITE, MAX_DEPTH, MAX_LEVEL, Budget, hidden_powers, power_fault, range_fault
from dynbench.symbolic._vocabulary import FUNCTIONS, PIECEWISE
from dynbench.symbolic.realness import check_real

__all__ = ["RESERVED", "check_name", "check_real", "parse_expression"]

_MAX_NUMBER_LENGTH = 200
_MAX_COMPARISONS = 16

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


def parse_expression(text: str, symbols: Mapping[str, sp.Expr]) -> sp.Expr:
    """Read a model string as an exact SymPy expression, executing nothing.

    Parameters
    ----------
    text : str
        Numbers (a decimal is exact: ``0.1`` is 1/10), declared names, ``+ - * / ^ **``, parentheses, ``pi``, and the
        functions sin, cos, tan, sinh, cosh, tanh and their inverses (``asin`` or ``arcsin``), exp, log, ln, log10,
        log2, sqrt, cbrt (the real cube root), abs, sign, Max, Min, relu, logistic, sigmoid, softplus, erf, Heaviside
        and ``Piecewise((value, condition), ..., (value, True))``, with comparisons, ``and``, ``or`` and ``not`` in
        its conditions.
    symbols : mapping of str to sympy expression
        The declared names and what they stand for. Any name will do, also a keyword of Python's (``lambda``), a
        constant (``pi``, ``E``) or a function's (``exp`` is the state unless a parenthesis follows), but for the
        five in `RESERVED`. Symbols without assumptions are taken as real.

    Returns
    -------
    sympy expression

    Raises
    ------
    ModelError
        If the string is no such expression, holds a name that is not declared, is not real or not finite, or would
        take unreasonable time or memory to evaluate. The message quotes the string.
    """
    if not isinstance(text, str):
        raise ModelError(f"An expression must be a string, not {type(text).__name__}.")
    reader = _Reader(text, symbols)
    try:
        return reader.read()
    except RecursionError:
        raise ModelError(f"The expression {quoted(text)} is nested too deeply to be read.") from None


def check_name(name: str, what: str) -> None:
    """Check that `name` can be declared, so that a model string can use it.

    Parameters
    ----------
    name : str
        The name of a state or a parameter.
    what : str
        What it names, for the message: ``"state"``.

    Raises
    ------
    ModelError
        If `name` is no identifier (letters, digits and underscores, no digit first) or one of `RESERVED`.
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise ModelError(
            f"{quoted(str(name))} cannot name a {what}: expected letters, digits and underscores, no digit first."
        )
    if name in RESERVED:
        raise ModelError(f"{name!r} cannot name a {what}: the word has a meaning in conditions.")


def _renamed(expression: sp.Basic, names: dict[sp.Basic, sp.Basic]) -> Any:
    """Replace symbols and evaluate nothing: with symbols that may be complex SymPy is slow and wrong (see `_symbol`).

    `names` serves as the memory of what is done and grows.
    """
    if expression not in names:
        if expression.args:
            arguments = [_renamed(argument, names) for argument in expression.args]
            options = {} if isinstance(expression, sp.Tuple) else {"evaluate": False}
            names[expression] = expression.func(*arguments, **options)
        else:
            names[expression] = expression
    return names[expression]


class _Value(NamedTuple):
    """An expression and, if it is constant, its value to `DIGITS` digits."""

    exact: sp.Expr
    number: sp.Expr | None = None
    level: int = 0


class _Reader:
    """Builds the expression of one string from its syntax tree."""

    def __init__(self, text: str, symbols: Mapping[str, sp.Expr]) -> None:
        self.text = text
        self.symbols = symbols
        self.tokens = tokenize(text)
        self.source = mangle(self.tokens)
        self.budget = Budget()
        self.depth = 0
        self.stand_ins: dict[sp.Basic, sp.Expr] = {}

    def read(self) -> sp.Expr:
        try:
            tree = ast.parse(self.source.text, mode="eval")
        except SyntaxError as error:
            raise self._syntax_error(error) from None
        except MemoryError:  # how CPython's parser reports a syntax tree that is too deep
            raise RecursionError from None
        expression = self._value(tree.body).exact
        check_real(expression, f"the expression {quoted(self.text)}")
        return _renamed(expression, self.stand_ins)

    # --- nodes with a value ----------------------------------------------------------------------

    def _value(self, node: ast.expr) -> _Value:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RecursionError
        value = self._dispatch(node)
        self.depth -= 1
        return value

    def _dispatch(self, node: ast.expr) -> _Value:
        match node:
            case ast.Name():
                return self._leaf(self.tokens[int(node.id[1:])])
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self._chain(node, (ast.Add, ast.Sub), lambda *terms: sp.Add(*terms), sp.Mul)
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self._chain(node, (ast.Mult, ast.Div), lambda *factors: sp.Mul(*factors), sp.Pow)
            case ast.BinOp(op=ast.Pow(), left=left, right=right):
                return self._power(node, self._value(left), self._value(right))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._value(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._build(node, lambda s: -s, self._value(operand))
            case ast.Call(func=ast.Name(), keywords=[]):
                return self._call(node, self.tokens[int(node.func.id[1:])].text)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp() | ast.Constant():
                raise self._refuse(node, "is a condition: conditions stand only in the pairs (value, condition) of Piecewise")
            case ast.Tuple():
                raise self._refuse(node, "holds a comma outside the arguments of a function")
        raise self._refuse(node, "is not part of the language of models")

    def _leaf(self, token: Token) -> _Value:
        if token.kind == "number":
            return self._number(token.text)
        name = token.text
        if name in self.symbols:
            return self._symbol(name)
        if name == "pi":
            return _Value(sp.pi, sp.pi.evalf(DIGITS))
        where = f"in the expression {quoted(self.text)}"
        if name in ("t", "time"):
            raise ModelError(
                f"The symbol {name!r} {where} is not declared, and explicit time is not supported: "
                f"add a state {name} with rate 1."
            )
        if name in FUNCTIONS or name == PIECEWISE:
            raise ModelError(f"The function {name!r} {where} has no arguments: write {name}(...) or declare the name.")
        near = difflib.get_close_matches(name, self.symbols, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise ModelError(f"The symbol {quoted(name)} {where} is neither a state nor a parameter{hint}")

    def _symbol(self, name: str) -> _Value:
        declared = self.symbols[name]
        if declared.is_number:
            return _Value(declared, declared.evalf(DIGITS))
        if declared.is_Symbol and declared.is_extended_real is None:
            # SymPy simplifies |exp(x)| or sqrt(x^2) rightly only if it knows that x is real.
            stand_in = sp.Symbol(name, real=True)
            self.stand_ins[stand_in] = declared
            return _Value(stand_in)
        return _Value(declared)

    def _number(self, text: str) -> _Value:
        if len(text) > _MAX_NUMBER_LENGTH:
            raise ModelError(f"The number {quoted(text)} has more than {_MAX_NUMBER_LENGTH} characters.")
        approximate = float(text)
        if approximate == 0 and not text.lower().partition("e")[0].strip("0."):
            return _Value(sp.S.Zero, sp.Float(0, DIGITS))
        # Checked before the exact conversion, which would write out a power of ten.
        if approximate in (0.0, float("inf")):
            raise ModelError(
                f"The number {quoted(text)} in the expression {quoted(self.text)} is outside the range of double precision."
            )
        fraction = Fraction(text)
        self.budget.pay_numbers(fraction.numerator.bit_length() + fraction.denominator.bit_length())
        return _Value(sp.Rational(fraction.numerator, fraction.denominator), sp.Float(approximate, DIGITS))

    def _chain(
        self,
        node: ast.BinOp,
        operators: tuple[type[ast.operator], type[ast.operator]],
        join: Callable[..., sp.Expr],
        invert: Callable[[sp.Expr, int], sp.Expr],
    ) -> _Value:
        """Build a + b - c + ... or a * b / c * ... at once: term by term would take quadratic time."""
        plain, inverse = operators
        operands: list[tuple[ast.expr, bool]] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, plain | inverse):
            operands.append((left.right, isinstance(left.op, inverse)))
            left = left.left
        operands.append((left, False))
        operands.reverse()
        values = [self._value(operand) for operand, _ in operands]
        inverted = [flag for _, flag in operands]
        if plain is ast.Mult:
            self.budget.pay_product([value.exact for value in values])

        def make(*parts: sp.Expr) -> sp.Expr:
            return join(*(invert(p, -1) if flag else p for p, flag in zip(parts, inverted, strict=True)))

        return self._build(node, make, *values)

    def _power(self, node: ast.expr, base: _Value, exponent: _Value) -> _Value:
        self._admit_power(node, base.exact, exponent.exact)
        self.budget.pay_call([base.exact, exponent.exact], compares=False)
        return self._build(node, sp.Pow, base, exponent, weight=0 if exponent.exact.is_Integer else 1)

    def _call(self, node: ast.Call, name: str) -> _Value:
        if name == PIECEWISE:
            return self._piecewise(node)
        function = FUNCTIONS.get(name)
        if function is None:
            raise self._unknown_function(name)
        if not 1 <= len(node.args) <= function.most:
            expected = "1" if function.most == 1 else f"1 to {function.most}"
            raise ModelError(
                f"{name} takes {expected} argument{'s' if function.most > 1 else ''}, not {len(node.args)}, "
                f"in the expression {quoted(self.text)}."
            )
        arguments = [self._value(argument) for argument in node.args]
        self.budget.pay_call([argument.exact for argument in arguments], compares=function.compares)
        if name == "exp":
            for base, exponent in hidden_powers(arguments[0].exact):
                self._admit_power(node, base, exponent)
        return self._build(node, function.build, *arguments, weight=function.weight)

    def _unknown_function(self, name: str) -> ModelError:
        where = f"in the expression {quoted(self.text)}"
        if name in self.symbols or name == "pi":
            return ModelError(f"{name!r} {where} is no function: a product is written {name}*(...).")
        near = difflib.get_close_matches(name, [*FUNCTIONS, PIECEWISE], 1)
        hint = f"; did you mean {near[0]}?" if near else "."
        return ModelError(f"The function {quoted(name)} {where} is not known{hint}")

    # --- conditions ------------------------------------------------------------------------------

    def _piecewise(self, node: ast.Call) -> _Value:
        pairs = []
        for argument in node.args:
            if not isinstance(argument, ast.Tuple) or len(argument.elts) != 2:
                raise self._refuse(argument, "is no pair (value, condition) of Piecewise")
            value, condition = argument.elts
            pairs.append((self._value(value).exact, self._condition(condition)))
        conditions = [condition for _, condition in pairs]
        comparisons = sum(len(sp.Or(c).atoms(sp.core.relational.Relational)) for c in conditions)
        values = {value for value, _ in pairs}
        if comparisons > _MAX_COMPARISONS and len(values) < len(pairs):
            raise self._refuse(node, f"has more than {_MAX_COMPARISONS} comparisons and a value that stands twice")
        if sp.Or(*conditions) is not sp.true:
            raise self._refuse(node, "leaves cases open: end it with a pair (value, True)")
        # The conditions cover everything, so the last one holds wherever the others do not.
        pairs[-1] = (pairs[-1][0], sp.true)
        return self._checked(node, self._attempt(node, sp.Piecewise, pairs), None, 0)

    def _condition(self, node: ast.expr) -> Boolean:
        match node:
            case ast.Constant(value=bool()):
                return sp.true if node.value else sp.false
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return sp.Not(self._condition(operand))
            case ast.BoolOp(op=ast.And()):
                return sp.And(*map(self._condition, node.values))
            case ast.BoolOp(op=ast.Or()):
                return sp.Or(*map(self._condition, node.values))
            case ast.Compare():
                operands = [self._value(operand) for operand in (node.left, *node.comparators)]
                return sp.And(*(self._comparison(node, op, *pair) for op, pair in zip(node.ops, zip(operands, operands[1:]))))
        raise self._refuse(node, "is no condition: expected a comparison, and, or, not, True or False")

    def _comparison(self, node: ast.expr, operator: ast.cmpop, left: _Value, right: _Value) -> Boolean:
        compare = _COMPARISONS.get(type(operator))
        if compare is None:
            raise self._refuse(node, "is no comparison that models know")
        if left.exact.has(sp.Piecewise) or right.exact.has(sp.Piecewise):
            # SymPy would multiply out all cases of both sides.
            raise self._refuse(node, "compares a Piecewise or relu, which a condition cannot")
        self.budget.pay_call([left.exact, right.exact], compares=True)
        if self.budget.exhausted:
            raise self._refuse(node, "is too large to be worked out")
        return self._attempt(node, compare, (left.exact, right.exact))

    # --- building, with all checks ---------------------------------------------------------------

    def _build(self, node: ast.expr, make: Callable[..., sp.Expr], *parts: _Value, weight: int = 0) -> _Value:
        """Build an expression; a constant first in floating point, so that nothing huge is evaluated exactly."""
        level = max(part.level for part in parts)
        if weight:
            level += weight if all(part.exact.is_extended_real for part in parts) else weight + 2
        if level > MAX_LEVEL:
            raise self._refuse(node, "nests functions too deeply")
        number = None
        if all(part.number is not None for part in parts):
            number = self._attempt(node, make, [part.number for part in parts]).evalf(DIGITS)
            self._require(node, range_fault(number))
        if self.budget.exhausted:
            raise self._refuse(node, "is too large to be worked out")
        return self._checked(node, self._attempt(node, make, [part.exact for part in parts]), number, level)

    def _checked(self, node: ast.expr, exact: sp.Expr, number: sp.Expr | None, level: int) -> _Value:
        self._require(node, self.budget.fault(exact))
        if any(part in INFINITE for part in (exact, *exact.args)):
            raise self._refuse(node, "is not finite")
        if exact.is_number and (number is None or exact.is_Rational):
            number = exact.evalf(DIGITS)
            self._require(node, range_fault(number))
        return _Value(exact, number, level)

    def _attempt(self, node: ast.expr, make: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        try:
            return make(*arguments)
        except _SYMPY_REFUSES as error:
            raise self._refuse(node, "cannot be evaluated as a real number") from error

    def _admit_power(self, node: ast.expr, base: sp.Expr, exponent: sp.Expr) -> None:
        self._require(node, power_fault(base, exponent))
        self.budget.pay_power(base, exponent)
        if self.budget.exhausted:
            raise self._refuse(node, "is too large to be worked out")

    def _require(self, node: ast.expr, fault: str | None) -> None:
        if fault is not None:
            raise self._refuse(node, fault)

    def _refuse(self, node: ast.expr, reason: str) -> ModelError:
        first = self.source.begins[node.col_offset]
        last = self.source.ends[node.end_col_offset or 0]
        part = self.text[first.start : last.stop]
        whole = f" in the expression {quoted(self.text)}" if part.strip() != self.text.strip() else ""
        return ModelError(f"{quoted(part)}{whole} {reason}.")

    def _syntax_error(self, error: SyntaxError) -> ModelError:
        column = (error.offset or 0) - 1
        token = self.source.begins.get(column)
        reason = f"{token.text!r} stands where it makes no sense" if token else "it is incomplete"
        return ModelError(f"{quoted(self.text)} is not an expression: {reason}.")
