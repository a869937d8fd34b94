"""Polynomials that bound expressions: checked at random points, refused where there are none."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.fixed_points.majorants import NoMajorant, magnitude, majorant

X, Y = STATES = sp.symbols("x y", real=True)

BOUNDED = [
    "tanh(x)",
    "sin(x*y)",
    "1/(1 + exp(-x))",
    "exp(x)/(1 + exp(x))",
    "x**2/(1 + x**2)",
    "(x**3 - 2*x)/(4 + x**4)",
    "atan(x) + exp(-y**2)",
    "erf(x)*cos(y)",
    "sign(x)",
]
GROWING = [
    "x**2*y - 3*x + 1",
    "x*tanh(y) + sqrt(2)*y**3",
    "Max(x, 0) + Abs(y)**2",
    "y*x**2/(1 + x**2)",
    "Piecewise((x, x > 0), (y**2, True))",
    "(x - y)**3*sin(x)",
]


@pytest.mark.parametrize("text", [*BOUNDED, *GROWING])
def test_the_polynomial_bounds_the_expression(text):
    expression = sp.sympify(text, locals={"x": X, "y": Y})
    polynomial = majorant(expression, STATES)
    assert all(c >= 0 for c in polynomial.values())
    if text in BOUNDED:
        assert set(polynomial) == {(0, 0)}
    rng = np.random.default_rng(0)
    points = rng.choice([-1, 1], (400, 2)) * 10.0 ** rng.uniform(-3, 2, (400, 2))
    with np.errstate(over="ignore"):
        values = np.broadcast_to(sp.lambdify(STATES, expression)(*points.T), 400)
    bounds = sum(float(c) * np.abs(points[:, 0]) ** p * np.abs(points[:, 1]) ** q for (p, q), c in polynomial.items())
    ordinary = np.isfinite(values)  # NumPy's exp(x)/(1 + exp(x)) is inf/inf for large x
    assert ordinary.mean() > 0.9
    assert (np.abs(values[ordinary]) <= bounds[ordinary] * (1 + 1e-12)).all()


@pytest.mark.parametrize(
    "text",
    ["exp(x)", "1/x", "1/(1 + x**3)", "x*exp(x)/(1 + exp(x))**0", "tan(x)", "x**3/(x**2 - 2)", "exp(x)*y"],
)
def test_what_no_polynomial_bounds_is_refused(text):
    with pytest.raises(NoMajorant):
        majorant(sp.sympify(text, locals={"x": X, "y": Y}), STATES)


def test_rational_bounds_are_sharp():
    (bound,) = majorant(X**2 / (1 + X**2), STATES).values()
    assert 1 <= bound <= Fraction(102, 100)
    (bound,) = majorant(X / (1 + X**2), STATES).values()
    assert Fraction(1, 2) <= bound <= Fraction(52, 100)


@given(st.fractions(min_value=-100, max_value=100))
@settings(max_examples=30, deadline=None)
def test_magnitude_of_rationals_is_exact(q):
    number = sp.Rational(q.numerator, q.denominator)
    assert magnitude(number) == (abs(q), abs(q))
    low, high = magnitude(number * sp.sqrt(2) + sp.pi)
    value = abs(Fraction(str(sp.N(number * sp.sqrt(2) + sp.pi, 40))))
    assert low <= value + Fraction(1, 10**20)
    assert value <= high + Fraction(1, 10**20)
    assert high - low < Fraction(1, 10**10)
