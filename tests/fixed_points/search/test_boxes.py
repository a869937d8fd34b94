"""Reading boxes, and merging many into few."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.errors import InputError
from dynbench.fixed_points.search.boxes import as_boxes, merge_boxes
from dynbench.systems import ODE


@pytest.fixture
def plane():
    return ODE({"x": "y", "y": "-x"})


def test_one_box_in_every_form(plane):
    expected = [[[-1, 2], [0, 3]]]
    x = plane.states[0]
    forms = [
        {"x": (-1, 2), "y": (0, 3)},
        {"y": (0, 3), "x": (-1, 2)},
        {x: (-1, sp.Integer(2)), "y": [0, 3]},
        [[-1, 2], [0, 3]],
        np.array([[-1, 2], [0, 3]]),
        np.array(expected),
    ]
    for form in forms:
        boxes = as_boxes(plane, form)
        np.testing.assert_array_equal(boxes, expected)
        assert not boxes.flags.writeable


def test_unions(plane):
    first, second = {"x": (-1, 2), "y": (0, 3)}, [[-5, -4], [0, 1]]
    assert as_boxes(plane, [first, second]).shape == (2, 2, 2)
    assert as_boxes(plane, [second, second]).shape == (2, 2, 2)
    np.testing.assert_array_equal(as_boxes(plane, [first, second])[1], second)


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ({"x": (-1, 2)}, "no bounds for the state y"),
        ({"x": (-1, 2), "y": (0, 3), "z": (0, 1)}, "names z, which is no state"),
        ({"x": (-1, 2), "y": (3, 0)}, r"box for y is \(3, 0\)"),
        ({"x": (-1, 2), "y": (3, 3)}, r"box for y is \(3, 3\)"),
        ({"x": (-1, np.inf), "y": (0, 1)}, r"box for x is \(-1, inf\)"),
        ({"x": (-1, np.nan), "y": (0, 1)}, "box for x"),
        ({"x": (-1, 2, 3), "y": (0, 1)}, "box for x must be a pair"),
        ({"x": "ab", "y": (0, 1)}, "box for x must be a pair"),
        ([[-1, 2]], r"shape \(1, 2\); expected \(2, 2\)"),
        ([], r"expected \(2, 2\)"),
        ([[0, 1], [2, 1]], "box for y"),
        ("everything", "must be a mapping"),
        (3.0, "expected"),
    ],
)
def test_bad_boxes_name_the_state(plane, box, message):
    with pytest.raises(InputError, match=message):
        as_boxes(plane, box)


@pytest.mark.parametrize("box", [[(-1, 1)] * 3, {"x": (-1, 1)}])
def test_of_many_states_a_few_are_named(box):
    with pytest.raises(InputError, match=r"x_1, x_2, x_3, x_4, x_5, x_6, \.\.\.") as caught:
        as_boxes(db.RNN(np.eye(400)), box)
    assert len(str(caught.value)) < 200


def test_merging_separates_clusters_and_follows_a_band():
    rng = np.random.default_rng(0)
    centers = np.concatenate([rng.uniform(-0.01, 0.01, (300, 2)), np.add([3, 1], rng.uniform(-0.01, 0.01, (50, 2)))])
    boxes = np.stack([centers - 1e-3, centers + 1e-3], axis=-1)
    groups = merge_boxes(boxes)
    assert sorted(np.concatenate(groups)) == list(range(350))
    for group in groups:
        assert np.all(group < 300) or np.all(group >= 300)
    along = np.linspace(0, 1, 500)
    band = np.stack([along, 1 - along], axis=-1)
    boxes = np.stack([band - 2e-3, band + 2e-3], axis=-1)
    groups = merge_boxes(boxes, most=8)
    assert len(groups) == 8
    areas = [np.prod(boxes[g, :, 1].max(0) - boxes[g, :, 0].min(0)) for g in groups]
    assert sum(areas) < 0.2
    assert merge_boxes(np.empty((0, 2, 2))) == []


def test_flat_boxes_only_where_they_are_allowed():
    system = ODE({"x": "-x", "y": "-y"})
    for box in ({"x": (0, 1), "y": (2, 2)}, [(0, 1), (2, 2)], [{"x": (0, 1), "y": (2, 2)}]):
        np.testing.assert_array_equal(as_boxes(system, box, flat=True), [[(0, 1), (2, 2)]])
        with pytest.raises(InputError, match=r"box for y is \(2, 2\); expected finite numbers with low < high"):
            as_boxes(system, box)
    with pytest.raises(InputError, match=r"box for x is \(1, 0\); expected finite numbers with low <= high"):
        as_boxes(system, [(1, 0), (2, 2)], flat=True)
