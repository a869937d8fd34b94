"""Centres by combinations of conserved quantities, and stability on level sets (energy-Casimir)."""

from __future__ import annotations

import json

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.errors import InputError
from dynbench.fixed_points import Kind, energy_casimir
from dynbench.reporting.json import render_json

RIGID = db.ODE(
    {"x": "(I2-I3)/(I2*I3)*y*z", "y": "(I3-I1)/(I3*I1)*z*x", "z": "(I1-I2)/(I1*I2)*x*y"}, {"I1": 1, "I2": 2, "I3": 3}
)


def test_oscillators_that_are_not_coupled_are_a_centre_by_a_sum_of_energies():
    system = db.ODE({"x": "u", "y": "v", "u": "-x", "v": "-2*y"})
    (point,) = db.find_fixed_points(system, box=[(-1, 1)] * 4)
    assert point.kind is Kind.CENTER
    assert "strict extremum" in point.note
    report = json.loads(render_json(db.analyze(system, box=[(-1, 1)] * 4)))
    assert report["fixed_points"]["points"][0]["kind"] == "center"
    assert db.verify(report).holds
    report["invariants"]["found"].clear()
    assert "point 0: " in str([check.claim for check in db.verify(report).failed])


def test_of_different_size_too():
    system = db.ODE({"x": "u", "y": "1000*v", "u": "-x/1000", "v": "-y^3 - 2000*y"})
    (point,) = db.find_fixed_points(system, box=[(-1, 1)] * 4)
    assert point.kind is Kind.CENTER


def test_a_saddle_beside_an_oscillator_is_none():
    system = db.ODE({"x": "u", "y": "v", "u": "-x", "v": "2*y"})
    (point,) = db.find_fixed_points(system, box=[(-1, 1)] * 4)
    assert point.kind is not Kind.CENTER


@pytest.mark.parametrize(
    ("axis", "stable"), [((1, 0, 0), True), ((0, 1, 0), False), ((0, 0, 1), True), ((0, 0, -0.5), True)]
)
def test_the_rigid_body_turns_stably_about_the_axes_of_least_and_greatest_inertia(axis, stable):
    found = energy_casimir(RIGID, axis)
    assert (found is not None) is stable
    if found is None:
        return
    states = RIGID.states
    rate = sum(found.diff(s) * f for s, f in zip(states, RIGID.exact_rhs, strict=True))
    assert sp.expand(rate) == 0
    at = dict(zip(states, map(sp.nsimplify, axis), strict=True))
    assert all(found.diff(s).subs(at) == 0 for s in states)
    eigenvalues = np.linalg.eigvalsh(np.array(sp.hessian(found, list(states)).subs(at).tolist(), dtype=float))
    assert eigenvalues.min() > 0


def test_lotka_volterra_has_its_extremum_where_both_live():
    system = db.ODE({"x": "x*(1 - y)", "y": "y*(x - 1)"})
    assert energy_casimir(system, [1, 1]) is not None
    assert energy_casimir(system, [0, 0]) is None


def test_bad_input():
    with pytest.raises(InputError, match="x has 2 entries; expected one for each of the 3 states"):
        energy_casimir(RIGID, [1, 0])
    with pytest.raises(InputError, match="no equilibrium"):
        energy_casimir(RIGID, [1, 1, 0])
