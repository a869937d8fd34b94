"""Cycles by Newton's method: known periods and multipliers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import dynbench as db
from dynbench.cycles import CycleKind, refine_cycle

VAN_DER_POL = db.ODE({"x": "y", "y": "(1 - x^2)*y - x"})
#: r' = r (1 - r^2), angle' = 1: the unit circle with period 2 pi and multiplier exp(-4 pi).
CIRCLE = db.ODE({"x": "x*(1 - x^2 - y^2) - y", "y": "y*(1 - x^2 - y^2) + x"})


def test_van_der_pol():
    cycle = refine_cycle(VAN_DER_POL, [2.0, 0.1], 6.5)
    assert cycle.period == pytest.approx(6.6632868593231, abs=1e-9)
    assert cycle.kind is CycleKind.STABLE
    assert cycle.kind.attracting
    assert cycle.stability == (1, 0, 0)
    assert cycle.points.shape == (128, 2)
    assert abs(cycle.multipliers[0] - 1) < 1e-8
    assert cycle.points[:, 0].max() == pytest.approx(2.00862, abs=1e-3)
    assert cycle.status is db.Status.CONVERGED
    assert not cycle.points.flags.writeable


def test_multipliers_of_the_circle():
    cycle = refine_cycle(CIRCLE, [1.05, 0.0], 6.2)
    assert cycle.period == pytest.approx(2 * np.pi, abs=1e-10)
    assert cycle.multipliers.real == pytest.approx([1, np.exp(-4 * np.pi)], abs=1e-9)
    np.testing.assert_allclose(np.linalg.norm(cycle.points, axis=1), 1, atol=1e-9)


def test_an_unstable_cycle_and_a_saddle_cycle():
    backward = db.ODE({"x": "-x*(1 - x^2 - y^2) + y", "y": "-y*(1 - x^2 - y^2) - x"})
    assert refine_cycle(backward, [1.0000001, 0.0], 6.283).kind is CycleKind.UNSTABLE
    saddle = db.ODE({"x": "x*(1 - x^2 - y^2) - y", "y": "y*(1 - x^2 - y^2) + x", "z": "z/5"})
    cycle = refine_cycle(saddle, [1.05, 0.0, 0.01], 6.2)
    assert cycle.kind is CycleKind.SADDLE
    assert cycle.stability == (1, 0, 1)


def test_a_multiple_of_the_period_is_divided():
    assert refine_cycle(VAN_DER_POL, [2.0, 0.0], 3 * 6.66).period == pytest.approx(6.6632868593231, abs=1e-9)


def test_a_family_of_cycles_is_nonhyperbolic():
    cycle = refine_cycle(db.ODE({"x": "y", "y": "-x"}), [1.0, 0.1], 6.2)
    assert cycle.period == pytest.approx(2 * np.pi, abs=1e-9)
    assert cycle.kind is CycleKind.NONHYPERBOLIC
    assert "count as central" in cycle.note


def test_no_cycle():
    assert refine_cycle(db.ODE({"x": "-x", "y": "-2*y"}), [1.0, 0.5], 3.0) is None
    assert refine_cycle(db.ODE({"x": "x^2"}), [1.0], 3.0) is None
    assert refine_cycle(db.ODE({"x": "-x + y", "y": "-x - y"}), [0.0, 0.0], 6.0) is None


def test_cycles_of_maps():
    logistic = db.Map({"x": "r*x*(1 - x)"}, {"r": 3.2})
    cycle = refine_cycle(logistic, [0.5], 4)
    assert cycle.period == 2
    # x1, x2 solve r^2 x^2 - r (r + 1) x + r + 1 = 0; the multiplier is 4 + 2 r - r^2.
    assert sorted(cycle.points[:, 0]) == pytest.approx(np.sort(np.roots([3.2**2, -3.2 * 4.2, 4.2])))
    assert cycle.multipliers.real == pytest.approx([4 + 6.4 - 3.2**2])
    assert cycle.kind is CycleKind.STABLE
    assert refine_cycle(logistic.with_parameters(r=3.9), [0.36], 2).kind is CycleKind.UNSTABLE


def test_newton_s_method_that_loses_its_way_gives_up():
    """With a wrong period it runs off along the axis, where the equations are ever stiffer."""
    assert refine_cycle(VAN_DER_POL, [2.0, 0.0], 1.0) is None
    assert refine_cycle(VAN_DER_POL, [1e200, 1e200], 6.6) is None


def test_bad_arguments():
    with pytest.raises(db.errors.InputError, match="positive time"):
        refine_cycle(VAN_DER_POL, [2.0, 0.0], -1.0)
    with pytest.raises(db.errors.InputError, match="positive integer"):
        refine_cycle(db.Map({"x": "x/2"}), [0.5], 1.5)
    with pytest.raises(db.errors.InputError, match="one state"):
        refine_cycle(VAN_DER_POL, np.zeros((2, 2)), 1.0)


def test_a_cycle_shows_itself_in_a_few_words():
    cycle = refine_cycle(db.Map({"x": "r*x*(1 - x)"}, {"r": 3.2}), [0.5], 2)
    assert type(cycle.period) is int
    assert repr(cycle) == "Cycle(stable cycle, period=2, 2 states, converged)"
    assert "1 state," in repr(dataclasses.replace(cycle, points=cycle.points[:1]))
    text = dataclasses.replace(cycle, note="<b>&")._repr_html_()
    assert "&lt;b&gt;&amp;" in text
    assert "<b>" not in text
    assert "converged, not proved" in text
