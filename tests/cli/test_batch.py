from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from dynbench.cli.app import app
from dynbench.cli.batch import report_folder
from dynbench.errors import InputError
from dynbench.reporting.index import Entry, render_index

FINE = '[states]\nx = "x - x^3"\n[box]\nx = [-2, 2]\n'
OPEN = '[states]\nx = "sin(x)^2*x"\n[box]\nx = [-1, 1]\n'
BAD = '[states]\nx = "x +"\n'


@pytest.fixture
def folder(tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    (models / "a fine one.toml").write_text(FINE)
    (models / "bad.toml").write_text(BAD)
    (models / "open.toml").write_text(OPEN)
    return models


def test_one_failure_does_not_stop_the_rest(folder, tmp_path):
    out = tmp_path / "reports"
    result = CliRunner().invoke(app, ["report", str(folder), "-o", str(out), "--json"])
    assert result.exit_code == 3  # the highest: a bad model
    assert "1 of 3 models did not end well" in result.stderr
    entries = json.loads(result.stdout)
    assert [(e["model"], e["failed"], e["settled"]) for e in entries] == [
        ("a fine one.toml", False, True),
        ("bad.toml", True, False),
        ("open.toml", False, False),
    ]
    assert "bad.toml" in entries[1]["verdict"]
    index = (out / "index.html").read_text()
    assert 'href="a%20fine%20one.html"' in index
    assert "1 settled, 1 with something left open, 1 failed." in index
    assert sorted(p.name for p in out.iterdir()) == [
        *("a fine one.html", "a fine one.json", "index.html", "open.html", "open.json"),
    ]


def test_a_model_that_takes_too_long_is_given_up(folder, tmp_path):
    entries = report_folder(folder, tmp_path / "out", timeout=0.05)
    assert [e.verdict for e in entries] == ["Given up after 0.05 seconds."] * 3
    assert all(e.failed and e.code == 4 for e in entries)


def test_progress_is_told(tmp_path):
    (tmp_path / "x.toml").write_text(BAD)
    told = []
    report_folder(tmp_path, tmp_path / "out", progress=lambda *a: told.append(a))
    assert told == [("writing reports", 1, 1)]


def test_a_folder_without_models_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no model: a file that ends in \.toml"):
        report_folder(tmp_path, tmp_path / "out")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "a.html"], "give one folder to write to"),
        (["-o", "a", "-o", "b"], "give one folder to write to"),
        (["-o", "a", "--box", "x=0:1"], "--box, --set and --periods are for one model"),
    ],
)
def test_options_that_fit_no_folder_are_refused(words, message, folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["report", str(folder), *words])
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_index_escapes_what_users_write():
    hostile = "<script>alert(1)</script>\u202e\"'"
    entry = Entry(model=hostile, title=hostile, page=None, verdict=hostile, failed=True)
    page = render_index(hostile, [entry])
    assert "<script>" not in page
    assert "\u202e" not in page
    assert page == render_index(hostile, [entry])
