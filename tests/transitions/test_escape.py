"""Orbits far away: infinity is the limit only where that is shown."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.transitions.escape import escape


def verdict(rates, start, kind=db.ODE):
    return escape(kind(rates), np.array(start), 20.0, 1e6)[:2]


@pytest.mark.parametrize("rate", ["x + x^3", "x^2 - 1", "x + x^7", "x + x^3/10^16"])
def test_superlinear_growth_blows_up(rate):
    kind, how, reason = escape(db.ODE({"x": rate}), np.array([1.5e6]), 20.0, 1e6)
    assert (kind, how) == ("infinity", "blow-up")
    assert float(reason.rsplit("= ", 1)[1]) == pytest.approx(20.0, abs=10)


@pytest.mark.parametrize("size", ["10^10", "10^14", "10^30", "10^90"])
def test_growth_that_saturates_is_not_infinity(size):
    assert verdict({"x": f"x^2*(1 - x/{size}) + x/10"}, [1.5e6]) == ("undecided", "far")


def test_growth_whose_limit_is_not_shown_is_undecided():
    assert verdict({"x": "x + x^2/(1 + x^2)"}, [1.5e6]) == ("undecided", "far")


def test_a_linear_system_goes_to_infinity():
    assert verdict({"x": "x + y", "y": "-y"}, [1.5e6, 0.0]) == ("infinity", "far")
    assert verdict({"x": "2*x"}, [1.5e6], db.Map) == ("infinity", "far")


def test_maps_must_overflow():
    assert verdict({"x": "x + x^3"}, [1.5e6], db.Map) == ("infinity", "blow-up")
    assert verdict({"x": "2*x/(1 + x^2/10^16)"}, [1.5e6], db.Map) == ("undecided", "far")


def test_a_large_cycle_is_not_infinity():
    """The stable cycle has the radius 1e7."""
    system = db.ODE({"x": "x*(1-(x^2+y^2)/10^14)-y", "y": "y*(1-(x^2+y^2)/10^14)+x"})
    graph = db.transition_graph(system, db.find_fixed_points(system, box=[[-2, 2]] * 2))
    ((_, target, edge),) = graph.edges(data=True)
    assert (graph.nodes[target]["kind"], edge["how"], edge["identified"]) == ("undecided", "far", False)
    assert "its limit is not known" in edge["reason"]
    assert edge["length"] is None
