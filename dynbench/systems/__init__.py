"""Systems: what a user declares, and what every other room asks."""

from dynbench.systems.kinds import ODE, Map
from dynbench.systems.system import System, as_system

__all__ = ["ODE", "Map", "System", "as_system"]
