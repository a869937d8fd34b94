"""Analyses of every kind and dimension that the figures are drawn from, made once."""

from __future__ import annotations

import pytest
import sympy as sp

import dynbench as db


@pytest.fixture(scope="session")
def analyses():
    hostile = sp.Symbol("$\\frac{a}{b$ <b> \u05e9\u05dc\u05d5\u05dd")
    long = sp.Symbol("w" * 200)
    return {
        "line": db.analyze(db.ODE({"x": "x - x^3"}), box=[(-2, 2)]),
        "cobweb": db.analyze(db.Map({"x": "r*x*(1 - x)"}, {"r": 2.5}), box=[(-0.2, 1.2)]),
        "plane": db.analyze(db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), box=[(-3, 3), (-3, 3)]),
        "attractor": db.analyze(db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"}), box=[(-2, 2), (-2, 2)]),
        "expanding": db.analyze(db.Map({"x": "2*x", "y": "3*y"}), box=[(-1, 1), (-1, 1)]),
        "cube": db.analyze(db.ODE({n: f"{n} - {n}^3" for n in "xyz"}), box=[(-2, 2)] * 3),
        "four": db.analyze(db.ODE({n: f"{k}*{n} - {n}^3" for k, n in enumerate("wxyz", 1)}), box=[(-3, 3)] * 4),
        "hostile": db.analyze(db.ODE({hostile: long - hostile, long: -long}), box=[(-1, 1), (-1, 1)]),
        "empty": db.analyze(db.ODE({"x": "1 + x^2", "y": "1"}), box=[(-1, 1), (-1, 1)]),
    }
