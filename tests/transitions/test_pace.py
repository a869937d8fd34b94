"""How steep the field is, formed or estimated."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.transitions.pace import steepness


@pytest.mark.parametrize("n", [20, 400])
def test_of_many_states_steepness_is_an_estimate_without_jacobians(n):
    rng = np.random.default_rng(0)
    system = db.RNN(rng.normal(size=(n, n)) / np.sqrt(n))
    states = rng.normal(size=(3, n))
    exact = np.linalg.norm(system.jacobian_at(states), axis=(1, 2))
    np.testing.assert_allclose(steepness(system, states), exact, rtol=1e-12 if n == 20 else 0.2)
    assert steepness(system, states[:0]).shape == (0,)
