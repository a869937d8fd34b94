"""Figures from results: each function takes ``ax=``, returns the axes, and never shows anything."""

from dynbench.plotting.graphs import draw_transition_graph
from dynbench.plotting.portraits import phase_portrait
from dynbench.plotting.spectra import spectrum

__all__ = ["draw_transition_graph", "phase_portrait", "spectrum"]
