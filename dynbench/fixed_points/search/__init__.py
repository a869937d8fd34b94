"""Search strategies. To add one, subclass `SearchStrategy` in a file of its own and list it here."""

from dynbench.fixed_points.search.base import Continuum, Findings, Progress, SearchStrategy, Undecided
from dynbench.fixed_points.search.boxes import as_boxes
from dynbench.fixed_points.search.complete import Complete
from dynbench.fixed_points.search.multistart import MultiStart
from dynbench.fixed_points.search.polynomial import Polynomial

__all__ = [
    "Complete",
    "Continuum",
    "Findings",
    "MultiStart",
    "Polynomial",
    "Progress",
    "SearchStrategy",
    "Undecided",
    "as_boxes",
]
