from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from dynbench.errors import InputError
from dynbench.fixed_points import Kind, Status
from dynbench.plotting.style import (
    MOST_NUMBERED,
    Colour,
    Glyph,
    axes_or_new,
    draw_glyphs,
    glyph_handle,
    glyph_of,
    glyph_of_cycle,
    legible,
    number_points,
)


@pytest.mark.parametrize(
    ("kind", "glyph"),
    [
        (Kind.STABLE_NODE, Glyph.ATTRACTING),
        (Kind.STABLE_FOCUS, Glyph.ATTRACTING),
        (Kind.UNSTABLE_FOCUS, Glyph.REPELLING),
        (Kind.SADDLE_FOCUS, Glyph.SADDLE),
        (Kind.NONHYPERBOLIC, Glyph.NONHYPERBOLIC),
        (Kind.CENTER, Glyph.CENTER),
        (Kind.NONSMOOTH, Glyph.UNKNOWN),
    ],
)
def test_each_kind_has_its_glyph(kind, glyph):
    assert glyph_of(kind) is glyph


def test_a_slow_point_never_looks_like_a_fixed_point():
    assert glyph_of(Kind.STABLE_NODE, Status.SLOW_POINT) is Glyph.SLOW


def test_fill_comes_first():
    (attracting,) = glyph_handle(Glyph.ATTRACTING)
    (saddle,) = glyph_handle(Glyph.SADDLE)
    ring, hole = glyph_handle(Glyph.REPELLING)
    (diamond,) = glyph_handle(Glyph.NONHYPERBOLIC)
    assert attracting.get_marker() == saddle.get_marker() == ring.get_marker() == "o"
    assert attracting.get_fillstyle() == "full"
    assert attracting.get_markerfacecolor() == Colour.ATTRACTING == "#332288"
    assert saddle.get_fillstyle() == "left"
    assert saddle.get_markerfacecolor() == "#CC79A7"
    assert ring.get_markerfacecolor() == "#bd1f01"
    assert hole.get_markerfacecolor() == Colour.PAPER
    assert hole.get_markersize() < ring.get_markersize()
    assert diamond.get_marker() == "D"
    assert {line.get_markeredgecolor() for line in (attracting, saddle, ring, diamond)} == {"black"}


def luminance(colour):
    return float(np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)))


def test_the_palette_stays_apart_in_grey():
    levels = sorted(map(luminance, (Colour.ATTRACTING, Colour.SADDLE, Colour.REPELLING)))
    assert min(np.diff(levels)) > 0.05


def test_glyphs_are_drawn_where_they_belong():
    ax = axes_or_new(None)
    lines = draw_glyphs(ax, [(0, 0), (1, 1), (2, 2)], [Glyph.SADDLE, Glyph.ATTRACTING, Glyph.SADDLE])
    drawn = {line.get_fillstyle(): line.get_xdata().tolist() for line in lines}
    assert drawn == {"full": [1], "left": [0, 2]}


def test_nothing_to_draw_is_fine():
    assert draw_glyphs(axes_or_new(None), np.empty((0, 2)), []) == []


def test_a_figure_of_our_own_belongs_to_no_global_state():
    axes_or_new(None)
    assert "matplotlib.pyplot" not in vars(matplotlib) or not matplotlib.pyplot.get_fignums()


def test_names_are_made_legible():
    assert legible("x") == "x"
    assert legible("a\x00b\u202e") == "a\ufffdb\ufffd"
    assert legible("w" * 200) == "w" * 23 + "\u2026"


@pytest.mark.parametrize(("count", "numbers"), [(3, 3), (MOST_NUMBERED, MOST_NUMBERED), (MOST_NUMBERED + 1, 0)])
def test_points_are_numbered_unless_they_are_many(plane_point, count, numbers):
    ax = axes_or_new(None)
    ax.set(xlim=(0, count), ylim=(0, count))
    places = np.repeat(np.arange(count)[:, None], 2, axis=1)
    number_points(ax, places, [plane_point] * count)
    assert [text.get_text() for text in ax.texts] == [str(i) for i in range(numbers)]


def test_points_in_one_place_share_a_label(plane_point):
    ax = axes_or_new(None)
    number_points(ax, [(0, 0), (1, 1), (0, 0), (0, 1e-6), (0, 0)], [plane_point] * 5)
    assert [text.get_text() for text in ax.texts] == ["0, 2, 3, \u2026", "1"]


@pytest.fixture
def plane_point(analyses):
    return analyses["plane"].fixed_points[0]


@pytest.mark.parametrize("projection", ["polar", "3d"])
def test_axes_that_are_no_plane_are_refused(projection):
    ax = Figure().add_subplot(projection=projection)
    with pytest.raises(InputError, match=f"^ax has the projection '{projection}'; expected plane axes, with x across"):
        axes_or_new(ax)


@pytest.mark.parametrize("kind", ["stable cycle", "saddle cycle", "unstable cycle", "nonhyperbolic cycle"])
def test_each_kind_of_cycle_has_its_glyph(kind):
    assert glyph_of_cycle(kind).value.label == kind


def test_numbers_beyond_the_middle_stand_on_the_left(plane_point):
    ax = axes_or_new(None)
    left, right = number_points(ax, [(0, 0), (1, 1)], [plane_point] * 2, middle=0.5)
    assert left.xyann[0] > 0 > right.xyann[0]
    assert right.get_horizontalalignment() == "right"


def test_glyphs_far_outside_of_the_axes_stay_hidden():
    ax = axes_or_new(None)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    (line,) = draw_glyphs(ax, [(2.0, 0.5)], [Glyph.ATTRACTING])
    ax.set_xlim(0, 1)
    assert not line.get_clip_box().contains(*ax.transData.transform((2.0, 0.5)))
