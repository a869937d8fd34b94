"""Searches for words of periodic points. To add one, subclass `WordSearch` in a file of its own and list it here."""

from dynbench.piecewise.search.base import WordFindings, WordSearch
from dynbench.piecewise.search.plan import WordPlan
from dynbench.piecewise.search.sweep import Sweep

__all__ = ["Sweep", "WordFindings", "WordPlan", "WordSearch"]
