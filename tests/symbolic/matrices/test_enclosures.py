"""Enclosures of matrix products: sound against balls of high precision, also where rounding is all there is."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
import sympy as sp
from flint import arb, arb_mat, ctx

from dynbench.errors import ModelError
from dynbench.symbolic.intervals import Interval
from dynbench.symbolic.matrices import LowRank, MatrixForm, MatrixKernel, normalise
from dynbench.symbolic.matrices.enclosures import INTERVALS, gamma

N = 60
x, W, A = sp.MatrixSymbol("x", N, 1), sp.MatrixSymbol("W", N, N), sp.MatrixSymbol("A", N, N)
rng = np.random.default_rng(4)


def exact_product(w, point):
    with ctx.workprec(300):
        product = arb_mat(N, N, w.ravel().tolist()) * arb_mat(N, 1, point.tolist())
        return [entry for (entry,) in product.tolist()]


def holds(enclosed, truth):
    with ctx.workprec(300):
        return all(arb(float(a)) <= t <= arb(float(b)) for a, b, t in zip(enclosed.lo, enclosed.hi, truth, strict=True))


@pytest.mark.parametrize("spread", [0, 10, 100, 170])
def test_products_with_points_hold_the_exact_value(spread):
    """Magnitudes from 10**-spread to 10**spread: cancellation, underflow and overflow."""
    w = rng.normal(size=(N, N)) * 10.0 ** rng.integers(-spread, spread + 1, (N, N))
    point = rng.normal(size=N) * 10.0 ** rng.integers(-spread, spread + 1, N)
    (enclosed,) = MatrixKernel((W * x,), (x,), {W: w}, INTERVALS)(Interval(point))
    assert holds(enclosed, exact_product(w, point))
    if spread == 0:
        assert (enclosed.width <= 8 * gamma(N) * (np.abs(w) @ np.abs(point))).all()


def test_cancellation_is_enclosed():
    """Rows that sum to the last bit: the computed value is all rounding error."""
    w = rng.normal(size=(N, N))
    w[:, N // 2 :] = -w[:, : N // 2]
    point = np.resize(rng.normal(size=N // 2), N)
    (enclosed,) = MatrixKernel((W * x,), (x,), {W: w}, INTERVALS)(Interval(point))
    assert enclosed.contains_zero.all()
    assert holds(enclosed, exact_product(w, point))


def test_it_is_the_bound_that_makes_it_sound():
    """With a thousandth of the a-priori bound some exact value lies outside, so that the test above can fail."""
    w, point = rng.normal(size=(N, N)), rng.normal(size=N)
    center = w @ point
    truth = exact_product(w, point)
    radius = 1e-3 * gamma(N) * (np.abs(w) @ np.abs(point))
    assert not holds(Interval(center - radius, center + radius), truth)


def test_corners_of_boxes_are_held_and_the_enclosure_is_tight():
    w, lo = rng.normal(size=(N, N)), rng.normal(size=N)
    hi = lo + rng.uniform(0, 1, N)
    (enclosed,) = MatrixKernel((W * x,), (x,), {W: w}, INTERVALS)(Interval(lo, hi))
    least = np.where(w > 0, w * lo, w * hi).sum(-1)
    most = np.where(w > 0, w * hi, w * lo).sum(-1)
    np.testing.assert_allclose(enclosed.lo, least, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(enclosed.hi, most, rtol=1e-12, atol=1e-12)
    assert (enclosed.lo <= least + 1e-13).all()
    assert (enclosed.hi >= most - 1e-13).all()


def test_matrix_products_hold_sampled_members():
    diagonal = Interval(rng.normal(size=N), None)
    box = Interval(diagonal.lo, diagonal.lo + 0.1)
    a, w = rng.normal(size=(2, N, N))
    form = MatrixForm(x, normalise(A * (W * x.applyfunc(sp.tanh)).applyfunc(sp.sin)), {A: a, W: w})
    slope = form.enclose_derivative(box)
    for _ in range(20):
        inside = box.lo + rng.uniform(0, 0.1, N)
        exact = form.derivative(inside)
        assert (slope.lo <= exact + 1e-12).all()
        assert (exact <= slope.hi + 1e-12).all()


@pytest.mark.parametrize("kind", [scipy.sparse.csr_array, lambda w: w])
def test_sparse_and_dense_agree(kind):
    w = rng.normal(size=(N, N)) * (rng.random((N, N)) < 0.1)
    box = Interval(rng.normal(size=(3, N)))
    (enclosed,) = MatrixKernel((W * x,), (x,), {W: kind(w)}, INTERVALS)(box)
    (full,) = MatrixKernel((W * x,), (x,), {W: w}, INTERVALS)(box)
    assert (enclosed.lo <= full.hi).all()
    assert (full.lo <= enclosed.hi).all()
    assert holds(enclosed[0], exact_product(w, box.lo[0]))


def test_a_low_rank_matrix_is_the_exact_product_of_its_factors():
    u, v = rng.normal(size=(2, N, 3))
    point = rng.normal(size=N)
    (enclosed,) = MatrixKernel((W * x,), (x,), {W: LowRank(u, v)}, INTERVALS)(Interval(point))
    with ctx.workprec(300):
        inner = arb_mat(3, N, v.T.ravel().tolist()) * arb_mat(N, 1, point.tolist())
        truth = [entry for (entry,) in (arb_mat(N, 3, u.ravel().tolist()) * inner).tolist()]
    assert holds(enclosed, truth)


def test_unbounded_boxes_and_undefined_values_are_marked():
    w = rng.normal(size=(N, N))
    lo, hi = np.zeros(N), np.ones(N)
    hi[0] = np.inf
    kernel = MatrixKernel((W * x, normalise(W * x.applyfunc(sp.log))), (x,), {W: w}, INTERVALS)
    linear, logarithm = kernel(Interval(lo, hi))
    assert (linear.lo == -np.inf).all()
    assert (linear.hi == np.inf).all()
    assert linear.defined.all()
    assert not logarithm.defined.any()


def test_operators_of_unknown_kind_have_no_enclosure():
    class Shift:
        shape = (N, N)
        T = property(lambda self: self)

        def __rmatmul__(self, other):
            return np.roll(other, 1, axis=-1)

    form = MatrixForm(x, normalise(W * x - x), {W: Shift()})
    np.testing.assert_array_equal(form.jvp(np.zeros(N), np.eye(N)[:2]), np.eye(N)[1:3] - np.eye(N)[:2])
    with pytest.raises(ModelError, match="has no enclosure"):
        form.enclose(Interval(np.zeros(N)))
