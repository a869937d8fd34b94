from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import dynbench as db
from dynbench.errors import InputError
from dynbench.plotting import draw_paths
from dynbench.plotting.style import Colour


@pytest.fixture(scope="module")
def paths():
    system = db.ODE({"x": "r*x + x^3 - x^5"}, {"r": -1})
    return db.follow_fixed_points([system.with_parameters(r=r) for r in (-0.4, -0.1, 0.1)])


def test_branches_are_solid_where_stable_and_dashed_where_not(paths):
    drawing = draw_paths(paths)
    lines = drawing.by_role["branches"]
    solid = [line for line in lines if line.get_linestyle() == "-"]
    dashed = [line for line in lines if line.get_linestyle() != "-"]
    assert {line.get_color() for line in solid} == {Colour.ATTRACTING}
    assert {line.get_color() for line in dashed} == {Colour.REPELLING}
    # The origin is stable up to the pitchfork at 1.5 and repelling from there on.
    origin = [line for line in lines if not np.any(line.get_ydata())]
    ends = sorted((min(line.get_xdata()), max(line.get_xdata())) for line in origin)
    np.testing.assert_allclose(ends, [(0, 1.5), (1.5, 2)], atol=1e-9)


def test_changes_are_marked_and_named(paths):
    drawing = draw_paths(paths, labels=["a", "b", "c"], name="state")
    labels = [text.get_text() for text in drawing.ax.get_legend().get_texts()]
    assert labels == ["stable", "repelling", "pair born at a fold", "subcritical pitchfork"]
    births, fork = drawing.by_role["changes"]
    np.testing.assert_allclose(np.sort(births.get_ydata()), [-(0.5**0.5), 0.5**0.5], atol=1e-6)
    assert list(fork.get_xdata()) == pytest.approx([1.5])
    assert [tick.get_text() for tick in drawing.ax.get_xticklabels()] == ["a", "b", "c"]
    assert drawing.ax.get_ylabel() == "state"


def test_a_coordinate_is_a_state_or_a_function(paths):
    by_name, by_number, squared = (
        draw_paths(paths, coordinate=c) for c in ("x", 0, lambda x: np.linalg.norm(x, axis=-1))
    )
    for a, b, c in zip(*(d.by_role["branches"] for d in (by_name, by_number, squared)), strict=True):
        np.testing.assert_array_equal(a.get_ydata(), b.get_ydata())
        np.testing.assert_allclose(np.abs(a.get_ydata()), c.get_ydata())


def test_bad_input(paths):
    with pytest.raises(InputError, match="follow_fixed_points"):
        draw_paths(paths.sets)
    with pytest.raises(InputError, match="coordinate is 'y'"):
        draw_paths(paths, coordinate="y")
    with pytest.raises(InputError, match="coordinate is 1"):
        draw_paths(paths, coordinate=1)
    with pytest.raises(InputError, match="expected one value each"):
        draw_paths(paths, coordinate=lambda x: x)
    with pytest.raises(InputError, match="labels holds 2 entries"):
        draw_paths(paths, labels=[1, 2])


def test_what_was_interrupted_at_once_holds_nothing_to_draw(paths):
    nothing = dataclasses.replace(paths, systems=(), sets=(), paths=(), changes=(), interrupted=True)
    with pytest.raises(InputError, match="interrupted before the first search ended"):
        draw_paths(nothing)
