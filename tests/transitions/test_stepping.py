"""A few steps of a batch, against closed forms, and where they stop."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.transitions.stepping import Stepper

OSCILLATOR = db.ODE({"x": "y", "y": "-x"})


def stepper(system, **options):
    return Stepper(system, 1e-9, 1e-10, **{"direction": 1, "far": 1e6, "parts": 4} | options)


@pytest.mark.parametrize("direction", [1, -1])
def test_a_batch_follows_the_closed_form(direction):
    radii = np.array([1.0, 3.0])
    piece = stepper(OSCILLATOR, direction=direction).take(np.stack([radii, 0 * radii], axis=-1), 40, 5.0)
    assert (piece.times[0], piece.times[-1]) == (0.0, 5.0)
    assert not piece.stuck
    assert (np.diff(piece.times) > 0).all()
    unit = np.stack([np.cos(piece.times), -direction * np.sin(piece.times)], axis=-1)
    np.testing.assert_allclose(piece.states, radii[:, None, None] * unit, atol=1e-7)


def test_so_many_steps_and_no_more():
    take = stepper(OSCILLATOR)
    piece = take.take(np.array([[1.0, 0.0]]), 3, 1e3)
    assert len(piece.times) == 1 + 3 * 4
    assert piece.times[-1] < 1e3
    longer = take.take(piece.states[:, -1], 3, 1e3)
    assert longer.times[-1] >= piece.times[-1], "the next piece goes on with the step that was reached"
    assert len(stepper(OSCILLATOR, parts=1).take(np.array([[1.0, 0.0]]), 3, 1e3).times) == 4


def test_it_stops_when_one_orbit_has_gone_far():
    piece = stepper(db.ODE({"x": "x"}), far=10.0).take(np.array([[0.1], [5.0]]), 1000, 100.0)
    assert np.abs(piece.states[1, -1]).max() > 10
    assert np.abs(piece.states[:, :-4]).max() <= 10
    np.testing.assert_allclose(piece.states[0, :, 0], 0.1 * np.exp(piece.times), rtol=1e-7)


def test_it_says_that_it_is_stuck_before_a_singularity():
    piece = stepper(db.ODE({"x": "-1/x"})).take(np.array([[1.0]]), 10_000, 10.0)
    assert piece.stuck
    assert piece.times[-1] == pytest.approx(0.5, abs=1e-6)  # x = sqrt(1 - 2 t)


def test_the_implicit_solver_takes_long_steps_where_the_explicit_one_cannot():
    stiff = db.ODE({"x": "-100000*(x - y)", "y": "-y"})
    start = np.array([[2.0, 1.0]])
    explicit, implicit = (stepper(stiff).take(start, 300, 5.0, stiff=way) for way in (False, True))
    assert explicit.times[-1] < 1
    assert implicit.times[-1] == 5.0
    np.testing.assert_allclose(implicit.states[0, -1], np.exp(-5.0) * np.array([1.00001, 1.0]), rtol=1e-5)
