"""The error of the mean of a series whose entries depend on each other."""

from __future__ import annotations

import numpy as np
import pytest

from dynbench.flow.averages import mean_and_error


@pytest.mark.parametrize("memory", [0.0, 0.95, -0.9])
def test_the_error_is_that_of_the_mean_whatever_the_correlation(memory):
    noise = np.random.default_rng(1).normal(size=(6400, 300))
    series = np.empty_like(noise)
    series[0] = noise[0]
    for i in range(1, len(noise)):
        series[i] = memory * series[i - 1] + noise[i]
    mean, error = mean_and_error(series)
    true = 1 / (1 - memory) / np.sqrt(len(series))
    assert np.std(mean) == pytest.approx(true, rel=0.15)
    assert true <= np.median(error) < 1.6 * true
    # Student's law of 7 to 15 degrees of freedom has 92 to 94 per cent within two errors.
    assert np.mean(np.abs(mean) < 2 * error) > 0.92


def test_a_mean_on_its_way_says_so():
    t = np.arange(1, 10001)
    mean, error = mean_and_error(np.diff(np.log(t)))  # a vector that grows like t
    assert mean == pytest.approx(np.log(10000) / 9999)
    assert mean < 1.5 * error
