"""The box that a leaky network enters: in every form in which it can be declared, and only where there is one."""

from __future__ import annotations

import numpy as np
import pytest

from dynbench.fixed_points.bounds import global_box
from dynbench.fixed_points.find import find_fixed_points
from dynbench.fixed_points.search import Relax
from dynbench.networks import RNN


def weights(n):
    return 1.5 * np.random.default_rng(1).normal(size=(n, n)) / np.sqrt(n)


@pytest.mark.parametrize("form", ["rate", "activation"])
@pytest.mark.parametrize("tau", [0.01, 1.0, 10.0])
def test_the_time_constant_does_not_matter(form, tau):
    w = weights(40)
    bounds = global_box(RNN(w, 0.2, leak=0.5, tau=tau, form=form))
    driven = np.abs(w).sum(1).max() + 0.2 if form == "rate" else 1.0
    assert bounds.entered[:, 1] == pytest.approx(driven / 0.5, rel=0.02)
    corners = np.random.default_rng(0).choice([-1.0, 1.0], (50, 40)) * bounds.entered[:, 1]
    assert (RNN(w, 0.2, leak=0.5, tau=tau, form=form)(corners) * corners < 0).all()


def test_the_index_sum_of_a_slow_network_is_known():
    points = find_fixed_points(RNN(weights(40), tau=10.0), search=Relax(count=2, duration=20.0), rng=0, certify=False)
    assert points.expected_index_sum == 1


@pytest.mark.parametrize("network", [{"leak": -1.0}, {"leak": 0.0}, {"activation": "relu"}, {"activation": "linear"}])
def test_what_does_not_leak_or_is_not_bounded_enters_no_box(network):
    assert not global_box(RNN(weights(40), tau=10.0, **network)).inward
