from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.fixed_points.cover import cover

SYSTEMS = {
    "planar": (db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"}), [[-3, 3], [-3, 3]]),
    "cubic map": (db.Map({"x": "x^3 - x/2"}), [[-2, 2]]),
    "tanh in the whole space": (db.ODE({"x": "tanh(3*x - y) - x", "y": "tanh(x + 2*y) - y"}), None),
}


@pytest.fixture(params=SYSTEMS)
def found(request):
    system, box = SYSTEMS[request.param]
    points = db.find_fixed_points(system, box=box)
    region = points.region if points.region is not None else points.bounds.box[None]
    assert points.complete
    return system, points, region, cover(system, region, points)


def test_every_state_of_the_region_is_in_a_box(found):
    _, _, region, proof = found
    low, high = region[0, :, 0], region[0, :, 1]
    states = np.random.default_rng(0).uniform(low, high, (5000, len(low)))
    inside = ((states[:, None] >= proof.boxes[..., 0]) & (states[:, None] <= proof.boxes[..., 1])).all(-1)
    assert inside.any(axis=1).all()
    assert np.prod(np.ptp(proof.boxes, axis=-1), axis=-1).sum() == pytest.approx(np.prod(high - low), rel=1e-12)


def test_excluded_boxes_hold_no_sign_change_and_owned_boxes_lie_in_their_zone(found):
    system, points, _, proof = found
    out = proof.boxes[proof.owners == -1]
    for corner in np.random.default_rng(1).uniform(0, 1, (50, system.dimension)):
        states = out[..., 0] + corner * np.ptp(out, axis=-1)
        assert (np.abs(system.residual(states)).max(axis=-1) > 0).all()
    for p in points:
        assert not ((p.x >= out[..., 0]) & (p.x <= out[..., 1])).all(-1).any()
    for k in set(proof.owners.tolist()) - {-1}:
        reach = np.abs(proof.boxes[proof.owners == k] - points[k].x[:, None]).max()
        assert reach <= points[k].certificate.uniqueness_radius


def test_a_root_that_is_not_listed_leaves_no_cover():
    system, box = SYSTEMS["planar"]
    points = db.find_fixed_points(system, box=box)
    assert cover(system, points.region, points[:2], max_boxes=5000) is None


def test_the_budget_is_kept_and_progress_told():
    system, box = SYSTEMS["planar"]
    points = db.find_fixed_points(system, box=box)
    told = []
    assert cover(system, points.region, points, max_boxes=10, progress=lambda *a: told.append(a)) is None
    assert told
    assert {stage for stage, *_ in told} == {"writing the proof of completeness"}


def test_it_shows_itself_in_one_line(found):
    _, points, _, proof = found
    owned = int(np.sum(proof.owners >= 0))
    assert owned >= len(points)
    free = len(proof.boxes) - owned
    assert repr(proof) == f"Cover({len(proof.boxes)} boxes: {free} without a fixed point, {owned} beside one)"
