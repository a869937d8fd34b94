"""Figures from results: each function takes ``ax=``, returns a `Drawing`, and never shows anything.

Legends stand below the axes. Where you bring axes of your own, let their figure make room for that:
``figure, ax = plt.subplots(layout="constrained")``.
"""

from dynbench.plotting.branches import draw_paths
from dynbench.plotting.drawing import Drawing
from dynbench.plotting.drifts import draw_drift
from dynbench.plotting.efforts import search_effort
from dynbench.plotting.graphs import draw_transition_graph
from dynbench.plotting.landscapes import speed_landscape
from dynbench.plotting.planes import trace_determinant
from dynbench.plotting.portraits import phase_portrait
from dynbench.plotting.spectra import spectrum
from dynbench.plotting.spectral_rows import spectral_rows
from dynbench.plotting.state_spaces import state_space
from dynbench.plotting.tables import stability_table

__all__ = [
    "Drawing",
    "draw_drift",
    "draw_paths",
    "draw_transition_graph",
    "phase_portrait",
    "search_effort",
    "spectral_rows",
    "spectrum",
    "speed_landscape",
    "stability_table",
    "state_space",
    "trace_determinant",
]
