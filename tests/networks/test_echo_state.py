"""Echo state networks: their factors are kept, their readout is theirs."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse
import sympy as sp

import dynbench as db

rng = np.random.default_rng(12)
W_r, W_fb, W_o, B = (rng.normal(size=shape) for shape in ((5, 5), (5, 2), (2, 5), (5, 3)))
X = rng.normal(size=(7, 5))
s = sp.Symbol("s")


def test_it_agrees_with_numpy():
    u = np.array([1.0, 0.0, -1.0])
    network = db.EchoStateNetwork(W_r, W_fb, W_o, B, u=u)
    r = np.tanh(X)
    np.testing.assert_allclose(network(X), -X + r @ W_r.T + r @ W_o.T @ W_fb.T + B @ u, rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(network.rates(X), r)
    np.testing.assert_allclose(network.readout(X), r @ W_o.T, rtol=1e-13)
    assert network.readout(X.reshape(7, 1, 5)).shape == (7, 1, 2)
    assert network.readout(X[0]).shape == (2,)


def test_it_is_the_rate_network_of_its_combined_weights():
    network, combined = db.EchoStateNetwork(W_r, W_fb, W_o), db.RNN(W_r + W_fb @ W_o)
    np.testing.assert_allclose(network(X), combined(X), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(network.jacobian_at(X), combined.jacobian_at(X), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    "activation", ["tanh", "logistic", "relu", "linear", sp.Lambda(s, 3 * s), sp.Lambda(s, s + s**3)]
)
def test_rates_are_the_activation(activation):
    network = db.EchoStateNetwork(W_r, W_fb, W_o, B, activation=activation)
    feedback = network.with_parameters(W_fb=2 * W_fb)(X) - network(X)
    np.testing.assert_allclose(feedback, network.readout(X) @ W_fb.T, rtol=1e-9, atol=1e-9)
    rates = network.rates(X)
    expected = rates.copy()
    rates += 1  # it belongs to the caller
    np.testing.assert_array_equal(network.rates(X), expected)


def test_the_factors_are_kept():
    network = db.EchoStateNetwork(W_r, W_fb, W_o, B)
    assert set(network.parameters) == {"W_r", "W_fb", "W_o", "B", "u"}
    assert str(network.rhs) == "(W_fb*W_o + W_r)*tanh(x) + B*u - x"
    np.testing.assert_array_equal(network.parameters["u"], np.zeros(3))
    assert "B" not in db.EchoStateNetwork(W_r, W_fb, W_o).parameters


def test_one_readout_and_one_input_may_be_vectors():
    network = db.EchoStateNetwork(W_r, W_fb[:, 0], W_o[0], B[:, 0], u=0.5)
    whole = db.EchoStateNetwork(W_r, W_fb[:, :1], W_o[:1], B[:, :1], u=[0.5])
    assert network == whole
    assert network.readout(X).shape == (7, 1)


def test_sparse_reservoirs():
    sparse = scipy.sparse.random_array((5, 5), density=0.4, rng=3)
    network = db.EchoStateNetwork(sparse, W_fb, W_o)
    np.testing.assert_allclose(network(X), db.EchoStateNetwork(sparse.toarray(), W_fb, W_o)(X), rtol=1e-12, atol=1e-13)


def test_new_parameters_pickling_and_components():
    network = db.EchoStateNetwork(W_r, W_fb, W_o, B)
    other = network.with_parameters(W_o=2 * W_o, u=[1, 2, 3])
    assert isinstance(other, db.EchoStateNetwork)
    np.testing.assert_allclose(other.readout(X), 2 * network.readout(X), rtol=1e-15)
    copy = pickle.loads(pickle.dumps(other))
    np.testing.assert_array_equal(copy.readout(X), other.readout(X))
    assert type(network.expand()) is db.ODE
    np.testing.assert_allclose(network.expand()(X), network(X), rtol=1e-12, atol=1e-13)


I3, F, R = np.eye(3), np.ones((3, 2)), np.ones((2, 3))
BAD = {
    "not square": (lambda: db.EchoStateNetwork(I3[:2], F, R), "W_r is 2 x 3, not square"),
    "feedback": (lambda: db.EchoStateNetwork(I3, np.ones((4, 2)), R), "W_fb is 4 x 2; expected 3 x 2"),
    "readout": (lambda: db.EchoStateNetwork(I3, F, F), "W_o is 3 x 2; expected 2 x 3"),
    "nan": (lambda: db.EchoStateNetwork(I3, F, R * np.nan), "W_o holds a value that is not finite"),
    "input matrix": (lambda: db.EchoStateNetwork(I3, F, R, np.ones((4, 2))), "B is 4 x 2; expected 3 x 2"),
    "input": (lambda: db.EchoStateNetwork(I3, F, R, F, u=[1, 2, 3]), "u has length 3; expected 2"),
    "input without B": (lambda: db.EchoStateNetwork(I3, F, R, u=1), "but no B"),
    "scalar": (lambda: db.EchoStateNetwork(I3, 1, 1), "W_fb has shape"),
    "activation": (lambda: db.EchoStateNetwork(I3, F, R, activation="step"), "activation 'step' is unknown"),
    "state": (lambda: db.EchoStateNetwork(I3, F, R).readout(np.ones(2)), "the system has 3 states"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_one_sentence(case):
    declare, message = BAD[case]
    with pytest.raises(db.errors.DynbenchError, match=message) as caught:
        declare()
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
