"""Trajectories of flows and orbits of maps, and what is conserved along them."""

from dynbench.flow.conservation import InvariantDrift
from dynbench.flow.drift_study import DriftStudy, drift
from dynbench.flow.events import Event
from dynbench.flow.steppers import (
    STEP_METHODS,
    Composition,
    DiscreteGradient,
    ExplicitRungeKutta,
    GaussLegendre,
    StepMethod,
    StormerVerlet,
)
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
    "Outcome",
    "StepMethod",
    "StormerVerlet",
    "Trajectory",
    "drift",
    "integrate",
]
