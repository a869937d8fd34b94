"""Conserved quantities: the change along orbits, the identities of the proof, the domain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import sympy as sp

from dynbench.errors import ModelError
from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.domains import Domain, Fact
from dynbench.verification.identities import vanish
from dynbench.verification.ledger import Ledger
from dynbench.verification.records import Outcome

__all__ = [
    "change_along_orbits",
    "check_function",
    "check_invariants",
    "check_nearly",
    "check_proof",
    "facts",
    "special_values",
]


def check_invariants(
    system: Declared, invariants: Field, ledger: Ledger, elsewhere: frozenset[int] = frozenset()
) -> list[sp.Expr]:
    """Check each conserved quantity but those `elsewhere`; returns those proved again, at the parameters' values."""
    proved = []
    invariants["scope"].text()
    invariants["stopped"].text()
    for field in (f for k, f in enumerate(invariants["found"].items()) if k not in elsewhere):
        text = field["expression"].text()
        kind = field["kind"].text()
        field["method"].text()
        claim = f"{text:.60} is a {kind}"
        try:
            expression, stated = system.read(text), system.read(field["lie_derivative"].text())
            equal, detail = special_values(system, field["assumptions"].texts())
        except ModelError as error:
            ledger.add(claim, Outcome.FAILS, str(error))
            continue
        change = change_along_orbits(system, expression)
        first = ledger.add(f"the change of {text:.60} along orbits as stated", *vanish([stated - change]))
        check_proof(system, field["proof"], equal, f"{text:.60}", ledger)
        if detail:
            ledger.add(claim, Outcome.FAILS, detail)
        elif kind != "conserved quantity":
            ledger.add(claim, Outcome.FAILS, "it is listed among the conserved quantities")
        elif ledger.add(claim, *vanish([change.subs(equal)])):
            well = check_function(system, expression, field["assumptions"].texts(), ledger)
            if first and well:
                proved.append(expression)
    return proved


def check_nearly(system: Declared, invariants: Field, ledger: Ledger, elsewhere: frozenset[int] = frozenset()) -> None:
    """Check the bounds of what is nearly conserved, but those `elsewhere`: the rate is enclosed over all states."""
    for field in (f for k, f in enumerate(invariants["nearly"].items()) if k not in elsewhere):
        text, rate = field["expression"].text(), field["rate"].text()
        field["method"].text()
        field["proof"]["conclusion"].text()
        claim = f"|dH/dt| <= {rate:.40} for H = {text:.60}"
        try:
            function, bound = system.read(text), system.read(rate)
        except ModelError as error:
            ledger.add(claim, Outcome.FAILS, str(error))
            continue
        change = change_along_orbits(system, function).replace(sp.sinh, lambda u: sp.tanh(u) * sp.cosh(u))
        slow = [bound - sp.expand(sign * change.subs(system.values)) for sign in (1, -1)]
        domain = Domain(system.states, [])
        held = all(domain.is_nonnegative(e.subs(system.values)) for e in slow)
        ledger.prove(claim, held and not system.is_map, "no enclosure of the rate over all states shows it")


def check_proof(
    system: Declared, proof: Field, equal: dict[sp.Symbol, sp.Expr], what: str, ledger: Ledger
) -> list[tuple[sp.Expr, sp.Expr]]:
    """Check the identities of a proof, parameters in `equal` replaced; returns those that hold."""
    proof["where"].text()
    proof["conclusion"].text()
    held = []
    for k, sides in enumerate(proof["identities"].items()):
        claim = f"identity {k + 1} in the proof about {what}"
        try:
            left, right = (system.read(text).subs(equal) for text in sides.texts(2))
        except ModelError as error:
            ledger.add(claim, Outcome.FAILS, str(error))
            continue
        if ledger.add(claim, *vanish([left - right])):
            held.append((left, right))
    return held


def check_function(system: Declared, expression: sp.Expr, assumptions: Sequence[str], ledger: Ledger) -> bool:
    """Check that a function depends on the state, and is continuous where its assumptions hold."""
    varies = _check_varies(system, expression, ledger)
    return _check_continuous(system, expression, assumptions, ledger) and varies


def _check_varies(system: Declared, expression: sp.Expr, ledger: Ledger) -> bool:
    """A function that is constant, or constant in pieces, is no conserved quantity worth stating."""
    bound = expression.subs(system.values)
    outcome, _ = vanish([bound.diff(s).replace(sp.DiracDelta, lambda *_: sp.S.Zero) for s in system.states])
    claim = f"{expression!s:.60} depends on the state"
    if outcome is Outcome.HOLDS:
        return ledger.add(claim, Outcome.FAILS, "it is constant, at least in pieces")
    return ledger.prove(claim, outcome is Outcome.FAILS, "it is not shown to")


def _check_continuous(system: Declared, expression: sp.Expr, assumptions: Sequence[str], ledger: Ledger) -> bool:
    """Off jumps its derivative is shown to be 0: that is enough for a function that has none."""
    claim = f"{expression!s:.60} is defined and continuous where its assumptions hold"
    try:
        domain = Domain(system.states, list(facts(system, assumptions)))
    except ModelError as error:
        return ledger.add(claim, Outcome.FAILS, str(error))
    if not domain.is_met():
        return ledger.add(claim, Outcome.NOT_ESTABLISHED, "no state that meets the assumptions was found")
    doubt = domain.doubt(expression.subs(system.values))
    if system.is_map:
        # What F jumps over, I may jump over too: I(F(x)) = I(x) is shown off the jumps of both.
        steps = [f for f in system.exact_rhs if f.has(sp.Piecewise, sp.sign, sp.Heaviside)]
        doubt = doubt or next((d for f in steps if (d := domain.doubt(f))), "")
    return ledger.prove(claim, not doubt, doubt)


def facts(system: Declared, assumptions: Sequence[str]) -> Iterator[Fact]:
    """The assumptions about the state; those about parameters alone are for their values to meet."""
    for text in assumptions:
        match = re.fullmatch(r"(.+) (!=|>=|<=|>|<) (.+)", text)
        if match is not None:
            left, right = (system.read(side).subs(system.values) for side in match.group(1, 3))
            yield Domain.fact(left, match.group(2), right)


def change_along_orbits(system: Declared, expression: sp.Expr) -> sp.Expr:
    """grad H . F for a flow, H(F) - H for a map."""
    if system.is_map:
        return expression.xreplace(dict(zip(system.states, system.rhs, strict=True))) - expression
    return sum((expression.diff(s) * f for s, f in zip(system.states, system.rhs, strict=True)), sp.S.Zero)


def special_values(system: Declared, assumptions: Sequence[str]) -> tuple[dict[sp.Symbol, sp.Expr], str]:
    """The parameter values at which alone an identity is stated to hold, and why they are not those of the system.

    Other assumptions (``x > 0``, ``x + 1 != 0``) say where the expressions are defined: see `_check_continuous`.
    """
    equal: dict[sp.Symbol, sp.Expr] = {}
    for text in assumptions:
        left, sign, right = text.partition(" == ")
        if not sign:
            continue
        symbol, value = system.read(left), system.read(right)
        if symbol not in system.values:
            return {}, f"{text} is assumed, and {left} is no parameter"
        if sp.simplify(system.values[symbol] - value) != 0:
            return {}, f"{text} is assumed, but {left} is {system.values[symbol]}"
        equal[symbol] = value
    return equal, ""
