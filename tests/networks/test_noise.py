"""Noise on recurrent weights: all levels at once are what each of them is alone."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.networks import flipflop, force, noise, simulate

TASK = flipflop.FlipFlop(bits=1)
LEVELS = [0.0, 0.02, 0.2]


@pytest.fixture(scope="module")
def training():
    rng = np.random.default_rng(0)
    network = force.random_network(60, 1, 1, rng=rng)
    lesson = TASK.signals(4000, rng=rng)
    return force.train(network, lesson.inputs, lesson.targets, rng=rng)


def test_each_level_is_the_network_with_its_noise(training):
    test, E = TASK.signals(400, rng=1), np.random.default_rng(2).standard_normal((60, 60))
    result = noise.measure(training.network, test, LEVELS, noise=E, start=training.state)
    for level, mse, errors in zip(LEVELS, result.mse, result.errors, strict=True):
        noisy = training.network.with_parameters(W_r=training.network.parameters["W_r"] + level * E)
        outputs = noisy.readout(simulate(noisy, test.inputs, start=training.state))
        # rounding differs, and the runs are 40 time constants long
        np.testing.assert_allclose(mse, np.mean((outputs - test.targets)[test.settled] ** 2), rtol=1e-6)
        assert errors == TASK.evaluate(outputs, test)
    np.testing.assert_array_equal(result.levels, LEVELS)


def test_much_noise_ruins_the_task_and_none_does_not(training):
    result = noise.measure(training.network, TASK.signals(1500, rng=1), [0.0, 1.0], start=training.state, rng=3)
    assert result.errors[0].wrong == 0
    assert result.errors[1].fraction > 0.1
    assert result.mse[1] > 10 * result.mse[0]


def test_by_default_the_noise_is_standard_normal_and_the_seed_fixes_it(training):
    test, E = TASK.signals(200, rng=1), np.random.default_rng(4).standard_normal((60, 60))
    drawn = noise.measure(training.network, test, LEVELS, start=training.state, rng=4)
    given = noise.measure(training.network, test, LEVELS, start=training.state, noise=E)
    np.testing.assert_array_equal(drawn.mse, given.mse)
    assert not drawn.mse.flags.writeable
    first, second = (noise.measure(training.network, test, LEVELS, rng=5) for _ in range(2))
    np.testing.assert_array_equal(first.mse, second.mse)
    assert not np.array_equal(first.mse, drawn.mse)


def test_a_network_that_runs_away_is_wrong_and_says_nan():
    network = db.EchoStateNetwork(5 * np.eye(2), [1, 0], [1, 0], [1, 1], activation="linear")
    result = noise.measure(network, TASK.signals(9000, rng=1), [0.0], start=[1, 1])
    assert not np.isfinite(result.mse[0])
    assert result.errors[0].wrong > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"noise": np.eye(3)}, "noise has shape (3, 3); expected (60, 60), that of W_r."),
        ({"noise": np.ones((3, 60))}, "noise has shape (3, 60); expected (60, 60), that of W_r."),
        ({"noise": 3.0}, "noise has shape (); expected (60, 60), that of W_r."),
        ({"levels": [[0.0, 0.1], [0.2, 0.3]]}, "levels has shape (2, 2); expected a vector of levels."),
        ({"levels": [[1.0], [2.0, 3.0]]}, "levels must be an array of real numbers, not [[1.0], [2.0, 3.0]]."),
        ({"noise": "strong"}, "noise must be an array of real numbers, not 'strong'."),
        ({"noise": np.full((60, 60), np.inf)}, "noise holds a value that is not finite."),
        ({"levels": [np.nan]}, "levels holds a value that is not finite."),
        ({"signals": 1}, "signals is 1; expected what FlipFlop.signals returns."),
        ({"signals": TASK.signals(3, rng=0)}, "signals is too short: no bit settles in it."),
        (
            {"signals": flipflop.FlipFlop(bits=2).signals(900, rng=0)},
            "signals has 2 channels, but the network 1 inputs and 1 readouts.",
        ),
    ],
)
def test_bad_input_is_named(training, arguments, message):
    given = {"signals": TASK.signals(200, rng=1), "levels": LEVELS} | arguments
    with pytest.raises(db.errors.InputError) as caught:
        noise.measure(training.network, **given)
    assert str(caught.value) == message
