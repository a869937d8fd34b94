"""Every method of fixed step converges with its order, forward and backward, alone and in a batch."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.errors import InputError
from dynbench.flow import STEP_METHODS, Composition, ExplicitRungeKutta, GaussLegendre, Outcome, StormerVerlet

PENDULUM = db.ODE({"q": "p", "p": "-sin(q)"})
START = np.array([1.1, 0.4])
#: Steps small enough for the leading term, large enough for rounding not to show.
STEPS = {1: (0.01, 0.005), 2: (0.05, 0.025), 4: (0.1, 0.05), 6: (0.4, 0.2)}
EXACT = db.integrate(PENDULUM, START, [0.0, 2.0], method="DOP853", rtol=1e-13, atol=1e-14).final


@pytest.mark.parametrize("name", STEP_METHODS)
def test_the_order_by_halving_the_step(name):
    order = STEP_METHODS[name].order
    errors = [
        np.abs(db.integrate(PENDULUM, START, [0.0, 2.0], method=name, step=h).final - EXACT).max() for h in STEPS[order]
    ]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.15 if order < 6 else 0.3)


@pytest.mark.parametrize("name", STEP_METHODS)
def test_batches_are_single_orbits(name):
    starts = np.random.default_rng(1).normal(size=(2, 3, 2))
    times = [0.0, 0.5, 1.0]
    batch = db.integrate(PENDULUM, starts, times, method=name, step=0.1)
    assert batch.x.shape == (2, 3, 3, 2)
    assert batch.residual.shape == (2, 3)
    for i in np.ndindex(2, 3):
        alone = db.integrate(PENDULUM, starts[i], times, method=name, step=0.1)
        np.testing.assert_allclose(batch.x[i], alone.x, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    "name", ["implicit midpoint", "gauss4", "gauss6", "discrete gradient", "stormer-verlet", "yoshida4", "suzuki4"]
)
def test_symmetric_methods_come_back(name):
    """A symmetric method is its own inverse with the sign of the step changed; Euler's and Runge's are not."""
    there = db.integrate(PENDULUM, START, 20.0, method=name, step=0.1).final
    np.testing.assert_allclose(db.integrate(PENDULUM, there, -20.0, method=name, step=0.1).final, START, atol=1e-12)
    away = db.integrate(PENDULUM, db.integrate(PENDULUM, START, 20.0, method="heun", step=0.1).final, -20.0)
    assert np.abs(away.final - START).max() > 1e-4


def test_one_step_of_each_explicit_method_by_hand():
    growth = db.ODE({"x": "x"})
    h = 0.5
    expected = {"euler": 1 + h, "midpoint": 1 + h + h**2 / 2, "heun": 1 + h + h**2 / 2}
    expected["rk4"] = sum(h**k / np.prod(np.arange(1, k + 1)) for k in range(5))
    for name, factor in expected.items():
        assert db.integrate(growth, [1.0], h, method=name, step=h).final[0] == pytest.approx(factor, rel=1e-15)


def test_gauss_of_a_linear_system_is_the_pade_approximant():
    growth = db.ODE({"x": "x"})
    z = 0.5
    pade = {
        1: (1 + z / 2) / (1 - z / 2),
        2: (1 + z / 2 + z**2 / 12) / (1 - z / 2 + z**2 / 12),
        3: (1 + z / 2 + z**2 / 10 + z**3 / 120) / (1 - z / 2 + z**2 / 10 - z**3 / 120),
    }
    for stages, expected in pade.items():
        orbit = db.integrate(growth, [1.0], z, method=GaussLegendre(stages), step=z)
        assert orbit.final[0] == pytest.approx(expected, rel=4e-16)


def test_the_gauss_tableaux():
    root = np.sqrt(3) / 6
    np.testing.assert_allclose(GaussLegendre(2).a, [[1 / 4, 1 / 4 - root], [1 / 4 + root, 1 / 4]], atol=1e-16)
    for stages in (1, 2, 3):
        method = GaussLegendre(stages)
        weighted = method.b[:, None] * method.a
        np.testing.assert_allclose(weighted + weighted.T, np.outer(method.b, method.b), atol=1e-16)


def test_tableaux_and_compositions_of_ones_own():
    third = ExplicitRungeKutta("kutta3", [[0, 0, 0], [0.5, 0, 0], [-1, 2, 0]], np.array([1.0, 4.0, 1.0]) / 6, order=3)
    errors = [
        np.abs(db.integrate(PENDULUM, START, [0.0, 2.0], method=third, step=h).final - EXACT).max()
        for h in (0.04, 0.02)
    ]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(3, abs=0.15)
    root = 2 ** (1 / 3)
    w = 1 / (2 - root)
    composed = Composition("midpoint4", GaussLegendre(1), [w, 1 - 2 * w, w])
    errors = [
        np.abs(db.integrate(PENDULUM, START, [0.0, 2.0], method=composed, step=h).final - EXACT).max()
        for h in (0.1, 0.05)
    ]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.15)
    assert repr(composed) == "<Composition 'midpoint4', order 4>"


BAD = {
    "no step": (lambda: db.integrate(PENDULUM, START, 1.0, method="euler"), "give it, as step=0.01"),
    "negative step": (lambda: db.integrate(PENDULUM, START, 1.0, method="euler", step=-0.1), "positive, finite length"),
    "no number": (lambda: db.integrate(PENDULUM, START, 1.0, method="rk4", step="small"), "step is 'small'"),
    "step of SciPy": (lambda: db.integrate(PENDULUM, START, 1.0, step=0.1), "DOP853 chooses its steps itself"),
    "unknown": (lambda: db.integrate(PENDULUM, START, 1.0, method="verlet", step=0.1), "'verlet'; expected one of"),
    "map": (lambda: db.integrate(db.Map({"x": "x"}), [1.0], 3, method="euler", step=0.1), "iterated"),
    "step of a map": (lambda: db.integrate(db.Map({"x": "x"}), [1.0], 3, step=0.1), "step is 0.1, but a map"),
    "too much": (lambda: db.integrate(PENDULUM, START, 1e6, method="rk4", step=1e-3), "give t as the times"),
    "stages": (lambda: GaussLegendre(4), "expected 1, 2 or 3"),
    "implicit tableau": (lambda: ExplicitRungeKutta("x", [[1.0]], [1.0], order=1), "strictly lower triangular"),
    "weights": (lambda: ExplicitRungeKutta("x", [[0.0]], [0.5], order=1), "add up to 0.5"),
    "composition": (lambda: Composition("x", StormerVerlet(), [0.5, 0.5]), "no symmetric composition of order 4"),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_input_gets_one_clear_sentence(case):
    call, expected = BAD[case]
    with pytest.raises(InputError, match=expected):
        call()


def test_a_step_lands_on_every_output_time():
    """0.1 does not divide 0.25: the fewest equal steps that are not longer are three of 1/12."""
    orbit = db.integrate(db.ODE({"x": "x"}), [1.0], [0.0, 0.25, 0.5], method="euler", step=0.1)
    np.testing.assert_allclose(orbit.x[:, 0], [1, (13 / 12) ** 3, (13 / 12) ** 6], rtol=1e-14)
    whole = db.integrate(db.ODE({"x": "x"}), [1.0], 0.7, method="euler", step=0.1)
    assert len(whole.t) == 8
    np.testing.assert_allclose(whole.final, 1.1**7, rtol=1e-14)
    rest = db.integrate(db.ODE({"x": "x"}), [1.0], 0.0, method="euler", step=0.1)
    assert rest.x.shape == (1, 1)


def test_events_are_located_on_the_cubic_of_a_step():
    oscillator = db.ODE({"x": "y", "y": "-x"})

    def crossing(t, x):
        return x[0]

    orbit = db.integrate(oscillator, [1.0, 0.0], 10.0, method="gauss6", step=0.05, events=[crossing])
    ((times, states),) = orbit.events
    np.testing.assert_allclose(times, np.pi * np.array([0.5, 1.5, 2.5]), atol=3e-7)
    np.testing.assert_allclose(np.abs(states[:, 1]), 1, atol=3e-7)
    crossing.terminal = True
    ended = db.integrate(oscillator, [1.0, 0.0], 10.0, method="gauss6", step=0.05, events=[crossing])
    assert ended.outcome is Outcome.EVENT
    assert ended.t[-1] == pytest.approx(np.pi / 2, abs=3e-7)
    assert np.isfinite(ended.x).all()
