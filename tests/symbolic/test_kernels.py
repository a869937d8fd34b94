"""Generated code: against SymPy's own evaluation, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx

from dynbench.errors import ModelError
from dynbench.symbolic.balls import lower, upper
from dynbench.symbolic.calculus import Jump
from dynbench.symbolic.emit import write_function
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.kernels import BallKernel, IntervalKernel, NumpyKernel

x, y = sp.symbols("x y", real=True)
STATES = (x, y)

EXPRESSIONS = [
    x**2 * y**3 - x**13,
    x ** sp.Rational(5, 2) / sp.sqrt(y),
    -((x + y) ** -3),
    sp.Rational(8, 3) * x - sp.pi * y + sp.sqrt(2) * sp.E,
    x**y,
    2**x,
    sp.Piecewise((sp.sin(x), x > y), (sp.cos(y), sp.And(x > 0, y < 1)), (x * y, True)),
    sp.Max(x, y, 1) - sp.Min(x, y),
    sp.Abs(x - y) * sp.sign(y - x) + sp.Heaviside(x - 1),
    sp.Piecewise((x, x > 0), (0, True)),
    sp.tanh(x) + sp.asinh(y) - sp.atan(x * y) + sp.erf(x),
    sp.log(x) / sp.cosh(y) + sp.acos(x / 10) + sp.atanh(y / 10) + sp.acosh(1 + x),
    sp.Integer(3),
]
POINTS = np.random.default_rng(0).uniform(0.2, 2.5, (7, 2))


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_every_arithmetic_agrees_with_sympy(expression):
    reference = [float(expression.subs({x: sp.Float(a, 30), y: sp.Float(b, 30)}).evalf(25)) for a, b in POINTS]
    batched = NumpyKernel((expression,), STATES, (1,))
    np.testing.assert_allclose(batched(POINTS)[:, 0], reference, rtol=2e-14)
    np.testing.assert_allclose([batched(p)[0] for p in POINTS], reference, rtol=2e-14)
    box = IntervalKernel((expression,), STATES, (1,))(Interval(POINTS, POINTS))
    slack = 1e-15 * np.abs(reference)
    assert (box.lo[:, 0] <= reference + slack).all()
    assert (reference - slack <= box.hi[:, 0]).all()
    assert (box.hi[:, 0] - box.lo[:, 0] <= 2e-13 * np.maximum(1, np.abs(reference))).all()
    with ctx.workprec(100):
        for (a, b), value in zip(POINTS, reference, strict=True):
            (ball,) = BallKernel((expression,), STATES)([arb(a), arb(b)])
            assert lower(ball) - 1e-15 * abs(value) <= value <= upper(ball) + 1e-15 * abs(value)
            assert upper(ball) - lower(ball) <= 4e-16 * max(1, abs(value))


def test_constants_are_broadcast_over_a_batch():
    kernel = NumpyKernel((sp.Integer(2), x), STATES, (2,))
    np.testing.assert_array_equal(kernel(np.ones((4, 5, 2))), np.broadcast_to([2.0, 1.0], (4, 5, 2)))


def test_float_literals_are_the_nearest_doubles():
    for number in (sp.Rational(1, 3), sp.Rational(1, 10), sp.Rational(10**25 + 1, 3), sp.Rational(-2, 7)):
        (value,) = NumpyKernel((number + 0 * x,), STATES, (1,))(np.zeros(2))
        assert value == number.p / number.q


def test_integer_powers_are_products_and_shared():
    source = write_function([x**4, x**8 + 1], STATES, str, powers_as_products=True, fold_numbers=True)
    assert "**" not in source
    assert "power" not in source
    assert source.count("*") == 3


def test_names_of_the_user_never_reach_the_source():
    evil = sp.Symbol("__import__('os').system('true')", real=True)
    source = write_function([evil**2 + sp.sin(evil)], (evil,), str, powers_as_products=True, fold_numbers=True)
    assert "import" not in source
    assert NumpyKernel((evil**2,), (evil,), (1,))(np.array([3.0]))[0] == 9.0


def test_outside_the_domain_doubles_give_nan_or_inf_without_warning():
    kernel = NumpyKernel((sp.log(x), 1 / y, sp.exp(1000 * x * x)), STATES, (3,))
    np.testing.assert_array_equal(kernel(np.array([-1.0, 0.0])), [math.nan, math.inf, math.inf])
    np.testing.assert_array_equal(kernel(np.array([[-1.0, 0.0]])), [[math.nan, math.inf, math.inf]])


def test_enclosures_claim_nothing_across_a_jump():
    jump = Jump(x)
    box = IntervalKernel((jump,), STATES, (1,))(Interval(np.array([[-1.0, 0], [1, 0]]), np.array([[1.0, 0], [2, 0]])))
    np.testing.assert_array_equal(box.lo[:, 0], [-np.inf, 0])
    (ball,) = BallKernel((jump,), STATES)([arb(0, 1), arb(0)])
    assert not ball.is_finite()


def test_what_has_no_numerical_form_is_refused_by_name():
    with pytest.raises(ModelError, match="zeta"):
        NumpyKernel((sp.zeta(x),), STATES, (1,))
    with pytest.raises(ModelError, match="symbol k"):
        NumpyKernel((sp.Symbol("k") * x,), STATES, (1,))
