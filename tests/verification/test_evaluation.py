"""Values and gradients over boxes: sound for random expressions, at kinks, and honest about jumps."""

from __future__ import annotations

import random

import pytest
import sympy as sp
from flint import arb, ctx

from dynbench.errors import InputError
from dynbench.symbolic.parsing import parse_expression
from dynbench.verification.enclosure import Enclosure
from dynbench.verification.evaluation import Evaluator
from dynbench.verification.local import resolved

X, Y = sp.symbols("x y", real=True)
SMOOTH = [
    "x^3 - 2*x*y + y/3",
    "tanh(3*x - y) + sin(x*y)",
    "exp(-x^2)/(1 + y^2) + log(3 + x)",
    "sqrt(2 + x)*atan(y) - erf(x - y)",
    "logistic(4*x) + softplus(y) - cosh(x)/(2 + cos(y))",
    "(2 + x)^y + asinh(x*y)",
]
KINKED = [
    "abs(x - y)",
    "relu(x) - relu(-y)",
    "Max(x, y, x*y)",
    "Piecewise((x^2, x > 0), (0, True))",
    "cbrt(x)*x + Min(x, y)",
]


def read(text):
    return parse_expression(text, {"x": X, "y": Y})


def box(rows):
    return [Enclosure(arb(lo), arb(hi)) for lo, hi in rows]


@pytest.mark.parametrize("text", [*SMOOTH, *KINKED])
def test_values_and_mean_value_theorem(text):
    """f(p) and f(q) lie in the value, and f(q) - f(p) in the gradient times (q - p)."""
    expression = read(text)
    evaluator = Evaluator([expression], (X, Y))
    stream = random.Random(5)
    with ctx.workprec(128):
        for _ in range(25):
            rows = [sorted(stream.uniform(-1.5, 1.5) for _ in range(2)) for _ in range(2)]
            (jet,) = evaluator.jets(box(rows))
            p, q = ([stream.uniform(lo, hi) for lo, hi in rows] for _ in range(2))
            fp, fq = (evaluator.values(box([(v, v) for v in point]))[0].ball() for point in (p, q))
            assert not fp < jet.value.lo
            assert not fp > jet.value.hi
            assert jet.value.continuous
            zero = Enclosure(arb(0), arb(0))
            change = zero
            for j, (a, b) in enumerate(zip(p, q, strict=True)):
                step = arb(b) - arb(a)
                change = change + jet.gradient.get(j, zero) * Enclosure(step.lower(), step.upper())
            assert not fq - fp < change.lo
            assert not fq - fp > change.hi


@pytest.mark.parametrize("text", ["sign(x)", "Heaviside(x) + y", "Piecewise((x, x > 0), (1, True))", "x*sign(x - y)"])
def test_jumps_claim_nothing(text):
    (jet,) = Evaluator([read(text)], (X, Y)).jets(box([(-0.5, 0.5), (-0.25, 0.25)]))
    assert not jet.value.continuous
    assert not jet.gradient[0].finite
    (away,) = Evaluator([read(text)], (X, Y)).jets(box([(0.5, 0.75), (0.125, 0.25)]))
    assert away.value.continuous
    assert all(entry.finite for entry in away.gradient.values())


def test_where_nothing_is_defined_there_is_no_value():
    (jet,) = Evaluator([read("log(x) + y")], (X, Y)).jets(box([(-2, -1), (0, 1)]))
    assert jet.value.zero_free
    assert not jet.value.continuous


def test_unknown_functions_are_refused():
    with pytest.raises(InputError, match="gamma"):
        Evaluator([sp.gamma(X)], (X,))
    with pytest.raises(InputError, match="no variable"):
        Evaluator([Y], (X,))


@pytest.mark.parametrize("text", [*KINKED[:4], "sign(x - 2) + Heaviside(y)*x"])
def test_decided_cases_are_resolved(text):
    near = box([(0.5, 0.625), (0.125, 0.25)])
    expression = read(text)
    smooth = resolved(expression, (X, Y), near)
    assert smooth is not None
    assert not smooth.has(sp.Abs, sp.Max, sp.Piecewise, sp.sign, sp.Heaviside)
    at = {X: sp.Rational(9, 16), Y: sp.Rational(3, 16)}
    assert sp.simplify((smooth - expression).subs(at)) == 0
    assert resolved(expression, (X, Y), box([(-3, 3), (-3, 3)])) is None
