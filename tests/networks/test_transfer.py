"""A network with further readouts and inputs begins as the one that it was made from."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.networks import flipflop, force, simulate, transfer

TASK = flipflop.FlipFlop(bits=1)


def trained(activation="tanh"):
    rng = np.random.default_rng(0)
    network = force.random_network(60, 1, 1, activation=activation, rng=rng)
    lesson = TASK.signals(2000, rng=rng)
    return force.train(network, lesson.inputs, lesson.targets, rng=rng)


@pytest.fixture(scope="module")
def training():
    return trained()


def test_the_old_bit_is_held_as_before_while_the_new_input_is_silent(training):
    network, test = training.network, TASK.signals(500, rng=1)
    larger = transfer.extended(network, rng=2)
    before = simulate(network, test.inputs, start=training.state)
    after = simulate(larger, np.column_stack([test.inputs, np.zeros(500)]), start=training.state)
    # The sums have further terms, all zero; only BLAS may take them in another order, so not bit for bit.
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-12)
    np.testing.assert_allclose(larger.readout(after)[:, 0], network.readout(before)[:, 0], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(larger.readout(after)[:, 1], 0.0)


def test_the_weights_are_copied_and_only_new_rows_of_the_readout_are_zero(training):
    old, larger = training.network.parameters, transfer.extended(training.network, outputs=2, inputs=3, rng=2)
    new = larger.parameters
    np.testing.assert_array_equal(new["W_r"], old["W_r"])
    np.testing.assert_array_equal(new["W_fb"][:, :1], old["W_fb"])
    np.testing.assert_array_equal(new["B"][:, :1], old["B"])
    np.testing.assert_array_equal(new["W_o"][:1], old["W_o"])
    np.testing.assert_array_equal(new["W_o"][1:], np.zeros((2, 60)))
    assert new["W_fb"].shape == (60, 3)
    assert new["B"].shape == (60, 4)
    assert 0.5 < np.abs(new["W_fb"][:, 1:]).max() <= 1
    assert 0.5 < np.abs(new["B"][:, 1:]).max() <= 1
    assert new["W_fb"].shape[1] == np.linalg.matrix_rank(new["W_fb"])


def test_fixed_points_stay_and_keep_their_jacobians(training):
    network, larger = training.network, transfer.extended(training.network, rng=2)
    held = db.find_fixed_points(network, search=db.search.Readouts([[1.0]]), rng=0, certify=False)
    assert len(held)
    for point in held:
        np.testing.assert_allclose(larger(point.x), network(point.x), rtol=0, atol=1e-14)
        np.testing.assert_allclose(larger.jacobian_at(point.x), network.jacobian_at(point.x), rtol=0, atol=1e-14)


def test_the_new_bit_can_be_learnt(training):
    task, rng = flipflop.FlipFlop(bits=2, gaps=(20, 60)), np.random.default_rng(5)
    lesson, test = task.signals(6000, rng=rng), task.signals(2000, rng=rng)
    larger = transfer.extended(training.network, rng=rng)
    learnt = force.train(larger, lesson.inputs, lesson.targets, rng=rng)
    before, after = (
        task.evaluate(network.readout(simulate(network, test.inputs, start=learnt.state)), test)
        for network in (larger, learnt.network)
    )
    assert before.fraction > 0.3
    assert after.fraction < 0.05


def test_it_is_deterministic_and_leaves_the_rest_alone(training):
    network = training.network.with_parameters(u=[0.25])
    first, second, other = (transfer.extended(network, rng=seed) for seed in (1, 1, 2))
    assert first == second
    assert first != other
    np.testing.assert_array_equal(first.parameters["u"], [0.25, 0.0])
    assert network.parameters["W_fb"].shape == (60, 1)


def test_readouts_alone_can_be_added_and_the_activation_is_kept():
    network = db.EchoStateNetwork(np.eye(3), [1, 0, 0], [0, 1, 0], activation=sp.erf)
    larger = transfer.extended(network, inputs=0, rng=0)
    assert larger.parameters["W_o"].shape == (2, 3)
    assert "B" not in larger.parameters
    assert larger.rhs == network.rhs


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"outputs": -1}, "outputs is -1; expected how many to add, an integer of at least 0."),
        ({"inputs": 1.5}, "inputs is 1.5; expected how many to add, an integer of at least 0."),
        ({}, "The network has no input, as it was declared without B: none can be added."),
    ],
)
def test_bad_input_is_named(arguments, message):
    network = db.EchoStateNetwork(np.eye(3), [1, 0, 0], [0, 1, 0])
    with pytest.raises(db.errors.InputError) as caught:
        transfer.extended(network, **arguments)
    assert str(caught.value) == message


def test_what_is_no_echo_state_network_is_refused():
    with pytest.raises(db.errors.InputError, match="expected an EchoStateNetwork"):
        transfer.extended(db.RNN(np.eye(2)))
