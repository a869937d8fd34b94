"""Lyapunov functions, from their texts alone: the rate of change, its sign, and what is said to follow.

The sign is shown of the right side of the proof's identity, which is proved to be the rate: term by term a product of
squares and of factors of known sign. A strict function needs besides that F = 0 wherever all that is squared is 0: each
F_i is a continuous function times one of the squared functions, or the squared functions are L F with L constant and
invertible, whose entries are found by enclosures at random points and proved by identities.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

import sympy as sp
from flint import arb, arb_mat, fmpq

from dynbench.errors import InputError, ModelError
from dynbench.verification.conserved import (
    change_along_orbits,
    check_function,
    check_proof,
    facts,
    special_values,
)
from dynbench.verification.declaration import Declared
from dynbench.verification.document import Field
from dynbench.verification.domains import Domain
from dynbench.verification.enclosure import Enclosure
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.identities import vanish
from dynbench.verification.ledger import Ledger
from dynbench.verification.records import Outcome

__all__ = ["check_lyapunov"]

_KINDS = ("Lyapunov function", "strict Lyapunov function")
_TRIES = 12
#: Doubles as weights make long rational numbers of it; 512 bits tell those of 200 apart.
_LARGEST_DENOMINATOR = 2**200
#: What a conclusion says that needs a proof of its own where the function is not strict.
_NO_CYCLE = "so there is no periodic orbit"


def check_lyapunov(system: Declared, functions: Field, ledger: Ledger, elsewhere: frozenset[int] = frozenset()) -> None:
    """Check each Lyapunov function of a flow but those that were checked `elsewhere`."""
    functions["scope"].text()
    functions["stopped"].text()
    for field in (f for k, f in enumerate(functions["found"].items()) if k not in elsewhere):
        text, kind = field["expression"].text(), field["kind"].choice(*_KINDS)
        field["method"].text()
        claim, assumptions = f"{text:.60} is a {kind}", field["assumptions"].texts()
        try:
            function, stated = system.read(text), system.read(field["lie_derivative"].text())
            equal, detail = special_values(system, assumptions)
            domain = Domain(system.states, list(facts(system, assumptions)))
        except ModelError as error:
            ledger.add(claim, Outcome.FAILS, str(error))
            continue
        if system.is_map or detail:
            ledger.add(claim, Outcome.FAILS, detail or "the system is a map")
            continue
        change = change_along_orbits(system, function)
        ledger.add(f"the change of {text:.60} along orbits as stated", *vanish([stated - change]))
        held = check_proof(system, field["proof"], equal, f"{text:.60}", ledger)
        check_function(system, function, assumptions, ledger)
        _check_conditions(system, domain, text, ledger)
        right = held[0][1] if held else None
        if right is None or not ledger.add(
            f"the proof is about the change of {text:.60}", *vanish([held[0][0] - change.subs(equal)])
        ):
            ledger.add(claim, Outcome.NOT_ESTABLISHED, "no identity shows the sign of its change")
            continue
        parts = _squared(right.subs(system.values), domain)
        if not ledger.prove(claim, parts is not None, "its change is not shown to have one sign") or parts is None:
            continue
        if kind == _KINDS[1]:
            at_rest = _vanish_at_rest_only(system, parts, domain)
            ledger.prove(f"{text:.60} is constant at fixed points only", at_rest, "its change may vanish elsewhere")
        elif _NO_CYCLE in field["proof"]["conclusion"].text():
            ledger.prove(f"{text:.60} is constant along no cycle", _rest_only(system, parts), "that is not shown")


def _check_conditions(system: Declared, domain: Domain, text: str, ledger: Ledger) -> None:
    """Assumptions about parameters alone are for their values to meet; those about states, for some state."""
    met = domain.is_met()
    ledger.prove(f"the assumptions about {text:.60} can be met", met, "no state that meets them was found")


def _squared(right: sp.Expr, domain: Domain) -> list[tuple[sp.Expr, bool]] | None:
    """For each term of a sum that is nowhere positive what is squared in it, and whether the rest is never 0."""
    found = []
    for term in sp.Add.make_args(right):
        sign, part, strict = 1, sp.S.One, True
        for factor in _paired(sp.Mul.make_args(term)):
            base, power = factor.as_base_exp()
            if power.is_Integer and power > 0 and power % 2 == 0 and base.free_symbols:
                part *= base ** (power // 2)
            elif domain.is_nonnegative(factor):
                strict = strict and domain.is_positive(factor)
            elif domain.is_nonnegative(-factor):
                sign, strict = -sign, strict and domain.is_positive(-factor)
            else:
                return None
        if sign > 0:
            return None
        found.append((part, strict))
    return found


def _paired(factors: Sequence[sp.Expr]) -> list[sp.Expr]:
    """The factors of a product, those that are multiples of one another brought together as a number and a square."""
    rest, found = list(factors), []
    while rest:
        factor = rest.pop()
        other = next((g for g in rest if factor.is_Add and g.is_Add and sp.cancel(factor / g).is_Rational), None)
        if other is None:
            found.append(factor)
        else:
            rest.remove(other)
            found += [sp.cancel(factor / other), other**2]
    return found


def _vanish_at_rest_only(system: Declared, parts: Sequence[tuple[sp.Expr, bool]], domain: Domain) -> bool:
    """Whether F = 0 is shown wherever all parts are 0."""
    if not all(strict for _, strict in parts):
        return False
    squared = [part for part, _ in parts]
    rest = [f for f in system.exact_rhs if f != 0 and not any(_is_multiple(f, part, domain) for part in squared)]
    return not rest or _is_regular_combination(system, squared)


def _is_multiple(f: sp.Expr, part: sp.Expr, domain: Domain) -> bool:
    ratio = sp.cancel(sp.together(f / part))
    return not domain.doubt(ratio)


def _is_regular_combination(system: Declared, parts: Sequence[sp.Expr]) -> bool:
    """Whether parts = L F with a constant matrix L of full rank n."""
    n = system.dimension
    matrix = _constant_matrix(system, parts)
    if matrix is None or matrix.rank() != n:
        return False
    residues = list(sp.Matrix(parts) - matrix * sp.Matrix(system.exact_rhs))
    return vanish(residues)[0] is Outcome.HOLDS


def _constant_matrix(system: Declared, parts: Sequence[sp.Expr]) -> sp.Matrix | None:
    """L with parts = L F at n random points, of rational numbers of small height; None where there is none."""
    n, stream = system.dimension, random.Random(20240503)
    try:
        evaluator = Evaluator([*system.exact_rhs, *parts], system.states)
    except InputError:
        return None
    for _ in range(_TRIES):
        rows = []
        for _ in range(n):
            point = [Fraction(stream.randint(-2500, 2500), 997) for _ in range(n)]
            values = evaluator.values([Enclosure.of(arb(fmpq(v.numerator, v.denominator))) for v in point])
            if not all(v.continuous and v.finite for v in values):
                break
            rows.append([v.ball() for v in values])
        if len(rows) < n:
            continue
        try:
            solved = arb_mat([r[:n] for r in rows]).solve(arb_mat([r[n:] for r in rows]))
        except ZeroDivisionError:
            continue
        numbers = [[_rational(solved[j, i]) for j in range(n)] for i in range(len(parts))]
        return sp.Matrix(numbers)
    return None


def _rational(ball: arb) -> sp.Rational:
    """A rational number of small height near a ball; whether it is the right one is decided by an identity."""
    numerator, denominator = ball.mid().man_exp()
    exact = Fraction(int(numerator)) * Fraction(2) ** int(denominator)
    near = exact.limit_denominator(_LARGEST_DENOMINATOR)
    return sp.Rational(near.numerator, near.denominator)


def _rest_only(system: Declared, parts: Sequence[tuple[sp.Expr, bool]]) -> bool:
    """Whether a solution along which all parts stay 0 is shown to be at rest.

    A part that is a nonzero number times a power of a state holds that state at 0, and so its rate is 0 as well.
    """
    zero: dict[sp.Symbol, sp.Expr] = {}
    waiting = [part for part, strict in parts if strict]
    while waiting:
        part = sp.factor(waiting.pop().subs(zero))
        base = part.as_independent(*system.states, as_Add=False)[1].as_base_exp()[0]
        if part != 0 and base in system.states:
            zero[base] = sp.S.Zero
            waiting.append(system.exact_rhs[system.states.index(base)])
    moving = [f for s, f in zip(system.states, system.exact_rhs, strict=True) if s not in zero]
    return vanish([f.subs(zero) for f in moving])[0] is Outcome.HOLDS
