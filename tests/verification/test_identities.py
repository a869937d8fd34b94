"""Identities are proved, what is none is refuted at a point, and what is neither is left open."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import ctx

from dynbench.verification.identities import vanishes
from dynbench.verification.records import Outcome

X, Y, N = sp.symbols("x y n", real=True)
TRUE = [
    (X + Y) ** 2 - X**2 - 2 * X * Y - Y**2,
    (X - Y) / (X**2 - Y**2) - 1 / (X + Y),
    sp.tanh(X / 2) / 2 + sp.Rational(1, 2) - 1 / (1 + sp.exp(-X)),
    sp.sin(2 * X) - 2 * sp.sin(X) * sp.cos(X),
    sp.sin(X + Y / 3) - sp.sin(X) * sp.cos(Y / 3) - sp.cos(X) * sp.sin(Y / 3),
    sp.cosh(X) ** 2 - sp.sinh(X) ** 2 - 1,
    sp.sqrt(X**2 + 1) ** 3 - (X**2 + 1) * sp.sqrt(X**2 + 1),
    sp.Abs(X) - sp.Max(X, -X),
    sp.Piecewise((X, X > 0), (0, True)) - sp.Max(X, 0),
    sp.Piecewise((X, (X > 0) & (Y < 2 * X)), (Y, True)) - sp.Piecewise((Y, (X <= 0) | (Y >= 2 * X)), (X, True)),
    X**N * X - X ** (N + 1),
    sp.exp(X + Y) ** 2 - sp.exp(2 * X) * sp.exp(2 * Y),
    2 * sp.log(X**2 + 1) - sp.log((X**2 + 1) ** 2),
]
FALSE = [
    X - Y,
    sp.sin(X + Y) - sp.sin(X) * sp.cos(Y),
    sp.tanh(X) ** 2 - 1,
    sp.Abs(X) - X,
    sp.sqrt(X**2 + 1) - X,
    X**2 / 10**12,
    sp.Piecewise((X, X > 0), (0, True)),
]


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(256):
        yield


@pytest.mark.parametrize("expression", TRUE, ids=str)
def test_identities_hold(expression):
    assert vanishes(expression)[0] is Outcome.HOLDS


@pytest.mark.parametrize("expression", FALSE, ids=str)
def test_others_are_refuted(expression):
    outcome, detail = vanishes(expression)
    assert outcome is Outcome.FAILS
    assert "not zero at" in detail


def test_what_no_rule_reaches_is_left_open():
    assert vanishes(sp.asin(X) + sp.acos(X) - sp.pi / 2)[0] is Outcome.NOT_ESTABLISHED
