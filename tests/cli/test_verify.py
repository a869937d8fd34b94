from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import dynbench as db
from dynbench.cli.app import app


def run(*words):
    return CliRunner().invoke(app, ["verify", *map(str, words)])


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    path = tmp_path_factory.mktemp("reports") / "jang.json"
    system = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}, name="Jang's planar system")
    return db.report(db.analyze(system, box=[(-3, 3), (-3, 3)]), path).read_text()


@pytest.fixture
def report(content, tmp_path):
    path = tmp_path / "jang.json"
    path.write_text(content)
    return path


def test_a_line_for_each_claim_and_exit_code_0(report):
    result = run(report)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) > 30
    assert all(line.startswith("holds") for line in lines[:-1])
    as_json = run(report, "--json", "--precision", 256)
    assert as_json.exit_code == 0
    assert {check["outcome"] for check in json.loads(as_json.stdout)} == {"holds"}


def test_a_tampered_report_is_caught_and_exits_1(report):
    content = json.loads(report.read_text())
    content["fixed_points"]["points"][1]["x"][0] += 1e-9
    report.write_text(json.dumps(content))
    result = run(report)
    assert result.exit_code == 1
    assert "do not hold or could not be established" in result.stderr
    assert any(line.startswith("fails") and "point 1" in line for line in result.stdout.splitlines())


def test_what_is_no_report_is_a_usage_error(tmp_path):
    assert run(tmp_path / "missing.json").exit_code == 2
    (tmp_path / "text.json").write_text("[1, 2")
    assert run(tmp_path / "text.json").exit_code == 2


def test_a_report_on_a_network_takes_its_weights(tmp_path):
    from dynbench.analysis import Analysis
    from dynbench.fixed_points.search.newton_starts import NewtonStarts
    from dynbench.transitions import TransitionGraph

    system = db.RNN([[0, 1.5], [-0.5, 0.2]], [0.1, 0.2])
    points = db.find_fixed_points(system, search=NewtonStarts(starts=[[0.0, 0.0]]), rng=0)
    provenance = {"dynbench": db.__version__, "content_hash": system.content_hash}
    path = db.report(Analysis(system, points, (), TransitionGraph(), (), (), False, provenance), tmp_path / "pair.json")
    weights = db.save_weights(system, tmp_path / "pair.npz")
    assert run(path, "--weights", weights).exit_code == 0
    missing = run(path)
    assert missing.exit_code == 2
    assert "does not hold the arrays of its system (W, b)" in missing.stderr
    other = db.save_weights(system.with_parameters(b=[0.1, 0.2 + 1e-12]), tmp_path / "other.npz")
    wrong = run(path, "--weights", other)
    assert wrong.exit_code == 2
    assert "The array b of the weights is not that of the report" in wrong.stderr
