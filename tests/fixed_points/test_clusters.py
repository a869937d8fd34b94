"""Enclosures of eigenvalues that are multiple, nearly multiple, or both."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import arb, arb_mat, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.fixed_points.clusters import clustered_eigenvalues


def ball_matrix(rows):
    exact = sp.Matrix(rows)
    entries = [arb(int(sp.Rational(e).p)) / int(sp.Rational(e).q) for e in exact]
    return arb_mat(exact.rows, exact.cols, entries)


MULTIPLE = {
    "Jordan block of 2": ([[-1, 5], [0, -1]], [-1, -1]),
    "Jordan block of 3": ([[1, 1, 0], [0, 1, 1], [0, 0, 1]], [1, 1, 1]),
    "nilpotent": ([[0, 1], [0, 0]], [0, 0]),
    "zero": ([[0, 0], [0, 0]], [0, 0]),
    "double pair": ([[0, 1, 0, 0], [-1, 0, 1, 0], [0, 0, 0, 1], [0, 0, -1, 0]], [1j, 1j, -1j, -1j]),
    "block beside a simple one": ([[2, 1, 0], [0, 2, 0], [0, 0, -3]], [2, 2, -3]),
}


@pytest.mark.parametrize("case", MULTIPLE, ids=str)
def test_multiple_eigenvalues_are_enclosed_tightly(case):
    rows, expected = MULTIPLE[case]
    with ctx.workprec(256):
        balls = clustered_eigenvalues(ball_matrix(rows))
        assert len(balls) == len(expected)
        for value in expected:
            inside = [b for b in balls if b.contains(value)]
            assert len(inside) == expected.count(value)
            assert all(b.real.rad() < 1e-18 for b in inside)


@given(st.lists(st.integers(-3, 3), min_size=3, max_size=3), st.sampled_from([2, 10**3, 10**6, 10**9]))
@settings(max_examples=60, deadline=None)
def test_nearly_multiple_eigenvalues_are_enclosed(diagonal, closeness):
    # Upper triangular: the eigenvalues are the diagonal, two of them 1/closeness apart.
    a, b, c = diagonal
    values = [sp.Rational(a), sp.Rational(a) + sp.Rational(1, closeness), sp.Rational(b)]
    with ctx.workprec(256):
        balls = clustered_eigenvalues(ball_matrix([[values[0], c, 1], [0, values[1], 2], [0, 0, values[2]]]))
        if balls is not None:
            for value in values:
                assert any(ball.contains(arb(int(value.p)) / int(value.q)) for ball in balls)
            assert all(ball.real.rad() < 1e-2 for ball in balls)


def test_a_node_with_nearly_multiple_eigenvalues_is_proved_stable():
    system = db.ODE({"x": "-x + y/10000", "y": "-y + x/10000", "z": "-z", "w": "-w"})
    certificate = db.certify(system, [0.0] * 4)
    assert certificate.stability == (4, 0, 0)
    assert certificate.eigenvalue_radii.max() < 1e-6
