from __future__ import annotations

import re

import pytest

import dynbench as db
from dynbench.errors import InputError


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
