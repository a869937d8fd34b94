"""The choice of a search by the size of the problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynbench.piecewise.form import PiecewiseLinear
from dynbench.piecewise.search.base import Progress, WordFindings, WordSearch
from dynbench.piecewise.search.branch import BranchAndBound
from dynbench.piecewise.search.p_matrix import PMatrix
from dynbench.piecewise.search.polygons import Polygons
from dynbench.piecewise.search.scyfi import Scyfi
from dynbench.piecewise.search.sweep import Sweep

__all__ = ["WordPlan"]

#: Up to so many units k H every word is looked at, in tenths of a second; and in seconds, where all else failed.
_QUICK, _SWEPT = 18, 22
#: Up to so many units branch and bound is tried, with this budget of nodes (ten to twenty seconds).
_BRANCHED, _NODES = 60, 40_000
#: In the plane: itineraries at once, and cuts in all (half a minute, and as long again to decide about the words).
_ITINERARIES, _CUTS = 50_000, 8_000_000
#: The heuristic solves for so many words, of long periods for fewer: for no more patterns in all (some seconds).
_WORDS, _PATTERNS = 20_000, 2_000_000
#: Up to so many units and states a P-matrix is looked for: that needs the complementarity problem in balls.
_SOLVED = 200


class WordPlan(WordSearch):
    """A complete search where that is affordable, else the heuristic.

    Up to 18 units k H the sweep. Beyond that, one after the other until one of them is complete: the P-matrix; in the
    plane and with a box, polygons with a budget; up to 60 units branch and bound with a budget; up to 22 units the
    sweep; and where none was complete the heuristic, whose words are joined with those found before (20,000 words are
    tried, of periods beyond 100 fewer: 2,000,000 patterns in all). The argument then says why each of them was not.

    Parameters
    ----------
    box : (n, 2) array, optional
        By default that of `find_cycles`.
    starts : (K, n) array, optional
        For the heuristic.
    """

    def __init__(self, box: Any = None, starts: NDArray[np.float64] | None = None) -> None:
        self.box = box
        self.starts = starts

    def within(self, box: NDArray[np.float64] | None, starts: NDArray[np.float64] | None) -> WordPlan:
        """The plan for the caller's box, and for the caller's starts where it has none of its own."""
        return WordPlan(self.box if box is None else box, starts if self.starts is None else self.starts)

    def search(
        self,
        form: PiecewiseLinear,
        period: int,
        *,
        rng: np.random.Generator,
        progress: Progress | None = None,
    ) -> WordFindings:
        """Run the strategies that suit the size until one is complete."""
        words: dict[tuple[tuple[bool, ...], ...], None] = {}
        ran: list[str] = []
        reasons: list[str] = []
        findings = WordFindings((), False, "")
        for strategy in self._strategies(form, period):
            findings = strategy.search(form, period, rng=rng, progress=progress)
            ran.append(repr(strategy))
            if findings.complete:
                return replace(findings, strategy=repr(strategy))
            if not isinstance(strategy, PMatrix):
                reasons.append(findings.argument)
            words.update(dict.fromkeys(findings.words))
            if findings.interrupted:
                break
        argument = "; ".join(dict.fromkeys(reasons)) or findings.argument
        return replace(findings, words=tuple(words), argument=argument, strategy=", ".join(ran))

    def _strategies(self, form: PiecewiseLinear, period: int) -> Iterator[WordSearch]:
        size = period * form.units
        if size <= _QUICK:
            yield Sweep()
        if max(size, form.dimension) <= _SOLVED:
            yield PMatrix()
        if self.box is not None and form.dimension <= 2 and form.kind == "map":
            yield Polygons(self.box, max_words=_ITINERARIES, max_cuts=_CUTS)
        if size <= _BRANCHED:
            yield BranchAndBound(max_nodes=_NODES)
        if size <= _SWEPT:
            yield Sweep()
        yield Scyfi(self.starts, max_words=max(1, min(_WORDS, _PATTERNS // period)))
