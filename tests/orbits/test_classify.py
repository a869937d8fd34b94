"""What orbits are, on systems of which it is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ellipk

import dynbench as db
from dynbench import OrbitKind

PENDULUM = db.ODE({"x": "y", "y": "-sin(x)"})
HENON_HEILES = db.ODE({"x": "p", "y": "q", "p": "-x - 2*x*y", "q": "-y - x^2 + y^2"})
LORENZ = db.ODE({"x": "10*(y - x)", "y": "r*x - y - x*z", "z": "x*y - 8*z/3"}, {"r": 28})


def oscillators(*squares):
    return db.ODE(
        {f"q{i}": f"p{i}" for i in range(len(squares))} | {f"p{i}": f"-({w})*q{i}" for i, w in enumerate(squares)}
    )


def test_pendulum_periods_to_ten_digits():
    amplitudes = np.array([0.1, 1.5, 3.0])
    orbits = db.classify_orbits(PENDULUM, np.stack([amplitudes, 0 * amplitudes], axis=1), turns=64)
    for orbit, exact in zip(orbits, 4 * ellipk(np.sin(amplitudes / 2) ** 2), strict=True):
        assert orbit.kind is OrbitKind.PERIODIC
        assert orbit.period == pytest.approx(exact, abs=1e-10)
        assert orbit.closure.gap < 1e-10
        assert orbit.closure.period_error < 1e-10
        assert orbit.growth.log_growth < 3
        ((expression, drift),) = orbit.invariants
        assert str(expression) == "y**2 - 2*cos(x)"
        assert drift < 1e-7


@pytest.mark.parametrize(
    ("squares", "count"), [((1, 2), 2), ((1, 2, 3), 3), ((1, 2, 3, 5), 4), ((1, "9/4"), 1), ((4, 9), 1)]
)
def test_oscillators_by_the_number_of_their_frequencies(squares, count):
    system = oscillators(*squares)
    orbit = db.classify_orbit(system, [1.0, 0.5, 0.3, 0.7][: len(squares)] + [0.0] * len(squares), turns=128)
    if count == 1:
        assert orbit.kind is OrbitKind.PERIODIC
        assert orbit.period == pytest.approx(4 * np.pi if squares[0] == 1 else 2 * np.pi, abs=1e-10)
    else:
        assert orbit.kind is OrbitKind.QUASIPERIODIC
        exact = np.sqrt([float(s) for s in squares])
        np.testing.assert_allclose(np.sort(orbit.frequencies), exact, atol=1e-7)


def test_van_der_pol_comes_to_its_cycle():
    system = db.ODE({"x": "y", "y": "(1 - x^2)*y - x"})
    orbit = db.classify_orbit(system, [0.1, 0.0], turns=32)
    assert orbit.kind is OrbitKind.TO_CYCLE
    assert orbit.period == pytest.approx(6.6632868593, abs=1e-10)
    on_it = db.classify_orbit(system, db.integrate(system, [2.0, 0.0], 100.0, rtol=1e-12, atol=1e-12).final, turns=32)
    assert on_it.kind is OrbitKind.PERIODIC


def test_rest():
    damped = db.ODE({"x": "y", "y": "-sin(x) - y/5"})
    at, to = db.classify_orbits(damped, [[0.0, 0.0], [1.0, 1.0]], turns=64)
    assert at.kind is OrbitKind.AT_REST
    assert to.kind is OrbitKind.TO_REST
    np.testing.assert_allclose(to.limit, 0, atol=1e-12)
    assert db.classify_orbit(LORENZ.with_parameters(r=13), [1.0, 1.0, 20.0], turns=64).kind is OrbitKind.TO_REST


def test_divergence():
    assert db.classify_orbit(db.ODE({"x": "x^2 + 1"}), [1.0], turns=32).kind is OrbitKind.DIVERGENT
    assert db.classify_orbit(db.ODE({"x": "x"}), [1.0], turns=32).kind is OrbitKind.DIVERGENT


def test_lorenz_is_chaotic():
    orbit = db.classify_orbit(LORENZ, [1.0, 1.0, 20.0], turns=128)
    assert orbit.kind is OrbitKind.CHAOTIC
    assert abs(orbit.growth.exponent - 0.9054) < 3 * orbit.growth.error
    assert orbit.spectrum.drift > 1 / 3


def on_henon_heiles(energy, y, q):
    return [0.0, y, np.sqrt(2 * energy - q**2 - y**2 + 2 * y**3 / 3), q]


def test_henon_heiles():
    states = [on_henon_heiles(1 / 12, -0.2, 0.05), on_henon_heiles(1 / 6, 0.1, 0.1)]
    regular, chaotic = db.classify_orbits(HENON_HEILES, states, turns=192)
    assert regular.kind is OrbitKind.QUASIPERIODIC
    assert len(regular.frequencies) == 2
    assert chaotic.kind is OrbitKind.CHAOTIC


def test_lines_too_near_for_the_time_are_left_undecided():
    # Near the 1:1 resonance of E = 1/12 the lines of a regular orbit are nearer than 96 turns tell apart.
    orbit = db.classify_orbit(HENON_HEILES, on_henon_heiles(1 / 12, 0.1, 0.1), turns=192)
    assert orbit.growth.log_growth < 3
    assert orbit.kind in (OrbitKind.UNDECIDED, OrbitKind.QUASIPERIODIC)


def test_a_false_claim_of_an_invariant_is_seen_by_its_drift():
    energy = PENDULUM.invariants()[0]
    claimed = [type(energy)(LORENZ.states[0], energy.kind, energy.proof)]
    fooled = db.classify_orbit(LORENZ, [1.0, 1.0, 20.0], turns=32, invariants=claimed)
    assert fooled.kind is OrbitKind.UNDECIDED
    assert "drifts" in fooled.reason


def test_lotka_volterra_is_periodic():
    system = db.ODE({"x": "x*(1 - y)", "y": "y*(x - 1)"})
    orbit = db.classify_orbit(system, [0.5, 0.5], turns=32)
    assert orbit.kind is OrbitKind.PERIODIC
    start, end = db.integrate(system, [0.5, 0.5], [0.0, orbit.period], rtol=1e-12, atol=1e-13).x
    np.testing.assert_allclose(end, start, atol=1e-10)


def test_a_kepler_ellipse_has_the_period_of_the_third_law():
    system = db.ODE({"x": "u", "y": "v", "u": "-x/(x^2 + y^2)^(3/2)", "v": "-y/(x^2 + y^2)^(3/2)"})
    orbit = db.classify_orbit(system, [1.0, 0.0, 0.0, 1.2], turns=64)
    assert orbit.kind is OrbitKind.PERIODIC
    axis = 1 / (2 - 1.2**2)
    assert orbit.period == pytest.approx(2 * np.pi * axis**1.5, abs=1e-10)


def test_a_drift_is_undecided_and_the_reason_says_why():
    orbit = db.classify_orbit(db.ODE({"x": "1"}), [0.0], turns=32)
    assert orbit.kind is OrbitKind.UNDECIDED
    assert "no oscillation" in orbit.reason


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: db.classify_orbit(PENDULUM, [[1.0, 0.0]]), "one state"),
        (lambda: db.classify_orbits(PENDULUM, [1.0, 0.0]), "expected \\(K, 2\\)"),
        (lambda: db.classify_orbits(PENDULUM, [[1.0, 0.0]], turns=3), "at least 32"),
        (lambda: db.classify_orbits(db.Map({"x": "x/2"}), [[1.0]]), "flows only"),
        (lambda: db.classify_orbits(PENDULUM, [[1.0, 0.0]], rtol=2.0), "rtol"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(db.errors.InputError, match=message):
        call()


def test_an_angle_that_jumps_bars_no_torus():
    """Between two oscillators atan(w/z) - a atan(y/x) is constant between jumps: no invariant, and orbits fill tori."""
    system = db.ODE({"x": "y", "y": "-x", "z": "a*w", "w": "-a*z"}, {"a": 1.41421356})
    assert len(system.invariants()) == 2
    orbit = db.classify_orbit(system, [1.0, 0.0, 1.0, 0.0], turns=64)
    assert orbit.kind is OrbitKind.QUASIPERIODIC
    assert len(orbit.invariants) == 2
