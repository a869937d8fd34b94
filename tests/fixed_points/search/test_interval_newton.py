"""Interval Newton steps: enclosures of products, contraction that loses no root, proofs that are right."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from dynbench.fixed_points.search.interval_newton import (
    _left_multiply,
    contract,
    excluded,
    inflate,
    krawczyk,
    linearise,
    precondition,
    regular,
)
from dynbench.symbolic import intervals as iv
from dynbench.symbolic.intervals import Interval
from dynbench.systems import ODE


def test_products_contain_the_exact_product():
    rng = np.random.default_rng(0)
    for n in (1, 3, 8):
        matrix = rng.normal(size=(5, n, n)) * 10.0 ** rng.integers(-8, 8, size=(5, n, n))
        lo = rng.normal(size=(5, n, n)) * 10.0 ** rng.integers(-8, 8, size=(5, n, n))
        hi = lo + np.abs(lo) * 10.0 ** rng.uniform(-16, 0, size=(5, n, n))
        product, finite = _left_multiply(matrix, Interval(lo, hi))
        assert finite.all()
        # A vertex of the interval matrix, multiplied exactly.
        vertex = np.where(rng.random((5, n, n)) < 0.5, lo, hi)
        for b in range(5):
            for i in range(n):
                for j in range(n):
                    exact = sum(Fraction(matrix[b, i, k]) * Fraction(vertex[b, k, j]) for k in range(n))
                    assert Fraction(product.lo[b, i, j]) <= exact <= Fraction(product.hi[b, i, j])


def test_products_that_overflow_are_marked():
    product, finite = _left_multiply(np.full((2, 1, 1), [[[1e300]], [[1.0]]]), Interval(np.full((2, 1, 1), 1e300)))
    np.testing.assert_array_equal(finite, [False, True])
    assert np.isfinite(product.mag).all()


def test_thin_products_are_tight():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(20, 4, 4))
    product, _ = _left_multiply(matrix, Interval(np.linalg.inv(matrix)))
    assert product.width.max() < 1e-11 * np.linalg.cond(matrix).max()


def test_no_step_loses_a_root():
    # Roots of (x - a)(x - b) + 0.3 (y - c), y - c are known: (a, c) and (b, c).
    system = ODE({"x": "(x - 0.3)*(x - 1.1) + 0.3*(y - 0.2)", "y": "y - 0.2"})
    rng = np.random.default_rng(2)
    low = rng.uniform(-2, 2, (400, 2))
    box = Interval(low, low + 10.0 ** rng.uniform(-3, 0.5, (400, 2)))
    linear = linearise(system, box)
    plain, first = contract(linear)
    sharp, second = contract(precondition(linear))
    image, unique = krawczyk(precondition(linear))
    for root in ([0.3, 0.2], [1.1, 0.2]):
        inside = np.all((box.lo < root) & (box.hi > root), axis=-1)
        assert inside.any()
        assert not (excluded(system.enclose_residual(box)) & inside).any()
        for smaller, impossible in ((plain, first), (sharp, second)):
            assert not (impossible & inside).any()
            kept = np.all((smaller.lo <= np.array(root) + 1e-15) & (smaller.hi >= np.array(root) - 1e-15), axis=-1)
            assert kept[inside].all()
        assert np.all((image.lo[inside] <= np.array(root) + 1e-15) & (image.hi[inside] >= np.array(root) - 1e-15))
    both = np.all((box.lo < [0.3, 0.2]) & (box.hi > [1.1, 0.2]), axis=-1)
    assert both.any()
    assert not regular(precondition(linear))[both].any()
    assert not unique[both].any()
    assert unique.any()


def test_nothing_is_concluded_across_a_jump_or_out_of_the_domain():
    jump = ODE({"x": "x - 0.5 + Piecewise((0, x < 1), (-1, True))"})  # roots 0.5 and 1.5
    half = ODE({"x": "x + sqrt(x)**3 + 1/1000"})  # defined for x >= 0, where it has no root
    for system, low, high in ((jump, 0.4, 1.6), (half, -0.02, 0.12)):
        linear = precondition(linearise(system, Interval([[low]], [[high]])))
        assert not linear.valid.any()
        assert not regular(linear).any()
        assert not krawczyk(linear)[1].any()
        smaller, impossible = contract(linear)
        assert not impossible.any()
        assert (smaller.lo[0, 0], smaller.hi[0, 0]) == (low, high)


def test_a_bounded_slope_is_not_enough_where_the_field_is_undefined():
    class Half:
        """G(x) = x + 1/10 for x >= 0 only: by its slope 1 Krawczyk's test would "prove" a root at -1/10."""

        def enclose_residual(self, box):
            return iv.piecewise(((iv.less_equal(0.0, box), box + 0.1),))

        def enclose_residual_jacobian(self, box):
            return Interval(np.ones((*box.shape, 1)))

    linear = precondition(linearise(Half(), Interval([[-1.0], [-0.9]], [[1.1], [1.1]])))
    assert np.isfinite(linear.value.mag).all()
    assert not linear.valid.any()
    assert not krawczyk(linear)[1].any()


def test_a_kink_is_no_obstacle_where_the_slopes_agree_in_sign():
    system = ODE({"x": "2*x + Abs(x)"})
    linear = precondition(linearise(system, Interval([[-1.0]], [[1.1]])))
    image, unique = krawczyk(linear)
    assert unique.all()
    assert image.lo[0, 0] <= 0 <= image.hi[0, 0]


def test_inflating_grows_on_both_sides():
    box = inflate(Interval([[0.0, 1.0]], [[1.0, 1.0]]), 0.1, np.array([[0.0, 0.5]]))
    np.testing.assert_allclose(box.lo, [[-0.1, 0.5]])
    np.testing.assert_allclose(box.hi, [[1.1, 1.5]])
