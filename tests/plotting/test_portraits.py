from __future__ import annotations

import warnings

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.quiver import Quiver

from dynbench.plotting import phase_portrait, spectrum

NAMES = ["line", "cobweb", "plane", "attractor", "expanding", "cube", "four", "hostile", "empty"]


def draw(ax):
    """Draw for real, which is where a bad label would fail; letters that the font lacks are none of ours."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        ax.figure.canvas.draw()


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []


@pytest.mark.parametrize("name", NAMES)
def test_it_draws_with_a_legend_of_what_is_there(analyses, name):
    ax = phase_portrait(analyses[name])
    draw(ax)
    kinds = {p.kind for p in analyses[name].fixed_points}
    legend = legend_of(ax)
    assert ("attracting" in legend) == any(k.attracting for k in kinds)
    assert ("saddle" in legend) == any(k.saddle for k in kinds)
    assert ("repelling" in legend) == any(k.repelling for k in kinds)


def test_it_draws_into_axes_given(analyses):
    ax = Figure().add_subplot()
    assert phase_portrait(analyses["plane"], ax=ax) is ax
    assert spectrum(analyses["plane"], ax=ax) is ax


def test_fixed_points_are_where_they_are(analyses):
    ax = phase_portrait(analyses["plane"])
    drawn = {tuple(xy) for line in ax.lines if line.get_marker() == "o" for xy in line.get_xydata().tolist()}
    assert drawn == {tuple(p.x.tolist()) for p in analyses["plane"].fixed_points}


def test_a_planar_flow_shows_its_box_streamlines_nullclines_and_branches(analyses):
    ax = phase_portrait(analyses["plane"])
    assert ax.get_xlim() == (-3, 3)
    assert ax.get_ylim() == (-3, 3)
    assert any(isinstance(c, LineCollection) for c in ax.collections)
    assert {"x\u2032 = 0", "y\u2032 = 0", "unstable branch"} <= set(legend_of(ax))


def test_the_graph_of_a_flow_says_where_states_move(analyses):
    ax = phase_portrait(analyses["line"])
    right, left = ([line for line in ax.lines if line.get_marker() == marker] for marker in "><")
    assert np.sign(np.concatenate([line.get_xdata() for line in right])).tolist() == [-1, 1]
    assert all(x - x**3 > 0 for line in right for x in line.get_xdata())
    assert all(x - x**3 < 0 for line in left for x in line.get_xdata())


def test_the_cobweb_follows_the_map(analyses):
    ax = phase_portrait(analyses["cobweb"])
    assert {"next x", "diagonal"} <= set(legend_of(ax))
    (label,) = (text for text in legend_of(ax) if text.startswith("orbit from "))
    (cobweb,) = (line.get_xydata() for line in ax.lines if np.allclose(line.get_xydata()[0], 0.3348))
    assert label == "orbit from 0.335"
    for (x, _), (same, following) in zip(cobweb[:-1:2], cobweb[1::2], strict=False):
        assert same == x
        assert following == pytest.approx(2.5 * x * (1 - x))


def test_a_map_without_bounded_orbits_shows_arrows(analyses):
    ax = phase_portrait(analyses["expanding"])
    assert any(isinstance(c, Quiver) for c in ax.collections)


def test_three_states_are_drawn_in_their_box(analyses):
    ax = phase_portrait(analyses["cube"])
    edges = [line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_linewidth() < 1]
    assert len(edges) == 12
    markers = {tuple(np.round(xy, 6)) for line in ax.lines if line.get_marker() == "o" for xy in line.get_xydata()}
    assert len(markers) == 27, "no two of the lattice's points coincide on the page"
    assert {"x", "y", "z"} <= {text.get_text() for text in ax.texts}


def test_many_states_are_seen_along_the_components_that_tell_most(analyses):
    ax = phase_portrait(analyses["four"])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("first component", "second component")
    # The fixed points are a lattice, w in 0, +-1 to z in 0, +-2: they spread most along z, then along y.
    drawn = np.concatenate([line.get_xydata() for line in ax.lines if line.get_marker() == "o"])
    assert set(np.round(drawn[:, 0], 9)) == {-2.0, 0.0, 2.0}
    assert np.allclose(np.unique(np.round(drawn[:, 1], 9)), [-np.sqrt(3), 0, np.sqrt(3)])


def test_hostile_names_are_drawn_as_they_are(analyses):
    ax = phase_portrait(analyses["hostile"])
    assert ax.get_xlabel().startswith("$\\frac{a}{b$ <b>")
    assert not ax.xaxis.label.get_parse_math()
    assert ax.get_ylabel().endswith("\u2026")


def test_nothing_is_shown_for_no_fixed_points(analyses):
    assert not [line for line in phase_portrait(analyses["empty"]).lines if line.get_marker() in ("o", "D", "s")]
