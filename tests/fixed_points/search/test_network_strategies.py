"""Strategies for networks: on small ones, where a complete search knows the answer, and on the mirror symmetry."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.fixed_points.large.krylov import leading_eigenvalues, newton_krylov
from dynbench.fixed_points.large.newton import minimise_state, newton_state
from dynbench.fixed_points.records import Status
from dynbench.fixed_points.search import (
    EdgeTracking,
    NetworkPlan,
    NewtonStarts,
    Readouts,
    Relax,
    SlowPoints,
    SpeedMinima,
    UnstableSeeds,
)
from dynbench.fixed_points.search.paths import follow
from dynbench.fixed_points.search.readouts import readout_lattice
from dynbench.fixed_points.symmetry import is_mirrored, moved
from dynbench.invariants import SignedPermutation
from dynbench.networks import RNN, EchoStateNetwork


def bistable(n: int = 2) -> RNN:
    """n independent units x' = -x + 2 tanh x, in coordinates that mix nothing: 3^n fixed points."""
    return RNN(2.0 * np.eye(n))


def echo(n: int = 60) -> EchoStateNetwork:
    """Two groups of units, each with a readout of its own that is fed back: x = 2 tanh(x) in each, 9 fixed points."""
    feedback = np.kron(np.eye(2), np.ones((n // 2, 1)))
    return EchoStateNetwork(np.zeros((n, n)), feedback, 4 * feedback.T / n)


def distinct(x: np.ndarray) -> int:
    return len(np.unique(np.round(x, 6) + 0.0, axis=0))


def test_relaxation_finds_the_attractors_only():
    found = Relax(count=40).search(bistable(), rng=np.random.default_rng(0))
    assert distinct(found.candidates) == 4
    assert np.allclose(np.abs(found.candidates), 1.9150080481545573)


def test_edge_tracking_finds_the_saddles_between_attractors():
    a = 1.9150080481545573
    attractors = np.array([[i * a, j * a] for i in (-1, 1) for j in (-1, 1)]) * [1, 1]
    found = EdgeTracking(attractors, pairs=4).search(bistable(), rng=np.random.default_rng(0))
    assert distinct(found.candidates) == 4
    assert np.allclose(np.sort(np.abs(found.candidates), axis=1), [0, a], atol=1e-9)


def test_edges_without_given_attractors_and_with_none():
    assert len(EdgeTracking().search(bistable(), rng=np.random.default_rng(0)).candidates)
    one = EdgeTracking(np.zeros((1, 2))).search(RNN(0.5 * np.eye(2)), rng=np.random.default_rng(0))
    assert len(one.candidates) == 0


@pytest.mark.parametrize("strategy", [SpeedMinima(count=16), NewtonStarts(count=16), UnstableSeeds(np.zeros((1, 2)))])
def test_what_they_find_are_fixed_points(strategy):
    network = RNN([[2.0, 0.3], [-0.2, 2.0]])
    found = strategy.search(network, rng=np.random.default_rng(0))
    assert np.abs(network.residual(found.candidates)).max(initial=0.0) < 1e-9


def test_held_readouts_find_the_lattice():
    network = echo()
    found = Readouts().search(network, rng=np.random.default_rng(0)).candidates
    assert distinct(np.concatenate([found, -found])) == 9
    assert len(readout_lattice(3, half=True)) == 14
    assert len(readout_lattice(3, half=False)) == 27
    with pytest.raises(db.errors.InputError, match=r"values has shape \(1, 3\); expected .* \(K, 2\)"):
        Readouts([1.0, 2.0, 3.0]).search(network, rng=np.random.default_rng(0))
    with pytest.raises(db.errors.InputError, match="this system is none"):
        Readouts().search(bistable(), rng=np.random.default_rng(0))


def test_the_plan_on_an_echo_state_network():
    network = echo()
    points = db.find_fixed_points(network, rng=0)
    assert points.by_index == {0: 4, 1: 4, 2: 1}
    assert {p.status for p in points} == {Status.CERTIFIED}
    assert points.index_sum == points.expected_index_sum == 1
    assert not points.complete
    assert sum(c.points for c in points.contributions) == 9
    assert {"relaxation", "readout lattice", "fibers from attractors"} <= {c.strategy for c in points.contributions}
    assert "added nothing" in points.argument


@pytest.mark.parametrize("seed", range(4))
def test_the_plan_finds_what_a_complete_search_finds(seed):
    rng = np.random.default_rng(seed)
    network = RNN(2.0 * rng.normal(size=(5, 5)) / np.sqrt(5), 0.1 * rng.normal(size=5))
    every = db.find_fixed_points(network)
    assert every.complete
    found = db.find_fixed_points(network, search=NetworkPlan(), rng=0)
    assert len(found) == len(every)
    assert found.index_sum == found.expected_index_sum == 1


def test_an_incomplete_set_is_announced():
    network = RNN(2.0 * np.eye(9))
    points = db.find_fixed_points(network, search=Relax(count=4), rng=0)
    assert points.index_sum != points.expected_index_sum == 1
    assert "the set is incomplete" in points.argument


def test_mirror_images_are_proved():
    odd, biased, logistic = bistable(40), RNN(2.0 * np.eye(40), 0.1), RNN(np.eye(40), activation="logistic")
    assert is_mirrored(odd)
    assert not is_mirrored(biased)
    assert not is_mirrored(logistic)
    driven = EchoStateNetwork(np.eye(40), np.ones(40), np.ones(40), np.ones(40))
    assert is_mirrored(driven)  # as its input is zero
    assert not is_mirrored(driven.with_parameters(u=[1.0]))
    x = np.full(40, 1.9150080481545573)
    here, there = db.certify(odd, x), db.certify(odd, -x)
    image = moved(here, SignedPermutation.identity(40, -1))
    assert np.array_equal(image.center, there.center)
    assert image.index == there.index
    assert image.radius == pytest.approx(there.radius)


def test_newton_in_single_precision_converges_in_double():
    network = echo()
    start = follow(network, np.random.default_rng(0).normal(size=(1, 60)), 5.0)[0]
    x, converged = newton_state(network, start)
    assert converged
    assert np.abs(network(x)).max() < 1e-13


def test_minimisation_ends_at_a_slow_point():
    network = RNN(np.diag([2.0, 0.5]), [0.54, 0.0])
    x, stationary = minimise_state(network, np.array([-0.8, 0.1]))
    assert stationary
    assert x[0] == pytest.approx(-np.arctanh(np.sqrt(0.5)), abs=1e-9)
    found = SlowPoints([[-0.8, 0.1]]).search(network, rng=np.random.default_rng(0))
    assert len(found.minima) == 1


def test_matrix_free_methods_agree_with_dense_ones():
    network = echo(200)
    start = follow(network, np.random.default_rng(0).normal(size=(1, 200)), 8.0)[0]
    x, converged = newton_krylov(network, start)
    assert converged
    assert np.abs(network(x)).max() < 1e-12
    exact = np.sort(np.linalg.eigvals(network.jacobian_at(x)).real)[::-1]
    assert leading_eigenvalues(network, x, 4).real == pytest.approx(exact[:4], abs=1e-8)


def test_maps_are_followed_by_iteration():
    x = sp.MatrixSymbol("x", 9, 1)
    system = db.Map({x: sp.Rational(1, 2) * x.applyfunc(sp.cos)})
    points = db.find_fixed_points(system, search=Relax(count=4), rng=0)
    assert len(points) == 1
    assert points[0].x == pytest.approx(np.full(9, 0.45018361))


def test_bad_arguments_are_named():
    with pytest.raises(db.errors.InputError, match="budget is 0"):
        NetworkPlan(budget=0)
    with pytest.raises(db.errors.InputError, match=r"starts has shape \(2, 3\)"):
        Relax(np.zeros((2, 3))).search(bistable(), rng=np.random.default_rng(0))


@pytest.mark.slow
def test_ten_thousand_sparse_units():
    import scipy.sparse

    n, rng = 10_000, np.random.default_rng(0)
    weights = scipy.sparse.random_array((n, n), density=0.002, rng=rng).tocsr() * 0.04
    points = db.find_fixed_points(RNN(weights, 0.3), search=Relax(count=2), rng=0)
    assert [p.status for p in points] == [Status.CONVERGED]
    assert points[0].residual < 1e-12


def test_the_sum_in_the_argument_is_that_of_a_map():
    """For a map the index is the sign of det(I - F'): a multiplier below -1 is unstable, but does not change it."""
    rng = np.random.default_rng(0)
    q, _ = np.linalg.qr(rng.normal(size=(36, 36)))
    weights = q @ np.diag([-1.8, 1.6, *np.linspace(-0.5, 0.5, 34)]) @ q.T
    x = sp.MatrixSymbol("x", 36, 1)
    w = sp.MatrixSymbol("W", 36, 36)
    points = db.find_fixed_points(db.Map({x: (w * x).applyfunc(sp.tanh)}, {w: weights}), rng=0)
    assert points.index_sum == points.expected_index_sum == 1
    assert "sum of indices 1;" in points.argument
    assert "sum of indices -1" not in points.argument


def test_no_sum_where_points_are_singular():
    points = db.find_fixed_points(RNN(np.eye(10), activation="linear"), search=NetworkPlan(budget=1, rounds=1), rng=0)
    assert "sum of indices not known" in points.argument


def test_a_network_without_attractors_is_searched_from_its_lowest_index_on():
    rng = np.random.default_rng(0)
    points = db.find_fixed_points(RNN(1.8 * rng.normal(size=(100, 100)) / 10), search=NetworkPlan(budget=20), rng=0)
    assert points.by_index.get(0, 0) == 0
    assert points.index_sum == points.expected_index_sum == 1
    assert f"at most {min(points.by_index) + 1} unstable directions" in points.argument
