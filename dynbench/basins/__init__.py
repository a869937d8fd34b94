"""Basins of attraction on a grid: where the states of a box go."""

from dynbench.basins.grid import basins
from dynbench.basins.records import INFINITY, UNDECIDED, Basins

__all__ = ["INFINITY", "UNDECIDED", "Basins", "basins"]
