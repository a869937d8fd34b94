"""Enclosures of eigenvalues that are multiple, nearly multiple, or both."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from flint import arb, arb_mat, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.fixed_points import certificates
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


def close_neighbours():
    """0.6 four times (semisimple), a double 1/2 (defective), and neighbours at distances down to 1e-4."""
    values = [sp.Rational(3, 5)] * 4 + [sp.Rational(1, 2)] * 2
    values += [sp.Rational(3, 5) + sp.Rational(k, 10_000) for k in (1, 2, 5, 37, -32, -80)]
    values += [sp.Rational(1, 5), sp.Rational(501, 2500), sp.Rational(24, 25)]
    n = len(values)
    matrix = sp.diag(*values)
    matrix[4, 5] = 1
    basis = sp.eye(n) + sp.Matrix(n, n, lambda i, j: int(int(i) > int(j)) * ((int(i) + 2 * int(j)) % 3 - 1))
    return values, basis * matrix * basis.inv()


def test_multiple_eigenvalues_with_close_neighbours_are_enclosed():
    values, matrix = close_neighbours()
    with ctx.workprec(256):
        balls = clustered_eigenvalues(ball_matrix(matrix.tolist()))
        apart = [b for i, b in enumerate(balls) if not any(b.overlaps(other) for other in balls[:i])]
        for ball in apart:
            inside = [v for v in values if ball.contains(arb(int(v.p)) / int(v.q))]
            assert len(inside) == sum(bool(ball.overlaps(other)) for other in balls)
        assert len(apart) == len(set(values))
        assert all(b.real.rad() < 1e-9 for b in balls)


def equal_leaks():
    """Fifteen relu units, two groups of which suppress one another through three more; all of a group leak alike."""
    groups = np.repeat([0, 1, 2, 3], [4, 4, 4, 3])
    weights = np.array([[13, 0, 2, -14], [0, 13, 2, -14], [3, 3, 3, -5], [8, 8, 3, -2]]) / 100
    scatter = 1 + 0.1 * np.random.default_rng(5).uniform(-1, 1, (15, 15))
    W = np.round(weights[np.ix_(groups, groups)] * scatter, 4)
    return db.PLRNN(np.repeat([0.6, 0.2], [12, 3]), W, np.array([0.3, 0.3, 0.12, 0.05])[groups])


def test_units_that_leak_alike_have_attractors_of_a_proved_kind():
    network = equal_leaks()
    points = db.find_fixed_points(network)
    assert points.complete
    assert sorted(p.certificate.stability for p in points) == [(14, 0, 1), (15, 0, 0), (15, 0, 0)]
    for point in points:
        assert point.kind.settled
        discs = point.certificate.spectrum
        true = np.linalg.eigvals(network.jacobian_at(point.x))
        assert np.abs(np.sort(np.abs(true)) - np.sort(np.abs(discs.midpoints))).max() < 1e-7


def test_a_spectrum_that_is_not_enclosed_makes_the_kind_unknown_away_from_borders(monkeypatch):
    monkeypatch.setattr(certificates, "enclosed_spectrum", lambda matrix, kind: None)
    (point,) = db.find_fixed_points(db.PLRNN([0.5, 0.4], [[0, 0.1], [-0.1, 0]], [1.0, 1.0]))
    assert point.kind is db.Kind.UNKNOWN
    assert "could not be enclosed" in point.note
    assert point.certificate.stability is None
