"""Trajectories of flows and orbits of maps."""

from dynbench.flow.events import Event
from dynbench.flow.trajectories import Outcome, Trajectory, integrate

__all__ = ["Event", "Outcome", "Trajectory", "integrate"]
