"""Ellipsoids proved to lie in a basin: orbits from them converge, and what is not stable has none."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb, arb_mat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.fixed_points.attraction import AttractionBall, _falls, _positive_definite, attraction_ball, repulsion_ball

FLOWS = {
    "jang": (db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), [[-3, 3]] * 2),
    "duffing": (db.ODE({"x": "y", "y": "x - x^3 - y/5"}), [[-3, 3]] * 2),
    "toggle": (db.ODE({"u": "4/(1 + v^3) - u", "v": "4/(1 + u^3) - v"}), [[0, 5]] * 2),
    "network": (db.ODE({"a": "-a + tanh(2*a - b/2)", "b": "-b + tanh(a/2 + 3*b/2)"}), [[-3, 3]] * 2),
}
MAPS = {
    "cubic": (db.Map({"x": "(3*x - x^3)/2"}), [[-1.2, 1.2]]),
    "henon": (db.Map({"x": "1 - 0.3*x^2 + y", "y": "0.3*x"}), [[-3, 3]] * 2),
}


def surface(ball: AttractionBall, count: int) -> np.ndarray:
    """States on the boundary of the ellipsoid, drawn at random."""
    directions = np.random.default_rng(3).normal(size=(count, len(ball.matrix)))
    norms = np.sqrt(np.einsum("ki,ij,kj->k", directions, ball.matrix, directions))
    return ball.center + directions * (np.sqrt(ball.level) / norms)[:, None]


def balls(system, box):
    points = db.find_fixed_points(system, box=box)
    return [(p, attraction_ball(system, p)) for p in points]


@pytest.mark.parametrize("name", FLOWS)
def test_orbits_from_the_ellipsoid_of_a_flow_converge(name):
    system, box = FLOWS[name]
    found = [(p, ball) for p, ball in balls(system, box) if p.kind.attracting]
    assert found
    for p, ball in found:
        assert ball is not None
        starts = surface(ball, 8)
        rate = -p.eigenvalues.real.max()
        run = db.integrate(system, starts, np.linspace(0, 25 / rate, 60))
        np.testing.assert_allclose(run.final, np.tile(p.x, (8, 1)), atol=1e-6)
        offset = run.x - p.x
        values = np.einsum("kmi,ij,kmj->km", offset, ball.matrix, offset)
        early = values[:, :20]
        assert (np.diff(early, axis=1) < 0).all()
        assert (np.abs(run.x - ball.center).max(axis=-1) <= ball.radius).all()


@pytest.mark.parametrize("name", MAPS)
def test_orbits_from_the_ellipsoid_of_a_map_converge(name):
    system, box = MAPS[name]
    found = [(p, ball) for p, ball in balls(system, box) if p.kind.attracting]
    assert found
    for p, ball in found:
        orbit = db.integrate(system, surface(ball, 8), 400)
        np.testing.assert_allclose(orbit.final, np.tile(p.x, (8, 1)), atol=1e-6)
        offset = orbit.x[:, :6] - p.x
        assert (np.diff(np.einsum("kmi,ij,kmj->km", offset, ball.matrix, offset), axis=1) < 0).all()


def test_what_is_not_proved_stable_has_none():
    for equations in ({"x": "x - x^3", "y": "-y"}, {"x": "y", "y": "-x"}, {"x": "-x^3"}):
        system = db.ODE(equations)
        for p in db.find_fixed_points(system, box=[[-0.5, 0.5]] * len(equations)):
            assert attraction_ball(system, p) is None
    system = db.ODE({"x": "-x"})
    uncertified = db.find_fixed_points(system, box=[[-1, 1]], certify=False)[0]
    assert attraction_ball(system, uncertified) is None
    kinked = db.ODE({"x": "-x - abs(x)/2"})
    assert attraction_ball(kinked, db.find_fixed_points(kinked, box=[[-1, 1]])[0]) is None


def test_the_ellipsoid_stays_on_its_side_of_the_basin_boundary():
    system = db.ODE({"x": "x - x^3", "y": "-y"})
    for p, ball in balls(system, [[-2, 2]] * 2):
        if ball is not None:
            assert not ball.holds([0.0, 0.0])
            assert not ball.holds(-p.x)
            assert ball.holds(p.x)


def test_a_kink_off_the_point_is_covered():
    # Beyond x = 1 the derivative changes its sign, and at x = 2 there is a repeller: the box must end before 1.
    system = db.ODE({"x": "Max(-x, x - 2)"})
    point = next(p for p in db.find_fixed_points(system, box=[[-0.5, 0.5]]) if abs(p.x[0]) < 1e-9)
    ball = attraction_ball(system, point)
    assert ball is not None
    assert 0.9 < ball.radius <= 1


def test_a_global_attractor_has_a_wide_ball():
    system = db.ODE({"x": "-2*x + y", "y": "-x - 3*y"})
    (point,) = db.find_fixed_points(system, box=[[-1, 1]] * 2)
    assert attraction_ball(system, point).radius > 1e5


def test_an_indefinite_matrix_is_refused():
    system, box = FLOWS["jang"]
    (point, ball) = next((p, b) for p, b in balls(system, box) if b is not None)
    center = [arb(float(v)) for v in point.x]
    assert _falls(system, ball.matrix, center, ball.radius, 1)
    assert not _falls(system, ball.matrix, center, 1.2 * ball.radius, 1)
    assert not _falls(system, ball.matrix, center, ball.radius, -1)
    assert not _falls(system, np.array([[1.0, 0.0], [0.0, -1.0]]), center, ball.radius, 1)
    assert not _falls(system, np.array([[1.0, 3.0], [3.0, 1.0]]), center, ball.radius, 1)


def test_sources_have_a_ball_in_backward_time():
    system = db.ODE({"x": "x - x^3", "y": "y - y^3"})
    for p in db.find_fixed_points(system, box=[[-2, 2]] * 2):
        ball = repulsion_ball(system, p)
        assert (ball is not None) == (p.stability[2] == 2)
        if ball is not None:
            run = db.integrate(system, surface(ball, 8), -20.0)
            np.testing.assert_allclose(run.final, np.tile(p.x, (8, 1)), atol=1e-6)


@given(st.integers(1, 4), st.integers(0, 10_000))
@settings(max_examples=60)
def test_definiteness_agrees_with_eigenvalues(n, seed):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, n))
    matrix = matrix + matrix.T + rng.uniform(0, 4) * np.eye(n)
    width = 10.0 ** rng.uniform(-12, -1)
    ball = arb_mat([[arb(float(v), width) for v in row] for row in matrix])
    assume(abs(np.linalg.eigvalsh(matrix)[0]) > 1e-9)
    if _positive_definite(ball):
        for _ in range(5):
            change = rng.uniform(-width, width, (n, n))
            inside = matrix + np.triu(change) + np.triu(change, 1).T
            assert np.linalg.eigvalsh(inside)[0] > 0
    elif np.linalg.eigvalsh(matrix)[0] > 0:
        assert width > 1e-10


def test_holds_is_on_the_safe_side():
    ball = AttractionBall(np.eye(2), 1.0, 1.0, np.zeros(2))
    assert not ball.holds([1.0, 0.0])
    assert ball.holds([1 - 1e-12, 0.0])
    assert not ball.holds([np.nan, 0.0])
    assert ball.holds(np.zeros((3, 4, 2))).shape == (3, 4)


def test_bad_point():
    with pytest.raises(db.errors.InputError, match="FixedPoint of a system with 1 states"):
        attraction_ball(db.ODE({"x": "-x"}), [0.0])


def test_it_shows_itself_in_one_line():
    ball = AttractionBall(np.eye(7), 0.25, 0.5, np.arange(7.0))
    assert repr(ball) == "AttractionBall(center=(0, 1, 2, 3, 4, 5, ...), radius=0.25, level=0.5)"
