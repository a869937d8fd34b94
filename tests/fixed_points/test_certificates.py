"""Proofs about single states, against known answers."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.fixed_points.attraction import attraction_ball

Verdict = db.Verdict


def test_a_fixed_point_is_proved_with_its_radii():
    system = db.ODE({"x": "x^2 - 2"})
    certificate = db.certify(system, [np.sqrt(2)])
    error = abs(float(sp.N(sp.sqrt(2) - sp.Rational(float(np.sqrt(2))), 40)))
    assert certificate.verdict is Verdict.FIXED_POINT
    assert error <= certificate.radius <= 1.01 * error
    # The other root is 2 sqrt 2 away, and F' vanishes half way to it: uniqueness cannot reach farther.
    assert 1.0 < certificate.uniqueness_radius < np.sqrt(2)
    assert certificate.index == -1
    assert certificate.stability == (0, 0, 1)
    assert abs(certificate.eigenvalues[0] - 2 * np.sqrt(2)) <= certificate.eigenvalue_radii[0] + 1e-15


def test_the_uniqueness_ball_holds_no_second_fixed_point():
    system = db.ODE({"x": "x - x^3"})
    for root in (-1.0, 0.0, 1.0):
        certificate = db.certify(system, [root])
        assert 0 < certificate.uniqueness_radius < 1
        assert certificate.radius == 0


def test_a_state_that_is_no_fixed_point_gets_an_exclusion_radius():
    system = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"})
    certificate = db.certify(system, [1.0, -0.5])
    assert certificate.verdict is Verdict.NO_FIXED_POINT
    # The nearest fixed point is the origin, at distance 1 in the sup norm.
    assert 0.5 < certificate.exclusion_radius < 1
    assert certificate.radius is None


def test_the_ghost_of_a_fold_is_excluded():
    certificate = db.certify(db.ODE({"x": "x^2 + 1e-6", "y": "-y"}), [0.0, 0.0])
    assert certificate.verdict is Verdict.NO_FIXED_POINT
    assert certificate.exclusion_radius > 5e-4


def test_near_a_fixed_point_is_not_at_one():
    system = db.ODE({"x": "x^2 - 1"})
    certificate = db.certify(system, [1.01])
    assert certificate.verdict is Verdict.NO_FIXED_POINT
    assert 0.005 < certificate.exclusion_radius < 0.01
    assert db.certify(system, [1.01], tolerance=0.1).verdict is Verdict.FIXED_POINT


@pytest.mark.parametrize("rate", ["-x^2", "x^3", "x^2*(x - 1)"])
def test_a_multiple_root_is_never_certified(rate):
    system = db.ODE({"x": rate})
    assert db.certify(system, [0.0]).verdict is Verdict.UNDECIDED
    assert db.certify(system, [1e-9]).verdict is not Verdict.FIXED_POINT


def test_a_line_of_fixed_points_is_never_certified():
    system = db.ODE({"x": "x*(1 - x - y)", "y": "2*y*(1 - x - y)"})
    assert db.certify(system, [0.5, 0.5]).verdict is Verdict.UNDECIDED
    assert db.certify(system, [0.3, 0.7]).verdict is not Verdict.FIXED_POINT


def test_maps_are_judged_by_the_unit_circle_and_indexed_by_lefschetz():
    system = db.Map({"x": "1 - a*x^2 + y", "y": "b*x"}, {"a": 1.4, "b": 0.3})
    x = (-0.7 + np.sqrt(0.49 + 5.6)) / 2.8
    certificate = db.certify(system, [x, 0.3 * x])
    assert certificate.stability == (1, 0, 1)
    assert certificate.index == 1
    assert certificate.eigenvalues.real == pytest.approx([-1.9237388589, 0.1559463222], abs=1e-9)


def test_a_point_on_a_kink_gets_no_spectrum():
    certificate = db.certify(db.ODE({"x": "-2*x - abs(x)"}), [0.0])
    assert certificate.verdict is Verdict.FIXED_POINT
    assert certificate.spectrum is None
    assert certificate.stability is None


def test_a_jump_through_zero_is_not_taken_for_a_fixed_point():
    # F jumps from +1 to -1 at 0 without being 0 there, though its slope is -1 on both sides.
    system = db.ODE({"x": "Piecewise((-1 - x, x > 0), (1 - x, True))"})
    assert db.certify(system, [0.0]).verdict is not Verdict.FIXED_POINT
    assert db.certify(system, [1e-8]).verdict is not Verdict.FIXED_POINT


def test_balls_of_higher_precision_prove_smaller_eigenvalue_discs():
    system = db.ODE({"x": "y", "y": "-sin(x) - y/5"})
    coarse = db.certify(system, [np.pi, 0.0], precision=64)
    fine = db.certify(system, [np.pi, 0.0], precision=400)
    assert coarse.stability == fine.stability == (1, 0, 1)
    assert (fine.precision, coarse.precision) == (400, 64)


@given(
    st.lists(st.integers(-30, 30), min_size=4, max_size=4),
    st.lists(st.integers(-8, 8), min_size=2, max_size=2),
)
@settings(max_examples=60, deadline=None)
def test_planted_roots_are_certified_where_the_jacobian_is_invertible(entries, root):
    a, b, c, d = entries
    x, y = sp.symbols("x y")
    u, v = x - sp.Rational(root[0], 7), y - sp.Rational(root[1], 7)
    system = db.ODE({x: a * u + b * v + u * v, y: c * u + d * v - u**2})
    certificate = db.certify(system, [root[0] / 7, root[1] / 7])
    if a * d - b * c == 0:
        assert certificate.verdict is not Verdict.FIXED_POINT
    else:
        assert certificate.verdict is Verdict.FIXED_POINT
        assert certificate.radius < 1e-15
        assert certificate.index == np.sign(a * d - b * c)
        exact = np.linalg.eigvals(np.array([[a, b], [c, d]], dtype=float))
        if certificate.stability is not None and np.abs(exact.real).min() > 1e-9:
            assert certificate.stability == ((exact.real < 0).sum(), 0, (exact.real > 0).sum())


def test_bad_input():
    system = db.ODE({"x": "-x", "y": "-y"})
    with pytest.raises(db.errors.InputError, match="not finite"):
        db.certify(system, [0.0, np.nan])
    with pytest.raises(db.errors.InputError, match=r"\(2, 2\)"):
        db.certify(system, [[0.0, 0.0], [1.0, 1.0]])
    with pytest.raises(db.errors.InputError, match=r"\(3,\)"):
        db.certify(system, [0.0, 0.0, 0.0])


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_a_fixed_point_near_the_end_of_the_range_of_doubles_is_certified():
    # The search for the widest radius never ended where its upper end overflowed.
    system = db.Map({"x": "x/2 + 10^303"})
    (point,) = db.find_fixed_points(system)
    assert point.certificate.radius < 1e290 < point.certificate.uniqueness_radius < np.inf
    assert 1e290 < attraction_ball(system, point).radius < np.inf
