"""The energy of networks with symmetric weights: found, proved, falling; not claimed elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.invariants import InvariantKind, invariant_function, lyapunov_functions
from dynbench.invariants.networks.energy import NetworkEnergy

N = sp.Symbol("n", integer=True, positive=True)
A = sp.MatrixSymbol("A", N, N)
X, B, T = (sp.MatrixSymbol(name, N, 1) for name in "xbt")
S = sp.Symbol("s", real=True)


def symmetric(n, seed=0):
    a = np.random.default_rng(seed).normal(size=(n, n))
    return a + a.T


def energies(system):
    return lyapunov_functions(system, methods=(NetworkEnergy(),))


def check_falls(system, energy):
    """The gradient times the field against minus a weighted square, in doubles."""
    f = invariant_function(system, energy)
    x = np.random.default_rng(1).normal(size=(50, system.dimension)) * 2
    field = system(x)
    rate = (f.gradient(x) * field).sum(-1)
    assert (rate <= 1e-13 * np.abs(rate).max()).all()  # 0 where all units are saturated
    assert rate.min() < -1e-3
    h = 1e-6
    difference = (f(x + h * field) - f(x - h * field)) / (2 * h)
    np.testing.assert_allclose(difference, rate, rtol=1e-5, atol=1e-6 * np.abs(rate).max())


@pytest.mark.parametrize("form", ["rate", "activation"])
@pytest.mark.parametrize("activation", ["tanh", "logistic", "relu", sp.erf, sp.Lambda(S, sp.Max(-1, sp.Min(1, S)))])
@pytest.mark.parametrize("n", [3, 30])
def test_leaky_networks(form, activation, n):
    network = db.RNN(symmetric(n), np.linspace(-1, 1, n), activation=activation, form=form, tau=0.5, leak=1.5)
    (energy,) = energies(network)
    flat = activation == "relu" or isinstance(activation, sp.Lambda)
    assert energy.kind is (InvariantKind.LYAPUNOV if flat else InvariantKind.STRICT_LYAPUNOV)
    assert energy.proof.identities
    check_falls(network, energy)


def test_symbolic_sizes():
    system = db.ODE({X: -X + (A + A.T) * X.applyfunc(sp.tanh) + B}, {A: None, B: None})
    (energy,) = energies(system)
    assert energy.kind is InvariantKind.STRICT_LYAPUNOV
    assert sp.Eq(sp.Transpose(A + A.T), A + A.T, evaluate=False).args[1] in [e.args[1] for e in energy.proof.identities]


def test_scaled_rows():
    t = np.random.default_rng(2).uniform(1, 2, 20)
    right = -X + sp.HadamardProduct(T, A * X.applyfunc(sp.tanh)) + B
    system = db.ODE({X: right}, {A: symmetric(20), B: t, T: t})
    (energy,) = energies(system)
    check_falls(system, energy)
    t[3] *= -1
    assert not energies(system.with_parameters(t=t))  # a scaling of mixed signs gives no sign


def test_a_singular_activation_form_is_not_called_strict():
    w = np.ones((20, 20))
    (energy,) = energies(db.RNN(w, form="activation"))
    assert energy.kind is InvariantKind.LYAPUNOV


@pytest.mark.parametrize(
    "network",
    [
        db.RNN(symmetric(20) + 1e-9 * np.eye(20, k=1)),
        db.RNN(symmetric(20), activation=sp.Lambda(S, sp.sin(S))),
        db.RNN(symmetric(20), activation=sp.Lambda(S, sp.log(1 + sp.exp(S)))),
        db.RNN(symmetric(20), activation="linear"),
    ],
    ids=["not symmetric", "not monotone", "no antiderivative", "linear"],
)
def test_what_it_does_not_claim(network):
    assert not energies(network)


def test_the_front_lists_it_once():
    found = db.RNN(symmetric(3)).lyapunov_functions()
    assert [energy.method for energy in found] == [NetworkEnergy.name]
