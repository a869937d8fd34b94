"""Exact manifolds of piecewise-linear maps that are curves: known answers, invariance, excursions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dynbench as db
from dynbench.cycles import refine_cycle
from dynbench.flow.polylines import arclength, distances
from dynbench.manifolds import exact_curves, trace_manifold
from dynbench.manifolds.seeds import Anchor, Seed
from dynbench.piecewise import piecewise_linear

ROOT = np.sqrt(489)
LOZI = db.Map({"x": "1 - a*Abs(x) + y", "y": "b*x"}, {"a": 1.7, "b": 0.5})
PLANE = db.PLRNN([0.9, 0.8], [[0, -0.4], [-0.6, 0]], [1, 0.7])


@pytest.fixture(scope="module")
def lozi():
    left, right = db.find_fixed_points(LOZI, box=[[-3, 3]] * 2)
    return left, right


def saddle_of(system, half):
    return next(p for p in db.find_fixed_points(system, box=[[-half, half]] * 2) if p.kind.saddle)


def early(branch, length):
    """The states of a branch up to an arclength."""
    return branch[np.append(0, np.cumsum(np.linalg.norm(np.diff(branch, axis=0), axis=1))) <= length]


def test_known_corners_of_the_lozi_map(lozi):
    _, right = lozi
    unstable = trace_manifold(LOZI, right, "unstable", length=20)
    stable = trace_manifold(LOZI, right, "stable", length=20)
    np.testing.assert_allclose(unstable.branches[0][1], [(37 + ROOT) / 44, 0], atol=1e-15)
    np.testing.assert_allclose(stable.branches[1][1], [0, -(7 + ROOT) / 44], atol=1e-15)
    for manifold in (unstable, stable):
        assert manifold.exact
        assert manifold.dimension == 1
        assert manifold.attached == len(manifold.branches) == 2
        assert 0 < manifold.error < 1e-13
        assert manifold.delta < 1e-6


def test_a_seed_with_a_negative_multiplier_ends_before_its_region(lozi):
    # In x < 0 the eigenline of Y goes on without end; the manifold leaves it at x = -4.0928.
    left, _ = lozi
    stable = trace_manifold(LOZI, left, "stable", length=20)
    bend = min((branch[1] for branch in stable.branches), key=lambda z: z[0])
    slope = 0.2556672194  # of the stable multiplier
    assert bend[0] == pytest.approx(-5 / 6 - 5 / 6 / slope, abs=1e-9)
    assert bend[0] == pytest.approx(-4.0928, abs=5e-5)
    seed = Seed.of(Anchor.of(piecewise_linear(LOZI), left), "stable", np.inf)
    assert seed.factor == pytest.approx(-1 / slope, rel=1e-9)


def test_the_known_basin_boundary_of_a_bistable_network():
    manifold = trace_manifold(PLANE, saddle_of(PLANE, 20), "stable", box=[[-20, 20]] * 2)
    crossing = next(branch[1] for branch in manifold.branches if len(branch) > 2)
    np.testing.assert_allclose(crossing, [0, 1.915961009009], atol=1e-12)
    assert "2^2 regional determinants" in manifold.method


@pytest.mark.parametrize("which", ["unstable", "stable"])
@pytest.mark.parametrize("number", [0, 1])
def test_the_manifolds_of_the_lozi_map_are_invariant(lozi, which, number):
    manifold = trace_manifold(LOZI, lozi[number], which, length=40)
    for branch in manifold.branches:
        assert arclength(branch) == pytest.approx(40, rel=1e-12)
    inner = [early(branch, 15 if which == "unstable" else 40) for branch in manifold.branches]
    whole = np.concatenate([manifold.branches[0][::-1], manifold.branches[1][1:]])
    corners = np.concatenate(inner)
    between = np.concatenate([(branch[1:] + branch[:-1]) / 2 for branch in inner])
    assert len(corners) >= 8
    assert distances(LOZI(np.concatenate([corners, between])), whole).max() < 1e-12


def test_orbits_on_the_manifolds_go_where_they_should(lozi):
    left, right = lozi
    for point in (left, right):
        stable = trace_manifold(LOZI, point, "stable", length=30)
        for branch in stable.branches:
            assert np.linalg.norm(db.integrate(LOZI, branch[:6], 12).final - point.x, axis=-1).max() < 1e-3
        unstable = trace_manifold(LOZI, point, "unstable", length=10)
        for branch in unstable.branches:
            z = branch[1:]
            for _ in range(12):  # the inverse of the Lozi map
                x = 2 * z[:, 1]
                z = np.column_stack([x, z[:, 0] - 1 + 1.7 * np.abs(x)])
            assert np.linalg.norm(z - point.x, axis=-1).max() < 0.05


@pytest.mark.parametrize("period", [2, 4, 6])
@pytest.mark.parametrize("which", ["unstable", "stable"])
def test_cycles_have_two_branches_at_each_point(period, which):
    cycle = next(
        c
        for z in np.random.default_rng(period).uniform(-0.5, 0.5, (200, 2))
        if (c := refine_cycle(LOZI, db.integrate(LOZI, z, 30).final, period)) is not None and c.period == period
    )
    manifold = trace_manifold(LOZI, cycle, which, length=25)
    assert manifold.cycle is cycle
    assert len(manifold.branches) == manifold.attached == 2 * period
    for i in range(period):
        following = (i + 1) % period
        whole = np.concatenate(
            [manifold.branches[2 * following][::-1], manifold.branches[2 * following + 1][1:]],
        )
        for side in (0, 1):
            branch = manifold.branches[2 * i + side]
            np.testing.assert_array_equal(branch[0], cycle.points[i])
            part = early(branch, 4 if which == "unstable" else 15)
            assert distances(LOZI(part), whole).max() < 1e-11
    assert manifold.error < 1e-12


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_unstable_manifolds_of_random_networks_are_invariant(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    network = db.PLRNN(rng.uniform(0.2, 0.9, n), rng.normal(size=(n, n)), rng.normal(size=n))
    form = piecewise_linear(network)
    patterns = rng.random((64, n)) < 0.5
    points = form.fixed_state(patterns)
    for x, pattern in zip(points, patterns, strict=True):
        if not np.isfinite(x).all() or (form.pattern(x) != pattern).any() or np.abs(x).min() < 1e-6:
            continue
        values = np.linalg.eigvals(form.region(pattern).J)
        if (np.abs(values) > 1).sum() != 1 or np.abs(np.abs(values) - 1).min() < 1e-2:
            continue
        manifold = trace_manifold(network, refine_cycle(network, x, 1), "unstable", length=20)
        whole = np.concatenate([manifold.branches[0][::-1], manifold.branches[1][1:]])
        inner = np.concatenate(
            [early(branch, 20 / np.linalg.norm(form.region(~pattern).J) / 20) for branch in manifold.branches]
        )
        scale = 1 + np.abs(whole).max()
        assert distances(network(inner), whole).max() < 1e-11 * scale
        assert manifold.error < 1e-11 * scale
        return


def test_a_branch_that_leaves_the_box_is_continued_where_it_comes_back(lozi):
    _, right = lozi
    # The box, grown by its size, is far smaller than the attractor.
    narrow = trace_manifold(LOZI, right, "unstable", box=[[0.4, 0.5], [0.2, 0.3]], length=0.5)
    wide = trace_manifold(LOZI, right, "unstable", length=200)
    for one, whole in zip(narrow.branches, wide.branches, strict=True):
        assert distances(one, whole).max() < 1e-12
        grown = np.array([[0.3, 0.6], [0.1, 0.4]])
        outside = ((one < grown[:, 0]) | (one > grown[:, 1])).any(axis=1)
        assert outside[: len(one) // 2].any()  # it was outside long before its end
        assert not outside[-1]


def test_a_million_corners_are_kept(lozi):
    _, right = lozi
    manifold = trace_manifold(LOZI, right, "unstable", length=8e5)
    assert sum(map(len, manifold.branches)) > 1_000_000
    assert manifold.error < 1e-13
    attractor = db.integrate(LOZI, [0.1, 0.1], 20_000).x[100:]
    low, high = attractor.min(axis=0) - 0.05, attractor.max(axis=0) + 0.05
    assert all(((branch >= low) & (branch <= high)).all() for branch in manifold.branches)


def test_fifteen_states():
    rng = np.random.default_rng(728)
    A = rng.uniform(0.2, 0.8, 15)
    W = rng.normal(size=(15, 15)) * rng.uniform(0.3, 1) / np.sqrt(15)
    network = db.PLRNN(A, W, rng.normal(size=15) * 0.3)
    form = piecewise_linear(network)
    patterns = rng.random((500, 15)) < 0.5
    points = form.fixed_state(patterns)
    x = next(z for z, p in zip(points, patterns, strict=True) if (form.pattern(z) == p).all())
    manifold = trace_manifold(network, refine_cycle(network, x, 1), "unstable", box=[[-20, 20]] * 15)
    whole = np.concatenate([manifold.branches[0][::-1], manifold.branches[1][1:]])
    longer = max(manifold.branches, key=len)
    inner = longer[: len(longer) // 2]  # the images of later ones are beyond the box
    assert len(inner) > 20
    assert distances(network(inner), whole).max() < 1e-11
    assert manifold.error < 1e-11


def test_what_is_refused(lozi):
    tent = db.Map({"x": "2*Abs(x) - y", "y": "x/3"})
    origin = next(p for p in db.find_fixed_points(tent, box=[[-1, 1]] * 2) if not p.x.any())
    with pytest.raises(db.errors.InputError, match="lies on a switching border"):
        trace_manifold(tent, origin, "unstable")
    attracting = next(p for p in db.find_fixed_points(PLANE, box=[[-20, 20]] * 2) if p.kind.attracting)
    with pytest.raises(db.errors.InputError, match="has no unstable direction"):
        trace_manifold(PLANE, attracting, "unstable")
    turning = db.Map({"x": "y + Max(x - 5, 0)", "y": "-x"})
    center = next(p for p in db.find_fixed_points(turning, box=[[-1, 1]] * 2))
    with pytest.raises(db.errors.InputError, match="multiplier on the unit circle"):
        trace_manifold(turning, center, "unstable")
    smooth = db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"})
    cycle = refine_cycle(smooth, [0.5, 0.2], 1)
    with pytest.raises(db.errors.InputError, match="not recognised as a piecewise-linear map"):
        trace_manifold(smooth, cycle, "unstable")
    dead = db.Map({"x": "2*x + Max(x - 5, 0)", "y": "x/10"})
    with pytest.raises(db.errors.InputError, match="the stable multiplier of the point is 0"):
        trace_manifold(dead, saddle_of(dead, 1), "stable")


def test_the_record_shows_both_errors(lozi):
    manifold = trace_manifold(LOZI, lozi[1], "unstable", length=5)
    assert "exact, error=" in repr(manifold)
    html = manifold._repr_html_()
    assert "transversal error" in html
    assert "delta" in html


def test_a_stable_curve_of_fifteen_states_by_following_paths():
    rng = np.random.default_rng(4)
    network = db.PLRNN([0.5, *[1.3] * 14], 0.3 * rng.normal(size=(15, 15)) / np.sqrt(15), rng.normal(size=15))
    point = next(
        c for x in rng.normal(size=(40, 15)) if (c := refine_cycle(network, x, 1)) is not None and c.stability[0] == 1
    )
    manifold = trace_manifold(network, point, "stable", length=60)
    assert "2^15 regional determinants" in manifold.method
    assert sum(map(len, manifold.branches)) > 10
    whole = np.concatenate([manifold.branches[0][::-1], manifold.branches[1][1:]])
    assert distances(network(whole), whole).max() < 1e-10
    assert manifold.error < 1e-11


def test_the_text_of_a_manifold_that_was_given_up_says_so(monkeypatch):
    saddle = db.find_fixed_points(LOZI)[1]
    monkeypatch.setattr(exact_curves, "_MOST_NUMBERS", 500)
    manifold = trace_manifold(LOZI, saddle, "unstable", length=1e9)
    assert manifold.note.startswith("given up after")
    assert repr(manifold).endswith(f"; {manifold.note})")
