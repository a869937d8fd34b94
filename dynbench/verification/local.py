"""An expression near a point: case distinctions that are decided on a box are resolved, so that calculus applies."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy.core.relational import Relational

from dynbench.verification.branches import relation_truth
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.zeros import Box

__all__ = ["resolved"]

_NONSMOOTH = (sp.sign, sp.Heaviside, sp.Abs, sp.Max, sp.Min, sp.Piecewise)


def resolved(e: sp.Basic, states: Sequence[sp.Symbol], box: Box) -> sp.Basic | None:
    """An expression without kinks or jumps that equals `e` on a box; None where a case is open on it."""
    if not e.has(*_NONSMOOTH):
        return e
    if isinstance(e, sp.Piecewise):
        return _piecewise(e, states, box)
    parts = [resolved(a, states, box) for a in e.args]
    if any(part is None for part in parts):
        return None
    if not isinstance(e, _NONSMOOTH):
        return e.func(*parts)
    if isinstance(e, sp.Max | sp.Min):
        keep = sp.Gt if isinstance(e, sp.Max) else sp.Lt
        for k, part in enumerate(parts):
            others = parts[:k] + parts[k + 1 :]
            if all(_truth(keep(part, other, evaluate=False), states, box) for other in others):
                return part
        return None
    g = parts[0]
    positive = _truth(sp.Gt(g, 0, evaluate=False), states, box)
    if not positive and not _truth(sp.Lt(g, 0, evaluate=False), states, box):
        return None
    if isinstance(e, sp.Abs):
        return g if positive else sp.Mul(-1, g)
    return sp.S.One if positive else sp.S.Zero if isinstance(e, sp.Heaviside) else -sp.S.One


def _piecewise(e: sp.Piecewise, states: Sequence[sp.Symbol], box: Box) -> sp.Basic | None:
    for value, condition in e.args:
        truth = _truth(condition, states, box)
        if truth is None:
            return None
        if truth:
            return resolved(value, states, box)
    return None


def _truth(condition: sp.Basic, states: Sequence[sp.Symbol], box: Box) -> bool | None:
    """Whether a condition holds on all of a box, or nowhere; None where that is open."""
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, Relational):
        g = condition.lhs - condition.rhs
        (value,) = Evaluator([g], states).values(box)
        truth = relation_truth(type(condition), value, {})
        return None if (truth.possible and not truth.certain) or not truth.continuous else truth.certain
    return None
