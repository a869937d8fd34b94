from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Text

import dynbench as db
from dynbench.errors import InputError
from dynbench.plotting import trace_determinant


def test_points_stand_at_trace_and_determinant(pictured):
    analysis = pictured["duffing"]
    drawing = trace_determinant(analysis)
    drawn = np.concatenate([line.get_xydata() for line in drawing.by_role["points"]])
    jacobians = [analysis.system.jacobian_at(p.x) for p in analysis.fixed_points]
    expected = sorted((np.trace(j), np.linalg.det(j)) for j in jacobians)
    assert np.allclose(sorted(map(tuple, drawn)), expected)


def test_points_that_coincide_share_a_label(pictured):
    assert {text.get_text() for text in trace_determinant(pictured["duffing"]).by_role["numbers"]} == {"1", "0, 2"}


def test_the_parabola_and_every_region_are_in_view(pictured):
    drawing = trace_determinant(pictured["duffing"])
    (parabola,) = drawing.by_role["parabola"]
    trace, determinant = parabola.get_xydata().T
    assert np.allclose(trace**2, 4 * determinant)
    names = {text.get_text().replace("\n", " ") for text in drawing.by_role["regions"]}
    assert names == {"stable nodes", "unstable nodes", "stable foci", "unstable foci", "saddles", "centers"}
    (left, right), (low, high) = drawing.ax.get_xlim(), drawing.ax.get_ylim()
    for text in drawing.by_role["regions"]:
        x, y = text.get_position()
        assert left < x < right
        assert low < y < high
        if "node" in text.get_text():
            assert x**2 > 4 * y > 0
        if "foci" in text.get_text():
            assert x**2 < 4 * y


@pytest.mark.parametrize("name", ["line", "henon", "cells"])
def test_other_systems_have_no_such_plane(pictured, name):
    with pytest.raises(
        InputError, match=r"^The trace-determinant plane is of flows of two states, but this is a .*\.$"
    ):
        trace_determinant(pictured[name])


def test_no_points_leave_the_plane_as_it_is(analyses):
    drawing = trace_determinant(analyses["empty"])
    drawing.figure.canvas.draw()
    assert "points" not in drawing.by_role


def test_a_degenerate_point_stands_at_the_origin():
    analysis = db.analyze(db.ODE({"x": "y^3", "y": "-x^3"}), box=[(-1, 1), (-1, 1)])
    drawing = trace_determinant(analysis)
    assert np.allclose([line.get_xydata() for line in drawing.by_role["points"]], 0)


@pytest.mark.parametrize("width", [4.8, 3.4])
@pytest.mark.parametrize("name", ["plane", "duffing", "vdp", "energy", "hostile"])
def test_no_name_of_a_region_is_struck_through(pictured, analyses, name, width):
    ax = Figure(figsize=(width, 0.85 * width), layout="constrained").add_subplot()
    drawing = trace_determinant({**analyses, **pictured}[name], ax)
    drawing.figure.canvas.draw()
    (parabola,) = drawing.by_role["parabola"]
    curve = Path(ax.transData.transform(parabola.get_xydata()))
    glyphs = np.concatenate([ax.transData.transform(line.get_xydata()) for line in drawing.by_role["points"]])
    for text in drawing.by_role["regions"]:
        extent = Text.get_window_extent(text)
        assert not curve.intersects_bbox(extent, filled=False), text.get_text()
        assert not any(extent.contains(*place) for place in glyphs), text.get_text()
