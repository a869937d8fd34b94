"""A function of one variable with Max, Min, Abs, Piecewise as smooth functions on intervals."""

from __future__ import annotations

from typing import NamedTuple

import sympy as sp

from dynbench.symbolic.calculus import NONSMOOTH, switching_functions
from dynbench.symbolic.matrices.nodes import SLOT

__all__ = ["Piece", "in_pieces", "overlap"]

#: Strictly increasing functions that are 0 at 0 only.
_INCREASING = (sp.tanh, sp.atan, sp.erf, sp.sinh, sp.asinh)


class Piece(NamedTuple):
    """A smooth function on the interval from `low` to `high`; None stands for infinity."""

    body: sp.Expr
    low: sp.Expr | None
    high: sp.Expr | None


def in_pieces(body: sp.Expr) -> tuple[Piece, ...] | None:
    """The smooth pieces of a function of `SLOT`, from left to right; None where their ends were not found.

    Ends are found for conditions that are linear, with rational coefficients, or a multiple of an increasing function
    of such ones.
    """
    pieces = _split(Piece(body, None, None))
    if pieces is None:
        return None
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].body == piece.body:
            piece = Piece(piece.body, joined.pop().low, piece.high)
        joined.append(piece)
    return tuple(joined)


def overlap(first: Piece, second: Piece) -> bool:
    """Whether the two intervals have an interior point in common."""
    lows = [p.low for p in (first, second) if p.low is not None]
    highs = [p.high for p in (first, second) if p.high is not None]
    return not lows or not highs or bool(max(lows) < min(highs))


def _split(piece: Piece) -> list[Piece] | None:
    part = _innermost(piece.body)
    if part is None:
        return [piece]
    zeros = [_zero(g) for g in switching_functions([part]) if g.has_free(SLOT)]
    if None in zeros:
        return None
    inside = sorted({z for z in zeros if z is not None and _between(z, piece)})
    found: list[Piece] = []
    for low, high in zip([piece.low, *inside], [*inside, piece.high], strict=True):
        smooth = piece.body.xreplace({part: _at(part, _middle(low, high))})
        below = _split(Piece(smooth, low, high))
        if below is None:
            return None
        found += below
    return found


def _innermost(body: sp.Expr) -> sp.Expr | None:
    for part in sp.postorder_traversal(body):
        if isinstance(part, NONSMOOTH) and part.has_free(SLOT):
            return part
    return None


def _zero(g: sp.Expr) -> sp.Rational | None:
    """Where `g` changes sign, if that is one known place."""
    _, g = g.as_independent(SLOT, as_Add=False)
    if isinstance(g, _INCREASING):
        g = g.args[0]
    slope = g.diff(SLOT)
    place = -g.xreplace({SLOT: sp.S.Zero}) / slope if slope.is_Rational and slope != 0 else None
    return place if place is not None and place.is_Rational else None


def _between(z: sp.Rational, piece: Piece) -> bool:
    return (piece.low is None or bool(z > piece.low)) and (piece.high is None or bool(z < piece.high))


def _middle(low: sp.Expr | None, high: sp.Expr | None) -> sp.Expr:
    if low is None:
        return sp.S.Zero if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def _at(part: sp.Expr, place: sp.Expr) -> sp.Expr:
    """The smooth function that `part` is around a place where none of its conditions switches."""

    def value(e: sp.Expr) -> sp.Expr:
        return e.xreplace({SLOT: place})

    if isinstance(part, sp.Max | sp.Min):
        choose = max if isinstance(part, sp.Max) else min
        return choose(sp.ordered(part.args), key=lambda e: value(e).evalf(30))
    if isinstance(part, sp.Piecewise):
        return next(e for e, condition in part.args if value(condition) == sp.true)
    positive = bool(value(part.args[0]) > 0)
    if isinstance(part, sp.Abs):
        return part.args[0] if positive else -part.args[0]
    if isinstance(part, sp.sign):
        return sp.S.One if positive else -sp.S.One
    return sp.S.One if positive else sp.S.Zero
