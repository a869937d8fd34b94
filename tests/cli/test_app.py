from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import dynbench as db
from dynbench.cli import main
from dynbench.cli.app import app
from dynbench.errors import ConvergenceError

TOGGLE = """
name = "Toggle switch"
[states]
u = "a/(1 + v^3) - u"
v = "a/(1 + u^3) - v"
[parameters]
a = 4.0
[box]
u = [0, 5]
v = [0, 5]
"""
FOLD = """
import dynbench as db
fold = db.ODE({"x": "mu - x^2"}, ["mu"], name="Fold")
number = 3
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder with models, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "toggle.toml").write_text(TOGGLE)
    (tmp_path / "fold.py").write_text(FOLD)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, arguments)


def test_report_writes_the_file_and_says_the_verdict(files):
    result = run("report", "toggle.toml", "-o", "toggle.html")
    assert result.exit_code == 0
    assert result.stdout.startswith("The region searched holds exactly 3 fixed points (proof): ")
    assert "wrote toggle.html" in result.stderr
    assert "executing" not in result.stderr
    assert "Toggle switch" in (files / "toggle.html").read_text(encoding="utf-8")


def test_a_python_file_is_executed_and_that_is_said(files):
    result = run("report", "fold.py:fold", "--set", "mu=1/4", "--box", "x=-1:1", "-o", "fold.json")
    assert result.exit_code == 0
    assert "executing fold.py" in result.stderr
    content = json.loads((files / "fold.json").read_text())
    assert content["system"]["parameters"] == {"mu": "1/4"}
    assert [p["x"] for p in content["fixed_points"]["points"]] == [[-0.5], [0.5]]


def test_find_lists_points_as_a_table_and_as_json(files):
    table = run("find", "toggle.toml")
    assert table.exit_code == 0
    assert [line.split()[1] for line in table.stdout.splitlines()[1:4]] == ["stable", "saddle", "stable"]
    content = json.loads(run("find", "toggle.toml", "--json").stdout)
    assert content["complete"] is True
    assert len(content["points"]) == 3


def test_the_box_of_the_command_goes_before_that_of_the_model(files):
    assert len(json.loads(run("find", "toggle.toml", "--json", "--box", "u=2:5").stdout)["points"]) == 1
    both = run("find", "toggle.toml", "--json", "--box", "u=2:5,v=2:5")
    assert json.loads(both.stdout)["points"] == []


def test_check_shows_the_declaration(files):
    text = run("check", "fold.py:fold")
    assert text.exit_code == 0
    assert "x' = mu - x**2" in text.stdout
    assert "still without a value: mu" in text.stdout
    content = json.loads(run("check", "fold.py:fold", "--json").stdout)
    assert content["missing_values"] == ["mu"]
    assert content["kind"] == "flow"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("check", "nowhere.toml"), 3, "nowhere.toml cannot be read"),
        (("check", "nowhere.py:x"), 3, "There is no file nowhere.py."),
        (("check", "fold.py:nothing"), 3, "fold.py defines nothing called nothing."),
        (("check", "fold.py:number"), 3, "number in fold.py is of type int, not a dynbench system."),
        (("find", "fold.py:fold"), 3, "The parameter mu has no value: set it with --set mu=..."),
        (("check", "fold"), 2, "MODEL is 'fold'; it must be file.py:name or file.toml."),
        (("find", "toggle.toml", "--box", "u=0"), 2, "--box got 'u=0'; bounds are written like x=-3:3."),
        (("find", "toggle.toml", "--box", "=0:1"), 2, "bounds are written like x=-3:3."),
        (("find", "toggle.toml", "--box", "w=0:1"), 2, "w"),
        (("find", "toggle.toml", "--set", "b=1"), 2, "--set: b is no parameter"),
        (("find", "toggle.toml", "--set", "a"), 2, "--set got 'a'; a parameter is set like mu=0.5."),
        (("find", "toggle.toml", "--set", "a=open('x')"), 2, "--set:"),
        (("report", "toggle.toml", "-o", "toggle.pdf"), 2, "toggle.pdf has the suffix .pdf"),
        (("report", "toggle.toml", "-o", "no/toggle.md"), 2, "The folder no does not exist"),
        (("report", "toggle.toml", "-o", "/proc/toggle.md"), 2, "/proc/toggle.md cannot be written:"),
        (("report", "toggle.toml"), 2, "--out"),
        (("find", "toggle.toml", "--seed", "-1"), 2, "--seed"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_with_its_exit_code(files, arguments, code, message):
    result = run(*arguments)
    assert result.exit_code == code
    assert message in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found' (line 1)"),
        ("x = 1\ny = 1/0", "ZeroDivisionError: division by zero (line 2)"),
        ("x = (", "SyntaxError: '(' was never closed (line 1)"),
        ("raise SystemExit(5)", "SystemExit: 5 (line 1)"),
        ("class Mine(Exception): pass\nraise Mine('no model today')", "Mine: no model today (line 2)"),
        ('import dynbench as db\ndb.ODE({"x": "y"})', "ModelError:"),
    ],
)
def test_a_python_file_that_fails_is_a_bad_model(files, source, reason):
    (files / "bad.py").write_text(source)
    result = run("check", "bad.py:system")
    assert result.exit_code == 3
    assert f"bad.py could not be executed: {reason}" in result.stderr


def test_requirements(files):
    fold = ("find", "fold.py:fold", "--set", "mu=0", "--box", "x=-1:1", "--require")
    assert run(*fold, "certified").exit_code == 1
    assert "required: complete; but" in run(*fold, "complete").stderr
    assert run("find", "toggle.toml", "--require", "certified", "--require", "complete").exit_code == 0
    assert run("find", "toggle.toml", "--require", "perfect").exit_code == 2


def test_an_interrupted_analysis_is_still_written(files, monkeypatch):
    analyze = db.analysis.analyze

    def interrupted(*arguments, **options):
        analysis = analyze(*arguments, **options)
        partial = dataclasses.replace(analysis.fixed_points, complete=False, interrupted=True)
        return dataclasses.replace(analysis, fixed_points=partial)

    monkeypatch.setattr(db.analysis, "analyze", interrupted)
    result = run("report", "toggle.toml", "-o", "toggle.md")
    assert result.exit_code == 130
    assert result.stdout.startswith("The search was interrupted;")
    assert "The search was interrupted" in (files / "toggle.md").read_text(encoding="utf-8")


def test_an_analysis_interrupted_after_the_search_is_written_too(files, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(db.analysis.recurrence, "transition_graph", interrupt)
    result = run("report", "toggle.toml", "-o", "toggle.md")
    assert result.exit_code == 130
    assert "3 fixed points" in result.stdout
    assert "interrupted after the search" in (files / "toggle.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt, 130), (ConvergenceError("it diverged."), 4)])
def test_what_stops_an_analysis_has_its_exit_code(files, monkeypatch, error, code):
    def stopped(*_, **__):
        raise error

    monkeypatch.setattr(db.analysis, "analyze", stopped)
    result = run("report", "toggle.toml", "-o", "toggle.md")
    assert result.exit_code == code
    assert not (files / "toggle.md").exists()


def test_a_report_on_a_piecewise_linear_map_lists_cycles_and_proves_chaos(files):
    model = 'kind = "map"\n[states]\nx = "1 - 1.7*abs(x) + y"\ny = "x/2"\n[box]\nx = [-2, 2]\ny = [-1, 1]\n'
    (files / "lozi.toml").write_text(model)
    result = CliRunner().invoke(app, ["report", "lozi.toml", "-o", "lozi.json", "--periods", "4"])
    assert result.exit_code == 0
    assert "there are exactly 2 cycles of periods 2 to 4" in result.stdout
    assert "chaos is proved" in result.stdout
    assert CliRunner().invoke(app, ["verify", "lozi.json"]).exit_code == 0


def test_open_opens_the_report(files, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    result = run("report", "toggle.toml", "-o", "toggle.md", "--open")
    assert opened == [(files / "toggle.md").resolve().as_uri()]
    assert "no browser" not in result.stderr


def test_without_a_browser_the_report_is_where_it_is(files, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    result = run("report", "toggle.toml", "-o", "toggle.md", "--open")
    assert result.exit_code == 0
    assert f"no browser could be started; the report is at {(files / 'toggle.md').as_uri()}" in result.stderr


def test_an_interrupt_while_starting_up_has_its_exit_code(monkeypatch, capsys):
    class Interrupted:
        @staticmethod
        def find_spec(*_):
            raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "dynbench.cli.app")
    monkeypatch.setattr(sys, "meta_path", [Interrupted])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "dynbench: interrupted\n"


def test_help_teaches(files):
    assert "EXECUTES" in run("report", "--help").stdout
    assert "--box x=-3:3" in run("find", "--help").stdout
    assert "[states]" in run("--help").stdout


def test_the_module_is_the_command(files):
    """In a process of its own: a real terminal's streams, and no test runner between."""
    command = [sys.executable, "-m", "dynbench", "find", "toggle.toml", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(json.loads(result.stdout)["points"]) == 3
    assert result.stderr == ""
    version = subprocess.run(
        [sys.executable, "-m", "dynbench", "--version"], capture_output=True, text=True, check=True
    )
    assert version.stdout == f"dynbench {db.__version__}\n"


def test_a_report_that_is_worked_out_is_written_in_spite_of_an_interruption(files, monkeypatch):
    import os
    import signal

    import dynbench.reporting

    write = dynbench.reporting.report

    def interrupted(analysis, path):
        os.kill(os.getpid(), signal.SIGINT)
        return write(analysis, path)

    monkeypatch.setattr(dynbench.reporting, "report", interrupted)
    result = run("report", "toggle.toml", "-o", "toggle.json")
    assert result.exit_code == 130
    assert json.loads((files / "toggle.json").read_text())["settled"] is True
