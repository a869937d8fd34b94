"""What is common to all figure functions: they draw where they are told, keep to themselves, and refuse nonsense."""

from __future__ import annotations

import dataclasses
import warnings

import matplotlib
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from dynbench.errors import InputError
from dynbench.plotting import (
    Drawing,
    draw_transition_graph,
    phase_portrait,
    spectrum,
    speed_landscape,
    stability_table,
    trace_determinant,
)

OF_ANALYSES = [phase_portrait, spectrum, speed_landscape, trace_determinant, stability_table]
FIGURES = [*OF_ANALYSES, draw_transition_graph]


def drawn(function, analysis, ax=None):
    return function(analysis.graph if function is draw_transition_graph else analysis, ax)


def render(figure, *, complain=True):
    with warnings.catch_warnings():
        if not complain:  # about letters that the font lacks
            warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.canvas.draw()


@pytest.mark.parametrize("function", FIGURES)
def test_it_returns_the_artists_of_its_axes_by_role(pictured, function):
    drawing = drawn(function, pictured["jang"])
    assert isinstance(drawing, Drawing)
    assert len(drawing) == len(list(drawing)) == sum(map(len, drawing.by_role.values())) > 2
    assert all(isinstance(artist, Artist) for artist in drawing)
    assert drawing[0] is next(iter(drawing.by_role.values()))[0]
    assert drawing[:2] == (drawing[0], drawing[1])
    assert {"legend"} < set(drawing.by_role)
    with pytest.raises(TypeError):
        drawing.by_role["points"] = ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        drawing.ax = None
    children = set(drawing.ax.get_children())
    for role, artists in drawing.by_role.items():
        for artist in artists if role != "scale" else ():
            assert artist.axes is drawing.ax, role
            assert artist in children, role


@pytest.mark.parametrize("function", FIGURES)
def test_it_draws_into_axes_given_and_leaves_their_neighbour_alone(pictured, function):
    figure = Figure(figsize=(8, 4))
    left, right = figure.subfigures(1, 2)
    ax, other = left.add_subplot(), right.add_subplot()
    untouched = len(other.get_children())
    drawing = drawn(function, pictured["jang"], ax)
    assert drawing.ax is ax
    assert drawing.figure is figure
    assert len(other.get_children()) == untouched
    assert tuple(figure.get_size_inches()) == (8, 4)
    render(figure)


@pytest.mark.parametrize("function", FIGURES)
def test_it_touches_no_global_state(pictured, function, monkeypatch):
    def forbidden(*_args, **_kwargs):
        raise AssertionError("pyplot was used")

    from matplotlib import pyplot

    for name in ("figure", "subplots", "gcf", "gca", "show", "sca"):
        monkeypatch.setattr(pyplot, name, forbidden)
    before = dict(matplotlib.rcParams)
    drawn(function, pictured["vdp"])
    assert pyplot.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


def test_a_notebook_shows_it(pictured):
    assert spectrum(pictured["jang"])._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("function", FIGURES)
def test_hostile_names_are_drawn_without_error(analyses, function):
    drawing = drawn(function, analyses["hostile"])
    render(drawing.figure, complain=False)
    texts = [text for text in drawing.figure.findobj(Text) if "$" in text.get_text() or "<b>" in text.get_text()]
    assert not any(text.get_parse_math() for text in texts)


@pytest.mark.parametrize("function", FIGURES)
def test_text_is_legible_at_column_width(pictured, function):
    """Seven points at least, drawn in a column or drawn at its own size and shrunk to one."""
    own = drawn(function, pictured["duffing"])
    shrunk = min(1.0, 3.4 / own.figure.get_figwidth())
    ax = Figure(figsize=(3.4, 3.4)).add_subplot()
    ax.tick_params(labelsize=7.5)
    for drawing, factor in ((own, shrunk), (drawn(function, pictured["duffing"], ax), 1.0)):
        render(drawing.figure)
        sizes = {text.get_fontsize() for text in drawing.figure.findobj(Text) if text.get_text()}
        assert min(sizes) * factor >= 7


@pytest.mark.parametrize("function", FIGURES)
def test_a_legend_stays_within_a_column(pictured, function):
    figure = Figure(figsize=(3.4, 4.0), layout="constrained")
    drawing = drawn(function, pictured["duffing"], figure.add_subplot())
    render(figure)
    (legend,) = drawing.by_role["legend"]
    box = legend.get_window_extent()
    assert box.x0 >= -2
    assert box.x1 <= figure.bbox.x1 + 2


@pytest.mark.parametrize("function", OF_ANALYSES)
def test_what_is_no_analysis_is_refused(function):
    with pytest.raises(InputError, match=r"^analysis is 'portrait'; expected what analyze returned\.$"):
        function("portrait")


@pytest.mark.parametrize("function", FIGURES)
def test_what_is_no_axes_is_refused(pictured, function):
    with pytest.raises(InputError, match=r"^ax is 3; expected Matplotlib axes, or None for a figure of its own\.$"):
        drawn(function, pictured["jang"], 3)
    removed = Figure().add_subplot()
    removed.remove()
    with pytest.raises(InputError, match="expected Matplotlib axes"):
        drawn(function, pictured["jang"], removed)


def test_repr_tells_the_roles(pictured):
    drawing = spectrum(pictured["jang"])
    assert repr(drawing) == "<Drawing of border (3), points (2), numbers (3), legend (1)>"
    assert isinstance(drawing.ax, Axes)
