from __future__ import annotations

import re

from dynbench.reporting.markdown import render_markdown


def test_the_verdict_comes_first(jang):
    lines = render_markdown(jang).split("\n")
    assert lines[0] == "# Jang's planar system"
    assert lines[4].startswith("**3 fixed points in the region searched, all proved")


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
