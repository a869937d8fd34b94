"""Images of fixed points under symmetries: which they are, and that following one of them gives the same graph."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.fixed_points.symmetry import Images
from dynbench.transitions import build
from dynbench.transitions.symmetry import images_of


def two_bits(n=40, seed=3):
    """A network whose two readouts hold their signs: rank two, with a weak random reservoir."""
    rng = np.random.default_rng(seed)
    feedback = rng.choice([-1.0, 1.0], size=(n, 2))
    return db.EchoStateNetwork(
        0.3 / np.sqrt(n) * rng.standard_normal((n, n)), 1.6 * feedback, np.linalg.pinv(feedback), feedback
    )


@pytest.fixture(scope="module")
def network():
    return two_bits()


@pytest.fixture(scope="module")
def points(network):
    return db.find_fixed_points(network, search=db.search.Readouts([[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1)]))


def mirror_images(network, points):
    """Number -> number of the mirror image, for all points that have one."""
    images = images_of(network, points)
    minus = db.invariants.SignedPermutation.identity(network.dimension, -1)
    assert [s.action for s in network.symmetries()] in ([minus], [])
    return {i: images.image(minus, i) for i in points if images.is_carried(i) and images.image(minus, i) is not None}


def test_each_point_of_an_odd_network_has_its_image(network, points):
    numbered = dict(enumerate(points))
    images = mirror_images(network, numbered)
    assert len(images) == len(points) == 9
    assert all(images[images[i]] == i for i in images)
    assert [i for i in images if images[i] == i] == [i for i, p in numbered.items() if not p.x.any()]
    for i, j in images.items():
        np.testing.assert_allclose(points[i].x, -points[j].x, atol=1e-12)


def test_nothing_is_mirrored_where_oddness_is_not_proved(network, points):
    tilted = network.with_parameters(u=[1e-3, 0])
    assert mirror_images(tilted, dict(enumerate(points))) == {}


def test_points_without_their_image_or_a_proof_have_none(network, points):
    one = next(p for p in points if p.x.any())
    assert mirror_images(network, {0: one}) == {}
    unproved = db.find_fixed_points(network, starts=[p.x for p in points], certify=False)
    assert mirror_images(network, dict(enumerate(unproved))) == {}


def test_a_point_listed_twice_loses_no_branch(network, points):
    saddle = next(p for p in points if p.stability[2] == 1)
    twin = next(p for p in points if np.abs(p.x + saddle.x).max() < 1e-9)
    memories = [p for p in points if p.kind.attracting]
    for order in ([saddle, twin, twin], [twin, twin, saddle], [twin, saddle, twin]):
        images = mirror_images(network, dict(enumerate(order)))
        assert len(images) == 2
        assert all(images[images[i]] == i for i in images)
        graph = db.transition_graph(network, [*order, *memories])
        assert [graph.out_degree(node) for node in range(3)] == [2, 2, 2]


def ring(n, inner, right, left):
    """n equal units, each with the same weights to itself and its two neighbours."""
    weights = np.zeros((n, n))
    for i in range(n):
        weights[i, [i, (i + 1) % n, i - 1]] = inner, right, left
    return db.RNN(weights)


#: Name -> (system, box, order of the group, sizes of the orbits of points).
SYSTEMS = {
    "toggle switch": (
        db.ODE({"u": "a/(1 + v^2) - u", "v": "a/(1 + u^2) - v"}, {"a": 3.0}),
        [[0, 5]] * 2,
        2,
        [1, 2],
    ),
    "Hopfield triangle": (db.RNN(2 * np.array([[0, 1, -1], [1, 0, -1], [-1, -1, 0]])), [[-5, 5]] * 3, 12, [1, 2]),
    "inhibitory triangle": (db.RNN(3 * np.eye(3) - 1), [[-6, 6]] * 3, 12, [1, 6, 6]),
    "coupled cells": (
        db.ODE(
            {f"x{i}": f"x{i} - x{i}^3 + k*(x{(i + 1) % 3} + x{(i - 1) % 3} - 2*x{i})" for i in range(3)}, {"k": 0.15}
        ),
        [[-2, 2]] * 3,
        12,
        None,
    ),
    "ring network": (ring(3, 1.5, 0.3, -0.1), [[-4, 4]] * 3, 6, None),
    "D4": (db.ODE({"x": "x - x^3 - 2*x*y^2", "y": "y - y^3 - 2*x^2*y"}), [[-3, 3]] * 2, 8, [1, 4, 4]),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_symmetries_change_no_graph(name, monkeypatch):
    """Branches along eigenvectors: which are followed differs, where they lead does not."""
    system, box, order, sizes = SYSTEMS[name]
    found = db.find_fixed_points(system, box=box)
    assert system.symmetries().order == order
    orbits = db.fixed_points.symmetry_orbits(system, found)
    assert all(orbit.complete and orbit.isotropy_order * len(orbit.points) == order for orbit in orbits)
    assert sorted(i for orbit in orbits for i in orbit.points) == list(range(len(found)))
    if sizes is not None:
        assert sorted(len(orbit.points) for orbit in orbits) == sizes
    followed = []
    original = build.Follower.follow
    monkeypatch.setattr(
        build.Follower, "follow", lambda self, branches: followed.append(len(branches)) or original(self, branches)
    )
    reduced = db.transition_graph(system, found)
    with_symmetries = sum(followed)
    followed.clear()
    monkeypatch.setattr(build, "images_of", lambda system, points: Images(points, ()))
    plain = db.transition_graph(system, found)
    assert 0 < with_symmetries < sum(followed)
    along = [{k: d for k, d in edges(graph).items() if k[2]} for graph in (reduced, plain)]
    assert along[0].keys() == along[1].keys()
    assert len(along[0]) >= 2
    for key, data in along[0].items():
        if data["how"] != "connection":  # when an orbit is nearest to a saddle hangs on its rounding
            assert data["time"] == pytest.approx(along[1][key]["time"], rel=0.05, abs=1e-6)
        np.testing.assert_allclose(data["path"][[0, -1]], along[1][key]["path"][[0, -1]], atol=1e-5)
    assert any("by the symmetry" in d["reason"] for *_, d in reduced.edges(data=True))
    assert not any("by the symmetry" in d["reason"] for *_, d in plain.edges(data=True))


def edges(graph):
    return {(a, b, d["side"], d["direction"], d["how"]): d for a, b, d in graph.edges(data=True)}


def test_the_graph_is_the_same_as_without_mirroring(network, points, monkeypatch):
    followed = []
    original = build.Follower.follow
    monkeypatch.setattr(
        build.Follower, "follow", lambda self, branches: followed.append(len(branches)) or original(self, branches)
    )
    mirrored = db.transition_graph(network, points)
    with_mirrors, followed = sum(followed), []
    monkeypatch.setattr(build, "images_of", lambda system, points: Images(points, ()))
    plain = db.transition_graph(network, points)
    assert with_mirrors < sum(followed)
    # Samples of an unstable sphere are drawn at random, so that only their limits are comparable.
    along = [{k: d for k, d in edges(graph).items() if k[2]} for graph in (mirrored, plain)]
    assert along[0].keys() == along[1].keys()
    assert len(along[0]) >= 8
    for key, data in along[0].items():
        assert data["time"] == pytest.approx(along[1][key]["time"], rel=0.05)
        np.testing.assert_allclose(data["path"][[0, -1]], along[1][key]["path"][[0, -1]], atol=1e-5)
    assert {k[:2] for k in edges(mirrored)} == {k[:2] for k in edges(plain)}
    assert sum("by the symmetry" in d["reason"] for *_, d in mirrored.edges(data=True)) >= 4


def test_a_branch_whose_limit_has_no_image_is_followed_itself(network, points):
    memories = [i for i, p in enumerate(points) if p.kind.attracting]
    kept = [p for i, p in enumerate(points) if i != memories[0]]
    graph = db.transition_graph(network, kept)
    saddles = [i for i, p in enumerate(kept) if p.stability[2] == 1]
    lost = [d for a, _, d in graph.edges(data=True) if a in saddles and d["how"] == "undecided"]
    assert len(lost) == 2
    assert all("no fixed point was given" in d["reason"] for d in lost)
    assert sum(a in saddles for a, _ in graph.edges()) == 8
