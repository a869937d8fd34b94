"""Where Newton's method converges in doubles though no fixed point is there, or many lie side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import dynbench as db
from dynbench.fixed_points.certificates import excluded
from dynbench.fixed_points.large.newton import newton_from
from dynbench.fixed_points.newton import damped_newton
from dynbench.fixed_points.phantoms import is_determined, is_phantom
from dynbench.fixed_points.search import NetworkPlan
from dynbench.fixed_points.search.pool import Pool

WEIGHTS = Path(__file__).parents[2] / "gallery" / "models" / "gru_two_bits.npz"


@pytest.fixture(scope="module")
def gru() -> db.Map:
    return db.networks.from_state_dict(WEIGHTS, cell="gru", inputs=0)


def shut() -> db.Map:
    """A map of one state whose gate is shut far out: x - (x - 1) e^(-x^2); its fixed point is 1 alone."""
    return db.Map({"x": "x - (x - 1)*exp(-x^2)"})


@pytest.mark.parametrize("x", [7.0, 20.0, 40.0, -30.0])
def test_a_shut_gate_is_a_phantom_of_a_root(x):
    system = shut()
    assert np.abs(system.residual(np.array([x]))).max() < 1e-16
    assert is_phantom(system, np.array([x]))
    assert excluded(system, [x], 1e-6)


@pytest.mark.parametrize("x", [40.0, -30.0])
def test_newton_from_a_phantom_has_not_converged(x):
    assert damped_newton(shut(), np.array([[x]]))[1].all()
    assert not newton_from(shut(), np.array([[x]]))[1].any()


def test_a_root_is_none():
    system = shut()
    assert is_determined(system, np.array([1.0]))
    assert not is_phantom(system, np.array([1.0]))
    assert not excluded(system, [1.0 + 1e-9], 1e-8)
    assert excluded(system, [1.0 + 1e-9], 1e-10)


def test_a_multiple_root_is_not_determined_but_no_phantom():
    cubic = db.ODE({"x": "-x^3"})
    assert not is_determined(cubic, np.array([1e-9]))
    assert not is_phantom(cubic, np.array([1e-9]))
    assert Pool(cubic, odd=True).add(np.array([1e-9]))


def test_the_plan_joins_nothing_and_invents_nothing_on_a_gated_map(gru):
    """The gates of this GRU are shut outside of the cube; before they were refuted, 1325 candidates came of it."""
    found = NetworkPlan(budget=30).search(gru, rng=np.random.default_rng(0))
    assert len(found.candidates) == 9
    assert np.abs(found.candidates).max() < 1
    points = db.find_fixed_points(gru, search=NetworkPlan(budget=30), rng=1)
    assert points.by_index == {0: 4, 1: 4, 2: 1}
    assert points.index_sum == 1


def test_a_line_of_attractors_does_not_fill_the_pool():
    line = np.zeros((12, 12))
    line[0, 0] = 1
    found = NetworkPlan(budget=20).search(db.RNN(line, activation="linear"), rng=np.random.default_rng(0))
    assert 0 < len(found.candidates) <= 32
    assert np.abs(found.candidates[:, 1:]).max() < 1e-9
    assert "added nothing" in found.argument
