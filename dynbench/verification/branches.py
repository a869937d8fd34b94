"""Conditions of case distinctions over boxes, and whether two branches agree where a condition changes."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sympy as sp

from dynbench.verification.enclosure import EMPTY, Enclosure

__all__ = ["Truth", "agree", "relation_truth"]

_MOST_OPERATIONS = 400


class Truth(NamedTuple):
    """What is known of a condition on a box.

    Attributes
    ----------
    possible, certain : bool
        Whether it may hold at some point, and whether it holds at every point of the box.
    continuous : bool
        Whether all functions compared in it are continuous on the box.
    boundaries : mapping
        The functions compared (expression -> number of its step) whose sign is not decided on the box.
    """

    possible: bool
    certain: bool
    continuous: bool
    boundaries: Mapping[sp.Expr, int]

    @classmethod
    def combine(cls, kind: type[sp.Basic], parts: Sequence[Truth]) -> Truth:
        """The truth of a conjunction, disjunction or negation (`sympy.And`, `sympy.Or`, `sympy.Not`)."""
        boundaries = {g: place for part in parts for g, place in part.boundaries.items()}
        continuous = all(part.continuous for part in parts)
        if kind is sp.Not:
            (part,) = parts
            return cls(not part.certain, not part.possible, continuous, boundaries)
        every = all if kind is sp.And else any
        return cls(every(p.possible for p in parts), every(p.certain for p in parts), continuous, boundaries)


def relation_truth(relation: type[sp.Basic], g: Enclosure, name: Mapping[sp.Expr, int]) -> Truth:
    """The truth of ``g < 0`` and the like for a function enclosed by `g`."""
    if g is EMPTY:
        return Truth(False, False, False, {})
    negative, positive, zero = bool(g.hi < 0), bool(g.lo > 0), bool(g.lo == 0 and g.hi == 0)
    possible, certain = {
        sp.StrictLessThan: (g.lo < 0, negative),
        sp.LessThan: (g.lo <= 0, bool(g.hi <= 0)),
        sp.StrictGreaterThan: (g.hi > 0, positive),
        sp.GreaterThan: (g.hi >= 0, bool(g.lo >= 0)),
        sp.Equality: (not (negative or positive), zero),
        sp.Unequality: (not zero, negative or positive),
    }[relation]
    decided = certain or not possible
    return Truth(bool(possible), bool(certain), g.continuous, {} if decided else name)


@functools.lru_cache(maxsize=512)
def agree(first: sp.Expr, second: sp.Expr, boundary: sp.Expr) -> bool:
    """True where two branches are shown to be equal wherever ``boundary == 0``; False says nothing.

    Either their difference is the boundary times a polynomial in the functions that both hold, or the boundary is
    linear in a symbol, which is eliminated.
    """
    difference = sp.expand(first - second)
    if difference == 0:
        return True
    if sp.count_ops(difference) + sp.count_ops(boundary) > _MOST_OPERATIONS:
        return False
    attempts: tuple[Any, ...] = (_divides, _eliminates)
    try:
        return any(attempt(difference, boundary) for attempt in attempts)
    except (sp.PolynomialError, NotImplementedError):
        return False


def _divides(difference: sp.Expr, boundary: sp.Expr) -> bool:
    return bool(sp.fraction(sp.cancel(difference / boundary))[1].is_number)


def _eliminates(difference: sp.Expr, boundary: sp.Expr) -> bool:
    for symbol in sorted(boundary.free_symbols, key=lambda s: s.name):
        slope = sp.expand(boundary).diff(symbol)
        if slope.is_number and slope != 0:
            solved = sp.expand(symbol - boundary / slope)
            return bool(sp.simplify(difference.subs(symbol, solved)) == 0)
    return False
