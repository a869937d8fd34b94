"""Fixed points under symmetries: orbits and isotropy, and proofs that are moved instead of made again."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.fixed_points import assemble, symmetry_orbits
from dynbench.fixed_points.symmetry import Images, moved, moves_of
from dynbench.invariants import SignedPermutation

D4 = db.ODE({"x": "x - x^3 - 2*x*y^2", "y": "y - y^3 - 2*x^2*y"})


@pytest.fixture(scope="module")
def points():
    return db.find_fixed_points(D4, box=[[-3, 3]] * 2)


def test_orbits_and_isotropy(points):
    """The origin is kept by all eight symmetries, points on an axis or a diagonal by the reflection in it."""
    orbits = symmetry_orbits(D4, points)
    assert sorted((len(o.points), o.isotropy_order) for o in orbits) == [(1, 8), (4, 2), (4, 2)]
    for orbit in orbits:
        assert orbit.complete
        assert len(orbit.isotropy) == orbit.isotropy_order - 1  # the identity is not listed
        x = points[orbit.points[0]].x
        for s in orbit.isotropy:
            np.testing.assert_allclose(s.action(x), x, atol=1e-12)


def test_an_orbit_of_which_a_point_is_missing_is_not_complete(points):
    """And neither is one of points that are not proved."""
    orbits = symmetry_orbits(D4, [p for k, p in enumerate(points) if k != 0])
    assert sorted(len(o.points) for o in orbits) == [1, 3, 4]
    (broken,) = [o for o in orbits if len(o.points) == 3]
    assert not broken.complete
    assert broken.isotropy_order is None
    loose = db.find_fixed_points(db.ODE({"x": "x - exp(x^2)/4"}), starts=[[0.3]], certify=False)
    assert [o.complete for o in symmetry_orbits(db.ODE({"x": "sin(x)*cos(x)"}), loose)] == [False]


def test_carriers_take_the_first_point_of_an_orbit_to_the_others(points):
    images = Images(dict(enumerate(points)), [s.action for s in D4.symmetries().generators])
    for i, (first, carrier) in images.carriers.items():
        np.testing.assert_allclose(carrier(points[first].x), points[i].x, atol=1e-12)


def copies(n=40, seed=0):
    """Two copies of a network whose units hold their signs, and one of its memories."""
    rng = np.random.default_rng(seed)
    network = db.RNN(np.kron(np.eye(2), 0.1 * rng.standard_normal((n // 2, n // 2)) + 2.5 * np.eye(n // 2)))
    (point,) = db.find_fixed_points(network, search=db.search.NewtonStarts(2.5 * rng.choice([-1.0, 1.0], (1, n))))
    return network, point


def test_a_moved_certificate_is_that_of_the_image():
    network, point = copies()
    assert network.symmetries().order == 8
    for symmetry in network.symmetries():
        s = symmetry.action
        there, own = moved(point.certificate, s), db.certify(network, s(point.x))
        assert np.array_equal(there.center, s(point.certificate.center))
        assert np.abs(there.center - own.center).max() < 1e-9
        assert there.index == own.index
        assert there.stability == own.stability
        assert there.radius == pytest.approx(own.radius, rel=0.5)
        assert "by the symmetry" in there.inequality


def test_the_inverse_of_a_certificate_is_moved_with_it(points):
    s = D4.symmetries()[0].action
    for point in points:
        there = moved(point.certificate, s)
        S = np.array(s.matrix, dtype=float)
        np.testing.assert_array_equal(there.inverse, S @ point.certificate.inverse @ S.T)
        residual = there.inverse @ D4.residual_jacobian(there.center) - np.eye(2)
        assert np.abs(residual).max() < 1e-9


def test_images_under_permutations_are_not_certified_again(monkeypatch):
    """Starts that are images of each other under copies of a block: one proof for all."""
    network, point = copies()
    starts = np.array([point.x, *(s.action(point.x) for s in network.symmetries())])
    made = []
    original = assemble.certify
    monkeypatch.setattr(assemble, "certify", lambda *args: made.append(1) or original(*args))
    found = db.find_fixed_points(network, search=db.search.NewtonStarts(starts))
    with_symmetries = len(made)
    made.clear()
    monkeypatch.setattr(assemble, "moves_of", lambda system: ())
    plain = db.find_fixed_points(network, search=db.search.NewtonStarts(starts))
    assert len(found) == len(plain) == 8
    assert with_symmetries == 1
    assert len(made) == 8
    (orbit,) = symmetry_orbits(network, found)
    assert orbit.complete
    assert orbit.isotropy_order == 1
    for one, other in zip(found, plain, strict=True):
        np.testing.assert_allclose(one.x, other.x, atol=1e-12)
        assert one.stability == other.stability
        assert one.kind is other.kind


def test_systems_of_few_states_prove_each_point_anew():
    assert moves_of(D4) == ()
    assert moves_of(db.RNN(2 * np.eye(3))) == (SignedPermutation.identity(3, -1),)
