"""Following fixed points along homotopies between systems."""

from dynbench.continuation.follow import follow_fixed_points
from dynbench.continuation.homotopy import Homotopy
from dynbench.continuation.path import follow_point
from dynbench.continuation.records import Crossing, CrossingKind, Ending, PointPath
from dynbench.continuation.results import Change, ChangeKind, Doubt, FixedPointPath, FixedPointPaths

__all__ = [
    "Change",
    "ChangeKind",
    "Crossing",
    "CrossingKind",
    "Doubt",
    "Ending",
    "FixedPointPath",
    "FixedPointPaths",
    "Homotopy",
    "PointPath",
    "follow_fixed_points",
    "follow_point",
]
