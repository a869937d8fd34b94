from __future__ import annotations

import json

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.fixed_points import FixedPoints
from dynbench.fixed_points.plain import point_from_dict, point_to_dict
from dynbench.symbolic.notation import Notation

X, Y = sp.symbols("x y")
SYSTEMS = {
    "planar": (db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), {"box": [[-3, 3], [-3, 3]]}),
    "whole space": (db.ODE({"x": "tanh(2*x) - x"}), {}),
    "exact roots": (db.ODE({"x": "x^2 - 2"}), {}),
    "continuum": (db.ODE({X: X * (X - Y), Y: X * (Y + 1)}), {}),
    "double root": (db.Map({"x": "x + x^2"}), {"box": [[-1, 1]]}),
    "slow point": (db.ODE({"x": "x^2 + 1e-6"}), {"starts": [[0.1]]}),
    "kink": (db.ODE({"x": "abs(x) - 2*x"}), {"box": [[-1, 1]]}),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_set_reads_back_from_json_with_nothing_lost(name):
    system, options = SYSTEMS[name]
    points = db.find_fixed_points(system, rng=0, **options)
    notation = Notation(system.states)
    plain = points.to_dict(write=notation.write)
    again = FixedPoints.from_dict(json.loads(json.dumps(plain)), read=notation.read)
    assert again.to_dict(write=notation.write) == plain
    assert repr(again) == repr(points)
    assert again.index_sum == points.index_sum
    for a, b in zip(again, points, strict=True):
        assert np.array_equal(a.x, b.x)
        assert not a.x.flags.writeable
        assert a.exact == b.exact
        assert point_to_dict(point_from_dict(point_to_dict(a))) == point_to_dict(b)


def test_it_says_on_what_completeness_in_the_whole_space_rests():
    algebra = db.find_fixed_points(SYSTEMS["exact roots"][0])
    assert algebra.algebraic
    assert algebra.bounds is None
    boxes = db.find_fixed_points(SYSTEMS["whole space"][0])
    assert not boxes.algebraic
    assert boxes.bounds is not None
    assert all(boxes.bounds.box[0, 0] < p.x[0] < boxes.bounds.box[0, 1] for p in boxes)
    in_a_box = db.find_fixed_points(SYSTEMS["exact roots"][0], box=[[0, 2]])
    assert in_a_box.complete
    assert not in_a_box.algebraic
