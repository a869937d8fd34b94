"""Closed orbits of piecewise-linear flows: whether there is one with a given word of regions near given states."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, ctx

from dynbench.verification.piecewise.claims import Word
from dynbench.verification.piecewise.legs import BITS, Legs, Loop
from dynbench.verification.piecewise.quotient import quotient
from dynbench.verification.piecewise.rows import Rectified

__all__ = ["closed_loop"]

#: Work that is not done: legs times the cube of the states, and unknowns.
_MOST_WORK, _MOST_UNKNOWNS = 300_000, 150


def closed_loop(function: Rectified, word: Word, points: Sequence[Sequence[float]], period: float) -> Loop | str:
    """The closed orbit of a flow with a word of regions, from near the first of its states; why none is proved.

    Where units switch at once, the orbit is one of the flow on a subspace on which they are one.
    """
    k, n = len(word), function.dimension
    if k * (n + 1) ** 3 > _MOST_WORK or k + n > _MOST_UNKNOWNS:
        return "not checked again: it has too many states and legs"
    with ctx.workprec(BITS):
        units = _switching_units(word)
        if units is not None:
            return _proved(Legs(function, word, units), points[0], period)
        smaller = quotient(function, word, points)
        units = None if smaller is None else _switching_units(smaller.word)
        if smaller is None or units is None:
            return "units switch at once, and not by equal states that was seen, or none does"
        start = [points[0][smaller.classes.index(k)] for k in range(smaller.function.dimension)]
        loop = _proved(Legs(smaller.function, smaller.word, units), start, period)
        if isinstance(loop, str):
            return loop
        lifted = [arb(0) if k is None else loop.starts[0][k, 0] for k in smaller.classes]
        return Legs(function, word, ()).loop([*lifted, *loop.durations], loop.radius)._replace(on_subspace=True)


def _proved(legs: Legs, start: Sequence[float], period: float) -> Loop | str:
    try:
        guess = legs.followed(start, period)
        box = None if guess is None else legs.enclosed(guess)
    except ZeroDivisionError:
        box = None
    if box is None:
        return "Newton's method in balls does not prove an orbit with these regions near its first state"
    loop = legs.loop(*box)
    if any(not d > 0 for d in loop.durations):
        return "a leg is not shown to take time"
    if not legs.repeats_nothing(loop.starts):
        return "its period is not shown to be the smallest"
    if not all(legs.stays(j, loop) for j in range(legs.k)):
        return "a leg is not shown to stay in its region"
    return loop


def _switching_units(word: Word) -> list[int] | None:
    """The unit that switches before each leg; None where at some switch it is not just one."""
    changed = [
        [i for i, (a, b) in enumerate(zip(word[j - 1], word[j], strict=True)) if a != b] for j in range(len(word))
    ]
    return [units[0] for units in changed] if word and all(len(units) == 1 for units in changed) else None
