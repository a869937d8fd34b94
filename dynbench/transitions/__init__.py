"""The graph of saddle-mediated transitions: where the unstable manifolds of fixed points lead."""

from dynbench.transitions.build import transition_graph
from dynbench.transitions.consistency import Consistency, morse_consistency
from dynbench.transitions.export import write_graph
from dynbench.transitions.graph import TransitionGraph, attractor_transitions
from dynbench.transitions.pulses import pulse_ends, pulse_transitions

__all__ = [
    "Consistency",
    "TransitionGraph",
    "attractor_transitions",
    "morse_consistency",
    "pulse_ends",
    "pulse_transitions",
    "transition_graph",
    "write_graph",
]
