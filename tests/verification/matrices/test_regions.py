"""Many boxes at once: enclosures hold what they must, and a zero that is there is never argued away."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from dynbench.verification.matrices import regions
from dynbench.verification.matrices.balls import Residuals
from dynbench.verification.matrices.jets import Jets
from dynbench.verification.matrices.system import SLOT
from dynbench.verification.matrices.tables import Table
from dynbench.verification.matrices.zeros import locate

NAMES = ("rnn 5", "activation 6", "softsign 6", "relu 5", "low-rank 6", "sparse 9", "gru 6", "lstm 8")
BODIES = {
    "tanh": sp.tanh(SLOT),
    "relu": sp.Max(SLOT, 0),
    "swish": SLOT * (sp.tanh(SLOT / 2) + 1),
}


@pytest.mark.parametrize("name", BODIES)
def test_tables_hold_values_and_slopes(name):
    rng = np.random.default_rng(0)
    table = Table(BODIES[name], -3.0, 3.0)
    assert table.usable
    f = np.vectorize(sp.lambdify(SLOT, BODIES[name], "math"), otypes=[float])
    for width in (0.0, 1e-6, 1e-2, 1.0):
        low = rng.uniform(-3, 3 - width, 300)
        high = low + width
        values, slopes = table.over(low, high)
        for share in (0.0, 0.3, 1.0):
            assert np.all(np.abs(f(low + share * width) - values.mid) <= values.rad + 1e-14)
        if width > 1e-3:
            assert np.all(np.abs((f(high) - f(low)) / width - slopes.mid) <= slopes.rad + 1e-10)
        if width <= 1e-6:
            assert values.rad.max() < 1e-2
    assert np.all(np.isinf(table.over(np.array([2.9]), np.array([3.1]))[0].rad))
    assert not Table(sp.sign(SLOT), -1.0, 1.0).usable


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("radius", [0.0, 1e-3, 0.4])
def test_values_and_derivatives_over_many_boxes(build, declared, name, radius):
    system = build(name)
    n = system.dimension
    rng = np.random.default_rng(1)
    jets = Jets(declared(system), np.full(n, -2.0), np.full(n, 2.0))
    center = rng.uniform(-1.5, 1.5, (n, 20))
    jet = jets(center - radius, center + radius)
    rate = jets.leak.mid[0, 0]
    for share in (-1.0, 0.0, 0.7):
        x = (center + share * radius).T
        assert np.all(np.abs(jet.value.mid.T - (system.residual(x) + rate * x)) <= jet.value.rad.T + 1e-12)
        wanted = system.residual_jacobian(x) + rate * np.eye(n)
        assert np.all(np.abs(jet.slope.mid - wanted) <= jet.slope.rad + 1e-12)


@pytest.mark.parametrize("name", ["rnn 3", "esn 8", "gru 3"])
def test_a_zero_that_is_there_is_not_argued_away(declared, report_of, monkeypatch, name):
    system, report = report_of(name)
    own = declared(system)
    points = [p["x"] for p in report["fixed_points"]["points"] if p["status"] == "certified"]
    found = [locate(own, Residuals(own), np.array(x)) for x in points]
    assert found
    assert None not in found
    roots = [f.root for f in found]
    wide = [(-8.0, 8.0)] * system.dimension
    assert regions.holds_nothing_else(own, wide, roots) is True
    monkeypatch.setattr(regions, "_BUDGET", 4_000)
    for k in range(len(roots)):
        others = roots[:k] + roots[k + 1 :]
        assert regions.holds_nothing_else(own, wide, others) is False
