"""Basins of attraction: where the states of a grid go, and the boundaries between."""

from dynbench.basins.boundary import basin_boundary
from dynbench.basins.boundary_records import Agreement, BasinBoundary
from dynbench.basins.grid import basins
from dynbench.basins.records import INFINITY, UNDECIDED, Basins
from dynbench.basins.sides import CONTRADICTED

__all__ = ["CONTRADICTED", "INFINITY", "UNDECIDED", "Agreement", "BasinBoundary", "Basins", "basin_boundary", "basins"]
