"""Networks in rate and activation form: what they compute, what they keep, what they refuse."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse
import scipy.special
import sympy as sp

import dynbench as db

rng = np.random.default_rng(11)
W = rng.normal(size=(5, 5))
b = rng.normal(size=5)
X = rng.normal(size=(7, 5))
s = sp.Symbol("s")
ACTIVATIONS = {
    "tanh": ("tanh", np.tanh),
    "logistic": ("logistic", scipy.special.expit),
    "relu": ("relu", lambda x: np.maximum(x, 0)),
    "linear": ("linear", lambda x: x),
    "function class": (sp.erf, scipy.special.erf),
    "Lambda": (sp.Lambda(s, s / (1 + s**2)), lambda x: x / (1 + x**2)),
    "scaled": (sp.Lambda(s, 3 * s), lambda x: 3 * x),
}


@pytest.mark.parametrize("case", ACTIVATIONS)
def test_both_forms_agree_with_numpy(case):
    activation, phi = ACTIVATIONS[case]
    rate = db.RNN(W, b, activation=activation, leak=0.7, tau=10)
    np.testing.assert_allclose(rate(X), (-0.7 * X + phi(X) @ W.T + b) / 10, rtol=1e-12, atol=1e-14)
    other = db.RNN(W, b, activation=activation, leak=0.7, tau=10, form="activation")
    np.testing.assert_allclose(other(X), (-0.7 * X + phi(X @ W.T + b)) / 10, rtol=1e-12, atol=1e-14)


def test_the_two_forms_are_conjugate():
    """Where y = W x + b obeys the rate form, x obeys the activation form (Miller & Fumarola 2012)."""
    rate, activation = db.RNN(W, b), db.RNN(W, b, form="activation")
    np.testing.assert_allclose(activation(X) @ W.T, rate(X @ W.T + b), rtol=1e-12, atol=1e-12)


def test_the_structure_is_kept():
    network = db.RNN(W, b)
    assert str(network.rhs) == "1/tau*((-leak)*x + W*tanh(x) + b)"
    assert "300 x 300 array" in repr(db.RNN(np.zeros((300, 300))))
    np.testing.assert_array_equal(network.weights, W)
    np.testing.assert_array_equal(network.bias, b)
    assert not network.weights.flags.writeable


def test_weights_may_be_sparse_or_of_low_rank():
    sparse = scipy.sparse.random_array((5, 5), density=0.4, rng=2)
    U = rng.normal(size=(5, 2))
    for weights, entries in ((sparse, sparse.toarray()), (db.LowRank(U, U), U @ U.T)):
        np.testing.assert_allclose(db.RNN(weights, b)(X), db.RNN(entries, b)(X), rtol=1e-12, atol=1e-13)


def test_parameters_make_a_new_network_of_the_same_class():
    network = db.RNN(W, 0.5)
    np.testing.assert_array_equal(network.bias, np.full(5, 0.5))
    other = network.with_parameters(b=b, tau=2)
    assert isinstance(other, db.RNN)
    assert other == db.RNN(W, b, tau=2)
    assert isinstance(pickle.loads(pickle.dumps(other)), db.RNN)
    assert type(network.expand()) is db.ODE


def test_a_network_of_one_unit():
    """x' = -x + 2 tanh(x): the origin and a pair."""
    points = db.find_fixed_points(db.RNN([[2.0]]), box=[(-3, 3)])
    assert points.complete
    outer = 1.9150080481545  # the root of x = 2 tanh(x), mpmath.findroot
    np.testing.assert_allclose([p.x[0] for p in points], [-outer, 0, outer], rtol=1e-12, atol=1e-15)


def unbound() -> db.ODE:
    n = sp.Symbol("n", integer=True, positive=True)
    x, W = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("W", n, n)
    return db.ODE({x: -x + W * x.applyfunc(sp.tanh)}, [W])


I3 = np.eye(3)
BAD = {
    "not square": (lambda: db.RNN(np.ones((3, 4))), "W is 3 x 4, not square"),
    "vector": (lambda: db.RNN(np.ones(3)), "W is a vector of length 3"),
    "scalar": (lambda: db.RNN(3.0), "W has shape"),
    "empty": (lambda: db.RNN(np.zeros((0, 0))), "no units"),
    "text": (lambda: db.RNN("W"), "W must be an array of real numbers"),
    "nan": (lambda: db.RNN(I3 * np.nan), "W holds a value that is not finite"),
    "length of b": (lambda: db.RNN(I3, np.ones(4)), "b has length 4; expected 3"),
    "nan in b": (lambda: db.RNN(I3, [0, np.nan, 0]), "b holds a value that is not finite"),
    "b is nan": (lambda: db.RNN(I3, np.nan), "b holds a value that is not finite"),
    "b is text": (lambda: db.RNN(I3, "zero"), "b must be a number or a vector"),
    "ragged b": (lambda: db.RNN(I3, [[1], [2, 3]]), "b must be an array of real numbers"),
    "unknown activation": (lambda: db.RNN(I3, activation="sigm"), "activation 'sigm' is unknown; expected 'tanh'"),
    "NumPy's function": (lambda: db.RNN(I3, activation=np.tanh), "activation .* is unknown"),
    "undefined function": (lambda: db.RNN(I3, activation=sp.Function("f")), "activation f is unknown"),
    "two variables": (lambda: db.RNN(I3, activation=sp.atan2), "activation atan2 is unknown"),
    "a constant": (lambda: db.RNN(I3, activation=sp.Lambda(s, 3)), "activation .* is unknown"),
    "a free symbol": (lambda: db.RNN(I3, activation=sp.Lambda(s, s * sp.Symbol("a"))), "symbol a"),
    "not real": (lambda: db.RNN(I3, activation=sp.Lambda(s, sp.I * s)), "not a real number"),
    "tau": (lambda: db.RNN(I3, tau=0), "tau is 0; a time constant is positive"),
    "leak": (lambda: db.RNN(I3, leak=np.inf), "leak is inf"),
    "form": (lambda: db.RNN(I3, form="potential"), "expected 'rate' or 'activation'"),
    "states": (lambda: db.RNN(I3)(np.ones(4)), "the system has 3 states"),
    "complex weights": (
        lambda: db.RNN(1j * I3),
        "W must be an array of real numbers, not 3 x 3 array of type complex128",
    ),
    "objects": (
        lambda: db.RNN(np.array([[1.0, None], [2.0, 3.0]], dtype=object)),
        "W must be an array of real numbers",
    ),
    "truth values": (lambda: db.RNN(np.eye(3, dtype=bool)), "W must be an array of real numbers"),
    "masked": (lambda: db.RNN(np.ma.masked_array(I3, mask=I3 > 0)), "an array with masked entries"),
    "sparse and complex": (lambda: db.RNN(scipy.sparse.csr_array(1j * I3)), "W must be an array of real numbers"),
    "long integers": (lambda: db.RNN([[2**53 + 1]]), "W holds a number that is no double"),
    "complex b": (lambda: db.RNN(I3, [1j, 0, 0]), "b must be an array of real numbers"),
    "tau is nan": (lambda: db.RNN(I3, tau=np.nan), "tau is nan; it must be finite"),
    "leak is complex": (lambda: db.RNN(I3, leak=1j), "parameter leak must be a real number"),
    "complex starts": (
        lambda: db.find_fixed_points(db.RNN(np.eye(12)), starts=1j * np.ones((2, 12))),
        "starts must be an array of real numbers",
    ),
    "masked starts": (
        lambda: db.find_fixed_points(db.RNN(np.eye(12)), starts=np.ma.masked_less(np.zeros((2, 12)), 1)),
        "starts must be an array of real numbers",
    ),
    "starts of a plan": (
        lambda: db.find_fixed_points(db.RNN(np.eye(12)), starts=np.ones((2, 5))),
        "starts has shape .2, 5., but the system has 12 states",
    ),
    "starts are nan": (
        lambda: db.find_fixed_points(db.RNN(np.eye(12)), starts=np.full((2, 12), np.nan)),
        "starts holds a value that is not finite",
    ),
    "no starts": (
        lambda: db.find_fixed_points(db.RNN(np.eye(12)), search=db.search.SpeedMinima(count=0)),
        "count is 0, but at least one start is needed",
    ),
    "no duration": (
        lambda: db.find_fixed_points(db.RNN(np.eye(12)), search=db.search.Relax(duration=-1)),
        "duration is -1; it must be a positive",
    ),
    "new weights that do not fit": (
        lambda: db.RNN(I3, np.ones(3)).with_parameters(W=np.eye(4)),
        "b has length 3; expected 4",
    ),
    "unbound": (lambda: db.find_fixed_points(unbound()), "number of states, n, is not known"),
    "starts": (lambda: db.find_fixed_points(db.RNN(I3), starts=np.ones((2, 4))), "starts has shape"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_one_sentence(case):
    declare, message = BAD[case]
    with pytest.raises(db.errors.DynbenchError, match=message) as caught:
        declare()
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
