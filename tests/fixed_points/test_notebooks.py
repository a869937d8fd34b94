"""What a notebook shows of points, sets of points and analyses."""

from __future__ import annotations

import numpy as np
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


def test_many_states_are_not_written_out():
    network = db.RNN(np.diag(np.full(400, 0.5)), np.linspace(0.1, 0.2, 400))
    point = db.find_fixed_points(network, search=db.search.NewtonStarts(starts=np.zeros((1, 400))))[0]
    assert repr(point).startswith("FixedPoint(stable node, certified, at (0.19")
    assert repr(point.certificate).startswith("Certificate(fixed point at (0.19")
    assert repr(point.certificate).endswith(", index=1, stability=(400, 0, 0))")
    assert max(map(len, (repr(point), repr(point.certificate)))) < 250


def test_what_a_certificate_says_of_itself():
    system = db.ODE({"x": "x^2 - 2", "y": "-y"})
    assert repr(db.find_fixed_points(system)[0]) == "FixedPoint(stable node, certified, at (-sqrt(2), 0))"
    none = repr(db.certify(system, [1.0, 0.0]))
    assert none.startswith("Certificate(no fixed point at (1, 0), exclusion_radius=0.")
    assert "index" not in none


def test_a_long_fraction_is_shown_as_a_decimal():
    point = db.find_fixed_points(db.PLRNN([0.3], [[0.1]], [0.7]))[0]
    assert point.exact is not None
    assert len(str(point.exact[0])) > 30
    assert repr(point) == "FixedPoint(stable node, certified, at (1.16667))"
    assert "1.16667" in point._repr_latex_()
    assert "1.16667" in point._repr_html_()
