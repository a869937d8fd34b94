"""The flip-flop task: pulses, what is to be held, and what counts as an error."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.errors import InputError
from dynbench.networks.flipflop import FlipFlop


def runs(values):
    """(first, end, value) of each stretch of equal values."""
    edges = np.flatnonzero(np.diff(values)) + 1
    bounds = [0, *edges, len(values)]
    return [(a, b, values[a]) for a, b in itertools.pairwise(bounds)]


@given(st.integers(1, 4), st.integers(1, 30), st.integers(1, 20), st.integers(0, 60), st.integers(0, 10**6))
def test_pulses_and_pauses_are_as_long_as_asked(bits, pulse, shortest, more, seed):
    task = FlipFlop(bits, pulse, (shortest, shortest + more))
    whole_input = task.signals(500, rng=seed).inputs
    assert (np.abs(whole_input).sum(axis=1) <= 1).all()
    independent = dataclasses.replace(task, independent=True).signals(500, rng=seed).inputs
    for channel in (whole_input.sum(axis=1), *independent.T):
        for first, end, value in runs(channel):
            whole = end < 500
            if value:
                assert end - first == pulse if whole else end - first <= pulse
            else:
                assert end - first <= shortest + more
                assert end - first >= shortest or not whole


@settings(max_examples=30)
@given(st.integers(1, 4), st.booleans(), st.integers(0, 15), st.integers(0, 10**6))
def test_the_target_is_the_sign_of_the_last_pulse(bits, independent, settle, seed):
    signals = FlipFlop(bits, settle=settle, independent=independent).signals(400, rng=seed)
    held, since, known = signals.targets[0].copy(), 1000, np.zeros(bits, bool)
    assert set(held) <= {-1, 1}
    for u, f, settled in zip(signals.inputs, signals.targets, signals.settled, strict=True):
        held = np.where(u == 0, held, u)
        known |= u != 0
        since = 0 if u.any() else since + 1
        np.testing.assert_array_equal(f, held)
        np.testing.assert_array_equal(settled, known & (since > settle))


def test_channels_pulse_independently_and_signs_are_even():
    signals = FlipFlop(2, 10, (10, 50), independent=True).signals(100_000, rng=0)
    assert abs(signals.targets.mean()) < 0.1
    assert abs(np.corrcoef(signals.targets.T)[0, 1]) < 0.1
    assert (signals.inputs != 0).all(axis=1).any()


def test_errors_are_counted_where_bits_have_settled():
    task = FlipFlop(1, 5, (10, 10), settle=0)
    signals = task.signals(100, rng=0)
    assert task.evaluate(signals.targets, signals).wrong == 0
    assert task.evaluate(signals.targets, signals).total == signals.settled.sum() > 50
    outputs = -signals.targets
    assert task.evaluate(outputs, signals).fraction == 1
    assert task.evaluate(np.nan * outputs, signals).fraction == 1
    assert task.evaluate(np.where(signals.settled, signals.targets, outputs), signals).wrong == 0
    early = task.signals(5, rng=0)
    assert np.isnan(task.evaluate(early.targets, early).fraction)


def test_the_same_seed_gives_the_same_signals():
    first, second = (FlipFlop().signals(300, rng=1) for _ in range(2))
    np.testing.assert_array_equal(first.inputs, second.inputs)
    assert not first.inputs.flags.writeable
    assert not first.settled.flags.writeable


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: FlipFlop(bits=0), "bits is 0"),
        (lambda: FlipFlop(pulse=1.5), "pulse is 1.5"),
        (lambda: FlipFlop(gaps=(30, 20)), r"gaps is \(30, 20\)"),
        (lambda: FlipFlop(gaps=20), "gaps is 20"),
        (lambda: FlipFlop().evaluate("a", FlipFlop().signals(4, rng=0)), "outputs must be an array"),
        (lambda: FlipFlop().evaluate(np.ones((3, 3)), None), "signals is None"),
        (lambda: FlipFlop(settle=-1), "settle is -1"),
        (lambda: FlipFlop().signals(0), "steps is 0"),
        (lambda: FlipFlop().evaluate(np.ones((3, 3)), FlipFlop().signals(4, rng=0)), "outputs has shape"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
