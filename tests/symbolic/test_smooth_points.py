"""Smooth real points: found where there are some, never where there is none."""

from __future__ import annotations

import pytest
import sympy as sp

from dynbench.symbolic.ideals import groebner
from dynbench.symbolic.rational_equations import read_equations
from dynbench.symbolic.smooth_points import has_smooth_real_point

X, Y, Z = UNKNOWNS = sp.symbols("x y z")


def found(*equations):
    return has_smooth_real_point(groebner(read_equations(equations, UNKNOWNS).numerators, 3), 3)


@pytest.mark.parametrize(
    "equations",
    [
        [],
        [X + Y - 1],
        [X * Y - 1, Z],
        [Y - X**2, Z - X**3],
        [X**2 + Y**2 - Z**2],  # singular at the origin only
        [(X - 50) ** 2 + (Y - 7) ** 2 + (Z - 8) ** 2 - sp.Rational(1, 100)],  # met by no coordinate plane tried
        [(X - 50) ** 2 + (Y - 7) ** 2 - sp.Rational(1, 100), Z - X * Y],
        [X**4 + Y**4 + Z**4 - 1, X + Y + Z],
    ],
)
def test_real_sets(equations):
    assert found(*equations)


@pytest.mark.parametrize(
    "equations",
    [
        [X**2 + Y**2],  # the real points are a line, but of dimension 1 in a set of dimension 2
        [X**2 + Y**2 + Z**2],
        [X**2 + Y**2 + Z**2 + 1],
        [X**2 + 1],
        [X**2 + Y**2, Z - 1],
        [X**2 - 2 * X * Y + Y**2],  # no generator has a gradient: not radical, so nothing is claimed
    ],
)
def test_sets_without_smooth_real_points(equations):
    assert not found(*equations)
