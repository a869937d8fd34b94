"""Cells of arrangements of points and lines, against linear programs."""

from __future__ import annotations

import numpy as np
import pytest

from dynbench.piecewise import PiecewiseLinear
from dynbench.piecewise.arrangements import cells
from dynbench.piecewise.regions import _by_programs


def patterns(found):
    assert len(np.unique(found, axis=0)) == len(found)
    return {tuple(p) for p in found.tolist()}


@pytest.mark.parametrize("states", [1, 2])
@pytest.mark.parametrize("degenerate", ["", "coincident", "through one place"])
def test_cells_are_those_of_linear_programs(states, degenerate):
    rng = np.random.default_rng(0)
    for _ in range(8):
        G, g = rng.normal(size=(6, states)).round(1) + 0.01, rng.normal(size=6).round(1)
        if degenerate == "coincident":
            G[1], g[1], G[2], g[2] = -2 * G[0], -2 * g[0], 3 * G[0], 3 * g[0]
            G[3], g[3] = 0.0, -1.0
        elif degenerate:
            g[3:] = G[3:] @ np.full(states, 0.3)
        zero = np.zeros((6, 6))
        form = PiecewiseLinear("map", np.eye(states), zero[:states], G, np.zeros(states), g, zero, lambda: None)
        assert patterns(cells(G, g)) == patterns(_by_programs(form, 4096))


def test_lines_in_general_position():
    rng = np.random.default_rng(1)
    assert len(cells(rng.normal(size=(40, 2)), rng.normal(size=40))) == 1 + 40 + 40 * 39 // 2
    assert len(cells(rng.normal(size=(40, 1)), rng.normal(size=40))) == 41
    assert patterns(cells(np.zeros((2, 2)), np.array([1.0, -1.0]))) == {(True, False)}
