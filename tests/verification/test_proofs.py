"""The proofs that the checker makes: zeros, regions, covers, boxes around all zeros, counts of solutions, degrees."""

from __future__ import annotations

import numpy as np
import pytest
from flint import ctx

from dynbench.verification.algebra import count_real_zeros
from dynbench.verification.cover import uncovered
from dynbench.verification.declaration import read_declaration
from dynbench.verification.degree import degree
from dynbench.verification.document import Field
from dynbench.verification.outside import nothing_outside
from dynbench.verification.regions import Found, box_of, search
from dynbench.verification.zeros import box_around, excluded, find_root, is_one_to_one


def declared(equations, kind="flow", **parameters):
    return read_declaration(
        Field(
            {"states": list(equations), "equations": equations, "parameters": parameters, "aliases": {}, "kind": kind},
            "system",
        )
    )


JANG = declared({"x": "(1 - x^2)*y", "y": "x/2 - y"})
CELLS = declared({f"x{i}": f"x{i} - x{i}^3 + x{(i + 1) % 3}/20 + x{(i + 2) % 3}/20 - x{i}/10" for i in range(3)})
TRIPLE = declared({"x": "x - x^3"})
ROTATION = declared({"x": "-y", "y": "x"})


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128):
        yield


def test_a_root_is_found_with_its_index():
    root = find_root(JANG, [1.01, 0.49])
    assert root.distance([1.0, 0.5]).hi < 1e-30
    assert root.sign == 1  # det J = (-1)(-1) - 0 = 1 at (1, 1/2)
    assert find_root(JANG, [0.01, 0.0]).sign == -1
    assert find_root(declared({"x": "x^2 + 1"}), [0.3]) is None


def test_a_root_on_a_kink_has_an_index():
    root = find_root(declared({"x": "-x - abs(x)/2"}), [0.25])
    assert root.sign == 1
    # |x|: the slopes on both sides have different signs, and nothing is claimed.
    assert find_root(declared({"x": "abs(x)"}), [0.25]) is None


def test_one_to_one_and_exclusion():
    assert is_one_to_one(JANG, box_around([1.0, 0.5], 0.3))
    assert not is_one_to_one(JANG, box_of([(-2, 2), (-2, 2)]))
    assert excluded(JANG, box_of([(0.2, 0.4), (0.5, 0.7)]))
    assert not excluded(JANG, box_of([(0.9, 1.1), (0.4, 0.6)]))
    assert not is_one_to_one(declared({"x": "x + sign(x)"}), box_of([(-1, 1)]))


def test_regions_are_cut_up():
    roots = [find_root(JANG, [x, x / 2]) for x in (-1.0, 0.0, 1.0)]
    whole = box_of([(-2, 2), (-2, 2)])
    assert search(JANG, whole, roots, budget=500) is Found.NOTHING_ELSE
    assert search(JANG, whole, roots[:2], [roots[2]], budget=500) is Found.ANOTHER
    assert search(JANG, whole, roots[:2], budget=500) is Found.UNDECIDED
    double = declared({"x": "x^2"})
    assert search(double, box_of([(-1, 1)]), [], budget=500) is Found.UNDECIDED


def test_covers_are_exact():
    region = ((0.0, 1.0), (0.0, 1.0))
    boxes = np.array([[[0, 0.5], [0, 1]], [[0.5, 1], [0, 0.25]], [[0.5, 1], [0.25, 1]]])
    assert uncovered(region, boxes) is None
    for k in range(3):
        gap = uncovered(region, np.delete(boxes, k, axis=0))
        assert np.array_equal(np.array(gap), boxes[k])
    boxes[2, 1, 0] = np.nextafter(0.25, 1)
    assert uncovered(region, boxes) == ((0.5, 1.0), (0.25, float(np.nextafter(0.25, 1))))
    assert uncovered(region, np.empty((0, 2, 2))) == region


def test_random_covers():
    rng = np.random.default_rng(2)
    boxes = [np.array([[0.0, 1.0]] * 3)]
    for _ in range(120):
        box = boxes.pop(rng.integers(len(boxes)))
        axis, share = rng.integers(3), rng.uniform(0.2, 0.8)
        at = box[axis, 0] + share * (box[axis, 1] - box[axis, 0])
        left, right = box.copy(), box.copy()
        left[axis, 1] = right[axis, 0] = at
        boxes += [left, right]
    array = np.array(boxes)
    region = ((0.0, 1.0),) * 3
    assert uncovered(region, array) is None
    for k in rng.integers(len(array), size=10):
        gap = np.array(uncovered(region, np.delete(array, k, axis=0)))
        assert (gap[:, 0] >= array[k, :, 0]).all()
        assert (gap[:, 1] <= array[k, :, 1]).all()


def test_nothing_lies_outside():
    assert nothing_outside(CELLS, box_of([(-1.01, 1.01)] * 3))
    assert not nothing_outside(CELLS, box_of([(-0.9, 0.9)] * 3))  # the corners (1, 1, 1) and (-1, -1, -1) are zeros
    network = declared({"u": "-u + tanh(2*u + v)", "v": "-v + tanh(v - u)"})
    assert nothing_outside(network, box_of([(-1.01, 1.01)] * 2))
    assert not nothing_outside(JANG, box_of([(0.5, 2), (-2, 2)]))


@pytest.mark.parametrize(
    ("equations", "counts"),
    [
        ({"x": "(1 - x^2)*y", "y": "x/2 - y"}, (3, 3)),
        ({"x": "x*(1 - y)", "y": "y*(x - 1)"}, (2, 2)),
        ({"x": "1/x - x", "y": "(y^2 - 2)*(y - x)"}, (6, 6)),
        ({"x": "x^2 + 1"}, (0, 2)),
        ({"x": "x^3 - 2"}, (1, 3)),
        ({"x": "y", "y": "x^2 + y^2"}, (1, 1)),
        ({"x": "x/(x - 1)", "y": "(y - 1)*x + y"}, (1, 1)),
        ({"x": "x - x", "y": "1"}, (0, 0)),
    ],
)
def test_real_solutions_are_counted(equations, counts):
    assert count_real_zeros(declared(equations)) == counts


def test_all_points_of_the_coupled_cells_are_counted():
    assert count_real_zeros(CELLS) == (27, 27)


def test_what_cannot_be_counted_is_said():
    assert "infinitely many" in count_real_zeros(declared({"x": "x*y", "y": "0"}))
    assert "no rational function" in count_real_zeros(declared({"x": "sin(x)"}))
    assert "Bezout" in count_real_zeros(declared({"x": "x^20 - y", "y": "y^20 - x"}))


def test_degrees():
    assert degree(TRIPLE, box_of([(-2, 2)])) == 1
    assert degree(TRIPLE, box_of([(-0.5, 0.5)])) == -1
    assert degree(TRIPLE, box_of([(0.5, 2)])) == 1
    assert degree(TRIPLE, box_of([(1.5, 2)])) == 0
    assert degree(TRIPLE, box_of([(0, 2)])) is None
    assert degree(ROTATION, box_of([(-1, 1)] * 2)) == 1
    assert degree(declared({"x": "x^2 - y^2", "y": "2*x*y"}), box_of([(-1, 1)] * 2)) == 2
    assert degree(declared({"x": "x^2 - y^2", "y": "-2*x*y"}), box_of([(-1, 1)] * 2)) == -2
    assert degree(declared({"x": "sign(x)"}), box_of([(-1, 1)])) is None
    assert degree(declared({"x": "1/x"}), box_of([(-1, 1)])) is None
    assert degree(CELLS, box_of([(-2, 2)] * 3)) == 1
