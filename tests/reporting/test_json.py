from __future__ import annotations

import enum
import json

import jsonschema
import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.reporting.json import FORMAT_VERSION, render_json, schema, to_plain
from dynbench.reporting.rebuild import analysis_of
from dynbench.verification import Outcome, verify

FIXTURES = ("jang", "henon", "hostile", "cells")


@pytest.fixture(params=FIXTURES)
def analysis(request):
    return request.getfixturevalue(request.param)


def test_the_report_is_what_the_schema_says(analysis):
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(json.loads(render_json(analysis)), schema(), cls=jsonschema.Draft202012Validator)


def test_the_schema_refuses_what_is_no_report(jang):
    content = json.loads(render_json(jang))
    for damage in (
        lambda c: c.pop("cover"),
        lambda c: c["fixed_points"]["points"][0].update(kind="nice point"),
        lambda c: c["fixed_points"]["points"][0]["certificate"].update(index=2),
        lambda c: c["system"].update(content_hash="0"),
        lambda c: c.update(extra=1),
    ):
        damaged = json.loads(json.dumps(content))
        damage(damaged)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(damaged, schema(), cls=jsonschema.Draft202012Validator)


def test_it_loads_back_with_every_number(jang):
    content = json.loads(render_json(jang))
    assert content["format"] == "dynbench-report"
    assert content["format_version"] == FORMAT_VERSION
    assert content["fixed_points"]["complete"] is True
    for record, point in zip(content["fixed_points"]["points"], jang.fixed_points, strict=True):
        assert record["x"] == point.x.tolist()
        assert record["certificate"]["radius"] == point.certificate.radius
        assert record["certificate"]["inverse"] == point.certificate.inverse.tolist()
    assert {(e["source"], e["target"]) for e in content["graph"]["edges"]} == {(1, 0), (1, 2)}
    assert content["cover"]["owners"] == jang.cover.owners.tolist()
    assert content["provenance"]["seed"] == 0


def test_it_holds_the_identity_of_every_invariant():
    system = db.ODE({"u": "a*u - u*v", "v": "u*v - v"}, {"a": 2})
    content = json.loads(render_json(db.analyze(system, box=[[0.5, 3], [0.5, 3]])))
    (found,) = content["invariants"]["found"]
    u, v, a = sp.symbols("u v a")
    expression, change = (sp.sympify(found[k], {"u": u, "v": v, "a": a}) for k in ("expression", "lie_derivative"))
    flow = sp.diff(expression, u) * (a * u - u * v) + sp.diff(expression, v) * (u * v - v)
    assert sp.simplify(change) == 0
    assert sp.simplify(change - flow) == 0
    assert "u > 0" in found["assumptions"]


def test_hostile_names_survive(hostile):
    content = json.loads(render_json(hostile))
    assert content["system"]["states"] == list(hostile.system.state_names)
    assert content["system"]["name"] == hostile.system.name
    assert set(content["system"]["aliases"].values()) <= set(content["system"]["states"]) | set(
        content["system"]["parameters"]
    )


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


def test_the_exponent_of_a_chaotic_set_survives_and_is_checked(henon):
    content = json.loads(render_json(henon))
    (number,) = [n for n, kind in henon.graph.nodes(data="kind") if kind == "chaotic set"]
    again = analysis_of(content)
    assert again.graph.nodes[number]["exponent"] == henon.graph.nodes[number]["exponent"]
    assert not failing(content)
    (node,) = [n for n in content["graph"]["nodes"] if n["id"] == number]
    node["exponent"][0] = -0.1
    assert failing(content) == [f"node {number}: a chaotic set by an exponent above zero, no proof"]


def failing(content):
    return [check.claim for check in verify(content) if check.outcome is Outcome.FAILS]
