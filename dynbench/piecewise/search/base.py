"""The interface of a search for the words of periodic points, and what such a search hands back.

To add a strategy, subclass `WordSearch` in a file of its own. A strategy proposes words and says whether those of all
periodic points are among them; `dynbench.piecewise.periodic.solve_word` then decides each word in exact arithmetic,
once for all strategies.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.words import Word, canonical

__all__ = ["Progress", "WordFindings", "WordSearch", "distinct"]

#: ``progress(stage, done, total)``; ``total`` is None where the amount of work is not known beforehand.
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class WordFindings:
    """What a search for words found.

    Attributes
    ----------
    words : tuple of words
        Candidates, one for each cycle of patterns: some of them may turn out to have no periodic point.
    complete : bool
        True only where it is proved that every state with F^k(z) = z, for the k asked for (and in the box, where one
        was given), lies in the closed regions of one of the words, or of one of its rotations.
    argument : str
        By what argument, or why not, in a sentence.
    interrupted : bool
        True where the user interrupted the search.
    strategy : str
        Which strategy found them, where one was chosen from several.
    """

    words: tuple[Word, ...]
    complete: bool
    argument: str
    interrupted: bool = False
    strategy: str = ""


class WordSearch(abc.ABC):
    """A way of looking for the words of periodic points of a piecewise-linear system.

    Attributes
    ----------
    box : mapping or (n, 2) array, or None
        Outside of which the search proves nothing, where it was given one of its own.
    """

    box: Any = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def within(self, box: NDArray[np.float64] | None, starts: NDArray[np.float64] | None) -> WordSearch:
        """Return this search with the caller's box (no larger than its own, if it has one) and starts.

        The starts count where it uses such and has none of its own.
        """
        return self

    def check_period(self, form: PiecewiseLinear, period: int) -> None:
        """Refuse a period that `search` would refuse, before any time is spent on shorter ones.

        Raises
        ------
        InputError
            If there are too many words.
        """
        return

    @abc.abstractmethod
    def search(
        self,
        form: PiecewiseLinear,
        period: int,
        *,
        rng: np.random.Generator,
        progress: Progress | None = None,
    ) -> WordFindings:
        """Look for the words (period, H) of states with F^k(z) = z; of a flow (period 1), of those with F(z) = 0."""


def distinct(words: Sequence[NDArray[np.bool_]] | NDArray[np.bool_]) -> tuple[Word, ...]:
    """The canonical rotations of words, each once, in their order."""
    return tuple(dict.fromkeys(canonical(word) for word in words))
