"""FORCE training: recursive least squares as written, deterministic, interruptible; it learns."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import dynbench as db
from dynbench.networks import flipflop, force, simulate

TASK = flipflop.FlipFlop(bits=1)


def setting(n=40, steps=60, seed=0):
    rng = np.random.default_rng(seed)
    network = force.random_network(n, 2, 3, rng=rng)
    return network, rng.normal(size=(steps, 3)), rng.normal(size=(steps, 2)), 0.5 * rng.normal(size=n)


def textbook(network, inputs, targets, x, every, alpha):
    """Jang 2015, equations 27 and 28, with a full P and no BLAS of our choosing.

    What is fed back is the output before the readout changes, as in the script that came with Sussillo & Abbott 2009.
    """
    W_r, W_fb, W_o, B = (network.parameters[name] for name in ("W_r", "W_fb", "W_o", "B"))
    W_o, P, errors = W_o.copy(), np.eye(len(x)) / alpha, []
    z = W_o @ np.tanh(x)
    for t, (u, f) in enumerate(zip(inputs, targets, strict=True)):
        r = np.tanh(x)
        x = x + 0.1 * (-x + W_r @ r + W_fb @ z + B @ u)
        r = np.tanh(x)
        z = W_o @ r
        e = z - f
        errors.append(e)
        if t % every == 0:
            P = P - np.outer(P @ r, r @ P) / (1 + r @ P @ r)
            W_o = W_o - np.outer(e, P @ r)
    return W_o, x, np.array(errors)


@pytest.mark.parametrize(("every", "alpha"), [(1, 1.0), (2, 1.0), (3, 0.1)])
def test_it_is_recursive_least_squares_as_in_the_paper(every, alpha):
    network, inputs, targets, x = setting()
    training = force.train(network, inputs, targets, every=every, alpha=alpha, start=x)
    W_o, state, errors = textbook(network, inputs, targets, x, every, alpha)
    np.testing.assert_allclose(training.network.parameters["W_o"], W_o, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(training.state, state, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(training.errors, errors, rtol=1e-9, atol=1e-10)


def test_the_same_seed_gives_the_same_bits():
    network, inputs, targets, _ = setting()
    first, second, other = (force.train(network, inputs, targets, rng=seed) for seed in (1, 1, 2))
    assert first.network == second.network
    np.testing.assert_array_equal(first.errors, second.errors)
    assert first.network != other.network


def test_the_network_given_stays_what_it_is():
    network, inputs, targets, _ = setting()
    before = network.content_hash
    trained = force.train(network, inputs, targets, rng=0).network
    assert np.all(network.parameters["W_o"] == 0)
    assert type(network)._from_declaration(network._declaration, None).content_hash == before
    further = force.train(trained, inputs, targets, rng=0)
    np.testing.assert_array_equal(
        further.errors[0], trained.readout(simulate(trained, inputs[:1], rng=0)[0]) - targets[0]
    )


def test_snapshots_and_progress():
    network, inputs, targets, _ = setting()
    seen = []
    training = force.train(
        network, inputs, targets, snapshot_every=25, rng=0, progress=lambda *report: seen.append(report)
    )
    assert [snapshot.step for snapshot in training.snapshots] == [0, 25, 50]
    assert np.all(training.snapshots[0].W_o == 0)
    part = force.train(network, inputs[:25], targets[:25], rng=0)
    np.testing.assert_array_equal(training.snapshots[1].W_o, part.network.parameters["W_o"])
    assert not training.snapshots[1].W_o.flags.writeable
    assert seen == [("FORCE", 0, 60), ("FORCE", 60, 60)]
    assert "array([" not in repr(training)


def test_an_interrupted_training_is_what_it_had_reached():
    network, inputs, targets, _ = setting(steps=1200)

    def stop(stage, done, total):
        if done == 500:
            raise KeyboardInterrupt

    stopped = force.train(network, inputs, targets, rng=0, progress=stop)
    assert stopped.interrupted
    assert len(stopped.errors) == 500
    whole = force.train(network, inputs[:500], targets[:500], rng=0)
    assert not whole.interrupted
    assert stopped.network == whole.network


def test_a_network_without_input_learns_to_oscillate():
    rng = np.random.default_rng(0)
    drawn = force.random_network(150, 1, 1, rng=rng)
    weights = drawn.parameters
    network = db.EchoStateNetwork(weights["W_r"], weights["W_fb"], weights["W_o"])
    wave = np.sin(np.arange(6000) / 12)
    training = force.train(network, None, wave, rng=rng)
    x, outputs = training.state, []
    for _ in range(2000):  # it goes on by itself
        x = x + 0.1 * training.network(x)
        outputs.append(training.network.readout(x)[0])
    period = np.diff(np.flatnonzero(np.diff(np.sign(outputs)) > 0)).mean()
    assert abs(period - 24 * np.pi) < 1
    assert abs(np.std(outputs) - np.sqrt(0.5)) < 0.05


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_one_bit_is_held_by_two_hundred_units(seed):
    rng = np.random.default_rng(seed)
    network, signals = force.random_network(200, 1, 1, rng=rng), TASK.signals(8000, rng=rng)
    training = force.train(network, signals.inputs, signals.targets, rng=rng)
    test = TASK.signals(5000, rng=rng)
    states = simulate(training.network, test.inputs, start=training.state)
    errors = TASK.evaluate(training.network.readout(states), test)
    assert errors.total > 3000
    assert errors.wrong == 0


@pytest.mark.slow
def test_three_bits_are_held_by_a_thousand_units():
    """Jang 2015, Table 1: no bit wrong in 10,000 steps, and left alone the states stay at eight memories.

    Not every seed gives that: of 0 to 7, the seeds 0, 6 and 7 do.
    """
    rng = np.random.default_rng(7)
    task = flipflop.FlipFlop()
    network, signals = force.random_network(1000, 3, 3, rng=rng), task.signals(30_000, rng=rng)
    training = force.train(network, signals.inputs, signals.targets, rng=rng)
    test = task.signals(10_000, rng=rng)
    states = simulate(training.network, test.inputs, start=training.state)
    errors = task.evaluate(training.network.readout(states), test)
    assert errors.total > 10_000
    assert errors.wrong == 0
    settled = states[test.settled.all(axis=1)][::150]
    for _ in range(2000):
        settled = settled + 0.1 * training.network(settled)
    assert np.abs(training.network(settled)).max() < 1e-6
    memories = {tuple(z) for z in np.round(training.network.readout(settled), 1).tolist()}
    assert {tuple(np.sign(z).astype(int)) for z in memories} == set(itertools.product((-1, 1), repeat=3))
    assert len(memories) == 8


def test_a_network_that_runs_away_is_no_result():
    network = force.random_network(30, 1, 1, g=200.0, activation="linear", rng=0)
    with pytest.raises(db.errors.ConvergenceError, match="ran away"), np.errstate(all="ignore"):
        force.train(network, None, np.zeros(2000), rng=0, every=2000)


NETWORK, INPUTS, TARGETS, _ = setting()
BAD = {
    "network": (lambda: force.train(db.RNN(np.eye(3)), INPUTS, TARGETS), "expected an EchoStateNetwork"),
    "inputs": (lambda: force.train(NETWORK, INPUTS[:, :2], TARGETS), r"inputs has shape \(60, 2\); expected"),
    "targets": (lambda: force.train(NETWORK, INPUTS, TARGETS[:, :1]), r"targets has shape \(60, 1\); expected"),
    "lengths": (lambda: force.train(NETWORK, INPUTS[:50], TARGETS), "inputs has 50 steps, targets 60"),
    "nan": (lambda: force.train(NETWORK, INPUTS * np.nan, TARGETS), "inputs holds a value that is not finite"),
    "text": (lambda: force.train(NETWORK, INPUTS, "wave"), "targets must be an array of real numbers"),
    "step": (lambda: force.train(NETWORK, INPUTS, TARGETS, step=0), "step is 0"),
    "every": (lambda: force.train(NETWORK, INPUTS, TARGETS, every=0), "every is 0"),
    "snapshots": (lambda: force.train(NETWORK, INPUTS, TARGETS, snapshot_every=1.5), "snapshot_every is 1.5"),
    "alpha": (lambda: force.train(NETWORK, INPUTS, TARGETS, alpha=-1), "alpha is -1"),
    "start": (lambda: force.train(NETWORK, INPUTS, TARGETS, start=np.ones(3)), "start has shape"),
    "starts": (lambda: force.train(NETWORK, INPUTS, TARGETS, start=np.ones((2, 40))), "expected one state"),
    "rng": (lambda: force.train(NETWORK, INPUTS, TARGETS, rng="seed"), "rng is 'seed'"),
    "no input": (
        lambda: force.train(db.EchoStateNetwork(np.eye(3), [1, 1, 1], [1, 1, 1]), [1.0], [1.0]),
        "declared without B",
    ),
    "nothing to simulate": (
        lambda: simulate(db.EchoStateNetwork(np.eye(3), [1, 1, 1], [1, 1, 1]), [1.0]),
        "declared without B",
    ),
    "nothing to run": (lambda: simulate(3, [1.0]), "expected an EchoStateNetwork"),
    "gain": (lambda: force.random_network(3, 1, 1, g="high"), "g is 'high'"),
    "units": (lambda: force.random_network(0, 1, 1), "n is 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_one_sentence(case):
    call, message = BAD[case]
    with pytest.raises(db.errors.DynbenchError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
