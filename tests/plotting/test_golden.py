"""Each figure against a picture of it that was looked at: compared where pytest runs with --mpl.

The tolerance (a root mean square of grey levels) is below what any curve or glyph that goes missing makes, and
above what another patch release of Matplotlib does to the edges of letters. New baselines:
``pytest tests/plotting/test_golden.py --mpl-generate-path=tests/plotting/baseline``, and look at them.
"""

from __future__ import annotations

import dataclasses

import pytest

from dynbench.basins import basins
from dynbench.fixed_points.search import Stage
from dynbench.flow import integrate
from dynbench.plotting import (
    draw_transition_graph,
    phase_portrait,
    search_effort,
    spectral_rows,
    spectrum,
    speed_landscape,
    stability_table,
    state_space,
    trace_determinant,
)

golden = pytest.mark.mpl_image_compare(style="default", tolerance=1.5, savefig_kwargs={"dpi": 55})


@golden
@pytest.mark.parametrize("name", ["jang", "duffing", "vdp", "cells", "henon", "energy", "line", "cobweb", "sink"])
def test_phase_portrait(pictured, column, name):
    return phase_portrait(pictured[name], column).figure


@golden
def test_basins(pictured, column):
    analysis = pictured["duffing"]
    found = basins(analysis.system, analysis.graph, analysis.box, resolution=41)
    return phase_portrait(analysis, column, basins=found).figure


@golden
def test_projection(pictured, column):
    cells = pictured["cells"]
    orbit = integrate(cells.system, [0.1, -0.2, 0.3], 10.0)
    return phase_portrait(cells, column, states=("x1", "x3"), trajectories=[orbit]).figure


@golden
@pytest.mark.parametrize("name", ["cells", "henon"])
def test_spectrum(pictured, name):
    return spectrum(pictured[name]).figure


@golden
@pytest.mark.parametrize("name", ["jang", "line", "axes"])
def test_speed_landscape(pictured, name):
    return speed_landscape(pictured[name]).figure


@golden
def test_trace_determinant(pictured):
    return trace_determinant(pictured["energy"]).figure


@golden
@pytest.mark.parametrize("name", ["vdp", "cells", "henon"])
def test_layered_graph(pictured, column, name):
    return draw_transition_graph(pictured[name].graph, column).figure


@golden
@pytest.mark.parametrize("name", ["duffing", "cells"])
def test_graph_by_state(pictured, column, name):
    return draw_transition_graph(pictured[name].graph, column, layout="state").figure


@golden
def test_stability_table(pictured):
    return stability_table(pictured["duffing"]).figure


@golden
@pytest.mark.parametrize("bits", [2, 3, 4])
def test_hypercube(flip_flops, bits):
    return draw_transition_graph(flip_flops[bits][2], layout="hypercube").figure


@golden
def test_state_space(flip_flops, column):
    network, _, graph = flip_flops[3]
    return state_space(network, graph, column, coordinates="readout").figure


@golden
def test_spectral_rows(pictured):
    return spectral_rows(pictured["cells"]).figure


@golden
def test_search_effort(pictured):
    counts = (((0, 6), (5, 1)), ((0, 8), (1, 6), (5, 1)), ((0, 8), (1, 12), (2, 6), (5, 1)))
    history = tuple(Stage(1, "", 2.0**k, count, sum((-1) ** i * n for i, n in count)) for k, count in enumerate(counts))
    points = dataclasses.replace(pictured["cells"].fixed_points, history=history, expected_index_sum=1)
    return search_effort(points).figure
