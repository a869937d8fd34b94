"""Both sides agree on every border: exactly, for every system that is recognised."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from flint import fmpq_mat

import dynbench as db
from dynbench.piecewise import agree_on_border, piecewise_linear

WEIGHTS = np.random.default_rng(5).normal(size=(3, 3))
SYSTEMS = {
    "rate": db.RNN(WEIGHTS, 0.3, activation="relu"),
    "activation": db.RNN(WEIGHTS, 0.3, activation="relu", form="activation"),
    "nested": db.ODE({"x": "Max(x, Abs(y)) - 1", "y": "-x + Min(y, 2*x, 1)"}),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_border_of_a_recognised_system_can_be_slid_along(name):
    exact = piecewise_linear(SYSTEMS[name]).exact
    for pattern in product([False, True], repeat=exact.units):
        assert all(agree_on_border(exact, pattern, unit) for unit in range(exact.units))


class Jumping:
    """A form whose regions do not agree, as no declaration gives."""

    def __init__(self, exact):
        self.exact, self.dimension = exact, exact.dimension

    def region(self, pattern):
        region = self.exact.region(pattern)
        return replace(region, c=region.c + fmpq_mat(self.dimension, 1, [int(pattern[0])] * self.dimension))


def test_a_jump_is_seen():
    exact = piecewise_linear(SYSTEMS["rate"]).exact
    assert not agree_on_border(Jumping(exact), (True, False, True), 0)
    assert agree_on_border(Jumping(exact), (True, False, True), 1)
