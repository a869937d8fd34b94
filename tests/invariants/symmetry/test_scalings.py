"""Scaling symmetries: known exponents, none where there is none, and what they mean for the equations."""

from __future__ import annotations

import numpy as np
import pytest

from dynbench.systems import ODE, Map

KEPLER = ODE({"x": "u", "y": "v", "u": "-m*x/sqrt(x^2 + y^2)^3", "v": "-m*y/sqrt(x^2 + y^2)^3"}, ["m"])

CASES = {
    "Kepler: times go as the 3/2 power of lengths": (KEPLER, [((2, 2, -1, -1), -3)]),
    "Toda": (ODE({"q": "p", "r": "s", "p": "-exp(q - r)", "s": "exp(q - r)"}), []),
    "harmonic": (ODE({"x": "y", "y": "-x"}), [((1, 1), 0)]),
    "quartic": (ODE({"x": "v", "v": "-x^3"}), [((1, 2), 1)]),
    "Lorenz": (ODE({"x": "s*(y - x)", "y": "x*(r - z) - y", "z": "x*y - b*z"}, ["s", "r", "b"]), []),
    "Euler's top": (ODE({"x": "a*y*z", "y": "b*z*x", "z": "c*x*y"}, ["a", "b", "c"]), [((1, 1, 1), 1)]),
    "terms that cancel": (ODE({"x": "(x + 1)*(x - 1) + 1"}), [((1,), 1)]),
    "rational": (ODE({"x": "x^2/(x + y)", "y": "y"}), [((1, 1), 0)]),
    "map": (Map({"x": "x*y", "y": "y"}), [((1, 0), 0)]),
    "a map of one state": (Map({"x": "Abs(x)/2"}), [((1,), 0)]),
    "a state that rests": (ODE({"x": "0*x", "y": "y^2"}), [((1, 0), 0), ((0, 1), 1)]),
}


@pytest.mark.parametrize("name", CASES)
def test_exponents(name):
    system, expected = CASES[name]
    assert [(s.weights, s.degree) for s in system.scaling_symmetries()] == expected


@pytest.mark.parametrize("name", CASES)
def test_the_equations_scale(name):
    """F_i(s^w x) = s^(w_i + d) F_i(x) at random states."""
    system, _ = CASES[name]
    system = system.with_parameters(**{p: 1.5 for p in system.parameters})
    x = np.random.default_rng(0).uniform(0.5, 2, (4, system.dimension))
    for s in system.scaling_symmetries():
        w = np.array(s.weights)
        np.testing.assert_allclose(system(1.7**w * x), 1.7 ** (w + s.degree) * system(x), rtol=1e-12)
        assert len(s.proof.identities) == system.dimension


def test_parameters_may_be_scaled_too():
    found = KEPLER.scaling_symmetries(parameters=True)
    assert [(s.weights, s.parameters, s.degree) for s in found] == [
        ((1, 1, 0, 0), {"m": 1}, -1),
        ((0, 0, 1, 1), {"m": 2}, 1),
    ]
    assert found[0].description == "x -> s*x, y -> s*y, m -> s*m, t -> s*t"


def test_networks_of_many_states_are_not_searched():
    from dynbench import RNN

    assert RNN(np.eye(20), activation="relu").scaling_symmetries() == ()
