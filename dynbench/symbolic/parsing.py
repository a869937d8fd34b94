"""Model strings to SymPy expressions, by a whitelist over Python's `ast`; nothing of a string is ever executed.

A string is split into tokens, every number and name is replaced by a placeholder (`dynbench.symbolic._lexer`),
Python's parser turns the rest into a syntax tree, and a reader builds SymPy objects for the few kinds of nodes that
it knows (`dynbench.symbolic._reader`). There is no ``eval``, no ``compile`` to code, no ``sympify`` of a string, and
no attribute is looked up by a name of the user's. What could take unbounded time or memory (towers of powers, huge
literals, deep nesting) is refused before SymPy sees it (`dynbench.symbolic._limits`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from dynbench.errors import ModelError
from dynbench.symbolic._lexer import RESERVED, quoted
from dynbench.symbolic._limits import TooLarge
from dynbench.symbolic._reader import Reader
from dynbench.symbolic.realness import check_real

__all__ = ["RESERVED", "check_name", "check_real", "parse_expression"]


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

    Notes
    -----
    The limits on work leave room for what models hold: a few thousand terms and factors, exponents up to 100, degrees
    up to 1000, and around a dozen functions inside each other, fewer where they are relu, Max, abs or hyperbolic
    functions of what may not be real. A Piecewise or relu cannot stand within a condition.

    Examples
    --------
    >>> import sympy as sp
    >>> x, rate = sp.symbols("x lambda")
    >>> parse_expression("0.1 - lambda*x^2", {"x": x, "lambda": rate})
    -lambda*x**2 + 1/10
    """
    if not isinstance(text, str):
        raise ModelError(f"An expression must be a string, not {type(text).__name__}.")
    reader = Reader(text, symbols)
    try:
        expression = reader.read()
        check_real(expression, f"the expression {quoted(text)}")
        return _renamed(expression, reader.stand_ins)
    except (TooLarge, RecursionError):
        raise ModelError(f"The expression {quoted(text)} is too large or too deeply nested to be worked out.") from None


def check_name(name: str, what: str) -> None:
    """Check that a name can be declared, so that model strings can use it.

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
    """Replace symbols and evaluate nothing: of symbols that may be complex, SymPy makes re(x), or nothing for hours.

    `names` serves as the memory of what is done, and grows.
    """
    if expression not in names:
        if expression.args:
            arguments = [_renamed(argument, names) for argument in expression.args]
            options = {} if isinstance(expression, sp.Tuple) else {"evaluate": False}
            names[expression] = expression.func(*arguments, **options)
        else:
            names[expression] = expression
    return names[expression]
