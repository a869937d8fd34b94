"""Tests of potentials: where they are defined is stated."""

from __future__ import annotations

import pytest
import sympy as sp

import dynbench as db
from dynbench.invariants.algebra.potentials import domain

x, y, a = sp.symbols("x y a")


def test_domain_states_arguments_of_logarithms_roots_and_denominators() -> None:
    """log(x), y^(3/2), 1/(x + y) and x^a need signs; sqrt(1 + x^2), exp and log(2) do not."""
    assert domain(sp.log(x) + y ** sp.Rational(3, 2)) == [x > 0, y > 0]
    assert domain(1 / (x + y)) == [sp.Ne(x + y, 0)]
    assert domain(x ** (a + 1) / (a + 1)) == [x > 0, sp.Ne(a + 1, 0)]
    assert domain(sp.asin(x) + sp.sqrt(1 - x**2)) == [1 - x**2 > 0]
    assert domain(sp.sqrt(1 + x**2) + sp.exp(-x) + sp.log(2) + sp.log(1 + sp.exp(y))) == []


@pytest.mark.parametrize(
    ("rate", "assumed"),
    [("-1/x", "x > 0"), ("-x/(1 + x)", "x + 1 > 0"), ("-tan(x)", "cos(x) > 0"), ("-sqrt(x)", "x > 0")],
)
def test_lyapunov_functions_say_where_they_are_real(rate: str, assumed: str) -> None:
    """The equations are defined where the potential is not: it holds a logarithm or a root."""
    (function,) = db.ODE({"x": rate, "y": "-y"}).lyapunov_functions()
    assert [str(r) for r in function.assumptions] == [assumed]
    assert "where that holds" in function.proof.conclusion


def test_stream_functions_say_where_they_are_real() -> None:
    """Roots and arcus sines."""
    (roots,) = db.ODE({"x": "sqrt(y)", "y": "-sqrt(x)"}).invariants()
    assert set(map(str, roots.assumptions)) == {"x > 0", "y > 0"}
    (arcs,) = db.ODE({"x": "asin(y)", "y": "-asin(x)"}).invariants()
    assert len(arcs.assumptions) == 2
