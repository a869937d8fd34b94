from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from dynbench.plotting import stability_table
from dynbench.plotting.style import MOST_NUMBERED

MINUS = "\N{MINUS SIGN}"


def cells(drawing):
    return [text.get_text().replace("\n", " ").replace("\u00a0", " ") for text in drawing.by_role["cells"]]


def test_a_row_says_what_the_point_is(pictured):
    found = cells(stability_table(pictured["duffing"]))
    assert found[:4] == ["0", f"{MINUS}1, 0", f"{MINUS}0.1 \u00b1 1.41i", "stable focus, certified"]
    assert found[6].startswith(f"0.905, {MINUS}1.1")
    assert len(found) == 12


def test_multipliers_of_maps_are_called_so(pictured):
    heads = {name: {text.get_text() for text in stability_table(pictured[name]).by_role["head"]} for name in pictured}
    assert "multipliers" in heads["henon"]
    assert "eigenvalues" in heads["jang"]
    assert "(x, v)" in heads["duffing"]


def test_its_height_is_that_of_its_rows(pictured):
    few, many = (stability_table(pictured[name]).figure.get_figheight() for name in ("line", "cells"))
    assert few < 2.5
    assert 8 < many < 16


def test_rows_do_not_overlap(pictured):
    drawing = stability_table(pictured["cells"])
    drawing.figure.canvas.draw()
    columns: dict[float, list] = {}
    for text in drawing.by_role["cells"]:
        columns.setdefault(text.get_position()[0], []).append(text.get_window_extent())
    for boxes in columns.values():
        boxes.sort(key=lambda box: -box.y1)
        assert all(upper.y0 >= lower.y1 - 0.5 for upper, lower in itertools.pairwise(boxes))
    starts = sorted(columns)
    for left, right in itertools.pairwise(starts):
        assert max(box.x1 for box in columns[left]) <= min(box.x0 for box in columns[right])


def test_many_points_are_counted(pictured):
    analysis = pictured["cells"]
    points = dataclasses.replace(analysis.fixed_points, points=(*analysis.fixed_points, *analysis.fixed_points[:9]))
    found = cells(stability_table(dataclasses.replace(analysis, fixed_points=points)))
    assert found[-1] == f"and {27 + 9 - MOST_NUMBERED} more"


@pytest.mark.parametrize(
    ("eigenvalues", "text"),
    [
        ([2 + 0j, 1e-17 + 3j, 1e-17 - 3j], "2, \u00b1 3i"),
        ([-1 + 1e-70j, -1 - 1e-70j, 4], f"{MINUS}1, {MINUS}1, 4"),
        ([1, 2, 3, 4, 5, 6], "1, 2, 3, 4 and 2 more"),
    ],
)
def test_eigenvalues_are_written_as_they_are(pictured, eigenvalues, text):
    analysis = pictured["duffing"]
    point = dataclasses.replace(analysis.fixed_points[0], eigenvalues=np.array(eigenvalues, dtype=complex))
    points = dataclasses.replace(analysis.fixed_points, points=(point,))
    assert cells(stability_table(dataclasses.replace(analysis, fixed_points=points)))[2] == text
