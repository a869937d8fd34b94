"""Frequencies of signals that are known."""

from __future__ import annotations

import numpy as np

from dynbench.orbits.frequencies import frequency_lines

T = 0.3 * np.arange(1024)


def test_a_sum_of_sinusoids_to_rounding():
    omega, size = np.array([1.0, np.sqrt(2), 0.31, 2.7]), np.array([1.0, 0.4, 0.1, 1e-4])
    x = np.stack([(size * np.cos(T[:, None] * omega + k)).sum(axis=1) + k for k in (0.3, 1.7)], axis=1)
    lines = frequency_lines(x, 0.3)
    np.testing.assert_allclose(lines.frequencies, omega, rtol=0, atol=1e-9)
    np.testing.assert_allclose(lines.amplitudes / lines.amplitudes[0], size, rtol=1e-6)
    assert lines.residual < 1e-9


def test_near_lines_are_corrected_for_each_other():
    gap = 6 * 2 * np.pi / (len(T) * 0.3)
    lines = frequency_lines((np.cos(T) + 0.8 * np.sin((1 + gap) * T))[:, None], 0.3)
    np.testing.assert_allclose(np.sort(lines.frequencies), [1, 1 + gap], atol=1e-9)


def test_noise_has_no_lines_that_explain_it_and_a_constant_has_none():
    noise = np.random.default_rng(0).normal(size=(1024, 1))
    assert frequency_lines(noise, 0.3).residual > 0.7
    still = frequency_lines(np.ones((1024, 2)), 0.3)
    assert len(still.frequencies) == 0
    assert still.residual == 0
