"""What a notebook shows of points, sets of points and analyses."""

from __future__ import annotations

import sympy as sp

import dynbench as db

HOSTILE = sp.Symbol("<script>alert(1)</script>\u202e")


def test_a_point_and_a_set_in_html_and_latex():
    points = db.find_fixed_points(db.ODE({"x": "x^2 - 2"}))
    low, high = points
    assert "<td>unstable node</td>" in high._repr_html_()
    assert "(-sqrt(2))" in low._repr_html_()
    assert low._repr_latex_() == r"$\left(- \sqrt{2}\right)$"
    assert points._repr_latex_().count(r"\left(") == 2
    assert r"& \text{stable node}" in points._repr_latex_()


def test_hostile_names_are_escaped_in_sets_and_analyses():
    system = db.ODE({HOSTILE: HOSTILE - HOSTILE**3}, name="<b>")
    analysis = db.analyze(system)
    for page in (analysis.fixed_points._repr_html_(), analysis._repr_html_()):
        assert "<script" not in page
        assert "\u202e" not in page
    assert "<b>" not in analysis._repr_html_()
    assert analysis._repr_latex_().count("$$") == 4
