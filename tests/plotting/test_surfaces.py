"""Surfaces in portraits: as many polygons as the mesh has in the box, where they are on the page."""

from __future__ import annotations

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PolyCollection

import dynbench as db
from dynbench.cycles import refine_cycle
from dynbench.manifolds import trace_manifold
from dynbench.manifolds.meshes import Mesh
from dynbench.plotting.curves import draw_manifolds
from dynbench.plotting.drawing import Sketch
from dynbench.plotting.projections import view_in
from dynbench.plotting.surfaces import draw_surfaces


@pytest.mark.parametrize("period", [1, 2])
def test_polygons_are_drawn_in_the_box(period):
    sign = "-" if period == 2 else ""
    system = db.Map({"x": "2*x + Max(x - 1, 0)", "y": "3*y/2", "t": f"{sign}(t + Abs(t + 1) - Abs(t - 1))/2"})
    box = [[-2, 2], [-2, 2], [-3, 3]]
    cycle = refine_cycle(system, [0.0, 0, 2], period)
    assert cycle.period == period
    manifold = trace_manifold(system, cycle, "unstable", box=box)
    analysis = SimpleNamespace(system=system, box=np.array(box, dtype=float), manifolds=(manifold,))
    view = view_in(lambda z: z, ("x", "y", "t"), np.array(box).T)
    sketch = Sketch(plt.figure().add_subplot())
    draw_manifolds(sketch, analysis, view)
    (drawn,) = sketch.roles["unstable manifolds"]
    assert isinstance(drawn, PolyCollection)
    inside = manifold.mesh.within(box)
    assert len(drawn.get_paths()) == len(inside) > 2
    seen = np.concatenate([path.vertices[:-1] for path in drawn.get_paths()])
    np.testing.assert_allclose(seen, view.project(inside.vertices))
    assert [text for _, text in sketch.entries] == ["unstable manifold (surface)"]


@pytest.mark.parametrize(("layers", "together"), [(1, 0.16), (40, 0.5)])
def test_layers_do_not_hide_what_is_behind(layers, together):
    """Squares on top of each other are paler each, so that all of them together are half opaque."""
    square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    surface = SimpleNamespace(which="stable", mesh=Mesh.of([square] * layers, 3))
    box = np.array([[-1.0, 2]] * 3)
    sketch = Sketch(plt.figure().add_subplot())
    draw_surfaces(sketch, [surface], box, view_in(lambda z: z, ("x", "y", "t"), box.T))
    (drawn,) = sketch.roles["stable manifolds"]
    assert 1 - (1 - drawn.get_facecolor()[0, 3]) ** layers == pytest.approx(together)
