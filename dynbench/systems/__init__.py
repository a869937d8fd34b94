"""Systems: what a user declares, and what every other room asks."""

from dynbench.systems.kinds import ODE, Map
from dynbench.systems.system import System

__all__ = ["ODE", "Map", "System"]
