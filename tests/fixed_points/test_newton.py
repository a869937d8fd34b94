"""The iterations that find candidates, and the recognition of exact coordinates."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.fixed_points.exact import recognise
from dynbench.fixed_points.newton import damped_newton, minimise_speed, nearby_root, newton_distance

CELLS = db.ODE({"x": "x - x^3 + y/10", "y": "y - y^3 + x/10"})
GHOST = db.ODE({"x": "x^2 + 1/100", "y": "-y"})


def test_newton_converges_to_roots_from_almost_everywhere():
    starts = np.random.default_rng(0).uniform(-2, 2, (300, 2))
    x, converged = damped_newton(CELLS, starts)
    assert converged.mean() > 0.9
    assert np.abs(CELLS(x[converged])).max() < 1e-12
    assert len(np.unique(np.round(x[converged], 8) + 0.0, axis=0)) == 9


def test_newton_does_not_converge_where_there_is_no_root():
    starts = np.array([[0.3, 1.0], [0.0, 0.0], [-5.0, 2.0]])
    _, converged = damped_newton(GHOST, starts)
    assert not converged.any()


def test_the_speed_is_minimised_at_the_ghost():
    x, stationary = minimise_speed(GHOST, np.array([[0.3, 1.0], [-0.7, 2.0]]))
    assert stationary.all()
    np.testing.assert_allclose(x, 0, atol=1e-8)
    np.testing.assert_allclose(GHOST.speed_gradient(x), 0, atol=1e-10)


def test_the_newton_distance_is_that_to_the_root():
    near = np.array([[1e-5, 0.0], [0.0, -2e-6]])
    np.testing.assert_allclose(newton_distance(CELLS, near), [1e-5, 2e-6], rtol=1e-3)
    assert newton_distance(GHOST, np.array([[0.0, 0.0]])) == np.inf


def test_multistart_counts_what_failed():
    lost = db.ODE({"x": "exp(x)", "y": "-y"})  # no root, and no minimum of speed
    found = db.find_fixed_points(lost, starts=[[0.0, 1.0], [2.0, 0.0]])
    assert len(found) == 0
    assert found.failed == 2


def test_multistart_needs_somewhere_to_start():
    with pytest.raises(db.errors.InputError, match="starts"):
        db.find_fixed_points(CELLS, search=db.search.MultiStart())
    with pytest.raises(db.errors.InputError, match="count"):
        db.search.MultiStart(count=0)


def test_exact_coordinates_are_recognised_only_where_they_satisfy_the_equations():
    assert recognise(CELLS, np.array([1e-15, 0.0])) == (0, 0)
    system = db.ODE({"x": "sin(x)", "y": "7*y - 3"})
    assert recognise(system, np.array([np.pi, 3 / 7])) == (sp.pi, sp.Rational(3, 7))
    # 1/2 is near, and no root.
    assert recognise(db.ODE({"x": "x - 1/2 - 1e-15"}), np.array([0.5])) is None
    assert recognise(db.ODE({"x": "x^2 - 2"}), np.array([np.sqrt(2)])) is None


def test_a_nearby_root_is_found_and_a_far_one_or_a_ghost_is_not():
    np.testing.assert_allclose(nearby_root(CELLS, np.array([1e-3, -1e-3]), 2e-3), 0, atol=1e-15)
    assert nearby_root(CELLS, np.array([1e-3, -1e-3]), 5e-4) is None
    assert nearby_root(GHOST, np.array([1e-3, 0.0]), 10.0) is None
    assert nearby_root(db.ODE({"x": "1/x - 1"}), np.array([0.0]), 10.0) is None
    # A map's root is a fixed point of the map.
    assert nearby_root(db.Map({"x": "x/2 + 1"}), np.array([1.9]), 0.2) == pytest.approx([2.0])
