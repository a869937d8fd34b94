"""Derivatives across kinks and jumps."""

from __future__ import annotations

import pytest
import sympy as sp

from dynbench.symbolic.calculus import Jump, differentiate, hessian, jacobian, switching_functions

x, y = sp.symbols("x y", real=True)


def test_smooth_derivatives_are_those_of_sympy():
    f = sp.sin(x * y) * sp.exp(-x)
    assert differentiate(f, x) == f.diff(x)
    assert jacobian([f, y**2], [x, y]) == sp.Matrix([[f.diff(x), f.diff(y)], [0, 2 * y]])
    assert hessian([f], [x, y])[0, 0, 1] == hessian([f], [x, y])[0, 1, 0]


@pytest.mark.parametrize(
    "continuous",
    [
        sp.Piecewise((x, x > 0), (0, True)),
        sp.Piecewise((-1, x < -1), (x, x < 1), (1, True)),
        sp.Piecewise((x**2, x > 1), (2 * x - 1, True)),
        sp.Piecewise((y * (x - 2), x > 2), (0, True)),
        sp.Piecewise(((x - y) * sp.sin(x), x > y), (0, True)),
        sp.Abs(x) + sp.Max(x, y) - sp.Min(x, 3),
    ],
    ids=str,
)
def test_a_continuous_function_gets_no_jump(continuous):
    assert not differentiate(continuous, x).has(Jump)


@pytest.mark.parametrize(
    "jumping",
    [
        sp.Piecewise((1, x > 0), (0, True)),
        sp.Piecewise((x, x > 1), (0, True)),
        sp.Piecewise((-1, x < -1), (x, x < 1), (2, True)),
        x * sp.Piecewise((1, x > y), (-1, True)),
        sp.sign(x),
        sp.Heaviside(x - 1),
        # The boundary never vanishes, but jumps across 0, or passes through infinity.
        sp.Piecewise((2, 2 * sp.sign(x) > 1), (-2, True)),
        sp.sign(2 * sp.sign(x) - 1),
        sp.Heaviside(sp.Piecewise((1, x > 0), (-1, True))),
        sp.Piecewise((2, 1 / x > 0), (-2, True)),
        sp.Piecewise((4 * x, 1 / x > 0), (0, True)),
        sp.sign(sp.log(x)),
    ],
    ids=str,
)
def test_a_jump_stays_in_the_derivative(jumping):
    assert differentiate(jumping, x).has(Jump)


def test_switching_functions_name_every_boundary():
    relu = sp.Piecewise((x - 1, x - 1 > 0), (0, True))
    assert set(switching_functions([relu])) == {x - 1}
    assert set(switching_functions([sp.Abs(y) + sp.sign(x * y)])) == {y, x * y}
    assert set(switching_functions([sp.Max(x, y)])) in ({x - y}, {y - x})
    assert switching_functions([sp.sin(x) * y]) == ()
