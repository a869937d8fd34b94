"""The engine "piecewise": against references in many digits, borders, tangency, batches, and bad input."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import dynbench as db
from dynbench.errors import InputError
from dynbench.flow import Outcome
from dynbench.flow.variational import propagate
from dynbench.piecewise import piecewise_linear

#: Three threshold-linear neurons that inhibit one another in a ring; their activity goes round.
RING = db.RNN(
    [[0, -1.5, -0.75], [-0.75, 0, -1.5], [-1.5, -0.75, 0]], 1.0, activation="relu", form="activation", name="ring"
)
START = [0.2, 0.05, 0.1]
#: The field at (0, y) is (y, ...): orbits touch the border x = 0 where y vanishes.
TOUCHING = db.ODE({"x": "y", "y": "1 + Max(-x, 0)/2"})


def in_many_digits(system: db.System, x: list[float], end: float, times: np.ndarray) -> tuple[list, list]:
    """Switch times and the last state in 40 digits, switch by switch from the times found in doubles."""
    form = piecewise_linear(system)
    exact = []
    with mp.workdps(40):
        state, now = mp.matrix(x), mp.mpf(0)
        pattern = np.array([float(y) > 0 for y in form.margins(np.array(x))])
        for estimate in [*times, None]:
            region = form.region(pattern)
            J, c = mp.matrix(region.J.tolist()), mp.matrix(region.c.tolist())
            G, g = mp.matrix(region.G.tolist()), mp.matrix(region.g.tolist())
            n = len(x)
            augmented = mp.zeros(n + 1)
            augmented[:n, :n], augmented[:n, n] = J, c

            def at(time, augmented=augmented, state=state, n=n):
                moved = mp.expm(augmented * time) * mp.matrix([*state, 1])
                return moved[:n, 0]

            if estimate is None:
                return exact, list(at(mp.mpf(end) - now))
            time = mp.mpf(float(estimate)) - now
            margins = G * at(time) + g
            unit = min(range(form.units), key=lambda i: abs(margins[i]))
            for _ in range(3):
                there = at(time)
                time -= (G * there + g)[unit] / (G * (J * there + c))[unit]
            state, now = at(time), now + time
            exact.append(now)
            pattern[unit] ^= True
    raise AssertionError


def test_forty_switches_against_forty_digits():
    run = db.integrate(RING, START, [0.0, 85.0], engine="piecewise")
    assert len(run.switches) >= 42
    times, final = in_many_digits(RING, START, 85.0, run.switches.t)
    assert np.abs(run.switches.t - np.array(times, dtype=float)).max() < 2e-13
    assert np.abs(run.final - np.array(final, dtype=float)).max() < 5e-14


def test_dense_output_and_switches_against_dop853():
    times = np.linspace(0, 20, 201)
    ours = db.integrate(RING, START, times, engine="piecewise")
    theirs = db.integrate(RING, START, times, rtol=1e-13, atol=1e-14)
    assert np.abs(ours.x - theirs.x).max() < 1e-11
    margins = piecewise_linear(RING).margins(ours.switches.x)
    assert np.abs(margins[np.arange(len(margins)), ours.switches.unit]).max() < 1e-14
    assert ours.switches.pattern.shape == (len(ours.switches), 3)


@given(st.integers(0, 10_000), st.integers(2, 5))
@settings(max_examples=15, deadline=None)
def test_random_networks_against_dop853(seed, n):
    rng = np.random.default_rng(seed)
    network = db.RNN(rng.normal(size=(n, n)), rng.normal(size=n), activation="relu")
    x = rng.normal(size=n)
    ours = db.integrate(network, x, [0.0, 3.0], engine="piecewise")
    # Of its own accord DOP853 may step across two corners of the field unawares, and be wrong by 5e-9 at rtol 1e-13.
    theirs = solve_ivp(lambda _, z: network(z), (0, 3), x, "DOP853", rtol=1e-13, atol=1e-13, max_step=0.01).y[:, -1]
    assert np.abs(ours.final - theirs).max() < 1e-9 * (1 + np.abs(theirs).max())


def test_no_switch_is_missed_between_two_close_ones():
    """The orbit dips below x = 0 for 9e-5 only, to a depth of 1e-9."""
    run = db.integrate(TOUCHING, [0.5, -1 - 1e-9], [0.0, 3.0], engine="piecewise")
    assert run.switches.t == pytest.approx([1 + 1e-9 - np.sqrt(2e-9), 1 + 1e-9 + np.sqrt(2e-9)], abs=1e-9)
    assert not run.switches.touches


def test_a_touch_is_reported_and_no_switch():
    run = db.integrate(TOUCHING, [0.5, -1], [0.0, 3.0], engine="piecewise")
    assert not len(run.switches)
    ((orbit, time, unit),) = run.switches.touches
    assert (orbit, unit) == (0, 0)
    assert time == pytest.approx(1.0, abs=1e-6)
    assert run.final == pytest.approx([2.0, 2.0], abs=1e-14)


def test_a_start_on_the_border_where_the_field_is_parallel_to_it():
    run = db.integrate(TOUCHING, [0, 0], [0.0, 1.0], engine="piecewise")
    assert run.final == pytest.approx([0.5, 1.0], abs=1e-15)
    assert not len(run.switches)
    backward = db.integrate(TOUCHING, [0, 0], [0.0, -1.0], engine="piecewise")
    assert backward.final == pytest.approx([0.5, -1.0], abs=1e-15)


def test_rest_on_a_border_stays_there():
    system = db.ODE({"x": "-Abs(x) - x/2", "y": "-y + Max(x, 0)"})
    run = db.integrate(system, [0, 0], [0.0, 50.0], engine="piecewise")
    assert run.outcome is Outcome.COMPLETED
    assert not run.final.any()
    assert not len(run.switches)


def test_an_orbit_within_a_border():
    """x = 0 is invariant; the orbit in it is that of y."""
    system = db.ODE({"x": "Abs(x)", "y": "-y"})
    run = db.integrate(system, [0, 1], [0.0, 2.0], engine="piecewise")
    assert run.final == pytest.approx([0, np.exp(-2)], abs=1e-15)


def test_two_margins_at_once():
    system = db.ODE({"x": "-1 + Max(y, 0)", "y": "-1 + Max(x, 0)"})
    run = db.integrate(system, [0.5, 0.5], [0.0, 3.0], engine="piecewise")
    assert list(run.switches.unit) == [0, 1]
    assert run.switches.t[0] == run.switches.t[1]
    assert run.switches.t[0] == pytest.approx(np.log(2), abs=1e-15)
    assert run.switches.start.tolist() == [[True, True]]
    assert not run.switches.pattern[-1].any()


def test_a_defective_region_is_no_special_case():
    system = db.ODE({"x": "-x + y + Max(x, 0)*0", "y": "-y + Max(y, 0)/2"}, name="Jordan block")
    run = db.integrate(system, [1, -1], [0.0, 2.0], engine="piecewise")
    assert run.final == pytest.approx([(1 - 2) * np.exp(-2), -np.exp(-2)], abs=1e-15)


def test_forward_and_back():
    start = db.integrate(RING, START, [0.0, 8.0], engine="piecewise").final
    there = db.integrate(RING, start, [0.0, 2.0], engine="piecewise")
    back = db.integrate(RING, there.final, [2.0, 1.0, 0.0], engine="piecewise")
    assert len(there.switches) >= 2
    assert np.abs(back.final - start).max() < 1e-12  # backward it expands by exp(2 * 3.25)
    assert (np.diff(back.switches.t) < 0).all()
    assert np.sort(back.switches.t) == pytest.approx(there.switches.t, abs=1e-11)


def test_batches_are_the_single_orbits():
    starts = np.random.default_rng(1).uniform(size=(2, 3, 3))
    times = [0.0, 3.0, 8.0]
    batch = db.integrate(RING, starts, times, engine="piecewise")
    assert batch.x.shape == (2, 3, 3, 3)
    assert batch.switches.start.shape == (6, 3)
    alone = [db.integrate(RING, x, times, engine="piecewise") for x in starts.reshape(-1, 3)]
    assert np.array_equal(batch.x.reshape(6, 3, 3), [run.x for run in alone])
    assert len(batch.switches) == sum(len(run.switches) for run in alone)
    assert db.integrate(RING, np.zeros((0, 3)), times, engine="piecewise").x.shape == (0, 3, 3)


def test_terminal_events_end_the_orbit():
    def low(t, x):
        return x[0] - 0.3

    low.terminal = 2
    run = db.integrate(RING, START, 100.0, engine="piecewise", events=[low])
    assert run.outcome is Outcome.EVENT
    assert run.events[0][1][:, 0] == pytest.approx([0.3, 0.3], abs=1e-14)
    assert run.t[-1] == run.events[0][0][-1]


def test_growth_to_overflow_is_a_failure_and_no_blow_up():
    run = db.integrate(db.ODE({"x": "Abs(x) + x"}), [1.0], 2000.0, engine="piecewise")
    assert run.outcome is Outcome.STEP_FAILURE
    assert "overflowed" in str(run.reasons)
    assert np.isfinite(run.x).all()
    assert np.isnan(run.blow_up_time)


def test_the_derivative_is_a_product_of_exponentials():
    x, ours = propagate(RING, START, 20.0, engine="piecewise")
    y, theirs = propagate(RING, START, 20.0)
    assert np.abs(x - y).max() < 1e-11
    assert np.abs(ours - theirs).max() < 1e-9
    _, inverse = propagate(RING, x, -20.0, engine="piecewise")
    assert np.abs(inverse @ ours - np.eye(3)).max() < 1e-3 * np.abs(inverse).max()


@pytest.mark.parametrize(
    ("system", "options", "message"),
    [
        (db.ODE({"x": "-x^3"}), {"engine": "piecewise"}, "not recognised as piecewise linear"),
        (db.ODE({"x": "-x"}), {"engine": "piecewise"}, "not recognised as piecewise linear"),
        (db.Map({"x": "1 - Abs(x)"}), {"engine": "piecewise"}, "a map is iterated, not integrated"),
        (db.ODE({"x": "-Abs(x)"}), {"engine": "piecewise", "method": "RK45"}, "takes no steps"),
        (db.ODE({"x": "-Abs(x)"}), {"engine": "piecewise", "step": 0.1}, "takes no steps"),
        (db.ODE({"x": "-Abs(x)"}), {"engine": "cvode"}, "expected 'scipy' or 'piecewise'"),
    ],
)
def test_bad_input(system, options, message):
    with pytest.raises(InputError, match=message):
        db.integrate(system, [1.0], 1, **options)


def test_the_derivative_knows_its_engines():
    with pytest.raises(InputError, match="expected 'scipy' or 'piecewise'"):
        propagate(RING, START, 1.0, engine="cvode")
