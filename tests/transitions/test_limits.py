"""What an orbit can be shown to have for a limit, piece by piece."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import dynbench as db
from dynbench.transitions.limits import ARRIVED, Targets, arrival_radius

SYSTEM = db.ODE({"x": "x - x^3", "y": "-y"})


@pytest.fixture(scope="module")
def points():
    return dict(enumerate(db.find_fixed_points(SYSTEM, box=[[-2, 2]] * 2)))


@pytest.fixture(scope="module")
def targets(points):
    return Targets(SYSTEM, points)


def test_wells_have_ellipsoids_and_the_saddle_a_radius(points, targets):
    assert [p.stability[2] for p in points.values()] == [0, 1, 0]
    assert sorted(targets.balls) == [0, 2]
    assert targets.far == 1e6


def test_arriving_is_a_matter_of_proof_and_of_the_tolerance(points):
    saddle = points[1]
    assert arrival_radius(saddle, 1e-9) == ARRIVED
    assert arrival_radius(saddle, 1e-6) == pytest.approx(1e-5)
    tight = dataclasses.replace(saddle, certificate=dataclasses.replace(saddle.certificate, uniqueness_radius=1e-8))
    assert arrival_radius(tight, 1e-6) == 1e-8
    far = dataclasses.replace(saddle, x=np.array([100.0, 0.0]))
    assert arrival_radius(far, 1e-9) == pytest.approx(100 * ARRIVED)
    assert arrival_radius(dataclasses.replace(saddle, certificate=None), 1e-6) < 0


def test_an_orbit_ends_where_it_enters_an_ellipsoid_for_good(points, targets):
    center = points[2].x
    piece = center + np.array([[-0.9, 0.0], [1e-3, 0.0], [-0.9, 0.0], [2e-3, 0.0], [1e-3, 0.0]])
    (found,) = targets.candidates(piece[-1:], piece.min(axis=0)[None], piece.max(axis=0)[None])
    assert found == 1, "the second of the two"
    hit = targets.first(piece, 1, 1)
    assert (hit.row, hit.kind, hit.target, hit.how) == (3, "point", 2, "attraction ball")


def test_an_orbit_that_passes_a_saddle_closely_ends_there(targets):
    piece = np.array([[0.0, 0.5], [0.0, 1e-3], [0.0, 5e-7], [0.1, 0.0]])
    (found,) = targets.candidates(piece[-1:], piece.min(axis=0)[None], piece.max(axis=0)[None])
    assert found == -1
    hit = targets.first(piece, 0, -1)
    assert (hit.row, hit.target, hit.how) == (2, 1, "connection")
    # On its way out the saddle's own branch is as near, which means nothing.
    assert targets.first(piece[2:], 1, -1) is None
    assert targets.first(piece, 1, -1).row == 2, "but a homoclinic orbit comes back"
    assert targets.first(piece, 0, -1, {1}) is None, "a saddle that is known to be passed is no limit"


def test_far_is_undecided_at_first_and_elsewhere_nothing(targets):
    piece = np.array([[1.5, 0.0], [1.1e6, 0.0], [1e9, 0.0]])
    hit = targets.first(piece, 1, -1)
    assert (hit.row, hit.kind, hit.target, hit.how) == (1, "undecided", None, "far")
    away = np.array([[0.5, 0.5], [0.4, 0.6]])
    assert targets.first(away, 1, -1) is None
    (found,) = targets.candidates(away[-1:], away.min(axis=0)[None], away.max(axis=0)[None])
    assert found == -2


def test_in_backward_time_sources_attract():
    source = db.ODE({"x": "x", "y": "2*y"})
    points = dict(enumerate(db.find_fixed_points(source, box=[[-1, 1]] * 2)))
    assert sorted(Targets(source, points).balls) == []
    assert sorted(Targets(source, points, direction=-1).balls) == [0]


def test_a_path_that_flips_ends_where_its_point_was_identified():
    """Every second iterate is drawn; orbits of the full tent map in doubles end in 0, after odd numbers of steps."""
    tent = db.Map({"x": "Min(2*x, 2 - 2*x)"})
    graph = db.transition_graph(tent, db.find_fixed_points(tent))
    paths = [data["path"] for source, target, data in graph.edges(data=True) if (source, target) == (1, 0)]
    assert len(paths) == 2
    assert all(path[-1] == 0 for path in paths)
