"""From the words that a search proposes to periodic points, each decided in exact arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.complementarity import complementarity, rational_form
from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.periodic import Continuum, Periodic, Reality, holds, solve_word
from dynbench.piecewise.rational import RationalForm
from dynbench.piecewise.search.base import Progress
from dynbench.piecewise.search.tableaux import tableaux
from dynbench.piecewise.words import Word

__all__ = ["Settled", "settle_words"]

_STAGE = "deciding words exactly"
#: From so many words on, a point where regions meet is looked for in all of them.
_MANY = 64
#: Words whose systems are inverted at once.
_BATCH = 1 << 12


@dataclass
class Settled:
    """What became of the words.

    Attributes
    ----------
    periodic : list of Periodic
        REAL and BORDER ones that are no part of a continuum; of two words that meet at a point each may be here.
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
    waiting = _Waiting(form, words)
    try:
        for done, word in enumerate(words):
            if not waiting.words[done]:
                continue
            periodic = solve_word(exact, word)
            if periodic.reality is Reality.BORDER and len(words) > _MANY:
                waiting.strike(periodic)
            if periodic.reality in (Reality.REAL, Reality.BORDER):
                settled.periodic.append(periodic)
            elif periodic.continuum is not None:
                settled.continua.append((word, periodic.continuum))
            settled.undecided += periodic.reality is Reality.UNDECIDED
            if progress is not None:
                progress(_STAGE, done + 1, len(words))
    except KeyboardInterrupt:
        settled.interrupted = True
    settled.periodic = [p for p in settled.periodic if not _on_a_continuum(exact, p, settled.continua)]
    return settled


class _Waiting:
    """Which words have not been decided.

    Where many regions meet, as at the origin of a map without biases, the point that is found there decides about all
    of its words at once: a word whose patterns agree with it where its margins are not zero, and whose system is
    regular, has this periodic point and no other.
    """

    def __init__(self, form: PiecewiseLinear, words: Sequence[Word]) -> None:
        self.words: NDArray[np.bool_] = np.ones(len(words), dtype=bool)
        self._form = form
        self._given = words

    def strike(self, periodic: Periodic) -> None:
        """Take the words off that a point on borders decides."""
        problem = complementarity(self._form, len(periodic.word))
        if problem is None:
            return
        given = np.array(self._given, dtype=bool)
        agree = ((given == np.array(periodic.word)) | np.array(periodic.zero)).all(axis=(1, 2))
        rows = np.flatnonzero(agree & self.words)
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            _, error = tableaux(problem, problem.active(given[batch]), np.empty(0, dtype=np.intp))
            self.words[batch[np.isfinite(error)]] = False


def _on_a_continuum(form: RationalForm, periodic: Periodic, continua: Sequence[tuple[Word, Continuum]]) -> bool:
    """Whether a point on a border is the end of a continuum, and so no isolated periodic point."""
    if periodic.reality is not Reality.BORDER:
        return False
    return any(holds(form, word, periodic.points[0]) for word, _ in continua)
