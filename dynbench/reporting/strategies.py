"""Strategies of search in words: results name them by what one types."""

from __future__ import annotations

import re

__all__ = ["in_words"]

#: Searches for words of patterns, and the search of the patterns of fixed points.
_WORDS = {
    "Sweep": "a sweep over all words",
    "PMatrix": "the P-matrix test",
    "Polygons": "polygons of itineraries",
    "BranchAndBound": "branch and bound",
    "Scyfi": "the heuristic SCYFI",
    "WordPlan": "a plan by size",
}
_NAMED = re.compile(rf"\b({'|'.join(_WORDS)})\([^()]*\)")
_PATTERNS = re.compile(r"\bPatterns\(([^()]*)\)")


def in_words(strategy: str) -> str:
    """What a strategy of piecewise-linear systems does; the text of any other, which names its settings, as it is."""
    named = _NAMED.sub(lambda found: _WORDS[found[1]], strategy)
    return _PATTERNS.sub(lambda found: "patterns of active units" + (f", by {found[1]}" if found[1] else ""), named)
