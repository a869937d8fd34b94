"""Following fixed points along homotopies between systems."""

from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.path import follow_point
from dynbench.continuation.records import Crossing, CrossingKind, Ending, PointPath

__all__ = [
    "Crossing",
    "CrossingKind",
    "Ending",
    "Homotopy",
    "PointPath",
    "follow_point",
]
