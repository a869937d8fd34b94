"""Sides of directed curves: labels by formula, whatever the curves' corners."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dynbench.basins.sides import Sides


@settings(max_examples=40, deadline=None)
@given(st.floats(-3.0, 3.0), st.floats(-2.0, 2.0), st.integers(0, 1000))
def test_a_straight_line_at_any_angle(angle, offset, seed):
    """By the sign of the distance from the line; its corners are anywhere along it."""
    rng = np.random.default_rng(seed)
    along = np.array([np.cos(angle), np.sin(angle)])
    normal = np.array([-along[1], along[0]])
    places = np.concatenate([[-50.0], np.sort(rng.uniform(-5, 5, 7)), [50.0]])
    states = rng.uniform(-4, 4, (200, 2))
    distance = states @ normal - offset
    labels = Sides([places[:, None] * along + offset * normal], [4], [9]).labels(states)
    clear = np.abs(distance) > 1e-9
    assert (labels == np.where(distance > 0, 4, 9))[clear].all()


def test_rings_within_each_other():
    """Three polygons around the origin: each ring has the label that both of its curves give it."""
    angle = np.linspace(0, 2 * np.pi, 65)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    sides = Sides([ring, 2 * ring[::-1], 3 * ring], [0, 2, 2], [1, 1, 3])
    states = np.random.default_rng(0).uniform(-5, 5, (3000, 2))
    radius = np.linalg.norm(states, axis=1)
    clear = (np.abs(radius[:, None] - [1, 2, 3]) > 0.01).all(axis=1)
    assert (sides.labels(states) == np.floor(np.minimum(radius, 3.5)))[clear].all()
