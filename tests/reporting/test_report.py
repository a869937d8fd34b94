from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import dynbench as db
from dynbench.errors import InputError
from dynbench.reporting import report_target


@pytest.mark.parametrize(("suffix", "start"), [(".html", "<!DOCTYPE html>"), (".md", "# Jang"), (".json", "{")])
def test_the_suffix_chooses_the_form(jang, tmp_path, suffix, start):
    path = db.report(jang, tmp_path / f"jang{suffix}")
    assert path == tmp_path / f"jang{suffix}"
    assert path.read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize("suffix", [".html", ".md", ".json"])
def test_hostile_names_can_be_written(hostile, tmp_path, suffix):
    assert db.report(hostile, str(tmp_path / f"hostile{suffix.upper()}")).stat().st_size > 1000


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("out.pdf", "out.pdf has the suffix .pdf; a report is written as .html, .md or .json."),
        ("out", "out has no suffix; a report is written as .html, .md or .json."),
        ("nowhere/out.html", "nowhere does not exist, so out.html cannot be written there."),
        ("folder.html", "folder.html is a folder; give the name of a file to write."),
    ],
)
def test_bad_paths_are_refused_in_a_sentence(jang, tmp_path, path, message):
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(InputError, match=re.escape(message)):
        db.report(jang, tmp_path / path)


def test_a_file_that_the_system_refuses_is_a_sentence(fold):
    """Root may write anywhere but here."""
    with pytest.raises(InputError, match=r"^/proc/x\.json cannot be written: .*\.$"):
        db.report(fold, "/proc/x.json")


@pytest.mark.parametrize(("exists", "message"), [(True, "permission denied"), (False, "the folder .* not allow it")])
def test_what_may_not_be_written_is_known_beforehand(tmp_path, monkeypatch, exists, message):
    path = tmp_path / "x.html"
    if exists:
        path.touch()
    refused = path if exists else tmp_path
    monkeypatch.setattr(os, "access", lambda p, mode: Path(p) != refused)
    with pytest.raises(InputError, match=f"x.html cannot be written: {message}"):
        report_target(path)
