"""P-matrices: exactly one periodic point."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.complementarity import Complementarity
from dynbench.piecewise.search import PMatrix, Sweep, WordPlan
from dynbench.piecewise.search.p_matrix import p_matrix_argument

from ..known import LOZI, network

RNG = np.random.default_rng(0)


def problem(N, error=1e-16):
    N = np.asarray(N, dtype=float)
    return Complementarity(N, np.ones(len(N)), error, np.zeros(len(N), dtype=bool), 1)


def minors(N):
    size = len(N)
    sets = (s for k in range(1, size + 1) for s in itertools.combinations(range(size), k))
    return min(np.linalg.det(N[np.ix_(s, s)]) for s in map(list, sets))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 5), spread=st.floats(0.1, 1.5))
def test_against_all_principal_minors(seed, size, spread):
    N = np.eye(size) + spread * np.random.default_rng(seed).normal(size=(size, size)) / np.sqrt(size)
    least = minors(N)
    if abs(least) > 1e-9:
        assert (p_matrix_argument(problem(N)) is not None) == (least > 0)


def test_the_arguments():
    assert "dominant" in p_matrix_argument(problem([[1, -0.5], [-0.9, 1]]))
    assert "definite" in p_matrix_argument(problem([[1, 5], [-5, 1]]))
    assert "minors" in p_matrix_argument(problem([[1, 5], [-1, 1]]))
    assert p_matrix_argument(problem([[1, 2], [2, 1]])) is None
    assert p_matrix_argument(problem([[-1, 0], [0, 1]])) is None


def test_a_minor_within_the_error_is_not_positive():
    assert p_matrix_argument(problem([[1, 1], [1, 1 + 1e-9]], error=1e-8)) is None
    assert p_matrix_argument(problem([[1, 1], [1, 1]])) is None


@pytest.mark.parametrize("size", [3, 8, 120])
@pytest.mark.parametrize("period", [1, 2])
def test_a_contracting_network_has_one_fixed_point_and_no_cycle(size, period):
    form = piecewise_linear(network(size, 0, gain=0.02))
    found = PMatrix().search(form, period, rng=RNG)
    assert found.complete
    assert "exactly one state" in found.argument
    assert len(found.words) == 1
    if size * period <= 16:
        assert found.words == Sweep().search(form, period, rng=RNG).words


@pytest.mark.parametrize("size", [1.0, 1e-13, 1e-150, 1e-310])
def test_the_one_fixed_point_is_listed_however_small_it_is(size):
    """In doubles its margins may have any sign: what is complete was verified exactly."""
    rng = np.random.default_rng(0)
    weights, bias = 0.01 * rng.normal(size=(20, 20)), rng.normal(size=20)
    cycles = db.find_cycles(db.PLRNN(np.full(20, 0.5), weights, size * bias), periods=1)
    assert cycles.complete[1]
    assert len(cycles) == 1


def test_a_word_that_pivots_in_doubles_get_wrong_is_no_proof():
    network = db.PLRNN([5e-324, 0.5], np.zeros((2, 2)), 5e-324)
    found = PMatrix().search(piecewise_linear(network), 1, rng=RNG)
    (cycle,) = db.find_cycles(network, periods=1)
    assert not found.complete or cycle.word in found.words


def test_lozi_has_two_fixed_points_and_no_p_matrix():
    found = PMatrix().search(piecewise_linear(LOZI), 1, rng=RNG)
    assert not found.complete
    assert not found.words


def test_the_plan_uses_it():
    found = WordPlan().search(piecewise_linear(network(60, 0, gain=0.02)), 1, rng=RNG)
    assert found.complete
    assert found.strategy == "PMatrix()"


def test_flows():
    form = piecewise_linear(db.RNN(0.02 * RNG.normal(size=(40, 40)), RNG.normal(size=40), activation="relu"))
    found = PMatrix().search(form, 1, rng=RNG)
    assert found.complete
    assert "exactly one state with F(z) = 0:" in found.argument
