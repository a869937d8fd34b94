"""Mirror images of fixed points: which they are, and that following one of two gives the same graph."""

from __future__ import annotations

import numpy as np
import pytest

import dynbench as db
from dynbench.transitions import build
from dynbench.transitions.mirrored import mirror_images


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
    component = db.ODE({"x": "x - x^3"})
    assert mirror_images(component, dict(enumerate(db.find_fixed_points(component, box=[[-2, 2]])))) == {}


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
    monkeypatch.setattr(build, "mirror_images", lambda system, points: {})
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
    assert sum("mirror image" in d["reason"] for *_, d in mirrored.edges(data=True)) >= 4


def test_a_branch_whose_limit_has_no_image_is_followed_itself(network, points):
    memories = [i for i, p in enumerate(points) if p.kind.attracting]
    kept = [p for i, p in enumerate(points) if i != memories[0]]
    graph = db.transition_graph(network, kept)
    saddles = [i for i, p in enumerate(kept) if p.stability[2] == 1]
    lost = [d for a, _, d in graph.edges(data=True) if a in saddles and d["how"] == "undecided"]
    assert len(lost) == 2
    assert all("no fixed point was given" in d["reason"] for d in lost)
    assert sum(a in saddles for a, _ in graph.edges()) == 8
