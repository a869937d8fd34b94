"""The linear complementarity problem of periodic points."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.piecewise import piecewise_linear
from dynbench.piecewise.complementarity import complementarity

from .known import LOZI, network, shallow

NESTED = db.Map({"x": "0.3*Max(x, Abs(y) - 1) + 1", "y": "Min(x, Abs(Abs(x) - 1)) - y/3"})
FLOW = db.ODE({"x": "1 - Abs(x) - y/3", "y": "x - y + relu(x - 1)/2"})
SINGULAR = db.PLRNN([1.0, 0.5], [[-0.5, 0.25], [0.5, -1.0]], [0.3, 0.1])


@pytest.mark.parametrize("period", [1, 2, 3])
@pytest.mark.parametrize(
    "system", [LOZI, network(4, 0), shallow(np.random.default_rng(0), 3, 2), NESTED, FLOW, SINGULAR], ids=str
)
def test_every_word_has_one_solution_the_one_of_its_affine_maps(system, period):
    form = piecewise_linear(system)
    period = 1 if form.kind == "flow" else period
    problem = complementarity(form, period)
    assert 0 < problem.error < 1e-12
    rng = np.random.default_rng(1)
    for _ in range(20):
        active = rng.random(problem.size) < 0.5
        word = problem.words(active)
        assert np.array_equal(problem.active(word), active)
        basis = np.where(active, -problem.N, np.eye(problem.size))
        if abs(np.linalg.det(basis)) < 1e-9:
            continue
        x = np.linalg.solve(basis, problem.b)
        region = form.region(word)
        z = _periodic_point(form, region)
        margins = []
        for J, c, G, g in zip(*region, strict=True):
            margins.append(G @ z + g)
            z = J @ z + c
        # x is s where s may be positive, else t: for a real orbit the signs of the margins agree with the word.
        expected = np.array(margins).ravel() * np.where(word.ravel(), 1.0, -1.0)
        clear = np.abs(expected) > 1e-9
        assert np.array_equal(x[clear] > 0, expected[clear] > 0)


def _periodic_point(form, region):
    if form.kind == "flow":
        return np.linalg.solve(-region.J[0], region.c[0])
    matrix, constant = np.eye(form.dimension), np.zeros(form.dimension)
    for J, c in zip(region.J, region.c, strict=True):
        matrix, constant = J @ matrix, J @ constant + c
    return np.linalg.solve(np.eye(form.dimension) - matrix, constant)


def test_another_base_pattern_where_the_linear_part_is_singular():
    assert complementarity(piecewise_linear(SINGULAR)).base.any()
    assert not complementarity(piecewise_linear(LOZI)).base.any()


def test_none_where_every_region_is_singular():
    assert complementarity(piecewise_linear(db.Map({"x": "x + 1", "y": "relu(y)/2 - y/3"}))) is None
