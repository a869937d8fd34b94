from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.errors import InputError
from dynbench.plotting import speed_landscape
from dynbench.plotting.landscapes import descend


def test_descents_end_where_q_is_zero(pictured):
    analysis = pictured["jang"]
    drawing = speed_landscape(analysis)
    ends = np.array([line.get_xydata()[-1] for line in drawing.by_role["descents"]])
    assert len(ends) == 24
    distance = np.linalg.norm(ends[:, None] - np.array([p.x for p in analysis.fixed_points]), axis=-1).min(axis=1)
    assert distance.max() < 1e-3
    assert "ends" not in drawing.by_role


@pytest.mark.parametrize("start", [(2.0, 1.5), (-2.5, 2.0), (0.3, -2.8)])
def test_q_never_grows_along_a_descent(pictured, start):
    system = pictured["jang"].system
    q = system.speed(descend(system, np.array(start)))
    assert np.all(np.diff(q) <= 1e-6 * q[0])


def test_the_path_is_the_gradient_flow():
    """q = (x^2 + 4 y^2) / 2: the path from (1, 1) is y = x^4."""
    path = descend(db.ODE({"x": "x", "y": "2*y"}), np.array([1.0, 1.0]))
    assert np.abs(path[:, 1] - path[:, 0] ** 4).max() < 1e-4
    assert np.linalg.norm(path[-1]) < 1e-3


def test_a_minimum_that_is_no_fixed_point_is_told_apart():
    """x' = x^2 + c, y' = -y has its slow point at 0, where q = c^2 / 2."""
    analysis = db.analyze(db.ODE({"x": "x^2 + 1/1000", "y": "-y"}), box=[(-2, 2), (-2, 2)])
    assert len(analysis.slow_points) == 1
    drawing = speed_landscape(analysis, starts=[(1.0, 1.0)])
    markers = {line.get_marker() for line in drawing.by_role["points"]}
    assert markers == {"X"}
    assert "ends" not in drawing.by_role
    fast = db.analyze(db.ODE({"x": "x^2 + 3", "y": "-y"}), box=[(-2, 2), (-2, 2)])
    assert len(fast.slow_points) == 0
    (crosses,) = speed_landscape(fast, starts=[(1.0, 1.0), (-1.0, 0.5)]).by_role["ends"]
    assert np.abs(crosses.get_xydata()).max() < 0.02


def test_starts_are_where_they_were_asked_for(pictured):
    (dots,) = speed_landscape(pictured["jang"], starts=[(1, 2), (-2, 0.5)]).by_role["starts"]
    assert dots.get_xydata().tolist() == [[1, 2], [-2, 0.5]]


def test_one_state_is_a_curve(pictured):
    drawing = speed_landscape(pictured["line"])
    (curve,) = drawing.by_role["landscape"]
    x = sp.Symbol("x")
    q = sp.lambdify(x, (x - x**3) ** 2 / 2)
    data = curve.get_xydata()
    high = data[:, 1] > -3
    assert np.allclose(data[high, 1], np.log10(q(data[high, 0])))


def test_three_states_are_too_many(pictured):
    message = r"^The landscape of q is drawn over one or two states, but this system has 3\.$"
    with pytest.raises(InputError, match=message):
        speed_landscape(pictured["cells"])


def test_starts_must_be_states(pictured):
    with pytest.raises(InputError, match=r"starts has shape \(3,\)"):
        speed_landscape(pictured["jang"], starts=[1, 2, 3])
