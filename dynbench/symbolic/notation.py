"""Expressions as text that reads back as the same expression, whatever the symbols are called.

The text is what `dynbench.symbolic.parsing` reads, so that a file of such text can be read without executing it. A
symbol keeps its name where the parser takes it for that symbol; any other (``<script>``, ``and``, ``pi``) gets a
token, and `Notation.aliases` says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

import sympy as sp
from sympy.core.relational import Relational
from sympy.printing.str import StrPrinter

from dynbench.errors import ModelError
from dynbench.symbolic.parsing import check_name, parse_expression

__all__ = ["Notation"]

#: Names that mean a number to the parser where they are not declared; a text holds both meanings apart by a token.
_CONSTANTS = ("pi", "E", "I", "oo", "nan", "zoo")
_RELATIONS = {"==": sp.Eq, "!=": sp.Ne, "<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge}
_RELATION = re.compile(r" (==|!=|<=|>=|<|>) ")


class Notation:
    """How the symbols of one system are written.

    Parameters
    ----------
    symbols : iterable of sympy symbols
        All that may occur, names distinct.
    """

    def __init__(self, symbols: Iterable[sp.Symbol]) -> None:
        self._symbols = tuple(symbols)

    @cached_property
    def tokens(self) -> dict[sp.Symbol, str]:
        """Symbol -> what stands for it in a text."""
        taken = {s.name for s in self._symbols}
        fresh = (f"s{i}" for i in range(2 * len(taken) + 1) if f"s{i}" not in taken)
        return {s: s.name if _readable(s.name) else next(fresh) for s in self._symbols}

    @property
    def aliases(self) -> dict[str, str]:
        """Token -> name, for the symbols whose name is not what stands for them."""
        return {token: s.name for s, token in self.tokens.items() if token != s.name}

    def write(self, expression: sp.Basic) -> str:
        """The text of an expression or of a relation, evaluated no further."""
        printer = _Printer(self.tokens)
        return str(printer.relation(expression) if isinstance(expression, Relational) else printer.doprint(expression))

    def read(self, text: str) -> sp.Expr:
        """The expression of a text.

        Raises
        ------
        ModelError
            If the text is no expression in these symbols.
        """
        return parse_expression(text, {token: s for s, token in self.tokens.items()})

    def read_relation(self, text: str) -> sp.Basic:
        """The relation of a text such as ``x + 1 != 0``.

        Raises
        ------
        ModelError
            If the text is no relation between two expressions in these symbols.
        """
        parts = _RELATION.split(text)
        if len(parts) != 3:
            raise ModelError(
                f"{text!r:.60} is no relation; expected two expressions with one of {', '.join(_RELATIONS)}."
            )
        left, sign, right = parts
        return _RELATIONS[sign](self.read(left), self.read(right), evaluate=False)


def _readable(name: str) -> bool:
    try:
        check_name(name, "state")
    except ModelError:
        return False
    return name not in _CONSTANTS and name.isascii()


class _Printer(StrPrinter):
    """SymPy's text, with tokens for symbols and with e as the parser knows it."""

    def __init__(self, tokens: dict[sp.Symbol, str]) -> None:
        super().__init__()
        self._tokens = tokens

    def _print_Symbol(self, symbol: sp.Symbol) -> str:
        return self._tokens.get(symbol, symbol.name)

    def _print_Exp1(self, _: sp.Expr) -> str:
        return "exp(1)"

    def relation(self, relation: Relational) -> str:
        """Left side, sign and right side, without parentheses."""
        sign = next(sign for sign, kind in _RELATIONS.items() if isinstance(relation, kind))
        return f"{self.doprint(relation.lhs)} {sign} {self.doprint(relation.rhs)}"

    def _print_Relational(self, relation: Relational) -> str:
        return f"({self.relation(relation)})"

    def _print_Not(self, condition: sp.Not) -> str:
        return f"(not {self._print(condition.args[0])})"

    def _print_And(self, condition: sp.And) -> str:
        return f"({' and '.join(sorted(map(self._print, condition.args)))})"

    def _print_Or(self, condition: sp.Or) -> str:
        return f"({' or '.join(sorted(map(self._print, condition.args)))})"
