"""Continua of piecewise-linear systems: the equations and the inequalities of the region in which they hold."""

from __future__ import annotations

import json

import pytest
import sympy as sp

import dynbench as db
from dynbench.fixed_points import FixedPoints

HALF = {"x": "Abs(x) - x", "y": "-y"}
X, Y = sp.symbols("x y")


def places(system):
    return {(c.where, c.dimension) for c in db.find_fixed_points(system).continua}


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        (HALF, {("y = 0 and x >= 0", 1)}),
        ({"x": "Abs(x) + x", "y": "-y"}, {("y = 0 and x <= 0", 1)}),
        ({"x": "Max(x - 1, 0) + Max(-x - 1, 0)", "y": "-y"}, {("y = 0 and x <= 1 and x >= -1", 1)}),
        # nested units, one continuum on each side
        ({"x": "Abs(Abs(x) - 1) - Abs(x) + 1", "y": "-y"}, {("y = 0 and x >= 1", 1), ("y = 0 and x <= -1", 1)}),
        # a line on the border of two regions, and both of their continua are that line
        ({"x": "y + Max(y, 0)", "y": "-y"}, {("y = 0", 1)}),
        # a bent line that spans two regions
        ({"x": "y - Abs(x)", "y": "Abs(x) - y"}, {("x - y = 0 and y >= 0", 1), ("x + y = 0 and y >= 0", 1)}),
        # a half plane, and its edge
        ({"x": "Max(1 - x - y, 0)", "y": "0"}, {("x + y - 1 = 0", 1), ("x + y - 1 >= 0", 2)}),
    ],
)
def test_a_continuum_of_a_flow_names_its_region(rates, expected):
    assert places(db.ODE(rates)) == expected


def test_a_continuum_of_a_map_names_its_region():
    assert places(db.Map({"x": "Abs(x)", "y": "y/2"})) == {("y = 0 and x >= 0", 1)}
    assert places(db.Map({"x": "-Abs(x)", "y": "y/2 + 1"})) == {("y - 2 = 0 and x <= 0", 1)}


def test_a_matrix_form_names_its_region():
    # z1 = relu(z1), z2 = 0
    (continuum,) = db.find_fixed_points(db.PLRNN([0.0, 0.5], [[1, 0], [0, 0]], [0.0, 0.0])).continua
    first, second = db.PLRNN([0.0, 0.5], [[1, 0], [0, 0]], [0.0, 0.0]).states
    assert (continuum.equations, continuum.inequalities) == ((second,), (first,))


@pytest.mark.parametrize("rates", [HALF, {"x": "Max(1 - x - y, 0)", "y": "0"}, {"x": "y - Abs(x)", "y": "Abs(x) - y"}])
def test_the_rate_vanishes_on_the_continua_and_nowhere_else(rates):
    continua = db.find_fixed_points(db.ODE(rates)).continua
    for x in range(-3, 4):
        for y in range(-3, 4):
            at = {X: sp.Rational(x, 2), Y: sp.Rational(y, 2)}
            zero = all(sp.sympify(e, locals={"x": X, "y": Y}).subs(at) == 0 for e in rates.values())
            listed = [
                all(e.subs(at) == 0 for e in c.equations) and all(e.subs(at) >= 0 for e in c.inequalities)
                for c in continua
            ]
            assert any(listed) == zero


def test_smooth_systems_have_equations_only():
    (continuum,) = db.find_fixed_points(db.ODE({"x": "x*y", "y": "-y"})).continua
    assert continuum.inequalities == ()
    assert continuum.where == "y = 0"


def test_the_inequalities_are_written_and_read():
    points = db.find_fixed_points(db.ODE(HALF))
    data = json.loads(json.dumps(points.to_dict()))
    read = lambda text: sp.sympify(text, locals={"x": X, "y": Y})  # noqa: E731
    assert FixedPoints.from_dict(data, read=read).continua == points.continua
    del data["continua"][0]["inequalities"]
    assert FixedPoints.from_dict(data, read=read).continua[0].inequalities == ()


def test_a_continuum_of_rounded_entries_is_not_claimed():
    points = db.find_fixed_points(db.ODE({"x": "Abs(x) - x", "y": "pi*x - y"}))
    assert points.continua == ()
    assert not points.complete
    assert "entries rounded to doubles; there are continua of fixed points of that" in points.argument
