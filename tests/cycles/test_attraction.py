"""Ellipsoids around the states of attracting cycles, against orbits from within and from outside."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.cycles import attraction, refine_cycle
from dynbench.cycles.attraction import cycle_balls
from dynbench.piecewise.search import Scyfi

#: The logistic map in its window of period 3; a Henon map with a stable cycle of period 7.
LOGISTIC = db.Map({"x": "r*x*(1 - x)"}, {"r": 3.83})
HENON = db.Map({"x": "1 - a*x^2 + y", "y": "b*x"}, {"a": 1.24, "b": 0.3})


@pytest.mark.parametrize(("system", "period"), [(LOGISTIC, 3), (HENON, 7)])
def test_orbits_from_the_ellipsoids_come_to_the_cycle(system, period):
    start = db.integrate(system, [0.1] * system.dimension, 5000).final
    cycle = refine_cycle(system, start, period)
    balls = cycle_balls(system, cycle)
    assert len(balls.balls) == period
    assert balls.holds(cycle.points).all()
    rng = np.random.default_rng(0)
    for ball, state in zip(balls.balls, cycle.points, strict=True):
        directions = rng.normal(size=(50, system.dimension))
        sizes = np.sqrt(np.einsum("ki,ij,kj->k", directions, ball.matrix, directions))
        rim = ball.center + 0.999 * np.sqrt(ball.level) * directions / sizes[:, None]
        assert ball.holds(rim).all()
        assert not ball.holds(ball.center + 1.002 * (rim - ball.center)).any()
        final = db.integrate(system, rim, 400 * period).final
        np.testing.assert_allclose(final, np.broadcast_to(state, final.shape), rtol=0, atol=1e-9)


def test_in_a_piecewise_linear_map_an_ellipsoid_reaches_near_the_border():
    system = db.Map({"x": "1 - 3*x/10 - 6*Max(x, 0)/5 + y/10", "y": "x/10"})
    (cycle,) = [c for c in db.find_cycles(system, periods=[2]) if c.kind.attracting]
    balls = cycle_balls(system, cycle)
    margins = np.abs(cycle.points[:, 0])
    assert all(0.3 * margin < ball.radius <= margin for ball, margin in zip(balls.balls, margins, strict=True))


def test_jacobians_of_regions_prove_what_those_over_boxes_do(monkeypatch):
    network = db.PLRNN([-0.297, -0.589], [[0, 1.927], [-1.099, 0]], [0.972, -0.087])
    (cycle,) = [c for c in db.find_cycles(network, periods=[3]) if c.kind.attracting]
    balls = cycle_balls(network, cycle)
    monkeypatch.setattr(attraction, "piecewise_linear", lambda system: None)
    plain = cycle_balls(network, cycle)
    for here, there in zip(balls.balls, plain.balls, strict=True):
        np.testing.assert_array_equal(here.matrix, there.matrix)
        assert here.level == pytest.approx(there.level, rel=1e-9)


def test_of_many_states_those_of_piecewise_linear_networks_have_them():
    rng = np.random.default_rng(1)
    W = 0.05 * rng.normal(size=(40, 40)) * (1 - np.eye(40))
    network = db.PLRNN(rng.uniform(0, 0.9, 40), W, rng.normal(size=40))
    state = db.integrate(network, np.zeros(40), 3000).final
    (cycle,) = [c for c in db.find_cycles(network, periods=1, starts=state[None], search=Scyfi(), rng=0)]
    balls = cycle_balls(network, cycle)
    assert balls.holds(cycle.points).all()
    rim = cycle.points[0] + 0.5 * balls.balls[0].radius * np.eye(40)
    kept = rim[balls.holds(rim)]
    assert len(kept)
    np.testing.assert_allclose(db.integrate(network, kept, 3000).final, np.broadcast_to(state, kept.shape), atol=1e-9)


def test_states_are_held_by_any_of_the_ellipsoids():
    cycle = refine_cycle(LOGISTIC, [0.504666], 3)
    balls = cycle_balls(LOGISTIC, cycle)
    states = np.linspace(0, 1, 2001)[:, None]
    each = [ball.holds(states) for ball in balls.balls]
    np.testing.assert_array_equal(balls.holds(states), np.any(each, axis=0))
    assert balls.holds(states.reshape(3, 667, 1)).shape == (3, 667)
    assert balls.holds(cycle.points[0])
    assert not balls.holds([np.nan])


def test_there_are_none_around_what_does_not_attract_or_is_no_map():
    saddle = refine_cycle(LOGISTIC, [0.37], 2)
    assert not saddle.kind.attracting
    assert cycle_balls(LOGISTIC, saddle) is None
    circle = db.ODE({"x": "x*(1 - x^2 - y^2) - y", "y": "y*(1 - x^2 - y^2) + x"})
    assert cycle_balls(circle, refine_cycle(circle, [1.0, 0.0], 6.3)) is None
