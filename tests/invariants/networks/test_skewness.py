"""Skewness of arrays and of products of arrays, to the last bit; bounds where there is none."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench import ODE
from dynbench.invariants.networks.diagonal_scaling import exact_scaling, scaling
from dynbench.invariants.networks.skewness import exact_matrix, symmetric_part, symmetry, transposes_to
from dynbench.symbolic.matrices import LowRank, normalise
from dynbench.symbolic.matrices.products import expanded


def drawn(n, seed=0):
    return np.random.default_rng(seed).normal(size=(n, n))


@pytest.mark.parametrize("sign", [-1, 1])
def test_arrays_of_every_layout(sign):
    a = drawn(40)
    w = a + sign * a.T
    assert symmetry(w) == sign
    assert symmetry(scipy.sparse.csr_array(w)) == sign
    p, q = drawn(40, 1)[:, :3], drawn(40, 2)[:, :3]
    assert symmetry(LowRank(np.hstack([p, q]), np.hstack([q, sign * p]))) == sign
    mixed = np.array([[2.0, 1.0], [1.0, 1.0]])  # exact in doubles: U V^T is the same matrix
    factors = (np.hstack([p, q]) @ np.kron(mixed, np.eye(3)), np.kron(np.linalg.inv(mixed).round(), np.eye(3)))
    rounded = np.round(np.hstack([p, q]) * 64) / 64
    half = LowRank(
        rounded @ np.kron(mixed, np.eye(3)),
        np.hstack([rounded[:, 3:], sign * rounded[:, :3]]) @ factors[1].T,
    )
    assert symmetry(half) == sign


@pytest.mark.parametrize("change", [5e-324, 1e-16, 1e-9])
def test_one_bit_is_enough(change):
    w = drawn(30) - drawn(30).T
    w[4, 4] = change
    assert symmetry(w) == 0
    assert symmetry(scipy.sparse.csr_array(w)) == 0
    rank_one = LowRank(np.ones((5, 1)), np.ones((5, 1)) * [[1 + 2**-52]] + np.arange(5)[:, None] * 2.0**-52)
    assert symmetry(rank_one) == 0


def test_what_is_no_square_or_unknown():
    class Operator:
        shape = (3, 3)

    assert symmetry(np.zeros((2, 3))) == 0
    assert symmetry(Operator()) == 0
    assert symmetry(LowRank(np.zeros((4, 1)), np.zeros((4, 1)))) == -1


N = sp.Symbol("n", integer=True, positive=True)
A, B, W = (sp.MatrixSymbol(name, N, N) for name in "ABW")


@pytest.mark.parametrize(
    ("e", "sign", "expected"),
    [
        (A - A.T, -1, True),
        (A + A.T, 1, True),
        (A + A.T, -1, False),
        (B * (A - A.T) * B.T, -1, True),
        (B * (A - A.T) * B, -1, False),
        (A * B - B.T * A.T, -1, True),
        (A * A.T, 1, True),
        (A * B, -1, False),
    ],
    ids=str,
)
def test_from_the_expression_alone(e, sign, expected):
    assert transposes_to(expanded(normalise(e)), sign, {}) == (expected, ())


def test_from_the_arrays_inside_a_product():
    skew, symmetric = drawn(300) - drawn(300).T, drawn(300, 1) + drawn(300, 1).T
    e = expanded(normalise(B * W * B))
    proved, used = transposes_to(e, -1, {W: skew, B: symmetric})
    assert proved
    assert dict(used) == {W: -1, B: 1}
    assert transposes_to(e, -1, {W: skew, B: drawn(300, 1)}) == (False, ())


def test_products_of_arrays_are_multiplied_out_exactly():
    P, Q = (sp.MatrixSymbol(name, 3, 3) for name in "PQ")
    e = expanded(normalise(P * Q))
    p = np.array([[1.0, 0.1, 0], [0, 1, 0], [0, 0, 1]])
    q = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 0]])
    assert (
        transposes_to(e, -1, {P: np.eye(3), Q: q}) == (True, ((Q, -1),))
        or transposes_to(e, -1, {P: np.eye(3), Q: q})[0]
    )
    assert not transposes_to(e, -1, {P: p, Q: q})[0]
    entries = exact_matrix(e, {P: p, Q: q}).tolist()
    assert [[Fraction(int(a.p), int(a.q)) for a in row] for row in entries] == [
        [-Fraction(0.1), 1, 0],
        [-1, 0, 0],
        [0, 0, 0],
    ]


def test_the_bounds_hold_and_are_tight():
    w = drawn(50) - drawn(50).T
    w[3, 7] += 1e-9
    W50 = sp.MatrixSymbol("W", 50, 50)
    exact = (
        sum(abs(Fraction(a) + Fraction(b)) for a, b in zip(w.ravel().tolist(), w.T.ravel().tolist(), strict=True)) / 2
    )
    for e, factor in ((W50, 1), (sp.Rational(1, 3) * W50, Fraction(1, 3))):
        part = symmetric_part(e, {W50: w})
        assert exact * factor <= Fraction(part.total) <= exact * factor * (1 + Fraction(1, 10**11))
        assert np.linalg.norm(w + w.T, 2) / 2 * float(factor) <= part.norm * (1 + 1e-12)
    product = symmetric_part(sp.MatMul(W50, sp.Identity(50), W50), {W50: w})
    assert product.relative == pytest.approx(1, rel=0.1)  # the square of a skew matrix is symmetric


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 8), st.integers(0, 2**32 - 1), st.sampled_from([-1, 1]))
def test_scalings_of_integer_matrices_are_found_exactly(n, seed, sign):
    rng = np.random.default_rng(seed)
    half = np.triu(rng.integers(-5, 6, (n, n)), 1)
    d = rng.choice([-3, -2, -1, 1, 2, 3], n)
    scaled = (half + sign * half.T) * np.prod(d)
    m = scaled / d[:, None]  # exact: d divides the product
    found = scaling(m, sign, 1e-12)
    exact = exact_scaling(m, sign, found[1], n)
    ratios = [Fraction(int(a.p), int(a.q)) for a in exact]
    for i in range(n):
        for j in range(n):
            assert ratios[i] * Fraction(m[i, j]) == sign * ratios[j] * Fraction(m[j, i])
    np.testing.assert_allclose(found[0], [float(a) for a in ratios], rtol=1e-12)


def test_no_scaling_where_a_cycle_or_the_pattern_says_no():
    ring = np.array([[0.0, 1, -2], [-1, 0, 1], [1, -1, 0]])
    assert scaling(ring, -1, 1e-6) is None
    assert scaling(np.array([[0.0, 1], [0, 0]]), -1, 1e-6) is None
    assert scaling(np.array([[1e-3, 1], [-1, 0]]), -1, 1e-6) is None
    near = scaling(np.array([[0.0, 1, -1], [-1, 0, 1], [1 + 1e-9, -1, 0]]), -1, 1e-6)
    assert near is not None
    assert exact_scaling(np.array([[0.0, 1, -1], [-1, 0, 1], [1 + 1e-9, -1, 0]]), -1, near[1], 3) is None


@pytest.mark.parametrize("size", [5e-324, 1e-320, 1e-300, 1e-200, 1e200])
def test_bounds_of_tiny_and_huge_entries_are_bounds(size):
    """The squares of 1e-200 and the half of 5e-324 are 0 in doubles: a bound of 0 would be false."""
    entries = np.zeros((3, 3))
    entries[0, 0] = size
    part = symmetric_part(sp.MatrixSymbol("W", 3, 3), {sp.MatrixSymbol("W", 3, 3): entries})
    assert part.norm >= size
    assert part.total >= size
    assert part.norm <= 2 * size


def test_the_drift_of_a_linear_network_with_a_tiny_diagonal_is_not_zero():
    """d|x|^2/dt = 2e-300 x_1^2."""
    n = 30
    noise = np.random.default_rng(0).normal(size=(n, n))
    entries = noise - noise.T
    entries[0, 0] = 1e-300
    x, w = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("W", n, n)
    (nearly,) = ODE({x: w * x}, {w: entries}).invariants().nearly
    assert nearly.rate != 0
