"""Symmetries of network weights: brute force on small ones, known groups on large ones."""

from __future__ import annotations

import itertools
import math
import time

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.invariants import SignedPermutation
from dynbench.invariants.symmetry.signed_permutations import elements
from dynbench.invariants.symmetry.twins import symmetries_of_weights
from dynbench.invariants.symmetry.weight_relations import read_relations
from dynbench.invariants.symmetry.weight_structure import WeightStructure


def ring(n, right=1.0, left=1.0):
    weights = np.zeros((n, n))
    for i in range(n):
        weights[i, [(i + 1) % n, i - 1]] = right, left
    return weights


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from(["any", "symmetric", "skew"]))
def test_small_groups_are_those_of_brute_force(n, seed, odd, shape):
    """P W P^T = W and P b = b over all signed permutations, or all permutations for an activation that is not odd."""
    rng = np.random.default_rng(seed)
    W, b = rng.choice([0.0, 0.0, 1.0, -1.0, 2.0], (n, n)), rng.choice([0.0, 0.0, 0.0, 1.0, -1.0], n)
    W = {"any": W, "symmetric": W + W.T, "skew": W - W.T}[shape]
    expected = set()
    for p in itertools.permutations(range(n)):
        for signs in itertools.product((1, -1), repeat=n) if odd else [(1,) * n]:
            S = np.zeros((n, n))
            S[range(n), p] = signs
            if (S @ W @ S.T == W).all() and (S @ b == b).all():
                expected.add(SignedPermutation(p, signs))
    network = db.RNN(W, b, activation="tanh" if odd else "relu")
    group = symmetries_of_weights(WeightStructure(read_relations(network.matrix_form)))
    found = elements(group.generators, 1000) or (SignedPermutation.identity(n),)
    assert set(found) == expected
    assert group.order == len(expected)


GROUPS = {
    "generic": (lambda n, rng: db.RNN(rng.standard_normal((n, n))), lambda n: 2),
    "with a bias": (lambda n, rng: db.RNN(rng.standard_normal((n, n)), 0.1), lambda n: 1),
    "not odd": (lambda n, rng: db.RNN(rng.standard_normal((n, n)), activation="logistic"), lambda n: 1),
    "activation form": (lambda n, rng: db.RNN(rng.standard_normal((n, n)), form="activation"), lambda n: 2),
    "sparse": (
        lambda n, rng: db.RNN(scipy.sparse.random_array((n, n), density=0.2, rng=rng, format="csr")),
        lambda n: 2,
    ),
    "low rank": (
        lambda n, rng: db.RNN(db.symbolic.matrices.LowRank(rng.random((n, 2)), rng.random((n, 2)))),
        lambda n: 2,
    ),
    "ring": (lambda n, rng: db.RNN(ring(n)), lambda n: 4 * n),
    "one-way ring, not odd": (lambda n, rng: db.RNN(ring(n, 1, 0.5), activation="relu"), lambda n: n),
    "circulant": (lambda n, rng: db.RNN(scipy.linalg.circulant(rng.standard_normal(n))), lambda n: 2 * n),
    "equal weights": (lambda n, rng: db.RNN(np.full((n, n), 0.3) + np.eye(n)), lambda n: 2 * math.factorial(n)),
    "uncoupled": (lambda n, rng: db.RNN(2 * np.eye(n)), lambda n: 2**n * math.factorial(n)),
    "ten copies": (
        lambda n, rng: db.RNN(np.kron(np.eye(10), rng.standard_normal((n // 10, n // 10)))),
        lambda n: 2**10 * math.factorial(10),
    ),
    "four blocks": (
        lambda n, rng: db.RNN(np.kron(rng.standard_normal((4, 4)), np.ones((n // 4, n // 4)))),
        lambda n: 2 * math.factorial(n // 4) ** 4,
    ),
}


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("n", [20, 40])
def test_known_groups(name, n):
    make, order = GROUPS[name]
    network = make(n, np.random.default_rng(7))
    found = network.symmetries()
    assert found.order == order(n)
    x = np.random.default_rng(1).standard_normal((3, n))
    for s in (*found, *found.generators):
        np.testing.assert_allclose(network(s.action(x)), s.action(network(x)), atol=1e-9)
        assert len(s.proof.identities) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", GROUPS)
def test_a_thousand_units(name):
    make, order = GROUPS[name]
    network = make(1000, np.random.default_rng(7))
    network.matrix_form  # noqa: B018 - not what is timed
    start = time.process_time()
    assert network.symmetries().order == order(1000)
    assert time.process_time() - start < 5


def test_signs_switched_at_some_units_make_a_conjugate_group():
    rng = np.random.default_rng(4)
    signs = rng.choice([-1.0, 1.0], 30)
    switched = signs[:, None] * (np.full((30, 30), 0.3) + np.eye(30)) * signs
    assert db.RNN(switched).symmetries().order == 2 * math.factorial(30)


def test_one_weight_in_the_last_bit_breaks_the_symmetry():
    weights = ring(30)
    weights[3, 4] = np.nextafter(1.0, 2.0)
    # The reflection that exchanges units 3 and 4 changes the weight from 3 to 4 as well.
    assert db.RNN(weights).symmetries().order == 2


def test_feedback_and_hidden_layers_are_read():
    """An echo state network with copies of a unit; F = A tanh(B x) with hidden units that are exchanged with states."""
    n = 12
    W = np.kron(np.eye(2), np.random.default_rng(0).standard_normal((n // 2, n // 2)))
    feedback = np.vstack([np.eye(2)[[0] * (n // 2)], np.eye(2)[[1] * (n // 2)]])
    echo = db.EchoStateNetwork(W, feedback, feedback.T / n, feedback)
    assert echo.symmetries().order == 8  # the two halves may be exchanged, and each turned
    x, A, B = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("A", n, 20), sp.MatrixSymbol("B", 20, n)
    out = np.random.default_rng(1).standard_normal((n // 2, 10))
    into = np.random.default_rng(2).standard_normal((10, n // 2))
    layers = db.ODE({x: -x + A * (B * x).applyfunc(sp.tanh)}, {A: np.kron(np.eye(2), out), B: np.kron(np.eye(2), into)})
    assert layers.symmetries().order == 8


def test_reversing_symmetries_of_weights():
    """x' = W tanh(x) is reversed by signs that differ between the two parts of a bipartite network."""
    n = 16
    upper = np.random.default_rng(3).standard_normal((n // 2, n // 2))
    W = np.block([[np.zeros((8, 8)), upper], [-upper.T, np.zeros((8, 8))]])
    x, weights = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("W", n, n)
    network = db.ODE({x: weights * x.applyfunc(sp.tanh)}, {weights: W})
    found = network.reversing_symmetries()
    assert len(found) == found.order == network.symmetries().order == 2
    states = np.random.default_rng(1).standard_normal((4, n))
    for s in found:
        assert s.involution
        np.testing.assert_allclose(network(s.action(states)), -s.action(network(states)), atol=1e-12)
    assert db.RNN(W).reversing_symmetries().order == 0  # leaks are not reversed


class Doubling:
    """An operator of the user's own: 2 I."""

    shape = (11, 11)

    @property
    def T(self):
        return self

    def __rmatmul__(self, y):
        return 2 * y

    __array_ufunc__ = None


def test_what_is_not_read_says_so():
    found = db.RNN(Doubling()).symmetries()
    assert found.order is None
    assert [s.description for s in found] == [
        "(" + ", ".join(f"x_{i}" for i in range(1, 12)) + ") -> (" + ", ".join(f"-x_{i}" for i in range(1, 12)) + ")"
    ]
    assert found.scope == "x -> -x only (the operator W)"
    assert db.RNN(Doubling(), activation="relu").symmetries() == ()


def test_gated_cells_are_read():
    """Units of a GRU that are copies of each other may be exchanged; nothing may be turned, as gates are not odd."""
    rng = np.random.default_rng(0)
    block = rng.standard_normal((3, 1, 1)) * np.eye(12) + rng.standard_normal((3, 1, 1)) * (1 - np.eye(12))
    layer = {
        "weight_ih_l0": np.ones((36, 2)),
        "weight_hh_l0": block.reshape(36, 12),
        "bias_ih_l0": np.zeros(36),
        "bias_hh_l0": np.zeros(36),
    }
    assert db.networks.from_state_dict(layer, cell="gru").symmetries().order == math.factorial(12)
