from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from dynbench.plotting import spectrum


@pytest.mark.parametrize("name", ["line", "cobweb", "plane", "attractor", "cube", "hostile", "empty"])
def test_it_draws_at_equal_aspect_with_its_border(analyses, name):
    ax = spectrum(analyses[name]).ax
    ax.figure.canvas.draw()
    assert ax.get_aspect() == 1
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    flow = analyses[name].system.kind == "flow"
    assert any(("imaginary axis" if flow else "unit circle") in label for label in labels)
    assert any(isinstance(patch, Circle) for patch in ax.patches) != flow


def test_every_eigenvalue_is_there_and_within_the_limits(analyses):
    ax = spectrum(analyses["plane"]).ax
    drawn = np.concatenate([line.get_xydata() for line in ax.lines if line.get_marker() == "o"])
    expected = sorted((v.real, v.imag) for p in analyses["plane"].fixed_points for v in p.eigenvalues)
    assert np.allclose(sorted(map(tuple, drawn)), expected)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert all(left < x < right and low < y < high for x, y in drawn)
    assert left < 0 < right


def test_a_figure_of_its_own_is_as_high_as_the_plane_needs(analyses):
    flat, square = (spectrum(analyses[name]).figure.get_size_inches() for name in ("line", "attractor"))
    assert flat[0] == square[0]
    assert flat[1] < square[0]
    given = Figure(figsize=(3, 7))
    spectrum(analyses["line"], given.add_subplot())
    assert tuple(given.get_size_inches()) == (3, 7)


def test_eigenvalues_of_a_few_points_carry_their_numbers(pictured, analyses):
    drawing = spectrum(pictured["duffing"])
    places = {text.xy: text.get_text() for text in drawing.by_role["numbers"]}
    expected = {}
    for number, point in enumerate(pictured["duffing"].fixed_points):
        for value in point.eigenvalues:
            place = (round(value.real, 6), round(value.imag, 6))
            expected[place] = f"{expected[place]}, {number}" if place in expected else str(number)
    assert {(round(x, 6), round(y, 6)): text for (x, y), text in places.items()} == expected
    assert sorted(expected.values()) == ["0, 2", "0, 2", "1", "1"]
    for name in ("cube", "empty", "sink"):  # too many, none, only one
        assert "numbers" not in spectrum(analyses[name]).by_role
