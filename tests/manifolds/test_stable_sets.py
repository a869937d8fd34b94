"""Stable sets of maps without an inverse, against brute force."""

from __future__ import annotations

import time

import numpy as np
import pytest

import dynbench as db
from dynbench.cycles import refine_cycle
from dynbench.manifolds import trace_manifold
from dynbench.manifolds.joining import joined
from dynbench.piecewise import Inverse, piecewise_linear

#: Bistable networks whose regional determinants differ in sign, with their saddles; found by a random search.
NETWORKS = {
    "detached pieces": ([-0.86, -0.19], [[0.43, 1.84], [-0.87, 2.24]], [-1.65, -0.05], [-0.83999, 0.047619]),
    "one detached": ([-0.45, -0.9], [[1.39, -0.84], [-0.54, 1.73]], [0.73, 1.71], [2.95963, 0.657645]),
    "connected": ([-0.64, -0.6], [[1.02, -0.65], [-2.33, 0.87]], [0.91, 2.01], [0.604765, 0.823147]),
}


def crossings(branches, a, b):
    """Where the polylines meet the segment from a to b, as shares of it."""
    found = []
    for branch in branches:
        start, step, along = branch[:-1], np.diff(branch, axis=0), b - a
        det = along[0] * step[:, 1] - along[1] * step[:, 0]
        off = start - a
        t = (off[:, 0] * step[:, 1] - off[:, 1] * step[:, 0]) / det
        s = (off[:, 0] * along[1] - off[:, 1] * along[0]) / det
        found += t[(s >= 0) & (s < 1) & (t >= 0) & (t <= 1)].tolist()
    return np.array(found)


@pytest.mark.parametrize("name", NETWORKS)
def test_basin_boundaries_are_the_stable_set(name):
    A, W, h, at = NETWORKS[name]
    network = db.PLRNN(A, W, h)
    assert not Inverse(piecewise_linear(network)).invertible
    manifold = trace_manifold(network, refine_cycle(network, at, 1), "stable", box=[[-6, 6]] * 2)
    assert manifold.attached == 2
    assert (len(manifold.branches) > 2) == ("detached" in name)
    assert manifold.error < 1e-10
    assert "beyond 10 widths" in manifold.note

    # The attractors are told apart by the long-run mean of the first state.
    def means(states):
        for _ in range(2000):
            states = states * np.array(A) + np.maximum(states, 0) @ np.array(W).T + np.array(h)
        total = np.zeros_like(states)
        for _ in range(600):
            states = states * np.array(A) + np.maximum(states, 0) @ np.array(W).T + np.array(h)
            total += states
        return total[:, 0] / 600

    rng = np.random.default_rng(0)
    sample = means(rng.uniform(-6, 6, (500, 2)))
    middle = (sample.min() + sample.max()) / 2
    lines = rng.uniform(-6, 6, (12, 2, 2))
    shares = np.linspace(0, 1, 401)
    count = 0
    for a, b in lines:
        side = means(a + shares[:, None] * (b - a)) > middle
        places = np.flatnonzero(side[1:] != side[:-1])
        low, high, left = shares[places], shares[places + 1], side[places]
        for _ in range(16 if len(places) else 0):
            half = (low + high) / 2
            same = (means(a + half[:, None] * (b - a)) > middle) == left
            low, high = np.where(same, half, low), np.where(same, high, half)
        found = crossings(manifold.branches, a, b)
        # Every change of basin is a crossing; every crossing that leaves a strip wider than a cell is a change.
        for place in (low + high) / 2:
            assert np.abs(found - place).min() < 1e-6
        for place in found:
            alone = np.sort(np.abs(found - place))[1:2]
            if not len(alone) or alone[0] > 1 / 200:
                assert np.abs((low + high) / 2 - place).min() < 1e-6
        count += len(places)
    assert count >= 3


def test_a_fold_doubles_the_stable_manifold():
    # x -> 1 - 2 |x| on itself, y contracted: the stable set of x = 1/3 is all its preimages, lines x = const.
    system = db.Map({"x": "1 - 2*Abs(x)", "y": "y/2"})
    point = next(p for p in db.find_fixed_points(system, box=[[-2, 2]] * 2) if p.x[0] > 0)
    manifold = trace_manifold(system, point, "stable", box=[[-0.9, 0.9], [-0.5, 0.5]], length=12)
    assert manifold.attached == 2
    lines = {round(float(branch[:, 0].mean()), 9) for branch in manifold.branches}
    assert {0.333333333, -0.333333333, 0.666666667, -0.666666667} <= lines
    for branch in manifold.branches:
        assert np.ptp(branch[:, 0]) < 1e-12
    assert "there are more" in manifold.note


def test_the_stable_set_of_a_cycle():
    # -1/5 -> 3/5 -> -1/5, each a line x = const; their other preimages are 1/5 and -3/5, +-2/5, ...
    system = db.Map({"x": "1 - 2*Abs(x)", "y": "y/2"})
    cycle = refine_cycle(system, [-0.2, 0.0], 2)
    manifold = trace_manifold(system, cycle, "stable", box=[[-0.9, 0.9], [-0.5, 0.5]], length=6)
    assert manifold.attached == 4
    for branch, x in zip(manifold.branches, np.repeat(cycle.points[:, 0], 2), strict=False):
        assert np.abs(branch[:, 0] - x).max() < 1e-12
    lines = {round(float(branch[:, 0].mean()), 9) for branch in manifold.branches}
    assert {-0.6, -0.2, 0.2, 0.4, 0.6} <= lines
    assert manifold.error < 1e-12
    assert manifold.delta < 1e-9


#: Networks whose stable sets wind into a repelling state; the preimages shrink to it, and do not end.
WINDING = {
    "two units": (db.PLRNN([0.25, 0.19], [[-1.21, -2.57], [-2.74, -0.36]], [1, 0.6]), [0.92292424, 0.01311497]),
    "six units": (
        db.PLRNN.shallow(
            [0.185, 0.756],
            [[1.087, -0.885, -0.872, 0.173, 0.01, -1.512], [-0.918, -0.674, 0.008, -0.874, 1.941, 0.239]],
            [[1.178, 0.298], [0.212, 0.703], [-0.375, -1.846], [0.41, -0.778], [1.284, -0.935], [0.123, 0.0]],
            [-0.597, -0.411],
            [-0.205, 0.151, 0.23, 0.022, -0.038, -2.253],
        ),
        [156.533604, 49.417039],
    ),
}


@pytest.mark.parametrize("name", WINDING)
def test_what_winds_into_a_repeller_ends_there(name):
    network, at = WINDING[name]
    cycle = refine_cycle(network, at, 2)
    repelling = next(c for c in db.find_cycles(network, periods=2) if c.stability == (0, 0, 2)).points
    points = np.concatenate([cycle.points, repelling])
    low, high = points.min(axis=0), points.max(axis=0)
    box = np.stack([low - np.ptp(points), high + np.ptp(points)], axis=-1)
    start = time.process_time()
    manifold = trace_manifold(network, cycle, "stable", box=box)
    assert time.process_time() - start < 5, "minutes before: thousands of preimages of no extent were joined"
    for x in repelling:
        assert min(np.linalg.norm(branch - x, axis=1).min() for branch in manifold.branches) < 1e-9 * np.ptp(points)
    assert max(map(len, manifold.branches)) < 500


def test_ends_of_one_short_line_are_not_joined():
    pieces = [np.array([[0.0, 1e-12], [0.0, 0.0]]), np.array([[1e-12, 1.0], [0.0, 0.0]])]
    attached, others = joined([], pieces, 1e-9)
    assert attached == []
    assert len(others) == 1
    np.testing.assert_array_equal(np.sort(others[0][0]), [0, 1e-12, 1])


def test_polylines_are_joined_at_their_ends():
    starts = [np.array([[0.0, 1.0], [0.0, 0.0]])]
    pieces = [
        np.array([[3.0, 2.0], [0.0, 0.0]]),
        np.array([[1.0, 2.0], [1e-12, 0.0]]),
        np.array([[5.0, 6.0], [5.0, 5.0]]),
    ]
    attached, others = joined(starts, pieces, 1e-9)
    np.testing.assert_allclose(attached[0], [[0, 1, 2, 3], [0, 0, 0, 0]], atol=1e-9)
    assert len(others) == 1
    np.testing.assert_array_equal(others[0], pieces[2])
