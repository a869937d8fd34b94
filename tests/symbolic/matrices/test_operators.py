"""Matrices as they are bound: dense, sparse, low rank, and at ten thousand states."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse
import sympy as sp

import dynbench as db
from dynbench.errors import InputError

n = sp.Symbol("n")
x, b, W = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("b", n, 1), sp.MatrixSymbol("W", n, n)
rng = np.random.default_rng(2)


def network(w):
    return db.ODE({x: -x + W * x.applyfunc(sp.tanh)}, {W: w})


@pytest.mark.parametrize("batch", [(), (4,), (2, 3)])
def test_every_kind_of_matrix_gives_the_same_numbers(batch):
    u, v = rng.normal(size=(2, 5, 2))
    factors = db.LowRank(u, v)
    full = factors.toarray()
    states, direction = rng.normal(size=(2, *batch, 5))
    reference = network(full)
    for other in (network(factors), network(scipy.sparse.csc_matrix(full)), network(scipy.sparse.coo_array(full))):
        for name in ("jvp", "vjp", "gauss_newton"):
            expected = getattr(reference, name)(states, direction)
            np.testing.assert_allclose(getattr(other, name)(states, direction), expected, rtol=1e-12, atol=1e-12)
        for name in ("__call__", "jacobian_at", "speed_gradient", "hessian_at"):
            expected = getattr(reference, name)(states)
            np.testing.assert_allclose(getattr(other, name)(states), expected, rtol=1e-12, atol=1e-12)


def test_low_rank_is_a_matrix():
    u, v = rng.normal(size=(4, 2)), rng.normal(size=(3, 2))
    low = db.LowRank(u, v)
    assert low.shape == (4, 3)
    assert low.T.shape == (3, 4)
    y = rng.normal(size=(2, 4))
    np.testing.assert_allclose(y @ low, y @ (u @ v.T))
    np.testing.assert_allclose(low @ np.eye(3), u @ v.T)
    copy = pickle.loads(pickle.dumps(low))
    np.testing.assert_array_equal(copy.U, u)
    assert "rank 2" in repr(low)
    with pytest.raises(InputError, match=r"\(4, 2\) and \(3, 1\)"):
        db.LowRank(u, v[:, :1])


def test_ten_thousand_states_stay_sparse_or_low_rank():
    size = 10_000
    sparse = scipy.sparse.random_array((size, size), density=1e-3, rng=0, data_sampler=rng.standard_normal)
    low = db.LowRank(rng.normal(size=(size, 3)) / 100, rng.normal(size=(size, 3)))
    state, v = rng.normal(size=(2, size))
    for w in (sparse, low):
        system = network(w)
        phi = np.tanh(state)
        np.testing.assert_allclose(system(state), -state + w @ phi, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(system.jvp(state, v), -v + w @ ((1 - phi**2) * v), rtol=1e-11, atol=1e-11)
        assert system.speed_gradient(state).shape == (size,)
        assert len(repr(system)) < 200
        assert len(system.content_hash) == 64
    assert network(sparse) == network(sparse.tocsc())
    assert network(sparse) != network(2 * sparse)


def test_arrays_are_copied_and_read_only():
    w = rng.normal(size=(3, 3))
    system = network(w)
    before = system([1.0, 2.0, 3.0])
    w[:] = 0
    np.testing.assert_array_equal(system([1.0, 2.0, 3.0]), before)
    with pytest.raises(ValueError, match="read-only"):
        system.parameters["W"][0, 0] = 1
