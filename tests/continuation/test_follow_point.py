"""One point followed along a homotopy: folds, changes of index and ends, against known answers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import dynbench as db
from dynbench.continuation import CrossingKind, Ending, Homotopy, follow_point
from dynbench.errors import InputError
from dynbench.networks import force

FOLD = db.ODE({"x": "r + x^2"}, {"r": -1})
HOPF = db.ODE({"x": "r*x - 2*y - x*(x^2 + y^2)", "y": "2*x + r*y - y*(x^2 + y^2)"}, {"r": -1})


def line(system, **ends):
    ((name, (a, b)),) = ends.items()
    return Homotopy(system.with_parameters(**{name: a}), system.with_parameters(**{name: b}))


@pytest.mark.parametrize(("x", "before"), [(-1.0, 0), (1.0, 1)])
def test_a_fold_is_rounded_and_refined(x, before):
    path = follow_point(line(FOLD, r=(-1, 1)), [x])
    assert path.ending is Ending.BACK
    (fold,) = path.folds
    assert fold.kind is CrossingKind.FOLD
    assert fold.s == pytest.approx(0.5, abs=1e-12)
    assert abs(fold.x[0]) < 1e-6
    assert abs(fold.eigenvalue) < 1e-6
    assert (fold.before, fold.after, fold.rising) == (before, 1 - before, True)
    assert path.s[0] == path.s[-1] == 0
    assert path.x[-1, 0] == pytest.approx(-x, abs=1e-12)
    assert path.s[fold.station] < fold.s > path.s[fold.station + 1]


def test_it_ends_at_the_fold_where_that_is_asked_for():
    path = follow_point(line(FOLD, r=(-1, 1)), [-1.0], past_folds=False)
    assert path.ending is Ending.TURNED
    assert path.folds[0].s == pytest.approx(0.5, abs=1e-12)
    assert path.x[-1, 0] > 0


@pytest.mark.parametrize("rising", [True, False])
def test_a_hopf_bifurcation_with_its_frequency(rising):
    path = follow_point(line(HOPF, r=(-1, 0.7)), [0.0, 0.0], rising=rising)
    assert path.ending is Ending.ACROSS
    (crossing,) = path.crossings
    assert crossing.kind is CrossingKind.HOPF
    assert crossing.s == pytest.approx(1 / 1.7, abs=1e-12)
    assert crossing.eigenvalue == pytest.approx(2j, abs=1e-12)
    assert crossing.residual < 1e-12
    assert (crossing.before, crossing.after) == ((0, 2) if rising else (2, 0))


def test_two_real_eigenvalues_in_one_step_are_told_apart():
    system = db.ODE({"x": "(r - 1/100)*x - x^3", "y": "(r + 1/100)*y - y^3"}, {"r": -1})
    path = follow_point(line(system, r=(-1, 1)), [0.0, 0.0])
    places = [(c.kind, c.before, c.after) for c in path.crossings]
    assert places == [(CrossingKind.REAL, 0, 1), (CrossingKind.REAL, 1, 2)]
    assert [c.s for c in path.crossings] == pytest.approx([0.495, 0.505], abs=1e-9)


def test_maps_flip_at_minus_one_and_fold_at_one():
    henon = db.Map({"x": "1 - a*x^2 + y", "y": "3*x/10"}, {"a": 1})
    homotopy = line(henon, a=(1, -1))
    saddle, node = sorted(db.find_fixed_points(homotopy.a), key=lambda p: p.x[0])
    path = follow_point(homotopy, node.x)
    # x = 1 - a x^2 + 0.3 x folds at a = -0.49/4; the flip is at a = 3 * 0.49/4.
    flip, fold = path.crossings
    assert (flip.kind, fold.kind) == (CrossingKind.FLIP, CrossingKind.FOLD)
    assert 1 - 2 * flip.s == pytest.approx(3 * 0.49 / 4, abs=1e-9)
    assert 1 - 2 * fold.s == pytest.approx(-0.49 / 4, abs=1e-9)
    assert flip.eigenvalue == pytest.approx(-1, abs=1e-9)
    assert fold.eigenvalue == pytest.approx(1, abs=1e-6)
    assert path.ending is Ending.AWAY  # beyond the fold it goes to infinity as a rises to 0
    assert saddle.stability[2] == 1


def test_a_large_network_against_eigenvalues_at_many_places():
    rng = np.random.default_rng(3)
    net = force.random_network(70, outputs=2, inputs=2, g=0.8, rng=rng)
    homotopy = Homotopy(net, net.with_parameters(W_o=0.4 * rng.normal(size=(2, 70))))
    path = follow_point(homotopy, np.zeros(70))
    assert path.ending is Ending.ACROSS
    assert None in path.unstable  # eigenvalues are not taken everywhere
    grid = np.linspace(0, 1, 401)
    counts = [np.count_nonzero(homotopy.eigenvalues(np.zeros(70), s).real > 0) for s in grid]
    jumps = [s for (s, a), (_, b) in itertools.pairwise(zip(grid, counts, strict=True)) if a != b]
    assert len(path.crossings) >= 1
    assert [c.s for c in path.crossings] == pytest.approx(jumps, abs=1 / 400)
    for crossing in path.crossings:
        assert abs(crossing.eigenvalue.real) < 1e-10
        values = homotopy.eigenvalues(crossing.x, crossing.s)
        assert np.abs(values - crossing.eigenvalue).min() < 1e-9


def test_only_the_ends_of_a_nonlinear_family_are_its_systems():
    system = db.ODE({"x": "r^2 - x"}, {"r": 0})
    homotopy = line(system, r=(0, 2))
    path = follow_point(homotopy, [0.0])
    assert path.x[-1, 0] == pytest.approx(4)
    # On the line between the fields x = 4 s, not (2 s)^2.
    np.testing.assert_allclose(path.x[:, 0], 4 * path.s, atol=1e-6)


def test_derivatives_of_the_homotopy():
    homotopy = line(db.Map({"x": "r*x*(1 - x) + y", "y": "r*y^2 - x"}, {"r": 0}), r=(1, 3))
    x, v = np.array([0.3, -0.2]), np.array([0.5, 0.7])
    h = 1e-6
    slope = (homotopy.residual(x, 0.4 + h) - homotopy.residual(x, 0.4 - h)) / (2 * h)
    np.testing.assert_allclose(homotopy.slope(x), slope, atol=1e-8)
    along = (homotopy.residual(x + h * v, 0.4) - homotopy.residual(x - h * v, 0.4)) / (2 * h)
    np.testing.assert_allclose(homotopy.residual_jacobian(x, 0.4) @ v, along, atol=1e-8)
    np.testing.assert_allclose(homotopy.jvp(x, 0.4, v), homotopy.jacobian_at(x, 0.4) @ v)
    np.testing.assert_allclose(homotopy.jacobian_at(x, 0.4) - np.eye(2), homotopy.residual_jacobian(x, 0.4))
    twice = (homotopy.jvp(x + h * v, 0.4, v) - homotopy.jvp(x - h * v, 0.4, v)) / (2 * h)
    np.testing.assert_allclose(homotopy.second_derivative(x, 0.4, v, v), twice, atol=1e-8)


@pytest.mark.parametrize(
    ("equations", "odd"),
    [({"x": "x - x^3 + y", "y": "sin(x) - y"}, True), ({"x": "x - x^2"}, False), ({"x": "1 + x"}, False)],
)
def test_oddness_of_component_forms_is_an_identity(equations, odd):
    system = db.ODE(equations)
    assert Homotopy(system, system).odd is odd


def test_a_path_that_turns_back_too_often_is_given_up():
    """r = x/50 + sin x has a fold at each turn of the sine, seventeen between -1.5 and 1.5."""
    homotopy = line(db.ODE({"x": "r - x/50 - sin(x)"}, {"r": 0}), r=(-1.5, 1.5))
    (start,) = db.find_fixed_points(homotopy.a, starts=[[-26.4]])
    path = follow_point(homotopy, start.x)
    assert path.ending is Ending.TANGLED
    assert len(path.folds) == 13
    for fold in path.folds:
        assert np.cos(fold.x[0]) == pytest.approx(-1 / 50, abs=1e-6)


def test_bad_input():
    other = db.Map({"x": "x/2"})
    with pytest.raises(InputError, match="not a flow and a map"):
        Homotopy(FOLD, other)
    with pytest.raises(InputError, match="1 and 2 states"):
        Homotopy(FOLD, HOPF)
    with pytest.raises(InputError, match="expected an ODE or a Map"):
        Homotopy(FOLD, 3)
    homotopy = line(FOLD, r=(-1, 1))
    with pytest.raises(InputError, match="no fixed point of the system at s = 0"):
        follow_point(homotopy, [0.5])
    with pytest.raises(InputError, match="no fixed point of the system at s = 1"):
        follow_point(homotopy, [0.5], rising=False)
    with pytest.raises(InputError, match="expected one state"):
        follow_point(homotopy, [[0.5]])
    with pytest.raises(InputError, match="steps is 0"):
        follow_point(homotopy, [-1.0], steps=0)
    with pytest.raises(InputError, match="expected a Homotopy"):
        follow_point(FOLD, [-1.0])


def test_a_singular_start_and_too_few_steps_are_said():
    system = db.ODE({"x": "r + x^2"}, {"r": 0})
    degenerate = Homotopy(db.ODE({"x": "x^3"}), system)
    assert follow_point(degenerate, [0.0]).ending is Ending.SINGULAR
    path = follow_point(line(FOLD, r=(-1, 1)), [-1.0], steps=3)
    assert path.ending is Ending.SPENT
    assert "steps given were done" in path.ending.value
    assert path.crossings == ()


def test_steps_that_become_too_short_are_said():
    """H = sqrt(x) - 1 + 2 s ends where x = (1 - 2 s)^2 is 0."""
    homotopy = Homotopy(db.ODE({"x": "sqrt(x) - 1"}), db.ODE({"x": "sqrt(x) + 1"}))
    path = follow_point(homotopy, [1.0])
    assert path.ending is Ending.SHORT
