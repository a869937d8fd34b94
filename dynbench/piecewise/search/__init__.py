"""Searches for words of periodic points. To add one, subclass `WordSearch` in a file of its own and list it here."""

from dynbench.piecewise.search.base import WordFindings, WordSearch
from dynbench.piecewise.search.branch import BranchAndBound
from dynbench.piecewise.search.p_matrix import PMatrix
from dynbench.piecewise.search.plan import WordPlan
from dynbench.piecewise.search.polygons import Polygons
from dynbench.piecewise.search.scyfi import Scyfi
from dynbench.piecewise.search.sweep import Sweep

__all__ = [
    "BranchAndBound",
    "PMatrix",
    "Polygons",
    "Scyfi",
    "Sweep",
    "WordFindings",
    "WordPlan",
    "WordSearch",
]
