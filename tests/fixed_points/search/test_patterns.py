"""Fixed points of piecewise-linear maps and flows by their patterns."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.errors import InputError
from dynbench.piecewise.search import BranchAndBound, Scyfi, Sweep

from ...piecewise.known import LOZI, network


def test_lozi_without_a_box_is_complete_in_the_whole_plane():
    points = db.find_fixed_points(LOZI)
    assert points.complete
    assert points.region is None
    assert [p.exact for p in points] == [
        (-sp.Rational(5, 6), -sp.Rational(5, 12)),
        (sp.Rational(5, 11), sp.Rational(5, 22)),
    ]
    assert {p.status for p in points} == {db.Status.CERTIFIED}
    assert points.strategies == ("Patterns()",)


def test_a_box_keeps_what_lies_in_it():
    points = db.find_fixed_points(LOZI, box={"x": (0, 3), "y": (-3, 3)})
    assert points.complete
    assert [p.exact for p in points] == [(sp.Rational(5, 11), sp.Rational(5, 22))]
    assert points.region.shape == (1, 2, 2)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_relu_flow_has_the_points_of_a_box_search(seed):
    rng = np.random.default_rng(seed)
    flow = db.RNN(1.5 * rng.normal(size=(3, 3)), rng.normal(size=3), activation="relu")
    points = db.find_fixed_points(flow)
    searched = db.find_fixed_points(flow, search=db.search.Complete([[-100, 100]] * 3))
    assert points.complete
    assert searched.complete
    inside = [p.x for p in points if np.abs(p.x).max() < 100]
    np.testing.assert_allclose(inside, [p.x for p in searched], atol=1e-9)


@pytest.mark.parametrize("size", [10, 20, 30])
def test_random_networks_are_complete(size):
    points = db.find_fixed_points(network(size, 1, own=0.3))
    assert points.complete
    assert all(p.status is db.Status.CERTIFIED for p in points)
    if size <= 20:
        swept = db.find_fixed_points(network(size, 1, own=0.3), search=db.search.Patterns(search=Sweep()))
        np.testing.assert_allclose([p.x for p in points], [p.x for p in swept], atol=1e-12)


def test_a_point_on_a_border_is_nonsmooth():
    (point,) = db.find_fixed_points(db.Map({"x": "Abs(x)/2"}))
    assert point.kind is db.Kind.NONSMOOTH


def test_a_continuum_is_reported_by_its_equations():
    points = db.find_fixed_points(db.Map({"x": "Abs(x) + y", "y": "y/2"}))
    assert not points.complete
    (continuum,) = points.continua
    assert continuum.proved_real
    assert continuum.dimension == 1
    x, y = sp.symbols("x y")
    assert all(e.subs({x: 5, y: 0}) == 0 for e in continuum.equations)
    assert any(e.subs({x: 5, y: 1}) != 0 for e in continuum.equations)
    assert "continua" in points.argument
    assert not len(points)


def test_a_heuristic_claims_nothing():
    points = db.find_fixed_points(LOZI, search=db.search.Patterns(search=Scyfi()), rng=0)
    assert len(points) == 2
    assert not points.complete
    assert "heuristic" in points.argument


def test_other_systems_are_refused():
    with pytest.raises(InputError, match="not recognised"):
        db.find_fixed_points(db.Map({"x": "x^2"}), search=db.search.Patterns())
    assert not db.search.Patterns.suits(db.Map({"x": "x^2"}))


def test_points_on_borders_are_those_of_find_cycles():
    network = db.PLRNN([0.5, 0.3], [[0, -2.0], [1.5, 0]], [0.0, 0.0])
    points = db.find_fixed_points(network)
    assert [p.status for p in points] == [db.Status.CERTIFIED]
    assert points.complete
    assert points.index_sum == points.expected_index_sum == 1
    cycles = db.find_cycles(network, periods=1)
    assert [c.status for c in cycles] == [db.Status.CERTIFIED]
    assert cycles.complete[1]


def test_a_search_for_words_stands_for_patterns_with_it():
    net = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1.0, 0.7])
    found = db.find_fixed_points(net, search=BranchAndBound())
    assert found.complete
    assert found.strategies == ("Patterns(BranchAndBound())",)
    np.testing.assert_allclose([p.x for p in found], [p.x for p in db.find_fixed_points(net)])
    with pytest.raises(InputError, match="Patterns takes piecewise-linear systems"):
        db.find_fixed_points(db.ODE({"x": "x - x^3"}), search=BranchAndBound())
