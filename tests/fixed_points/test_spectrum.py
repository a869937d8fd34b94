"""Eigenvalue discs, exact counts, and the kinds that follow from them."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from flint import arb, arb_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.fixed_points.classify import classify
from dynbench.fixed_points.records import Kind
from dynbench.fixed_points.spectrum import enclosed_spectrum, estimated_spectrum, settle

KNOWN = [
    # matrix, kind of system, (s, c, u), kind of point, word in the note
    ([[-1, 0], [0, -2]], "flow", (2, 0, 0), Kind.STABLE_NODE, ""),
    ([[-1, 0], [0, -1]], "flow", (2, 0, 0), Kind.STABLE_NODE, "star"),
    ([[-1, 5], [0, -1]], "flow", (2, 0, 0), Kind.STABLE_NODE, "degenerate"),
    ([[-1, 2], [-2, -1]], "flow", (2, 0, 0), Kind.STABLE_FOCUS, ""),
    ([[1, 2], [-2, 1]], "flow", (0, 0, 2), Kind.UNSTABLE_FOCUS, ""),
    ([[3, 1], [0, 3]], "flow", (0, 0, 2), Kind.UNSTABLE_NODE, "degenerate"),
    ([[1, 0], [0, -1]], "flow", (1, 0, 1), Kind.SADDLE, ""),
    ([[0, 1], [-1, 0]], "flow", (0, 2, 0), Kind.NONHYPERBOLIC, "2 eigenvalues lie exactly on"),
    ([[0, 1], [0, -1]], "flow", (1, 1, 0), Kind.NONHYPERBOLIC, "one eigenvalue lies exactly on"),
    ([[0, 1, 0], [-1, 0, 0], [0, 0, 3]], "flow", (0, 2, 1), Kind.NONHYPERBOLIC, "exactly"),
    ([[-1, 2, 0], [-2, -1, 0], [0, 0, 3]], "flow", (2, 0, 1), Kind.SADDLE_FOCUS, ""),
    (
        [[0, 1, 0, 0], [-1, 0, 1, 0], [0, 0, 0, 1], [0, 0, -1, 0]],
        "flow",
        (0, 4, 0),
        Kind.NONHYPERBOLIC,
        "exactly",
    ),
    ([["1/2", 0], [0, "1/3"]], "map", (2, 0, 0), Kind.STABLE_NODE, ""),
    ([["3/5", "4/5"], ["-4/5", "3/5"]], "map", (0, 2, 0), Kind.NONHYPERBOLIC, "unit circle"),
    ([[-1, 0], [0, "1/2"]], "map", (1, 1, 0), Kind.NONHYPERBOLIC, "one eigenvalue lies exactly on"),
    ([[-2, 0], [0, "1/2"]], "map", (1, 0, 1), Kind.SADDLE, "flips"),
    ([[1, -1], [1, 1]], "map", (0, 0, 2), Kind.UNSTABLE_FOCUS, ""),
]


@pytest.mark.parametrize(("rows", "kind", "stability", "expected", "word"), KNOWN)
def test_known_matrices_are_settled_exactly(rows, kind, stability, expected, word):
    exact = sp.Matrix([[sp.Rational(entry) for entry in row] for row in rows])
    balls = arb_mat([[arb(int(e.p)) / int(e.q) for e in exact.row(i)] for i in range(exact.rows)])
    spectrum = settle(enclosed_spectrum(balls, kind), exact, kind)
    assert spectrum.decided
    assert spectrum.stability == stability
    found, note = classify(spectrum, kind)
    assert found is expected
    assert word in note


@pytest.mark.parametrize(("rows", "kind", "stability", "expected", "word"), KNOWN)
def test_doubles_never_claim_more_than_the_exact_answer(rows, kind, stability, expected, word):
    matrix = np.array([[float(sp.Rational(entry)) for entry in row] for row in rows])
    spectrum = estimated_spectrum(matrix, kind)
    assert not spectrum.decided
    assert spectrum.stability[0] <= stability[0]
    assert spectrum.stability[2] <= stability[2]
    if stability[1] == 0:
        assert classify(spectrum, kind)[0] is expected


def test_noise_does_not_make_a_focus_of_a_degenerate_node():
    for noise in np.random.default_rng(3).normal(scale=1e-16, size=(50, 2, 2)):
        matrix = np.array([[-1.0, 0.0], [0.5, -1.0]]) + noise
        kind, note = classify(estimated_spectrum(matrix, "flow"), "flow")
        assert kind is Kind.STABLE_NODE
        assert "degenerate" in note


@given(st.lists(st.integers(-3, 3), min_size=9, max_size=9), st.sampled_from(["flow", "map"]))
@settings(max_examples=150, deadline=None)
def test_exact_counts_agree_with_high_precision_eigenvalues(entries, kind):
    exact = sp.Matrix(3, 3, entries) / 2
    spectrum = enclosed_spectrum(arb_mat(3, 3, [arb(e) / 2 for e in entries]), kind)
    if spectrum is None:
        return
    settled = settle(spectrum, exact, kind)
    variable = sp.Symbol("s")
    factors = sp.Poly(exact.charpoly().all_coeffs(), variable).sqf_list()[1]
    roots = [root for factor, m in factors for root in factor.nroots(n=30, maxsteps=200) * m]
    distance = [float(abs(r) - 1 if kind == "map" else sp.re(r)) for r in roots]
    expected = tuple(
        sum(test(d) for d in distance)
        for test in (
            lambda d: d < -1e-10,
            lambda d: abs(d) <= 1e-10,
            lambda d: d > 1e-10,
        )
    )
    if settled.decided:
        assert settled.stability == expected
    if expected[1] == 0:
        assert settled.decided


def test_wide_balls_decide_nothing_that_they_cannot():
    spectrum = enclosed_spectrum(arb_mat(2, 2, [arb(0, 0.1), arb(1), arb(-1), arb(0, 0.1)]), "flow")
    assert spectrum.stability == (0, 2, 0)
    assert not spectrum.decided
    assert "cannot be told from" in classify(spectrum, "flow")[1]
