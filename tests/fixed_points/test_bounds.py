"""Global boxes: they hold every fixed point that can be found, and the field does point inward outside."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import fsolve

from dynbench.fixed_points.bounds import global_box
from dynbench.systems import ODE, Map


def hopfield(n, seed):
    weights = np.round(np.random.default_rng(seed).normal(size=(n, n)), 3)
    rows = [" + ".join(f"({w})*tanh(x{j})" for j, w in enumerate(row)) for row in weights]
    return ODE({f"x{i}": f"-x{i} + {row} + 1/2" for i, row in enumerate(rows)}), np.abs(weights).sum(1) + 0.5


BOUNDED = {
    "cells": ODE({"x": "x - x^3 + y/10", "y": "y - y^3 + z/10", "z": "z - z^3 + x/10"}),
    "hopfield": hopfield(4, 0)[0],
    "fitzhugh": ODE({"v": "v - v^3/3 - w + 1/2", "w": "0.08*(v + 0.7 - 0.8*w)"}),
    "toggle": ODE({"u": "4/(1 + v^4) - u", "v": "4*u^2/(1 + u^2) - v"}),
    "irrational": ODE({"x": "x - sqrt(2)*x^3 + pi*sin(y)", "y": "x - y - y^3"}),
    "van der pol": ODE({"x": "y", "y": "(1 - x^2)*y - x"}),
    "saddle": ODE({"x": "x^3 - y", "y": "x/3 - y^3"}),
    "henon": Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"}),
    "piecewise linear map": Map({"x": "x/2 + Max(y, 0)/5 + 1", "y": "y/3 - Max(x, 0)/4"}),
    "trigonometric map": Map({"x": "sin(y) + cos(x)/2", "y": "cos(x)"}),
}
INWARD = {
    "cells",
    "hopfield",
    "fitzhugh",
    "toggle",
    "irrational",
    "piecewise linear map",
    "trigonometric map",
}


@pytest.mark.parametrize("name", BOUNDED)
def test_the_box_holds_what_newton_finds(name):
    system = BOUNDED[name]
    bounds = global_box(system)
    assert bounds.box is not None, bounds.argument
    assert bounds.inward == (name in INWARD)
    assert not bounds.box.flags.writeable
    found = 0
    for start in np.random.default_rng(0).uniform(-6, 6, (60, system.dimension)):
        root, _, status, _ = fsolve(system.residual, start, full_output=True)
        if status == 1 and np.abs(system.residual(root)).max() < 1e-10:
            found += 1
            assert np.all((bounds.box[:, 0] < root) & (root < bounds.box[:, 1]))
    assert found


@pytest.mark.parametrize("name", sorted(INWARD - {"fitzhugh"}))
def test_the_field_points_inward_on_large_boxes(name):
    """For systems whose family of boxes may be cubes, sampled on the faces of large cubes."""
    system = BOUNDED[name]
    rng = np.random.default_rng(1)
    for size in (12.0, 40.0, 1000.0):
        for i in range(system.dimension):
            for side in (-1, 1):
                points = rng.uniform(-size, size, (200, system.dimension))
                points[:, i] = side * size
                assert (side * system.residual(points)[:, i] < 0).all()


def test_known_sizes():
    box = global_box(BOUNDED["cells"]).box
    np.testing.assert_allclose(box, np.sqrt(1.1) * np.array([[-1, 1]] * 3), rtol=0.03)
    assert (np.abs(box) > np.sqrt(1.1)).all()
    system, sums = hopfield(7, 3)
    bounds = global_box(system)
    assert bounds.inward
    # Each neuron by its own row of weights, not all by the largest.
    assert (np.abs(bounds.box) <= 1.05 * sums[:, None]).all()
    assert (np.ptp(global_box(ODE({"x": "1 - x"})).box) < 0.01).all()


@pytest.mark.parametrize(
    ("equations", "message"),
    [
        ({"x": "(1 - x^2)*y", "y": "x/2 - y"}, "outweighs"),
        ({"x": "10*(y - x)", "y": "x*(28 - z) - y", "z": "x*y - 8*z/3"}, "outweighs"),
        ({"x": "4/(1 + y^3) - x", "y": "4/(1 + x^3) - y"}, r"1/\(\w\*\*3 \+ 1\) is not bounded"),
        ({"x": "exp(x) - 2"}, "no equation has a term that is a power of x alone"),
        ({"x": "exp(x) - 2*x"}, r"exp\(x\) is not bounded"),
        ({"x": "x*y", "y": "x - 1"}, "a power of y alone"),
    ],
)
def test_no_box_where_none_can_be_derived(equations, message):
    bounds = global_box(ODE(equations))
    assert bounds.box is None
    assert not bounds.inward
    assert re.search(message, bounds.argument)


def test_degree_and_sign_decide_about_inward():
    assert global_box(ODE({"x": "1 - x^3"})).inward
    assert not global_box(ODE({"x": "1 + x^3"})).inward
    assert not global_box(ODE({"x": "1 - x^2"})).inward
    assert not global_box(ODE({"x": "-y^3 + x", "y": "x^3 + y"})).inward


@given(st.lists(st.integers(-5, 5), min_size=6, max_size=6))
@settings(max_examples=25, deadline=None)
def test_random_cubics_in_one_state(c):
    """All real roots of a polynomial lie in its box; the box is refused only for a constant."""
    text = " + ".join(f"({a})*x^{k}" for k, a in enumerate(c))
    bounds = global_box(ODE({"x": text}))
    if not any(c[1:]):
        assert bounds.box is None
        return
    assert bounds.box is not None
    roots = np.roots(c[::-1])
    for root in roots[np.abs(roots.imag) < 1e-12].real:
        assert bounds.box[0, 0] < root < bounds.box[0, 1]
