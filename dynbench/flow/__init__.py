"""Trajectories of flows and orbits of maps, and their Lyapunov exponents."""

from dynbench.flow.events import Event
from dynbench.flow.lyapunov import LyapunovSpectrum, lyapunov_spectrum
from dynbench.flow.trajectories import Outcome, Trajectory, integrate

__all__ = ["Event", "LyapunovSpectrum", "Outcome", "Trajectory", "integrate", "lyapunov_spectrum"]
