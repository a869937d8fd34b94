"""The system that a report is about, rebuilt from the texts of its declaration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

import sympy as sp

from dynbench.errors import InputError, ModelError
from dynbench.symbolic.parsing import parse_expression
from dynbench.verification.document import Field
from dynbench.verification.evaluation import Evaluator

__all__ = ["Declared", "read_declaration"]

_MOST_STATES = 256


class Declared:
    """A flow or a map as its report declares it, in real symbols.

    Parameters
    ----------
    kind : "flow" or "map"
        How the equations are meant.
    names : sequence of str
        The names of the states.
    states : sequence of sympy symbols
        Their symbols.
    values : dict
        Exact values of the parameters, by symbol.
    rhs : sequence of sympy expressions
        The equations, parameters symbolic.
    symbols : dict
        The words that texts of the report may use, and their symbols.
    """

    def __init__(
        self,
        kind: Literal["flow", "map"],
        names: Sequence[str],
        states: Sequence[sp.Symbol],
        values: dict[sp.Symbol, sp.Expr],
        rhs: Sequence[sp.Expr],
        symbols: dict[str, sp.Symbol],
    ) -> None:
        self.kind = kind
        self.names = tuple(names)
        self.states = tuple(states)
        self.values = values
        self.rhs = tuple(rhs)
        self.symbols = symbols

    @property
    def dimension(self) -> int:
        """The number of states."""
        return len(self.states)

    @property
    def is_map(self) -> bool:
        """Whether it is a map."""
        return self.kind == "map"

    @property
    def is_affine(self) -> bool:
        """Whether all second derivatives are seen to vanish."""
        return all(f.diff(a, b) == 0 for f in self.exact_rhs for a in self.states for b in self.states)

    @cached_property
    def exact_rhs(self) -> tuple[sp.Expr, ...]:
        """The equations with the exact values of the parameters."""
        return tuple(e.subs(self.values) for e in self.rhs)

    @cached_property
    def residual(self) -> tuple[sp.Expr, ...]:
        """G with the exact values: F for a flow, F - id for a map. Its zeros are the fixed points."""
        if not self.is_map:
            return self.exact_rhs
        return tuple(e - s for e, s in zip(self.exact_rhs, self.states, strict=True))

    @cached_property
    def symbolic_residual(self) -> tuple[sp.Expr, ...]:
        """G with parameters symbolic."""
        return tuple(e - s if self.is_map else e for e, s in zip(self.rhs, self.states, strict=True))

    @cached_property
    def G(self) -> Evaluator:
        """Evaluates G and its Jacobian."""
        return Evaluator(self.residual, self.states)

    @cached_property
    def F(self) -> Evaluator:
        """Evaluates F and its Jacobian, whose eigenvalues decide on stability."""
        return Evaluator(self.exact_rhs, self.states)

    def read(self, text: str) -> sp.Expr:
        """An expression of the report. What a jump contributes to a derivative (``Jump(g)``) is 0 off its jumps.

        Raises
        ------
        ModelError
            If the text is no expression in the names declared.
        """
        return parse_expression(_without_jumps(text), self.symbols)

    def read_number(self, text: str) -> sp.Expr:
        """A number of the report: an expression without names.

        Raises
        ------
        ModelError
            If the text is no such expression.
        """
        return parse_expression(text, {})


def read_declaration(system: Field) -> Declared:
    """Rebuild the system from the key ``system`` of a report; nothing is executed.

    Raises
    ------
    InputError
        If a key is missing or malformed, or an equation cannot be read.
    """
    names = system["states"].texts()
    if not 1 <= len(names) <= _MOST_STATES or len(set(names)) != len(names):
        raise InputError(f"system.states holds {len(names)} names; expected 1 to {_MOST_STATES}, all different.")
    parameters = system["parameters"]
    token_of = _aliases(system)
    everything = [*names, *parameters.keys()]
    if len(set(everything)) != len(everything):
        raise InputError("system.parameters holds the name of a state.")
    symbols = {token_of.get(name, name): sp.Symbol(token_of.get(name, name), real=True) for name in everything}
    if len(symbols) != len(everything):
        raise InputError("system.aliases gives one name to two symbols.")
    values = {symbols[token_of.get(n, n)]: _number(parameters[n]) for n in parameters.keys()}  # noqa: SIM118
    equations = system["equations"]
    if set(equations.keys()) != set(names):
        raise InputError("system.equations does not hold one equation for each state.")
    rhs = [_expression(equations[name], symbols) for name in names]
    states = [symbols[token_of.get(name, name)] for name in names]
    kind = system["kind"].choice("flow", "map")
    return Declared("map" if kind == "map" else "flow", names, states, values, rhs, symbols)


def _aliases(system: Field) -> dict[str, str]:
    """Name -> the word that stands for it in texts."""
    field = system.get("aliases")
    if field is None:
        return {}
    return {field[token].text(): token for token in field.keys()}  # noqa: SIM118


def _expression(field: Field, symbols: dict[str, sp.Symbol]) -> sp.Expr:
    try:
        return parse_expression(field.text(), symbols)
    except ModelError as error:
        raise InputError(f"{field.path} cannot be read: {error}") from None


def _number(field: Field) -> sp.Expr:
    value = _expression(field, {})
    if not (value.is_real and value.is_finite):
        raise InputError(f"{field.path} is {field.text()[:60]}; expected a finite real number.")
    return value


def _without_jumps(text: str) -> str:
    """Put 0 for every ``Jump(...)``, brackets matched."""
    while (start := re.search(r"\bJump\(", text)) is not None:
        depth, end = 1, start.end()
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        text = f"{text[: start.start()]}0{text[end:]}"
    return text
