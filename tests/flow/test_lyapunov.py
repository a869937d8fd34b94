"""Lyapunov spectra: known values within their error bars, sharing out, keeping and stopping."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import dynbench as db

LORENZ = db.ODE({"x": "10*(y - x)", "y": "28*x - y - x*z", "z": "x*y - 8*z/3"})
HENON = db.Map({"x": "1 - 1.4*x^2 + y", "y": "0.3*x"})
STARTS = np.random.default_rng(7).normal(loc=[1, 1, 20], size=(40, 3))


def test_lorenz_within_error_bars_that_mean_what_they_say():
    spectrum = db.lyapunov_spectrum(LORENZ, STARTS, t=100, transient=20, rng=0)
    # shared/notes: T = 1e5; the sum is the divergence, -41/3, at every time.
    off = np.abs(spectrum.exponents - [0.9054, 0.0, -14.5721])
    assert np.mean(off < 2 * spectrum.errors, axis=0).min() > 0.85
    assert np.median(spectrum.errors[:, 0]) < 3 * np.std(spectrum.exponents[:, 0])
    np.testing.assert_allclose(spectrum.exponents.mean(axis=0), [0.9054, 0.0, -14.5721], atol=0.015)
    np.testing.assert_allclose(spectrum.exponents.sum(axis=1), -41 / 3, atol=1e-7)
    assert spectrum.exponents.shape == (40, 3)
    assert spectrum.k == 3
    np.testing.assert_allclose(spectrum.running[:, -1], spectrum.exponents, rtol=1e-12)
    assert spectrum.times[-1] == pytest.approx(spectrum.time) == pytest.approx(100)


def test_henon():
    starts = np.random.default_rng(0).uniform(-0.1, 0.1, (50, 2))
    spectrum = db.lyapunov_spectrum(HENON, starts, t=5000, rng=1)
    assert np.mean(np.abs(spectrum.exponents - [0.4192, -1.6232]) < 2 * spectrum.errors, axis=0).min() > 0.85
    np.testing.assert_allclose(spectrum.exponents.mean(axis=0), [0.4192, -1.6232], atol=2e-3)
    np.testing.assert_allclose(spectrum.exponents.sum(axis=1), np.log(0.3), rtol=1e-12)


def test_a_linear_flow_has_the_real_parts():
    a = np.array([[-0.5, 2, 0, 0], [-2, -0.5, 0, 0], [1, 0, 1 / 3, 0], [0.2, 0, 0, 1]])
    rows = {f"x{i}": " + ".join(f"({v!r})*x{j}" for j, v in enumerate(row)) for i, row in enumerate(a.tolist())}
    spectrum = db.lyapunov_spectrum(db.ODE(rows), [0.1, 0, 0, 0], t=60, transient=40, rng=0)
    np.testing.assert_allclose(spectrum.exponents, [1, 1 / 3, -0.5, -0.5], atol=1e-6)


def test_a_regular_orbit_is_zero_within_its_trend():
    pendulum = db.ODE({"x": "y", "y": "-sin(x)"})
    spectrum = db.lyapunov_spectrum(pendulum, [2.0, 0.0], t=1000, transient=0, rng=0)
    assert 0 < spectrum.exponents[0] < 2 * spectrum.errors[0] < 0.01


@pytest.mark.parametrize("amplitude", [0.1, 0.5, 1.0, 2.5])
def test_exponents_of_regular_orbits_are_zero_within_their_errors(amplitude):
    pendulum = db.ODE({"x": "y", "y": "-sin(x)"})
    spectrum = db.lyapunov_spectrum(pendulum, [amplitude, 0.0], t=100, rng=0)
    assert (np.abs(spectrum.exponents) < 3 * spectrum.errors).all()
    assert (spectrum.errors < 0.1).all()


def test_the_first_exponents_alone_and_many_states():
    n = 120  # beyond the size at which Jacobians are written out
    rates = np.linspace(-1, 0.5, n)
    x = db.networks.RNN(np.diag(rates + 1.0), activation="linear")
    spectrum = db.lyapunov_spectrum(x, np.ones((2, n)), k=2, t=400, transient=200, interval=2.0, rng=0)
    np.testing.assert_allclose(spectrum.exponents, [[rates[-1], rates[-2]]] * 2, atol=1e-3)


def test_sharing_out_changes_nothing():
    run = {"t": 8, "transient": 5, "rng": 3}
    alone = db.lyapunov_spectrum(LORENZ, STARTS, **run)
    with ThreadPoolExecutor(2) as threads:
        shared = db.lyapunov_spectrum(LORENZ, STARTS, executor=threads, **run)
    np.testing.assert_allclose(shared.exponents, alone.exponents, rtol=0, atol=1e-4)
    with ProcessPoolExecutor(1) as processes:
        there = db.lyapunov_spectrum(LORENZ, STARTS, executor=processes, **run)
    np.testing.assert_array_equal(there.exponents, shared.exponents)


def test_an_interrupted_run_keeps_what_it_has_and_goes_on(tmp_path):
    file = tmp_path / "run.npz"
    whole = db.lyapunov_spectrum(LORENZ, STARTS[:3], t=40, transient=5, rng=3)

    def stop(stage, done, total):
        if done > total / 2:
            raise KeyboardInterrupt

    run = {"t": 40, "transient": 5, "checkpoint": file}
    half = db.lyapunov_spectrum(LORENZ, STARTS[:3], rng=3, progress=stop, **run)
    assert half.stopped == "interrupted"
    assert 15 < half.time < 30
    assert np.isfinite(half.errors).all()
    again = db.lyapunov_spectrum(LORENZ, STARTS[:3], rng=99, **run)
    assert not again.stopped
    np.testing.assert_array_equal(again.exponents, whole.exponents)
    with pytest.raises(db.errors.InputError, match="another run"):
        db.lyapunov_spectrum(LORENZ, STARTS[:3], t=50, checkpoint=file)
    file.write_text("no archive")
    with pytest.raises(db.errors.InputError, match="no plain arrays"):
        db.lyapunov_spectrum(LORENZ, STARTS[:3], t=50, checkpoint=file)


def test_an_orbit_that_ends_does_not_stop_the_others():
    spectrum = db.lyapunov_spectrum(db.ODE({"x": "x^2 - 1"}), [[0.0], [2.0]], t=20, transient=10, rng=0)
    assert spectrum.exponents[0, 0] == pytest.approx(-2, abs=1e-3)
    assert np.isnan(spectrum.exponents[1, 0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 4}, "from 1 to 3"),
        ({"k": 0}, "from 1 to 3"),
        ({"t": -1.0}, "positive"),
        ({"t": 1.0, "interval": 0.5}, "64 intervals"),
        ({"transient": -1.0}, "positive"),
        ({"rng": "a"}, "seed"),
        ({"rtol": 0.0}, "rtol"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(db.errors.InputError, match=message):
        db.lyapunov_spectrum(LORENZ, [1.0, 1.0, 1.0], **options)


def test_bad_input_for_maps():
    with pytest.raises(db.errors.InputError, match="integer"):
        db.lyapunov_spectrum(HENON, [0.0, 0.0], t=100.5)


def test_an_orbit_of_a_map_that_diverges_is_said_to():
    lozi = db.Map({"x": "1 - 17*Abs(x)/10 + y", "y": "x/2"})
    alone = db.lyapunov_spectrum(lozi, [-5.0, 0.0], t=1000, rng=0)
    assert np.isnan(alone.exponents).all()
    assert alone.note.startswith("the orbit could not be followed to the end")
    assert alone.note in repr(alone)
    both = db.lyapunov_spectrum(lozi, [[-5.0, 0.0], [0.1, 0.1]], t=1000, rng=0)
    assert both.note.startswith("1 of 2 orbits could not")
    assert np.isfinite(both.exponents[1]).all()
    assert db.lyapunov_spectrum(lozi, [0.1, 0.1], t=1000, rng=0).note == ""


def test_more_intervals_than_there_is_memory_for_are_refused():
    with pytest.raises(db.errors.InputError, match=r"1\.1e\+12 intervals of length 1; expected 100000000 at most"):
        db.lyapunov_spectrum(HENON, [0.1, 0.1], t=10**12)
