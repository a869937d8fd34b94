from __future__ import annotations

import enum
import json

import numpy as np
import sympy as sp

import dynbench as db
from dynbench.reporting.json import FORMAT_VERSION, render_json, to_plain


def test_it_loads_back_with_every_number(jang):
    content = json.loads(render_json(jang))
    assert content["format"] == "dynbench-report"
    assert content["format_version"] == FORMAT_VERSION
    assert content["fixed_points"]["complete"] is True
    for record, point in zip(content["fixed_points"]["points"], jang.fixed_points, strict=True):
        assert record["x"] == point.x.tolist()
        assert record["certificate"]["radius"] == point.certificate.radius
    assert {(e["source"], e["target"]) for e in content["graph"]["edges"]} == {(1, 0), (1, 2)}
    assert content["provenance"]["seed"] == 0


def test_the_system_can_be_declared_again_from_it(henon):
    declared = json.loads(render_json(henon))["system"]
    numbers = {name: sp.Rational(value) for name, value in declared["parameters"].items()}
    again = {"flow": db.ODE, "map": db.Map}[declared["kind"]](declared["equations"], numbers)
    assert again == henon.system


def test_hostile_names_survive(hostile):
    content = json.loads(render_json(hostile))
    assert content["system"]["states"] == list(hostile.system.state_names)
    assert content["system"]["name"] == hostile.system.name


def test_plain_values():
    class Colour(enum.Enum):
        RED = "red"

    value = {
        "array": np.array([1.5, np.nan]),
        "integer": np.int64(3),
        "enum": Colour.RED,
        "matrix": sp.Matrix([[1, sp.pi]]),
        "infinite": -np.inf,
        "expression": sp.Symbol("x") ** 2,
        "flag": np.bool_(True),
        "nested": (None, [sp.Integer(2)]),
    }
    assert to_plain(value) == {
        "array": [1.5, None],
        "integer": 3,
        "enum": "red",
        "matrix": [["1", "pi"]],
        "infinite": None,
        "expression": "x**2",
        "flag": True,
        "nested": [None, ["2"]],
    }
