"""Invariant subspaces, samples of their spheres, and states along them."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.fixed_points.directions import Directions, between


def at_origin(equations, kind=db.ODE):
    system = kind(equations)
    (point,) = [p for p in db.find_fixed_points(system, box=[[-0.4, 0.4]] * len(equations)) if not p.x.any()]
    return system, point


def test_a_complex_pair_spans_its_plane():
    system, point = at_origin({"x": "x - 2*y + z/3", "y": "2*x + y", "z": "-z + x*y"})
    directions = Directions.of(system, point, 2)
    assert directions.eigenvectors == ()
    image = system.jacobian_at(point.x) @ directions.basis
    np.testing.assert_allclose(directions.basis @ (directions.basis.T @ image), image, atol=1e-12)
    sample = directions.sample(8, np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(sample, axis=1), 1)
    np.testing.assert_allclose(np.einsum("ki,ki->k", sample, np.roll(sample, 1, axis=0)), np.cos(np.pi / 4))


@pytest.mark.parametrize("stable", [False, True])
def test_eigenvectors_are_the_strongest_first(stable):
    system, point = at_origin({"a": "3*a + b", "b": "b", "c": "-c + a/9", "d": "-4*d"})
    directions = Directions.of(system, point, 2, stable=stable)
    assert [value for value, _ in directions.eigenvectors] == pytest.approx([-4, -1] if stable else [3, 1])
    assert directions.names == ("v1", "v2")
    for value, vector in directions.eigenvectors:
        np.testing.assert_allclose(system.jacobian_at(point.x) @ vector, value * vector, atol=1e-12)
        assert vector[np.argmax(np.abs(vector))] > 0
        np.testing.assert_allclose(directions.basis @ (directions.basis.T @ vector), vector, atol=1e-12)


def test_of_a_map_the_modulus_counts():
    system, point = at_origin({"x": "-3*x", "y": "0.5*y"}, db.Map)
    assert Directions.of(system, point, 1).eigenvectors[0][0] == pytest.approx(-3)


def test_starts_are_nearer_where_the_field_bends():
    straight, bent = at_origin({"x": "x", "y": "-y"}), at_origin({"x": "x", "y": "-y + 1000*x^2"})
    offsets = [Directions.of(s, p, 1).start(np.array([1.0, 0.0]))[0] for s, p in (straight, bent)]
    assert offsets[1] < offsets[0] / 100
    both = Directions.of(*straight, 1).start(np.eye(2))
    assert both.shape == (2, 2)


@pytest.mark.parametrize("angle", [1e-12, 1e-3, 1.0, 3.0])
def test_arcs_are_parted_evenly(angle):
    a, b = np.array([1.0, 0.0]), np.array([np.cos(angle), np.sin(angle)])
    found = np.arctan2(*between(a, b, 3).T[::-1])
    np.testing.assert_allclose(found, angle * np.array([0.25, 0.5, 0.75]), rtol=1e-9)


def test_of_many_states_the_basis_is_that_of_the_eigenvectors():
    weights = np.random.default_rng(0).normal(size=(40, 40)) * 1.4 / np.sqrt(40)
    system = db.RNN(weights)
    (origin,) = [p for p in db.find_fixed_points(system, search=db.search.NewtonStarts(np.zeros((1, 40))))]
    count = origin.certificate.n_unstable
    assert count > 2
    directions = Directions.of(system, origin, count)
    assert directions.basis.shape == (40, count)
    image = system.jacobian_at(origin.x) @ directions.basis
    np.testing.assert_allclose(directions.basis @ (directions.basis.T @ image), image, atol=1e-10)
    np.testing.assert_allclose(directions.basis.T @ directions.basis, np.eye(count), atol=1e-12)
