"""Antiderivatives of activations: differentiated back, continuous, without overflow."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy as sp

from dynbench.invariants.networks.antiderivatives import antiderivative
from dynbench.invariants.networks.pieces import in_pieces
from dynbench.symbolic.kernels import NumpyKernel
from dynbench.symbolic.matrices.nodes import SLOT as S

K = sp.Symbol("k", real=True)
ACTIVATIONS = {
    "tanh": sp.tanh(S),
    "shifted tanh": sp.tanh(2 * S - sp.Rational(1, 2)) + sp.Rational(1, 3),
    "arctan": 2 / sp.pi * sp.atan(sp.pi * S / 2),
    "erf": sp.erf(S),
    "logistic": (1 + sp.tanh(S / 2)) / 2,
    "logistic with exp": 1 / (1 + sp.exp(-S)),
    "relu": sp.Max(0, S),
    "relu in pieces": sp.Piecewise((S, S > 0), (0, True)),
    "leaky relu": sp.Piecewise((S, S > 0), (S / 10, True)),
    "elu": sp.Piecewise((S, S > 0), (sp.exp(S) - 1, True)),
    "rectified tanh": sp.Max(0, sp.tanh(S)),
    "tanh of relu": sp.tanh(sp.Max(0, S)),
    "clipped": sp.Max(-1, sp.Min(1, S)),
    "clipped at 0 and 1": sp.Max(0, S) - sp.Max(0, S - 1),
    "softsign": S / (1 + sp.Abs(S)),
    "algebraic": S / sp.sqrt(1 + S**2),
    "cubic": S - S**3 / 3,
    "cubed tanh": sp.tanh(S) ** 3,
    "bump": S * sp.exp(-(S**2)),
}


@pytest.mark.parametrize("body", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_the_difference_is_the_integral(body):
    whole = antiderivative(body)
    assert whole is not None
    function, integrand = (NumpyKernel((e,), (S,), (1,)) for e in (whole, body))
    nodes, weights = np.polynomial.legendre.leggauss(20)
    grid = np.linspace(-3, 3, 25)  # kinks lie on it
    for a, b in itertools.pairwise(grid):
        points = (a + b) / 2 + (b - a) / 2 * nodes
        integral = (b - a) / 2 * weights @ integrand(points[:, None])[:, 0]
        difference = function(np.array([[b]]))[0, 0] - function(np.array([[a]]))[0, 0]
        assert difference == pytest.approx(integral, abs=1e-13)
    assert np.isfinite(function(np.array([[-800.0], [800.0]]))).all() or "cubic" in str(body)


@pytest.mark.parametrize("body", [sp.log(1 + sp.exp(S)), S * sp.tanh(S)], ids=["softplus", "x tanh x"])
def test_dilogarithms_are_not_found(body):
    assert antiderivative(body) is None


@pytest.mark.parametrize("body", [sp.sign(S), sp.Heaviside(S), 1 / S, sp.Piecewise((S, S > 1), (0, True))], ids=str)
def test_functions_that_are_not_continuous_are_refused(body):
    assert antiderivative(body) is None


def test_a_parameter_may_stand_in_the_activation():
    assert antiderivative(sp.tanh(K * S)) == sp.log(sp.cosh(K * S)) / K


def test_pieces_meet_at_kinks():
    pieces = in_pieces(sp.Max(-1, sp.Min(1, S)))
    assert [(p.body, p.low, p.high) for p in pieces] == [(-1, None, -1), (S, -1, 1), (1, 1, None)]
    assert in_pieces(sp.Abs(sp.sin(S))) is None  # its zeros are not among those that are known
