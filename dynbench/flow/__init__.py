"""Trajectories of flows and orbits of maps, what is conserved along them, and their Lyapunov exponents."""

from dynbench.flow.conservation import InvariantDrift
from dynbench.flow.drift_study import DriftStudy, drift
from dynbench.flow.events import Event
from dynbench.flow.lyapunov import LyapunovSpectrum, lyapunov_spectrum
from dynbench.flow.steppers import (
    STEP_METHODS,
    Composition,
    DiscreteGradient,
    ExplicitRungeKutta,
    GaussLegendre,
    StepMethod,
    StormerVerlet,
)
from dynbench.flow.switches import Switches
from dynbench.flow.trajectories import Outcome, Trajectory, integrate

__all__ = [
    "STEP_METHODS",
    "Composition",
    "DiscreteGradient",
    "DriftStudy",
    "Event",
    "ExplicitRungeKutta",
    "GaussLegendre",
    "InvariantDrift",
    "LyapunovSpectrum",
    "Outcome",
    "StepMethod",
    "StormerVerlet",
    "Switches",
    "Trajectory",
    "drift",
    "integrate",
    "lyapunov_spectrum",
]
