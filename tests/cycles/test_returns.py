"""The map once round a cycle, against differences."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.cycles import refine_cycle
from dynbench.cycles.returns import ReturnMap

HENON = db.Map({"x": "1 - a*x^2 + y", "y": "b*x"}, {"a": 1.24, "b": 0.3})
VAN_DER_POL = db.ODE({"x": "y", "y": "(1 - x^2)*y - x"})


@pytest.mark.parametrize(("system", "start", "period"), [(HENON, [0.2, 0.1], 3), (VAN_DER_POL, [2.0, 0.0], 6.66)])
def test_derivatives_are_those_of_the_map(system, start, period):
    once = ReturnMap(system, period)
    x, h = np.array(start), 1e-5
    directions = np.array([[1.0, 0.0], [0.6, 0.8]])
    ahead, behind = once(x + h * directions), once(x - h * directions)
    np.testing.assert_allclose(once.jvp(x, directions), (ahead - behind) / (2 * h), rtol=1e-4, atol=1e-6)
    wider = 1e-3
    second = (once(x + wider * directions) - 2 * once(x) + once(x - wider * directions)) / wider**2
    np.testing.assert_allclose(once.second_derivative(x, directions, directions), second, rtol=1e-2, atol=1e-2)


def test_the_states_of_a_cycle_are_its_fixed_points():
    cycle = refine_cycle(VAN_DER_POL, [2.0, 0.0], 6.66)
    once = ReturnMap(VAN_DER_POL, cycle.period)
    np.testing.assert_allclose(once(cycle.points[:3]), cycle.points[:3], atol=1e-9)
    np.testing.assert_allclose(
        np.sort(np.linalg.eigvals(once.jacobian_at(cycle.points[0]))), np.sort(cycle.multipliers)
    )
