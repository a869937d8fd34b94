"""The record of a Lyapunov function whose rate of change is minus a sum of squares, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import sympy as sp

from dynbench.invariants.algebra.derivatives import gradient_of, lie_derivative
from dynbench.invariants.algebra.potentials import domain, same
from dynbench.invariants.algebra.signs import is_positive
from dynbench.invariants.records import Invariant, InvariantKind, Proof

__all__ = ["lyapunov_record"]

#: What a strict function rules out: it would have to come back to a value that it has left for good.
_STRICT = (
    "The right side is negative except at fixed points, so V decreases along every solution that is not at rest: "
    "there is no periodic orbit{there}, and every limit point{there} of a solution{stays} is a fixed point."
)
_REST = (
    "The right side is nowhere positive, so V never increases: a periodic orbit{there}, and every limit point{there} "
    "of a solution{stays}, lies where {zero} (LaSalle)"
)


def lyapunov_record(
    function: sp.Expr,
    states: Sequence[sp.Symbol],
    rates: Sequence[sp.Expr],
    terms: Sequence[tuple[sp.Expr, sp.Expr]],
    *,
    strict: bool,
    reason: str,
    fixed: Mapping[sp.Symbol, sp.Expr],
    method: str,
    assumptions: Sequence[sp.Basic] = (),
    at: Mapping[sp.Symbol, sp.Expr] = MappingProxyType({}),
) -> Invariant | None:
    """A Lyapunov function with dV/dt = - sum d l^2; None where that is not an identity.

    Parameters
    ----------
    function : sympy expression
        V.
    states, rates : sequences
        The flow, with the parameters of `fixed` replaced.
    terms : sequence of (d, l)
        A positive factor each and what is squared. A factor in the parameters is positive at their values, and an
        assumption of the record.
    strict : bool
        Whether all l vanish at fixed points only.
    reason : str
        Why V was tried, for the proof.
    fixed : mapping
        The parameters that have a value in the proof.
    method : str
        The name of the method.
    assumptions : sequence of sympy relations
        Further ones, about the states.
    at : mapping
        Parameter -> value, where the sign of a factor that holds states and parameters rests on their signs.
    """
    # Terms that vanish identically show nothing, and a function that is constant along all solutions falls nowhere.
    terms = [(d, part) for d, part in terms if not same([part], [sp.S.Zero], states)]
    gradient = gradient_of(function, states)
    change = lie_derivative(gradient, rates)
    right = sp.Add(*(-d * part**2 for d, part in terms))
    if not terms or not same([change], [right], states):
        return None
    scales = (sp.factor(d).as_independent(*states, as_Add=False)[0] for d, _ in terms)
    signs = dict.fromkeys(
        (
            *(sp.Gt(sp.expand(d / abs(d.as_coeff_Mul()[0])), 0, evaluate=False) for d in scales if d.free_symbols),
            *(sign for d, _ in terms if d.has_free(*states) for sign in _signs(d, states, at, assumptions)),
        )
    )
    about_states = list(dict.fromkeys((*(r for r in domain(function) if r.has_free(*states)), *assumptions)))
    local = {"there": " where that holds" if about_states else "", "stays": " that stays there" if about_states else ""}
    return Invariant(
        expression=function,
        kind=InvariantKind.STRICT_LYAPUNOV if strict else InvariantKind.LYAPUNOV,
        proof=Proof(
            identities=(sp.Eq(change, right, evaluate=False),),
            where=f"{reason}; the two sides are the same, expanded",
            conclusion=_STRICT.format(**local) if strict else _conclusion(states, rates, terms, local),
        ),
        assumptions=(
            *(sp.Eq(parameter, value, evaluate=False) for parameter, value in fixed.items()),
            *signs,
            *about_states,
        ),
        method=method,
    )


def _signs(
    factor: sp.Expr,
    states: Sequence[sp.Symbol],
    at: Mapping[sp.Symbol, sp.Expr],
    assumptions: Sequence[sp.Basic],
) -> list[sp.Basic]:
    """The signs of parameters on which that of a factor rests; none where it is positive for all of them."""
    positive = [s for s in states if (s > 0) in assumptions]
    core = sp.factor(factor).as_independent(*states, as_Add=False)[1]
    if is_positive(core, {}, positive) or is_positive(-core, {}, positive):
        return []
    parameters = sorted(core.free_symbols & set(at), key=str)
    relations = {1: sp.Gt, -1: sp.Lt, 0: sp.Eq}
    return [relations[int(sp.sign(at[p]))](p, 0, evaluate=False) for p in parameters]


def _conclusion(
    states: Sequence[sp.Symbol],
    rates: Sequence[sp.Expr],
    terms: Sequence[tuple[sp.Expr, sp.Expr]],
    local: Mapping[str, str],
) -> str:
    parts = [part for _, part in terms]
    zero = " and ".join(f"{sp.factor(part)} = 0" for part in dict.fromkeys(parts))
    text = _REST.format(zero=zero, **local)
    held = _held_at_zero(states, rates, parts)
    if held is None:
        return f"{text}."
    names = ", ".join(str(s) for s in held)
    there = local["there"]
    return f"{text}. A solution that stays there has {names} = 0 and is at rest: so there is no periodic orbit{there}."


def _held_at_zero(
    states: Sequence[sp.Symbol], rates: Sequence[sp.Expr], parts: Sequence[sp.Expr]
) -> list[sp.Symbol] | None:
    """The states that are 0 along a solution on which all parts vanish, where it is at rest; None where not shown.

    Where a part vanishes along a solution only with a state s, s = 0 there, and so s' = 0: a further part.
    """
    held: list[sp.Symbol] = []
    waiting = list(parts)
    while waiting:
        part = sp.factor(waiting.pop().subs(dict.fromkeys(held, 0))).as_base_exp()[0]
        state = next((s for s in states if part != 0 and (part / s).is_number), None)
        if state is not None:
            held.append(state)
            waiting = [*waiting, rates[states.index(state)]]
    zero = dict.fromkeys(held, 0)
    still = {s for s in states if s in held or rates[states.index(s)].subs(zero).expand() == 0}
    return held if len(still) == len(states) else None
