"""Directional fibers: what they find are fixed points, and whole fibers obey Poincare and Hopf."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.fixed_points.search import DirectionalFibers
from dynbench.networks import RNN


def signs(network: db.System, x: np.ndarray) -> list[int]:
    """The indices (-1)^k of fixed points."""
    return [int(np.sign(np.linalg.det(-network.residual_jacobian(row)))) for row in x]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_along_a_fiber_from_infinity_to_infinity_the_indices_alternate_and_add_up_to_one(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 7))
    network = RNN(2.5 * rng.normal(size=(n, n)) / np.sqrt(n), 0.2 * rng.normal(size=n))
    far = 200.0 * rng.normal(size=(1, n))  # out there G = -x, but for bounded terms: no loop comes so far
    found = DirectionalFibers(far, steps=4000).search(network, rng=rng).candidates
    assert np.abs(network.residual(found)).max() < 1e-9
    assert sum(signs(network, found)) == 1
    # The fixed points come in the order of the fiber, all on one side of the start.
    assert signs(network, found) == [(-1) ** k for k in range(len(found))]


def test_from_the_origin_to_the_attractors():
    network = RNN(2.0 * np.eye(2))
    found = DirectionalFibers(np.zeros((1, 2)), [[1.0, 0.3]]).search(network, rng=np.random.default_rng(0))
    a = 1.9150080481545573
    sizes = {tuple(row) for row in np.round(np.sort(np.abs(found.candidates), axis=1), 9)}
    assert sizes
    assert sizes <= {(0.0, round(a, 9)), (round(a, 9), round(a, 9))}


def test_a_fiber_is_not_passed_twice():
    """The fiber of the one-dimensional bistable unit goes through all its three points; from any of them, once."""
    a = 1.9150080481545573
    network = RNN([[2.0]])
    points = np.array([[a], [0.0], [-a]])
    found = DirectionalFibers(points, [[1.0]], steps=500).search(network, rng=np.random.default_rng(0))
    # The network is odd: -a counts as a, where the fiber began.
    assert found.candidates == pytest.approx(np.zeros((1, 1)), abs=1e-12)


def test_fibers_of_a_map():
    system = db.Map({"x": "x**2 - 2"})
    found = DirectionalFibers([[2.0]], [[1.0]], steps=500, reach=50).search(system, rng=np.random.default_rng(0))
    assert found.candidates == pytest.approx(np.array([[-1.0]]))


def test_a_network_of_three_hundred_units_in_single_precision():
    rng = np.random.default_rng(1)
    network = RNN(1.5 * rng.normal(size=(300, 300)) / np.sqrt(300))
    found = DirectionalFibers(np.zeros((1, 300)), steps=400).search(network, rng=rng).candidates
    assert len(found) >= 1
    assert np.abs(network.residual(found)).max() < 1e-11


def test_bad_arguments_are_named():
    network = RNN([[2.0]])
    with pytest.raises(db.errors.InputError, match="steps 0"):
        DirectionalFibers(steps=0)
    with pytest.raises(db.errors.InputError, match=r"directions has shape \(1, 2\)"):
        DirectionalFibers([[0.0]], [[1.0, 2.0]]).search(network, rng=np.random.default_rng(0))
    with pytest.raises(db.errors.InputError, match="directions is empty"):
        DirectionalFibers([[0.0]], np.empty((0, 1))).search(network, rng=np.random.default_rng(0))
    with pytest.raises(db.errors.InputError, match="points has shape"):
        DirectionalFibers([[0.0, 1.0]]).search(network, rng=np.random.default_rng(0))
