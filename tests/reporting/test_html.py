from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser

import pytest

from dynbench.reporting.html import render_html

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What a browser would make of a page, as far as the tests ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[tuple[str, str]] = []
        self.feed(text)
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        self.text.append((self.open[-1] if self.open else "", data))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def pages(jang, fold, henon, hostile):
    return {
        name: render_html(a)
        for name, a in zip(("jang", "fold", "henon", "hostile"), (jang, fold, henon, hostile), strict=True)
    }


@pytest.fixture(params=["jang", "fold", "henon", "hostile"])
def page(request, pages):
    return Page(pages[request.param])


def test_nothing_is_run_and_nothing_is_fetched(page, pages):
    assert not page.all("script")
    assert not page.all("link")
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), f"{tag} has the handler {name}"
            if name in ("src", "href", "action", "poster", "data", "srcset"):
                assert value.startswith("#"), f"{tag} points to {value}"
    styles = "".join(data for tag, data in page.text if tag == "style")
    assert "url(" not in styles
    assert "@import" not in styles


def test_identifiers_are_unique_and_every_reference_has_its_target(page):
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    assert max(ids.values()) == 1
    text = [value for _, attributes in page.tags for value in attributes.values() if value]
    for target in [
        v[1:] for v in text if v.startswith("#") and len(v) > 1 and not re.fullmatch(r"#[0-9a-fA-F]{3,8}", v)
    ]:
        assert target in ids
    for attributes in (a for _, a in page.tags):
        for target in (attributes.get("aria-labelledby") or "").split():
            assert target in ids
        for target in re.findall(r"url\(#([^)]*)\)", " ".join(filter(None, attributes.values()))):
            assert target in ids


def test_headings_are_in_order(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_tables_and_figures_can_be_heard(page):
    assert all(attributes.get("scope") in ("col", "row") for attributes in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) > 0
    figures = page.all("svg")
    assert figures
    for figure in figures:
        assert figure["role"] == "img"
        assert len(figure["aria-labelledby"].split()) == 2
    assert len(page.all("desc")) == len(figures)


def test_hostile_names_are_text(hostile, pages):
    page = Page(pages["hostile"])
    shown = "".join(data for _, data in page.text)
    assert '<script>alert("1")</script>' in shown
    assert "onerror=alert(1)" in shown
    assert not page.all("img")
    assert "\u202e" not in pages["hostile"]
    assert "\x00" not in pages["hostile"]


def test_the_verdict_comes_before_everything_else(jang, pages):
    from dynbench.reporting.verdict import verdict

    body = pages["jang"].partition("<body>")[2]
    assert body.index(verdict(jang)) < body.index("<h2")


def test_what_was_not_established_is_said(pages):
    text = "".join(data for _, data in Page(pages["fold"]).text)
    assert "That there are no other fixed points is not proved." in text
    assert "Undecided boxes" in text


def test_exact_eigenvalues_are_shown(pages):
    saddle = re.search(r'<tr>\s*<th scope="row"[^>]*>1</th>(?:(?!</tr>).)*<msqrt>.*?</tr>', pages["jang"], re.DOTALL)[0]
    assert "<msqrt><mn>3</mn></msqrt>" in saddle
    assert "0.3660254" in saddle


def test_another_process_writes_the_same_bytes(fold, tmp_path):
    code = (
        "import sys, dynbench as db; "
        "a = db.analyze(db.ODE({'x': 'mu - x^2'}, {'mu': 0}), box={'x': (-1, 1)}); "
        "db.report(a, sys.argv[1])"
    )
    path = tmp_path / "again.html"
    subprocess.run([sys.executable, "-c", code, path], check=True, env=os.environ | {"PYTHONHASHSEED": "7"})
    assert path.read_text(encoding="utf-8") == render_html(fold)
