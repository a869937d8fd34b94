"""Piecewise-linear recurrent networks: each constructor is the equation that it names."""

import numpy as np
import pytest

import dynbench as db
from dynbench.errors import ModelError

RNG = np.random.default_rng(3)
Z = RNG.normal(size=(20, 4)) * 2
DIAGONAL, W, H = RNG.normal(size=4), RNG.normal(size=(4, 4)), RNG.normal(size=4)
INTO, OUT, H2 = RNG.normal(size=(6, 4)), RNG.normal(size=(4, 6)), RNG.normal(size=6)


def relu(s):
    return np.maximum(s, 0)


def test_plrnn():
    np.testing.assert_allclose(db.PLRNN(DIAGONAL, W, H)(Z), Z * DIAGONAL + relu(Z) @ W.T + H, atol=1e-13)


def test_shallow():
    expected = Z * DIAGONAL + relu(Z @ INTO.T + H2) @ OUT.T + H
    np.testing.assert_allclose(db.PLRNN.shallow(DIAGONAL, OUT, INTO, H, H2)(Z), expected, atol=1e-13)


def test_clipped():
    hidden = relu(Z @ INTO.T + H2) - relu(Z @ INTO.T)
    network = db.PLRNN.clipped(DIAGONAL, OUT, INTO, H, H2)
    np.testing.assert_allclose(network(Z), Z * DIAGONAL + hidden @ OUT.T + H, atol=1e-13)


def test_almost_linear():
    rectified = np.concatenate([Z[:, :3], relu(Z[:, 3:])], axis=1)
    network = db.PLRNN.almost_linear(DIAGONAL, W, H, units=1)
    np.testing.assert_allclose(network(Z), Z * DIAGONAL + rectified @ W.T + H, atol=1e-13)


def test_dendritic():
    slopes, thresholds = [1.0, -0.5], RNG.normal(size=(2, 4))
    hidden = sum(a * relu(Z - t) for a, t in zip(slopes, thresholds, strict=True))
    network = db.PLRNN.dendritic(DIAGONAL, W, slopes, thresholds, H)
    np.testing.assert_allclose(network(Z), Z * DIAGONAL + hidden @ W.T + H, atol=1e-13)


def test_parameters_can_be_changed_and_the_class_is_kept():
    network = db.PLRNN(DIAGONAL, W, H).with_parameters(h=2 * H)
    assert isinstance(network, db.PLRNN)
    np.testing.assert_allclose(network(np.zeros(4)), 2 * H)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: db.PLRNN([0.9], [[1.0, 2.0]]), "W"),
        (lambda: db.PLRNN([np.inf], [[1.0]]), "A"),
        (lambda: db.PLRNN.almost_linear([0.9], [[1.0]], units=2), "units is 2"),
        (lambda: db.PLRNN.almost_linear([0.9, 0.8], [[1.0]], units=1), "W has shape"),
        (lambda: db.PLRNN.dendritic([0.9], [[1.0]], [1.0], [[1.0, 2.0]]), "thresholds has shape"),
        (lambda: db.PLRNN.shallow([0.9], [[1.0]], [[1.0], [2.0]]), "W"),
    ],
)
def test_bad_input_gets_one_sentence(make, message):
    with pytest.raises(ModelError, match=message):
        make()
