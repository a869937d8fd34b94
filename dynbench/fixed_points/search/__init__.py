"""Search strategies. To add one, subclass `SearchStrategy` in a file of its own and list it here."""

from dynbench.fixed_points.search.base import (
    Continuum,
    Contribution,
    Findings,
    Progress,
    SearchStrategy,
    Stage,
    Undecided,
)
from dynbench.fixed_points.search.boxes import as_boxes
from dynbench.fixed_points.search.complete import Complete
from dynbench.fixed_points.search.edge_tracking import EdgeTracking
from dynbench.fixed_points.search.fibers import DirectionalFibers
from dynbench.fixed_points.search.multistart import MultiStart
from dynbench.fixed_points.search.network_plan import NetworkPlan
from dynbench.fixed_points.search.newton_starts import NewtonStarts
from dynbench.fixed_points.search.patterns import Patterns
from dynbench.fixed_points.search.polynomial import Polynomial
from dynbench.fixed_points.search.readouts import Readouts
from dynbench.fixed_points.search.relax import Relax
from dynbench.fixed_points.search.slow_points import SlowPoints
from dynbench.fixed_points.search.speed_minima import SpeedMinima
from dynbench.fixed_points.search.unstable_seeds import UnstableSeeds

__all__ = [
    "Complete",
    "Continuum",
    "Contribution",
    "DirectionalFibers",
    "EdgeTracking",
    "Findings",
    "MultiStart",
    "NetworkPlan",
    "NewtonStarts",
    "Patterns",
    "Polynomial",
    "Progress",
    "Readouts",
    "Relax",
    "SearchStrategy",
    "SlowPoints",
    "SpeedMinima",
    "Stage",
    "Undecided",
    "UnstableSeeds",
    "as_boxes",
]
