from __future__ import annotations

import sys

import pytest

from dynbench.cli.model import load_model, parse_box
from dynbench.errors import InputError


def test_boxes_are_read_and_merged():
    assert parse_box([]) is None
    assert parse_box(["x=-3:3", "y=0:1e2"]) == {"x": (-3, 3), "y": (0, 100)}
    assert parse_box([" x = -3 : 3 , y=0:1"]) == {"x": (-3, 3), "y": (0, 1)}
    assert parse_box(["x=0:1"], {"x": (5, 6), "y": (7, 8)}) == {"x": (0, 1), "y": (7, 8)}


@pytest.mark.parametrize("word", ["x", "x=1", "x=:", "x=a:b", "=0:1", "x=0:1,", "x=0:1:2"])
def test_other_forms_are_refused(word):
    with pytest.raises(InputError, match="--box got"):
        parse_box([word])


def test_a_python_model_may_import_its_neighbours_and_leaves_the_path_alone(tmp_path):
    (tmp_path / "neighbour_of_the_model.py").write_text("rate = 'a*x'")
    (tmp_path / "model.py").write_text(
        "import dynbench as db, neighbour_of_the_model as n\ngrowth = db.ODE({'x': n.rate}, {'a': 1})"
    )
    before = list(sys.path)
    system, box = load_model(f"{tmp_path / 'model.py'}:growth", ["a=-0.5"])
    assert sys.path == before
    assert box is None
    assert float(system(2.0 * system.jacobian_at([0.0])[0])[0]) == 0.5
