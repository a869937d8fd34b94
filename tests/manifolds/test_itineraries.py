"""Crossings of manifolds and the words of their orbits, against orbits followed from the crossings."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.manifolds.itineraries import UnstableLine, itineraries
from dynbench.manifolds.meetings import local_meetings, planar_meetings
from dynbench.manifolds.saddles import read_saddle
from dynbench.piecewise import piecewise_linear


@pytest.fixture(scope="module")
def lozi():
    """The Lozi map, its saddle X on the right, the sides of its unstable manifold, and its stable one."""
    system = db.Map({"x": "1 - 17*Abs(x)/10 + y", "y": "x/2"})
    point = db.find_fixed_points(system)[1]
    saddle = read_saddle(piecewise_linear(system), point, "point")
    lines = [UnstableLine(saddle, 0, b) for b in db.trace_manifold(system, point, "unstable", length=10.0).branches]
    return system, saddle, lines, db.trace_manifold(system, point, "stable", length=10.0)


def test_what_a_line_says_of_preimages_is_so(lozi):
    """One turn maps the state at the origin of a position to the state at that position, on the other side here."""
    system, _, (first, second), _ = lozi
    assert {first.side, second.side} == {1, -1}
    positions = np.linspace(0.01, 0.99, 60) * min(second.position[-1], first.after[-1])
    np.testing.assert_allclose(system(first.states(first.origins(positions))), second.states(positions), atol=1e-12)
    assert np.isnan(first.origins(np.array([1.01 * first.after[-1]]))).all()


def test_planar_meetings_are_on_both_curves(lozi):
    _, _, lines, stable = lozi
    corners = np.concatenate([np.stack([b[:-1], b[1:]], axis=1) for b in stable.branches])
    for line in lines:
        met = planar_meetings(line, stable)
        assert len(met.segment) > 3
        assert (np.diff(met.segment + met.share) > 0).all()
        for state in line.states(line.at(met.segment, met.share)):
            start, step = corners[:, 0], corners[:, 1] - corners[:, 0]
            share = np.clip(((state - start) * step).sum(axis=1) / (step**2).sum(axis=1), 0, 1)
            assert np.linalg.norm(start + share[:, None] * step - state, axis=1).min() < 1e-10


def test_local_meetings_are_on_the_local_stable_manifold(lozi):
    """There the unstable coordinate vanishes, and orbits come nearer to the saddle at every step."""
    system, saddle, lines, _ = lozi
    for line in lines:
        met = local_meetings(line, saddle)
        states = line.states(line.at(met.segment, met.share))
        assert len(states)
        assert np.abs(saddle.heights(states, 0)).max() < 1e-12
        distances = [np.linalg.norm(db.integrate(system, s, 6).x - saddle.points[0], axis=1) for s in states]
        assert all((np.diff(d) < 0).all() for d in distances)


def test_the_words_are_those_of_the_orbits(lozi):
    """Followed in doubles for a few steps from the crossing on, before rounding has grown."""
    system, saddle, lines, stable = lozi
    form = piecewise_linear(system)
    for line in lines:
        met = planar_meetings(line, stable)
        positions = line.at(met.segment, met.share)
        found = itineraries(lines, line, positions, saddle)
        assert found.known.all()
        for i, state in enumerate(line.states(positions)):
            ahead = found.words[i, found.here[i] :][:8]
            orbit = db.integrate(system, state, 8).x[: len(ahead)]
            assert (form.pattern(orbit) == ahead).all()
            assert (found.words[i, : found.begin[i]] == saddle.word[0]).all()
            assert (found.words[i, found.end[i] :] == saddle.word[0]).all()
