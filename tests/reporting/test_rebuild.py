from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

import dynbench as db
from dynbench.errors import InputError
from dynbench.reporting.plain import manifold_from_dict, manifold_to_dict

FIXTURES = ("jang", "henon", "hostile", "cells")


@pytest.fixture(params=FIXTURES)
def analysis(request):
    return request.getfixturevalue(request.param)


def test_the_analysis_written_again_gives_the_same_bytes(analysis, tmp_path):
    first = db.report(analysis, tmp_path / "first.json")
    again = db.load_report(first)
    assert again.system == analysis.system
    assert again.system.states == analysis.system.states
    for suffix in (".json", ".md"):
        written = db.report(analysis, tmp_path / f"written{suffix}").read_bytes()
        assert db.report(again, tmp_path / f"again{suffix}").read_bytes() == written


def test_the_pages_are_the_same_too(jang, tmp_path):
    again = db.load_report(db.report(jang, tmp_path / "jang.json"))
    page = db.report(jang, tmp_path / "jang.html").read_bytes()
    assert db.report(again, tmp_path / "again.html").read_bytes() == page


def test_invariants_cycles_and_continua_come_back(tmp_path):
    for name, system, box in (
        ("volterra", db.ODE({"u": "u - u*v", "v": "u*v - v"}), [[0.5, 3], [0.5, 3]]),
        ("pol", db.ODE({"x": "y", "y": "(1 - x^2)*y - x"}), [[-3, 3], [-3, 3]]),
        ("line", db.ODE({"x": "x*(x - y)", "y": "x*(y + 1)"}), [[-3, 3], [-3, 3]]),
    ):
        path = db.report(db.analyze(system, box=box), tmp_path / f"{name}.json")
        again = db.load_report(path)
        assert db.report(again, tmp_path / "again.json").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda c: c.clear(), "is no dynbench report"),
        (lambda c: c.update(format_version=1), "has format version 1; this dynbench reads version 2"),
        (lambda c: c.pop("graph"), "lacks 'graph'"),
        (lambda c: c["system"]["equations"].update(x="x + y"), "the equations are not those that the content hash"),
        (lambda c: c["system"]["equations"].update(x="__import__('os')"), "is damaged: "),
        (lambda c: c["fixed_points"]["points"][0].update(kind="nice"), "is damaged: 'nice' is not a valid Kind"),
        (lambda c: c["system"].update(aliases={"x": "y"}), "the aliases are not those of the names"),
    ],
)
def test_a_damaged_report_gets_a_sentence(damage, message, jang, tmp_path):
    path = db.report(jang, tmp_path / "jang.json")
    content = json.loads(path.read_text())
    damage(content)
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"jang\.json") as caught:
        db.load_report(path)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("path", "message"),
    [("missing.json", "cannot be read"), ("text.json", "is no JSON file"), (3, "expected the name of a file")],
)
def test_what_is_no_report_gets_a_sentence(path, message, tmp_path):
    (tmp_path / "text.json").write_text("{")
    with pytest.raises(InputError, match=message):
        db.load_report(tmp_path / path if isinstance(path, str) else path)


def test_an_error_that_could_not_be_measured_is_infinite_again():
    """JSON has no infinity: the report says null."""
    system = db.Map({"x": "1 - 1.7*Abs(x) + y", "y": "0.5*x"})
    points = db.find_fixed_points(system)
    manifold = dataclasses.replace(db.trace_manifold(system, points[1], "unstable", length=3), error=np.inf)
    data = manifold_to_dict(manifold, points) | {"error": None}
    assert manifold_from_dict(data, points).error == np.inf
