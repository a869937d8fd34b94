"""Systems: what a user declares, and what every other room asks."""

from dynbench.symbolic.matrices import LowRank
from dynbench.systems.kinds import ODE, Map
from dynbench.systems.system import System, as_system

__all__ = ["ODE", "LowRank", "Map", "System", "as_system"]
