"""From the words that a search proposes to periodic points, each decided in exact arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dynbench.piecewise.complementarity import rational_form
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.periodic import Continuum, Periodic, Reality, solve_word
from dynbench.piecewise.search.base import Progress
from dynbench.piecewise.words import Word

__all__ = ["Settled", "settle_words"]

_STAGE = "deciding words exactly"


@dataclass
class Settled:
    """What became of the words.

    Attributes
    ----------
    periodic : list of Periodic
        REAL and BORDER ones; of two words that border on one point each may be here.
    continua : list of (word, Continuum)
    undecided : int
        Singular words that were not decided.
    interrupted : bool
        True where the user interrupted it: the rest was not looked at.
    """

    periodic: list[Periodic] = field(default_factory=list)
    continua: list[tuple[Word, Continuum]] = field(default_factory=list)
    undecided: int = 0
    interrupted: bool = False


def settle_words(form: PiecewiseLinear, words: Sequence[Word], progress: Progress | None = None) -> Settled:
    """Decide about each word; where the form has irrational entries, for the map whose entries are rounded."""
    exact = rational_form(form)
    settled = Settled()
    try:
        for done, word in enumerate(words):
            periodic = solve_word(exact, word)
            if periodic.reality in (Reality.REAL, Reality.BORDER):
                settled.periodic.append(periodic)
            elif periodic.continuum is not None:
                settled.continua.append((word, periodic.continuum))
            settled.undecided += periodic.reality is Reality.UNDECIDED
            if progress is not None:
                progress(_STAGE, done + 1, len(words))
    except KeyboardInterrupt:
        settled.interrupted = True
    return settled
