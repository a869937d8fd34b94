from __future__ import annotations

import itertools
import re

import dynbench as db
from dynbench.reporting.markdown import render_markdown


def test_the_verdict_comes_first(jang):
    lines = render_markdown(jang).split("\n")
    assert lines[0] == "# Jang's planar system"
    assert lines[4].startswith("**The region searched holds exactly 3 fixed points (proof): ")


def test_tables_have_as_many_cells_in_each_row(jang, hostile):
    for analysis in (jang, hostile):
        width = 0
        for line in render_markdown(analysis).split("\n"):
            cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert cells == width or not width or not cells, line
            width = cells


def test_equations_stand_in_math_fences(jang):
    text = render_markdown(jang)
    assert "```math\n\\begin{aligned}\n{x}' &= y \\left(1 - x^{2}\\right)" in text
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0


def test_hostile_names_are_escaped(hostile):
    text = render_markdown(hostile)
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    outside = re.sub(r"(?<!\\)\$.*?(?<!\\)\$", "", outside)
    assert not re.search(r"(?<!\\)<[a-z/]", outside)
    assert not re.search(r"(?<!\\)`", outside)
    assert "\\frac{a}{b}" not in re.findall(r"```math.*?```", text, re.DOTALL)[0]
    assert not re.search("[\u202e\x00]", text)


def test_the_same_analysis_gives_the_same_text(henon):
    assert render_markdown(henon) == render_markdown(henon)


def test_alerts_are_a_table_with_their_thresholds(fold):
    rows = [line for line in render_markdown(fold).split("\n") if line.startswith("| Serious") or "| Caution" in line]
    assert rows
    assert all(line.count("|") == 4 for line in rows)


def test_headings_are_in_order_and_none_is_empty(jang, oscillator):
    for analysis in (jang, oscillator):
        lines = [line for line in render_markdown(analysis).split("\n") if line]
        levels = [len(line) - len(line.lstrip("#")) for line in lines if re.match("#+ ", line)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        for line, following in itertools.pairwise(lines):
            assert not (line.startswith("### ") and following.startswith("#")), f"{line} holds nothing"


def test_code_hosts_refuse_operatorname(jang):
    assert "\\operatorname" not in render_markdown(jang)


def test_figures_are_described(jang):
    assert "- Figure in the HTML report: Phase portrait. point 0, stable node" in render_markdown(jang)


def test_a_continuum_is_written_with_its_region():
    text = render_markdown(db.analyze(db.ODE({"x": "Abs(x) - x", "y": "-y"}), box=[(-2, 2), (-2, 2)]))
    assert r"Fixed points fill a set of dimension 1, where $y = 0$ and $x \geq 0$." in text
