"""Trajectories of flows and orbits of maps."""

from dynbench.flow.trajectories import Event, Outcome, Trajectory, integrate

__all__ = ["Event", "Outcome", "Trajectory", "integrate"]
