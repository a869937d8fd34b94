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


def test_a_descent_is_given_up_in_a_kink():
    """Across v = 1 the gradient of q turns round: steps go to and fro there, for minutes if one lets them."""
    system = db.ODE({"v": "v - 2*Max(v-1,0) + 2*Max(-v-1,0) - w + 1/5", "w": "(v - w/2)/4"})
    path = descend(system, np.array([1.5, 2.0]))
    assert len(path) == 2001
    assert path[-1][0] == pytest.approx(1.0, abs=1e-3)
    assert system.speed(path[-1]) < system.speed(path[0]) / 2


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


def test_a_continuum_is_dark_and_named():
    """x' = y' = xy: q = 0 on both axes, where descents end and where log10 of it is not finite."""
    analysis = db.analyze(db.ODE({"x": "x*y", "y": "x*y"}), box=[(-1, 1), (-1, 1)])
    assert len(analysis.fixed_points.continua) > 0
    drawing = speed_landscape(analysis, starts=[(0.5, 0.4), (-0.3, 0.8)])
    (filled,) = drawing.by_role["landscape"]
    layers = {
        place: [k for k, path in enumerate(filled.get_paths()) if path.contains_point(place)]
        for place in [(0, 0.5), (0, -0.5), (0.5, 0), (-0.5, 0), (0.9, 0.9)]
    }
    lowest, top = 0, len(filled.get_paths()) - 1
    assert layers.pop((0.9, 0.9)) == [top]
    assert list(layers.values()) == [[lowest]] * 4
    assert "ends" not in drawing.by_role
    (marks,) = drawing.by_role["ends on continua"]
    assert np.abs(marks.get_xydata()).min(axis=1).max() < 1e-3
    texts = {text.get_text() for text in drawing.by_role["legend"][0].get_texts()}
    assert {"continuum of fixed points", "end of a descent on a continuum"} <= texts


def test_a_continuum_ends_where_its_region_ends():
    """x' = |x| - x, y' = -y: fixed points on the right half of the line y = 0, where descents from the right end."""
    analysis = db.analyze(db.ODE({"x": "Abs(x) - x", "y": "-y"}), box=[(-2, 2), (-2, 2)])
    drawing = speed_landscape(analysis, starts=[(1.0, 0.5)])
    corners = np.concatenate([path.vertices for c in drawing.by_role["continua"] for path in c.get_paths()])
    assert -0.02 < corners[:, 0].min() < 0.02
    assert corners[:, 0].max() == 2
    assert len(drawing.by_role["ends on continua"][0].get_xydata()) == 1


def test_ends_beside_a_continuum_are_not_on_it():
    """The circle is a continuum; a descent from the middle stays at the saddle there, and one from far away not."""
    circle = "(x^2 + y^2 - 1)"
    analysis = db.analyze(db.ODE({"x": f"x*{circle}", "y": f"-y*{circle}"}), box=[(-2, 2), (-2, 2)])
    drawing = speed_landscape(analysis, starts=[(0.1, 0.0), (1.5, 1.5), (-2.0, 0.3)])
    (marks,) = drawing.by_role["ends on continua"]
    assert len(marks.get_xydata()) == 2
    assert np.abs(np.hypot(*marks.get_xydata().T) - 1).max() < 1e-3


def test_where_every_state_is_a_fixed_point_descents_do_not_leave_their_start():
    analysis = db.analyze(db.ODE({"x": "0"}), box=[(-1, 1)])
    drawing = speed_landscape(analysis)
    drawing.figure.canvas.draw()
    assert "ends" not in drawing.by_role
    assert len(drawing.by_role["ends on continua"][0].get_xdata()) == 24


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


def test_the_scale_has_no_tick_beyond_its_levels():
    analysis = db.analyze(db.ODE({"x": "-x*y", "y": "y*(1 - y)"}), box=[(-2, 2), (-2, 2)])
    drawing = speed_landscape(analysis, starts=np.empty((0, 2)))
    (filled,), (scale,) = drawing.by_role["landscape"], drawing.by_role["scale"]
    assert filled.levels[0] - 1e-9 <= min(scale.get_yticks()) < max(scale.get_yticks()) <= filled.levels[-1] + 1e-9
