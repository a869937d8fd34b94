"""Conserved quantities of networks in matrix form: found, proved, and not claimed where they are none."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse
import sympy as sp

import dynbench as db
from dynbench.invariants import InvariantKind, conserved_quantities, invariant_function
from dynbench.invariants.networks.templates import NetworkTemplates
from dynbench.symbolic.matrices.nodes import SLOT

N = sp.Symbol("n", integer=True, positive=True)
A, W = sp.MatrixSymbol("A", N, N), sp.MatrixSymbol("W", N, N)
X, C, T = (sp.MatrixSymbol(name, N, 1) for name in "xct")
S = sp.Symbol("s", real=True)
TEMPLATES = (NetworkTemplates(),)


def skew(n, seed=0):
    a = np.random.default_rng(seed).normal(size=(n, n))
    return a - a.T


def rates(system, expression, seed=1, size=2.0):
    """dH/dt at random states, relative to the sizes of its terms, in doubles."""
    x = np.random.default_rng(seed).normal(size=(20, system.dimension)) * size
    gradient, field = invariant_function(system, expression).gradient(x), system(x)
    return np.abs((gradient * field).sum(-1)) / (np.abs(gradient) * np.abs(field)).sum(-1)


@pytest.mark.parametrize(
    ("right", "expression"),
    [
        ((A - A.T) * X.applyfunc(sp.tanh), "ones(1, n)*log(cosh(x))"),
        (((A - A.T) * X + C).applyfunc(sp.tanh), "ones(1, n)*log(cosh((A - A.T)*x + c))"),
        ((A - A.T) * X, "x.T*x"),
        (A * ((A.T - A) * (A * X + C)).applyfunc(sp.erf), None),
        (W * (A - A.T) * W.T * X.applyfunc(sp.atan), "ones(1, n)*(x*atan(x) - log(x**2 + 1)/2)"),
        (sp.HadamardProduct(T, (A - A.T) * X.applyfunc(sp.tanh)), None),
    ],
)
def test_symbolic_sizes_and_weights_without_values(right, expression):
    system = db.ODE({X: right}, {symbol: None for symbol in right.atoms(sp.MatrixSymbol) - {X}})
    found = system.invariants()
    if expression is None:
        assert not found
    else:
        (invariant,) = found
        assert str(invariant.expression) == expression
        assert invariant.kind is InvariantKind.CONSERVED
        assert invariant.proof.where == "matrix expressions"
        assert invariant.proof.identities


def test_a_proof_is_not_accepted_where_the_weights_are_not_skew():
    for right in (A * X.applyfunc(sp.tanh), (A + A.T) * X.applyfunc(sp.tanh), (A - 2 * A.T) * X):
        found = db.ODE({X: right}, {A: None}).invariants()
        assert not found
        assert not found.nearly
        assert found.scope


@pytest.mark.parametrize("form", ["rate", "activation"])
@pytest.mark.parametrize("activation", ["tanh", "logistic", "relu", "linear", sp.erf, sp.Lambda(S, sp.tanh(S - 1) + 1)])
def test_rnn_without_leak(form, activation):
    if (form, activation) == ("activation", "linear"):
        pytest.skip("W x is the same in both forms")
    network = db.RNN(skew(15), leak=0, form=form, activation=activation, tau=0.7)
    (invariant,) = conserved_quantities(network, methods=TEMPLATES)
    assert rates(network, invariant).max() < 1e-13
    assert sp.Eq(sp.Symbol("leak"), 0) in [a.xreplace({a.lhs: sp.Symbol(str(a.lhs))}) for a in invariant.assumptions]


@pytest.mark.parametrize("change", [{"leak": 1e-9}, {"b": np.full(15, 1e-9)}])
def test_leak_or_bias_is_not_overlooked(change):
    network = db.RNN(skew(15), leak=0).with_parameters(**change)
    assert not conserved_quantities(network, methods=TEMPLATES)


def test_a_bias_inside_the_activation_is_part_of_the_argument():
    network = db.RNN(skew(15), np.arange(15.0), leak=0, form="activation")
    (invariant,) = network.invariants()
    assert rates(network, invariant).max() < 1e-13


def test_scaled_rows_and_columns():
    t = np.random.default_rng(3).uniform(0.5, 2, 20)
    rows = db.ODE({X: sp.HadamardProduct(T, W * X.applyfunc(sp.tanh))}, {W: skew(20), T: t})
    (invariant,) = rows.invariants()
    assert str(invariant.expression) == "1/t.T*log(cosh(x))"
    assert rates(rows, invariant).max() < 1e-13
    columns = db.ODE({X: (W * sp.HadamardProduct(T, X)).applyfunc(sp.tanh)}, {W: skew(20), T: t})
    (invariant,) = columns.invariants()
    assert str(invariant.expression) == "t.T*log(cosh(W*(HadamardProduct(t, x))))"
    assert rates(columns, invariant).max() < 1e-13


def test_rounded_scalings_are_only_near():
    t = np.random.default_rng(3).uniform(0.5, 2, 20)
    network = db.RNN(skew(20) / t[:, None], leak=0)
    assert not network.invariants()
    (near,) = network.invariants().nearly
    assert rates(network, near.expression).max() < 1e-13
    assert 0 < float(near.rate) < 1e-12


def test_a_scaling_is_found_exactly_on_a_tree():
    chain = scipy.sparse.diags_array([np.arange(1.0, 30), -np.arange(30.0, 59)], offsets=[1, -1]).tocsr()
    network = db.RNN(chain, leak=0)
    (invariant,) = network.invariants()
    d = [sp.Integer(1)]
    for k in range(29):
        d.append(d[-1] * sp.Rational(k + 1, 30 + k))
    assert str(sp.Matrix([d])) in str(invariant.expression)
    assert rates(network, invariant).max() < 1e-13


def test_opposite_signs_of_the_scaling():
    hyperbolic = db.RNN(np.kron(np.eye(6), [[0.0, 1], [1, 0]]), leak=0)
    (invariant,) = hyperbolic.invariants()
    assert rates(hyperbolic, invariant).max() < 1e-13


def test_few_states_are_given_in_components():
    network = db.RNN([[0.0, 2.0], [-2.0, 0.0]], leak=0)
    (invariant,) = conserved_quantities(network, methods=TEMPLATES)
    x_1, x_2 = network.expand().states
    assert invariant.expression == sp.log(sp.cosh(x_1)) + sp.log(sp.cosh(x_2))
    assert invariant.assumptions == ()
    assert len(network.invariants()) == 1  # the ansatz in components finds nothing further


def test_softplus_is_not_claimed_in_closed_form():
    network = db.RNN(skew(15), leak=0, activation=sp.Lambda(S, sp.log(1 + sp.exp(S))))
    found = network.invariants()
    assert not found
    assert "none was found in closed form" in found.scope


def test_sums_of_activations_and_parameters_inside():
    k = sp.Symbol("k", positive=True)
    system = db.ODE({X: W * (X + (k * X).applyfunc(sp.tanh))}, {W: skew(14), k: 2})
    (invariant,) = system.invariants()
    assert rates(system, invariant).max() < 1e-13
    assert sp.Ne(k, 0) in invariant.assumptions or not any(k in a.free_symbols for a in invariant.assumptions)


@pytest.mark.parametrize("bad", ["relu", "linear", "tanh", "softsign"])
def test_nearly_skew_weights_get_a_bound(bad):
    w = skew(40)
    w[3, 7] += 1e-9
    w[5, 5] = 1e-10
    activation = sp.Lambda(S, S / (1 + sp.Abs(S))) if bad == "softsign" else bad
    network = db.RNN(w, leak=0, activation=activation)
    found = network.invariants()
    assert not found
    (near,) = found.nearly
    x = np.random.default_rng(2).normal(size=(200, 40)) * 2
    gradient = invariant_function(network, near).gradient(x)
    symmetric = (w + w.T) / 2
    u = invariant_function(network, near).gradient(x) / (2 if bad == "linear" else 1)
    exact = np.einsum("ki,ij,kj->k", u, symmetric, u) * (2 if bad == "linear" else 1)
    np.testing.assert_allclose((gradient * network(x)).sum(-1), exact, atol=1e-11)
    rate = float(near.rate) if near.rate.is_number else invariant_function(network, near.rate)(x)
    assert (np.abs(exact) <= rate).all()
    assert (np.abs(exact) > 1e-4 * rate).any()
    if bad == "tanh":
        assert float(near.rate) == pytest.approx(1.1e-9, rel=1e-4)


def test_weights_far_from_skew_are_not_called_near():
    w = skew(40)
    w[3, 7] += 1e-2
    assert not db.RNN(w, leak=0).invariants().nearly


def test_nearly_in_components_and_its_record():
    found = db.RNN([[0.0, 1.0], [-1.0, 1e-9]], leak=0).invariants()
    assert len(found) == 0
    (near,) = found.nearly
    assert float(near.rate) == pytest.approx(1e-9, rel=1e-10)
    assert float(near.rate) >= 1e-9
    again = pickle.loads(pickle.dumps(found))
    assert again.nearly == found.nearly
    assert again.scope == found.scope
    assert "; nearly: log(cosh(x_1)) + log(cosh(x_2))" in repr(found)


def test_a_thousand_units():
    w = skew(1000)
    (invariant,) = db.RNN(w, leak=0).invariants()
    w[3, 700] += 1e-9
    (near,) = db.RNN(w, leak=0).invariants().nearly
    assert float(near.rate) == pytest.approx(abs(w[3, 700] + w[700, 3]), rel=1e-9)
    assert SLOT not in invariant.expression.free_symbols


def test_other_systems_are_left_alone():
    assert NetworkTemplates().scope(db.ODE({"x": "y", "y": "-x"}), None) == ""
    assert NetworkTemplates().scope(db.Map({X: A * X}, {A: None}), None) == ""
    gated = db.ODE({X: sp.HadamardProduct(X, A * X)}, {A: None})
    assert gated.invariants() == ()
    assert gated.invariants().scope.startswith("nothing")
