"""Portraits of piecewise-linear maps: borders, exact manifolds, cycles and homoclinic points, each by its role."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import dynbench as db
from dynbench.plotting import phase_portrait
from dynbench.plotting.recurrent import drawn_cycles


@pytest.fixture(scope="module")
def lozi():
    system = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})
    return db.analyze(system, box=[(-2, 2), (-1, 1)], periods=6)


@pytest.fixture(scope="module")
def drawing(lozi):
    return phase_portrait(lozi)


def lines(drawing, role):
    return [a for a in drawing.by_role.get(role, ()) if hasattr(a, "get_xydata")]


def test_the_shortest_cycles_are_drawn_attracting_ones_first(lozi):
    assert [(k, c.period) for k, c in drawn_cycles(lozi)] == [(2, 2), (3, 4), (4, 6)]
    attracting = dataclasses.replace(lozi.cycles[7], kind=db.CycleKind.STABLE)
    changed = dataclasses.replace(lozi.cycles, cycles=(*lozi.cycles[:7], attracting))
    assert [k for k, _ in drawn_cycles(dataclasses.replace(lozi, cycles=changed))] == [7, 2, 3]


def test_each_state_of_a_cycle_is_marked_and_the_orbit_is_closed(lozi, drawing):
    joined, marked = lines(drawing, "cycles")[:2]
    points = lozi.cycles[2].points
    assert np.array_equal(marked.get_xydata(), points)
    assert np.array_equal(joined.get_xydata(), np.concatenate([points, points[:1]]))


def test_exact_polylines_keep_their_corners_and_their_returns(lozi, drawing):
    drawn = lines(drawing, "unstable manifolds")
    of_points = [b for m in lozi.manifolds if m.cycle is None and m.which == "unstable" for b in m.branches]
    assert len(drawn) == len(of_points)  # those of cycles are left out
    for line, branch in zip(drawn, of_points, strict=True):
        seen = branch[((branch >= lozi.box[:, 0]) & (branch <= lozi.box[:, 1])).all(axis=1)]
        gaps = np.nanmin(np.abs(line.get_xydata()[:, None] - seen[None]).max(axis=-1), axis=0)
        kept = gaps < 1e-12
        assert kept[0]
        assert kept[: kept.sum()].all()  # all corners in the box, up to where it ends


def test_stable_manifolds_return_to_the_picture(drawing):
    x, y = np.concatenate([a.get_xydata() for a in lines(drawing, "stable manifolds")]).T
    inside = (np.abs(x) <= 2) & (np.abs(y) <= 1)
    assert inside.any()
    assert (~inside).any()


def test_the_border_is_where_a_unit_switches(drawing):
    (contour,) = drawing.by_role["borders"]
    vertices = np.concatenate([path.vertices for path in contour.get_paths()])
    assert np.abs(vertices[:, 0]).max() < 1e-12


def test_homoclinic_points_are_drawn_and_explained(lozi, drawing):
    (crosses,) = lines(drawing, "homoclinic points")
    assert np.array_equal(crosses.get_xydata(), [p.x for p in lozi.homoclinic[:12]])
    texts = [t.get_text() for t in drawing.by_role["legend"][0].get_texts()]
    assert {"homoclinic (proved)", "border of a region", "saddle cycle, 2, 4, 6 states"} <= set(texts)


def test_crossings_that_are_not_proved_look_different(lozi):
    unproved = tuple(dataclasses.replace(p, proved=False, proof=None) for p in lozi.homoclinic[:2])
    drawing = phase_portrait(dataclasses.replace(lozi, homoclinic=unproved))
    texts = [t.get_text() for t in drawing.by_role["legend"][0].get_texts()]
    assert "crossing, not proved" in texts
    assert "homoclinic (proved)" not in texts


def test_smooth_maps_have_no_borders():
    henon = db.analyze(db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"}), box=[(-2, 2), (-2, 2)])
    assert not {"borders", "homoclinic points"} & set(phase_portrait(henon).by_role)
