"""Stable and unstable manifolds that are curves, against known ones."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.manifolds import trace_manifold


def saddle_of(system, box):
    return next(p for p in db.find_fixed_points(system, box=box) if p.kind.saddle)


def test_a_saddle_with_known_manifolds():
    # x' = x, y' = -y + x^2: the unstable manifold is y = x^2 / 3, the stable one the y axis.
    system = db.ODE({"x": "x", "y": "-y + x^2"})
    point = saddle_of(system, [[-1, 1]] * 2)
    unstable = trace_manifold(system, point, "unstable", box=[[-1, 1]] * 2)
    assert len(unstable.branches) == 2
    for branch, side in zip(unstable.branches, (1, -1), strict=True):
        np.testing.assert_array_equal(branch[0], point.x)
        assert len(branch) <= 400
        assert np.sign(branch[-1, 0]) == side
        assert np.abs(branch[:, 1] - branch[:, 0] ** 2 / 3).max() <= unstable.error
    assert max(np.abs(b).max() for b in unstable.branches) > 2.9
    stable = trace_manifold(system, point, "stable", box=[[-1, 1]] * 2)
    for branch in stable.branches:
        assert np.abs(branch[:, 0]).max() < 1e-9
    assert 0 <= unstable.error < 1e-4
    assert not unstable.exact


def test_the_unstable_manifold_of_jangs_saddle_ends_in_the_nodes():
    system = db.ODE({"x": "(1 - x^2)*y", "y": "x/2 - y"})
    point = saddle_of(system, [[-3, 3]] * 2)
    found = trace_manifold(system, point, "unstable", box=[[-3, 3]] * 2)
    for branch, side in zip(found.branches, (1, -1), strict=True):
        np.testing.assert_allclose(branch[-1], [side, side / 2], atol=1e-4)


def test_length_is_kept():
    system = db.ODE({"x": "x", "y": "-y"})
    point = saddle_of(system, [[-1, 1]] * 2)
    found = trace_manifold(system, point, "unstable", length=2.0, box=[[-100, 100]] * 2)
    for branch in found.branches:
        assert 1.5 < np.linalg.norm(np.diff(branch, axis=0), axis=1).sum() <= 2.0 + 1e-9


def test_the_stable_manifold_of_the_lorenz_origin_is_a_surface():
    lorenz = db.ODE({"x": "10*(y - x)", "y": "28*x - y - x*z", "z": "x*y - 8*z/3"})
    origin = next(p for p in db.find_fixed_points(lorenz, box=[[-1, 1]] * 3) if not p.x.any())
    found = trace_manifold(lorenz, origin, "unstable", length=300.0, box=[[-30, 30], [-30, 30], [0, 60]])
    # The two branches are mirror images under (x, y) -> (-x, -y) until chaos has magnified rounding.
    one, two = (b[np.cumsum(np.linalg.norm(np.diff(b, axis=0, prepend=b[:1]), axis=1)) < 60] for b in found.branches)
    count = min(len(one), len(two))
    np.testing.assert_allclose(one[:count], two[:count] * [-1, -1, 1], atol=0.5)
    with pytest.raises(db.errors.InputError, match="2 stable and 0 central"):
        trace_manifold(lorenz, origin, "stable")


def test_the_henon_attractor():
    henon = db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"})
    point = next(p for p in db.find_fixed_points(henon, box=[[0, 1]] * 2))
    found = trace_manifold(henon, point, "unstable", length=30.0, box=[[-2, 2], [-1, 1]])
    assert len(found.branches) == 2
    orbit = db.integrate(henon, [0.1, 0.1], 2000).x[100:]
    for branch in found.branches:
        assert 2 < np.linalg.norm(np.diff(branch, axis=0), axis=1).sum() <= 30
        # The manifold lies in the attractor's closure: states of a long orbit are near all of it.
        gaps = np.linalg.norm(branch[:, None] - orbit[None], axis=-1).min(axis=1)
        assert np.median(gaps) < 0.01
    with pytest.raises(db.errors.InputError, match="needs the inverse"):
        trace_manifold(henon, point, "stable")


def test_a_map_with_a_known_manifold():
    # x -> 2x, y -> y/2 + x^2: y = 2 x^2 / 7 is invariant.
    system = db.Map({"x": "2*x", "y": "y/2 + x^2"})
    point = saddle_of(system, [[-1, 1]] * 2)
    found = trace_manifold(system, point, "unstable", box=[[-1, 1]] * 2)
    for branch in found.branches:
        np.testing.assert_allclose(branch[:, 1], 2 * branch[:, 0] ** 2 / 7, atol=1e-5)
        assert np.abs(branch[-1, 0]) > 1.4


def test_bad_arguments():
    system = db.ODE({"x": "x", "y": "-y"})
    point = saddle_of(system, [[-1, 1]] * 2)
    for arguments, message in (
        ((system, point, "centre"), "which is 'centre'"),
        ((system, [0, 0], "stable"), "expected a FixedPoint"),
    ):
        with pytest.raises(db.errors.InputError, match=message):
            trace_manifold(*arguments)
    with pytest.raises(db.errors.InputError, match="length is -1"):
        trace_manifold(system, point, "stable", length=-1)
    center = db.ODE({"x": "y", "y": "-x"})
    with pytest.raises(db.errors.InputError, match="2 central"):
        trace_manifold(center, db.find_fixed_points(center, box=[[-1, 1]] * 2)[0], "stable")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1, 0, 3, None, "x", True])
def test_bad_tolerances(bad):
    system = db.ODE({"x": "x", "y": "-y"})
    point = saddle_of(system, [[-1, 1]] * 2)
    with pytest.raises(db.errors.InputError, match=r"^rtol is .*; expected a number above 0 and below 1"):
        trace_manifold(system, point, "unstable", rtol=bad)
    with pytest.raises(db.errors.InputError, match="length is True; it must be a positive, finite arclength"):
        trace_manifold(system, point, "unstable", length=True)


def test_a_manifold_shows_itself_in_a_few_words():
    system = db.ODE({"x": "x", "y": "-y + x^2"})
    found = trace_manifold(system, saddle_of(system, [[-1, 1]] * 2), "unstable", box=[[-1, 1]] * 2)
    one, two = map(len, found.branches)
    assert (
        repr(found) == f"Manifold(unstable, point=(0, 0), branches of {one} and {two} states, error={found.error:.2g})"
    )
    text = found._repr_html_()
    assert "<caption>Unstable manifold</caption>" in text
    assert "(0, 0)" in text
    assert f"{one}, {two}" in text
