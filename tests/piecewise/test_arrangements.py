"""Cells of arrangements of points, lines and planes, against linear programs."""

from __future__ import annotations

import numpy as np
import pytest

from dynbench.piecewise import PiecewiseLinear
from dynbench.piecewise.arrangements import cells, spread
from dynbench.piecewise.regions import _by_programs


def patterns(found):
    assert len(np.unique(found, axis=0)) == len(found)
    return {tuple(p) for p in found.tolist()}


@pytest.mark.parametrize("states", [1, 2, 3])
@pytest.mark.parametrize("degenerate", ["", "coincident", "through one place"])
def test_cells_are_those_of_linear_programs(states, degenerate):
    rng = np.random.default_rng(0)
    for _ in range(8 if states < 3 else 1):
        G, g = rng.normal(size=(6, states)).round(1) + 0.01, rng.normal(size=6).round(1)
        if degenerate == "coincident":
            G[1], g[1], G[2], g[2] = -2 * G[0], -2 * g[0], 3 * G[0], 3 * g[0]
            G[3], g[3] = 0.0, -1.0
        elif degenerate:
            g[3:] = G[3:] @ np.full(states, 0.3)
        zero = np.zeros((6, 6))
        form = PiecewiseLinear("map", np.eye(states), zero[:states], G, np.zeros(states), g, zero, lambda: None)
        assert patterns(cells(G, g)) == patterns(_by_programs(form, 4096))


def test_planes_that_are_nearly_parallel_are_left_to_linear_programs():
    normal = np.random.default_rng(2).normal(size=(5, 3))
    assert spread(normal)
    assert spread(np.vstack([normal, -3 * normal[:1], np.zeros((1, 3))]))
    assert not spread(np.vstack([normal, normal[0] + [1e-6, 0, 0]]))


def test_borders_in_general_position():
    rng = np.random.default_rng(1)
    assert len(cells(rng.normal(size=(40, 2)), rng.normal(size=40))) == 1 + 40 + 40 * 39 // 2
    assert len(cells(rng.normal(size=(12, 3)), rng.normal(size=12))) == 1 + 12 + 66 + 220
    assert len(cells(rng.normal(size=(40, 1)), rng.normal(size=40))) == 41
    assert patterns(cells(np.zeros((2, 2)), np.array([1.0, -1.0]))) == {(True, False)}


@pytest.mark.parametrize("offsets", [[0.0, -1e-11, -1.0], [-5000.0, -5050.0, -1e12]])
def test_thin_cells_are_told_by_where_they_are(offsets):
    """Beside the farthest border the strip between the first two is nothing."""
    thin = {(False,) * 3, (True, False, False), (True, True, False), (True,) * 3}
    line, level = np.ones((3, 1)), np.array(offsets)
    assert patterns(cells(line, level)) == thin
    plane = np.vstack([np.column_stack([line, np.zeros(3)]), [[0.0, 1.0]]])
    assert {p[:3] for p in patterns(cells(plane, np.append(level, offsets[2])))} == thin
