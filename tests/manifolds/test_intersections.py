"""Crossings of polylines: against all pairs of segments, and where they are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.manifolds import intersections
from dynbench.manifolds.intersections import cells_passed, crossings


@pytest.fixture(autouse=True, scope="module")
def hashed():
    """The grid is used for few segments, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intersections, "_FEW", 0)
        yield


def brute_force(first, second):
    """Every pair of segments, by solving for both shares."""
    found = []
    for i in range(len(first) - 1):
        for j in range(len(second) - 1):
            a, b = first[i + 1] - first[i], second[j + 1] - second[j]
            det = a[0] * b[1] - a[1] * b[0]
            if det == 0:
                continue
            gap = second[j] - first[i]
            s, t = (gap[0] * b[1] - gap[1] * b[0]) / det, (gap[0] * a[1] - gap[1] * a[0]) / det
            if 0 <= s <= 1 and 0 <= t <= 1:
                found.append((i, j))
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(2, 60), st.sampled_from([1.0, 1e-6, 1e7]))
def test_all_crossings_and_no_others(seed, m, k, scale):
    rng = np.random.default_rng(seed)
    first, second = (
        scale * np.cumsum(rng.normal(size=(size, 2)) * rng.pareto(1.0, (size, 1)), axis=0) for size in (m, k)
    )
    found = crossings(first, second)
    assert sorted(zip(found.first.tolist(), found.second.tolist(), strict=True)) == brute_force(first, second)
    on_second = second[found.second] + found.share_second[:, None] * np.diff(second, axis=0)[found.second]
    assert np.allclose(found.states, on_second, rtol=0, atol=1e-9 * np.abs(np.concatenate([first, second])).max())
    places = found.first + found.share_first
    assert (np.diff(places) >= 0).all()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intersections, "_FEW", 10**9)
        unhashed = crossings(first, second)
    assert all(np.array_equal(a, b) for a, b in zip(found, unhashed, strict=True))


def test_a_crossing_at_a_corner_counts_once():
    stairs = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 1.0]])
    through_corner = np.array([[1.25, 2.0], [0.75, 0.0]])  # through (1, 1), the corner itself
    assert len(crossings(stairs, through_corner).first) == 1
    assert len(crossings(through_corner, stairs).first) == 1
    touching = np.array([[0.0, 1.0], [2.0, 1.0]])  # touches the corner (1, 1) from above, and ends before (3, 1)
    assert len(crossings(stairs, touching).first) in (0, 2)


def test_parallel_empty_and_interrupted_lines():
    line = np.array([[0.0, 0.0], [1.0, 0.0]])
    assert not len(crossings(line, line).first)
    assert not len(crossings(line, line + 5).first)
    assert not len(crossings(line, np.zeros((1, 2))).first)
    broken = np.array([[0.5, -1.0], [np.nan, np.nan], [0.5, 1.0], [0.2, -1.0]])
    assert crossings(line, broken).second.tolist() == [2]


def test_a_long_segment_among_short_ones():
    t = np.linspace(0, 200 * np.pi, 20_001)
    wave = np.stack([t, np.sin(t)], axis=1)
    axis = np.array([[-1.0, 1e-3], [700.0, 1e-3]])
    found = crossings(axis, wave)
    assert len(found.first) == 200
    assert np.allclose(found.states[:, 1], 1e-3, atol=1e-12)


def test_the_cells_of_a_line():
    column, row = cells_passed(np.array([[0.5, 0.5], [2.5, 1.2]]), (3, 3))
    assert set(zip(column.tolist(), row.tolist(), strict=True)) == {(0, 0), (1, 0), (1, 1), (2, 1)}
    assert not len(cells_passed(np.array([[5.0, 5.0], [6.0, 6.0]]), (3, 3))[0])
