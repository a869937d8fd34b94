"""Manifolds of dimension 2 as polygons, and samples above."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.cycles import refine_cycle
from dynbench.manifolds import Mesh, trace_manifold
from dynbench.manifolds.polygons import outside, parted, sizes, without

from .known import apart, area, network


@pytest.mark.parametrize(
    ("seed", "at", "which"),
    [
        (33, [3.6262, 0.23157, 1.17479], "unstable"),  # a complex pair
        (112, [0.823669, -7.61345, 0.479224], "unstable"),  # a negative multiplier
        (117, [0.324162, -0.49016, 0.919825], "unstable"),
    ],
)
def test_unstable_surfaces_are_invariant(seed, at, which):
    system = network(seed)
    point = refine_cycle(system, at, 1)
    manifold = trace_manifold(system, point, which, box=[[-10, 10]] * 3, pieces=300)
    assert manifold.dimension == 2
    assert manifold.exact
    assert manifold.error < 1e-12
    assert isinstance(manifold.mesh, Mesh)
    early = Mesh(manifold.mesh.vertices, manifold.mesh.polygons[:20])
    centers = np.array([corners.mean(axis=0) for corners in early.corners()])
    wide = trace_manifold(system, point, which, box=[[-50, 50]] * 3, pieces=600).mesh
    images = system(centers)
    images = images[np.abs(images).max(axis=1) < 50]
    assert len(images) > 10
    assert apart(images, wide).max() < 1e-10


@pytest.mark.parametrize(
    ("seed", "at"),
    [
        (0, [-8.45905, 1.46667, -2.57576]),
        (1, [-0.88843, 0.484848, -0.671861]),  # the map has no inverse
        (106, [0.750844, 0.206177, 0.324602]),  # a complex pair, turning by more than a right angle
        (147, [7.12728, 0.913721, 10.2419]),
    ],
)
def test_states_of_stable_surfaces_approach_the_point(seed, at):
    system = network(seed)
    point = refine_cycle(system, at, 1)
    manifold = trace_manifold(system, point, "stable", box=[[-10, 10]] * 3, pieces=200)
    assert manifold.error < 1e-11
    centers = np.array([corners.mean(axis=0) for corners in manifold.mesh.corners()])
    nearest = np.full(len(centers), np.inf)
    z = centers
    for _ in range(60):
        nearest = np.minimum(nearest, np.linalg.norm(z - point.points[0], axis=1))
        z = system(z)
    away = np.linalg.norm(centers - point.points[0], axis=1)
    far = away > 1e-3
    assert (nearest[far] < 0.05 * away[far]).mean() > 0.95


def test_polygons_are_parted_without_loss():
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    parts = parted([square], lambda z: z[:, 0] + z[:, 1] - 0.5)
    assert sorted(len(part) for part in parts) == [3, 5]
    assert sum(map(area, parts)) == pytest.approx(1)
    ring = outside(3 * square - 1, square)
    assert sum(map(area, ring)) == pytest.approx(8)
    assert outside(square / 2 + 0.25, square) == []


def test_what_is_left_of_a_polygon_and_how_large_it_is():
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    left = without([square, square + 9], lambda z: np.column_stack([z[:, 0] - 0.25, 0.5 - z[:, 1], z[:, 0] + 1]))
    assert sum(map(area, left)) == pytest.approx(2 - 0.75 * 0.5)
    np.testing.assert_array_equal(left[-1], square + 9)
    assert without([square], lambda z: z[:, :1] + 1) == []
    np.testing.assert_allclose(sizes([square, square * [3, 0]], 2), [[np.sqrt(2), 3], [np.sqrt(0.5), 0]])


def test_a_section_of_a_mesh():
    square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 1], [0, 1, 1]])
    mesh = Mesh(square, (np.arange(4),))
    np.testing.assert_allclose(np.sort(mesh.section([1, 0, 0], 0.25)[0], axis=0), [[0.25, 0, 0], [0.25, 1, 1]])
    assert mesh.section([1, 0, 0], 2.0).shape == (0, 2, 3)
    assert len(mesh) == 1
    part = mesh.within([[0, 0.5], [-1, 2], [0, 0.5]])
    np.testing.assert_allclose(np.ptp(part.vertices, axis=0), [0.5, 0.5, 0.5])
    assert len(mesh.within([[2, 3], [0, 1], [0, 1]])) == 0


def test_three_directions_are_sampled():
    rng = np.random.default_rng(5)
    system = db.PLRNN([1.5, 1.3, 1.2, 0.5], rng.normal(size=(4, 4)) * 0.3, [0.1, -0.2, 0.3, 0.4])
    point = next(
        c for x in rng.normal(size=(50, 4)) if (c := refine_cycle(system, x, 1)) is not None and c.stability[2] >= 3
    )
    manifold = trace_manifold(system, point, "unstable", box=[[-20, 20]] * 4, pieces=5000, rng=0)
    assert not manifold.exact
    assert manifold.dimension == point.stability[2]
    assert manifold.method.startswith("sampled")
    assert manifold.error < 1e-9
    assert len(manifold.patches) > 1
    for patch in manifold.patches:
        assert patch.basis.shape == (4, manifold.dimension)
        back = np.abs((patch.states - patch.center) - (patch.states - patch.center) @ patch.basis @ patch.basis.T)
        assert back.max() < 1e-9
    assert "may be missing" in manifold.note


def test_a_repeated_multiplier_with_one_eigenvector():
    system = db.Map({"x": "2*x + y + Max(x - 5, 0)", "y": "2*y", "z": "z/2 + Max(y - 1, 0)"})
    point = next(iter(db.find_fixed_points(system, box=[[-1, 1]] * 3)))
    manifold = trace_manifold(system, point, "unstable", box=[[-3, 3]] * 3)
    np.testing.assert_allclose(sum(area(c[:, :2]) for c in manifold.mesh.corners()), 18**2, rtol=1e-12)
    # z is the sum of 2^-j max(y/2^(j + 1) - 1, 0).
    y, z = manifold.mesh.vertices[:, 1:].T
    known = sum(np.maximum(y / 2 ** (j + 1) - 1, 0) / 2**j for j in range(4))
    np.testing.assert_allclose(z, known, atol=1e-14)


def test_a_zero_multiplier_is_refused():
    system = db.Map({"x": "2*x + Max(x - 5, 0)", "y": "0*y", "z": "z/2"})
    point = refine_cycle(system, [0.0, 0, 0], 1)
    with pytest.raises(db.errors.InputError, match="stable multiplier of 0"):
        trace_manifold(system, point, "stable", box=[[-3, 3]] * 3)


def test_a_plane_that_a_singular_region_makes_a_line_tells_no_error():
    """Once an error was raised of an image on the line."""
    system = db.Map({"x": "2*x", "y": "3/2*Max(y - 1, 0) - 3*y/2", "z": "z/2"})
    manifold = trace_manifold(system, refine_cycle(system, [0, 0, 0], 1), "unstable", box=[(-4, 4)] * 3, pieces=100)
    assert manifold.dimension == 2
    assert manifold.error < 1e-12
