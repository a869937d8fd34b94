"""Continua of piecewise-linear systems: what is claimed of them is proved, and tampered claims fail."""

from __future__ import annotations

import copy
import functools
import json

import jsonschema
import pytest

import dynbench as db
from dynbench.reporting.json import render_json, schema
from dynbench.reporting.rebuild import analysis_of
from dynbench.verification import Outcome, verify

SYSTEMS = {
    "half": lambda: db.ODE({"x": "Abs(x) - x", "y": "-y"}),
    "map": lambda: db.Map({"x": "Abs(x)", "y": "y/2"}),
    "bent": lambda: db.ODE({"x": "y - Abs(x)", "y": "Abs(x) - y"}),
    "plane": lambda: db.ODE({"x": "Max(1 - x - y, 0)", "y": "0"}),
    "matrix": lambda: db.PLRNN([0.0, 0.5], [[1, 0], [0, 0]], [0.0, 0.0]),
}


@functools.cache
def text(name):
    system = SYSTEMS[name]()
    options = {"periods": 1} if system.kind == "map" else {}
    return render_json(db.analyze(system, box=[(-2, 2), (-2, 2)], **options))


def outcomes(report):
    weights = {"A": [[0, 0], [0, 0.5]], "W": [[1, 0], [0, 0]], "h": [0, 0]} if "arrays" in report["system"] else None
    checks = verify(report, weights=weights, precision=128)
    return [c for c in checks if c.claim.startswith("continuum")]


@pytest.mark.parametrize("name", SYSTEMS)
def test_continua_are_proved_region_by_region(name):
    report = json.loads(text(name))
    jsonschema.validate(report, schema())
    checks = outcomes(report)
    assert len(checks) == 2 * len(report["fixed_points"]["continua"]) > 0
    assert {c.outcome for c in checks} == {Outcome.HOLDS}


def test_a_report_is_rebuilt_with_its_inequalities():
    assert render_json(analysis_of(json.loads(text("half")))) == text("half")


@pytest.mark.parametrize("name", ["half", "map"])
@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"inequalities": []}, "every state with y = 0 is a fixed point"),
        ({"inequalities": ["x + 1"]}, "every state with y = 0, x + 1 >= 0 is a fixed point"),
        ({"inequalities": ["-x"]}, "every state with y = 0, -x >= 0 is a fixed point"),
        ({"equations": ["y - 1"]}, "every state with y - 1 = 0, x >= 0 is a fixed point"),
        ({"equations": []}, "every state with x >= 0 is a fixed point"),
        ({"dimension": 2}, "of dimension 2"),
    ],
)
def test_a_false_region_is_caught(name, change, line):
    report = json.loads(text(name))
    report["fixed_points"]["continua"][0].update(change)
    assert any(line in c.claim and c.outcome is Outcome.FAILS for c in outcomes(report))


def test_an_older_report_without_inequalities_is_read_and_found_false():
    report = json.loads(text("half"))
    del report["fixed_points"]["continua"][0]["inequalities"]
    jsonschema.validate(report, schema())
    assert analysis_of(copy.deepcopy(report)).fixed_points.continua[0].inequalities == ()
    assert any(c.outcome is Outcome.FAILS for c in outcomes(report))


@pytest.mark.parametrize(
    "change", [{"inequalities": ["x", "-x"]}, {"inequalities": ["x", "-1 - x"]}, {"inequalities": ["x^2"]}]
)
def test_what_is_no_polyhedron_of_that_dimension_is_not_established(change):
    report = json.loads(text("half"))
    report["fixed_points"]["continua"][0].update(change)
    assert Outcome.HOLDS not in {c.outcome for c in outcomes(report)}


@pytest.mark.parametrize("change", [{"equations": ["x", "y"], "inequalities": []}, {"equations": ["x - 1", "y"]}])
def test_a_single_point_is_no_continuum(change):
    report = json.loads(text("half"))
    report["fixed_points"]["continua"][0].update(change, dimension=0)
    assert any("of dimension 0" in c.claim and c.outcome is Outcome.FAILS for c in outcomes(report))


def test_a_smaller_part_is_a_true_claim():
    report = json.loads(text("half"))
    report["fixed_points"]["continua"][0]["inequalities"] = ["x - 1"]
    assert {c.outcome for c in outcomes(report)} == {Outcome.HOLDS}
