"""The list of proved roots: one entry a root, neighbourhoods in which it is alone, the region."""

from __future__ import annotations

import numpy as np
import pytest

from dynbench.fixed_points.search.root_list import RootList
from dynbench.symbolic.intervals import Interval
from dynbench.systems import ODE

SYSTEM = ODE({"x": "x^3 - x", "y": "y - x"})  # roots (-1, -1), (0, 0), (1, 1)
PLANE = Interval([[-9.0, -9.0]], [[9.0, 9.0]])


def around(*roots, radius):
    center = np.array(roots, dtype=float)
    return Interval(center - radius, center + radius)


@pytest.fixture
def roots():
    known = RootList(2)
    known.add(SYSTEM, around([1, 1], [0, 0], radius=0.05), around([1, 1], [0, 0], radius=0.01))
    return known


def test_enclosures_are_tight_and_hold_the_roots(roots):
    found = roots.enclosures(SYSTEM, PLANE)
    assert found.shape == (2, 2)
    assert found.width.max() < 1e-14
    for i, root in enumerate(([1, 1], [0, 0])):
        assert np.all((found.lo[i] <= root) & (root <= found.hi[i]))


def test_the_same_root_is_listed_once(roots):
    roots.add(SYSTEM, around([1.01, 1.01], radius=0.05), around([1, 1], radius=0.02))
    roots.add(SYSTEM, around([-1, -1], radius=0.05), around([-1, -1], radius=0.02))
    assert len(roots.enclosures(SYSTEM, PLANE)) == 3


def test_roots_outside_the_region_are_dropped_and_those_on_its_faces_are_kept(roots):
    assert len(roots.enclosures(SYSTEM, Interval([[0.5, 0.5]], [[2.0, 2.0]]))) == 1
    assert len(roots.enclosures(SYSTEM, Interval([[0.0, 0.0]], [[1.0, 1.0]]))) == 2
    assert len(roots.enclosures(SYSTEM, Interval([[1e-9, 0.0]], [[1.0, 1 - 1e-9]]))) == 0
    union = Interval([[0.9, 0.9], [-0.1, -0.1]], [[1.1, 1.1], [0.1, 0.1]])
    assert len(roots.enclosures(SYSTEM, union)) == 2
    assert RootList(2).enclosures(SYSTEM, PLANE).shape == (0, 2)


def test_settled_boxes_hold_no_other_root(roots):
    # The neighbourhoods have grown, but no further than other roots and singular Jacobians (x = 3**-0.5).
    settled = roots.settles(around([1.0, 1.0], [0.07, 0.0], [1.0, 0.5], [-1, -1], [0.5, 0.5], radius=0.01))
    np.testing.assert_array_equal(settled[[0, 1, 3]], [True, True, False])
    assert not roots.settles(around([0.58, 0.58], radius=0.01)).any()
    assert not roots.settles(around([0.5, 0.5], radius=0.6)).any()
