"""All fixed points of piecewise-linear flows, against a solve for each pattern written out here."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import dynbench as db


@pytest.mark.parametrize("form", ["rate", "activation"])
@pytest.mark.parametrize("seed", range(2, 8))
def test_threshold_linear_networks(form, seed):
    rng = np.random.default_rng(seed)
    W, b = rng.normal(-0.3, 1.5, size=(6, 6)), rng.normal(0.5, 0.3, size=6)
    found = db.find_fixed_points(db.RNN(W, b, activation="relu", form=form))
    assert found.complete
    expected = []
    for pattern in product([0.0, 1.0], repeat=6):
        D = np.diag(pattern)
        x = np.linalg.solve(np.eye(6) - (W @ D if form == "rate" else D @ W), b if form == "rate" else D @ b)
        if ((x > 0) if form == "rate" else (W @ x + b > 0)).astype(float).tolist() == list(pattern):
            expected.append(x)
    assert len(found) == len(expected)
    for x in expected:
        assert min(np.abs(p.x - x).max() for p in found) < 1e-9


def test_nested_functions():
    """Max(x, |y|) = 2 and x = 2 y - Min(y, 1): on the branches y <= 1 and y > 1."""
    system = db.ODE({"x": "Max(x, Abs(y)) - 2", "y": "x - 2*y + Min(y, 1)"})
    found = db.find_fixed_points(system)
    assert found.complete
    states = {tuple(np.round(p.x, 9)) for p in found}
    assert states == {(2.0, 1.5), (-2.0, -2.0)}


def test_rest_agrees_with_the_orbits_that_end_there():
    network = db.RNN([[0, -0.8], [-0.8, 0]], 1.0, activation="relu", form="activation")
    (rest,) = db.find_fixed_points(network)
    assert rest.x == pytest.approx([5 / 9, 5 / 9], abs=1e-15)
    starts = np.random.default_rng(0).normal(size=(5, 2))
    ends = db.integrate(network, starts, [0.0, 200.0], engine="piecewise").x[:, -1]
    assert np.abs(ends - rest.x).max() < 1e-14
