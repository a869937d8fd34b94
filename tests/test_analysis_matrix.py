"""The pipeline and its reports on systems in matrix form: small ones as their components, large ones in one piece."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.fixed_points.search import NetworkPlan, Relax
from dynbench.networks import flipflop, force

PAIR = [[0, 1.5], [1.5, 0]]
rng = np.random.default_rng(0)


def gru() -> db.System:
    """Two units that do not see each other, each with memory: the gate is half open, the candidate is tanh(3 h)."""
    weights = {"weight_ih_l0": np.zeros((6, 1)), "weight_hh_l0": np.zeros((6, 2))}
    weights |= {"bias_ih_l0": np.zeros(6), "bias_hh_l0": np.zeros(6)}
    weights["bias_ih_l0"][:2] = 30.0
    weights["weight_hh_l0"][4:] = 3 * np.eye(2)
    return db.networks.from_state_dict(weights, cell="gru")


x, W, b = sp.MatrixSymbol("x", 2, 1), sp.MatrixSymbol("W", 2, 2), sp.MatrixSymbol("b", 2, 1)
BOX = [(-3, 3), (-3, 3)]
SMALL = {
    "RNN": (db.RNN(PAIR), None),
    "RNN of one unit": (db.RNN([[2.0]]), None),
    "relu RNN": (db.RNN([[0.5, -1], [-1, 0.5]], 1.0, activation="relu"), BOX),
    "EchoStateNetwork": (db.EchoStateNetwork(rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4)), None),
    "GRU": (gru(), [(-1.5, 1.5)] * 2),
    "ODE": (db.ODE({x: -x + W * x.applyfunc(sp.sin) + b}, {W: PAIR, b: [0.1, 0.0]}), BOX),
    "linear Map": (db.Map({x: W * x}, {W: [[2, 0], [0, 0.5]]}), BOX),
}


@cache
def analysed(name: str) -> db.Analysis:
    system, box = SMALL[name]
    return db.analyze(system, box=box)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_small_systems_are_written_up(name, suffix, tmp_path):
    analysis = analysed(name)
    assert analysis.fixed_points.complete
    text = db.report(analysis, tmp_path / f"report{suffix}").read_text(encoding="utf-8")
    assert "MatrixSymbol" not in text
    assert "Elementwise" not in text
    assert analysis.system.content_hash in text


@pytest.mark.parametrize("name", SMALL)
def test_the_components_give_the_same_analysis(name):
    analysis, (system, box) = analysed(name), SMALL[name]
    region = analysis.fixed_points.bounds.box if box is None else box
    components = db.analyze(system.expand(), box=region)
    assert len(analysis.fixed_points) == len(components.fixed_points)
    for ours, theirs in zip(analysis.fixed_points, components.fixed_points, strict=True):
        np.testing.assert_allclose(ours.x, theirs.x, atol=1e-14)
        assert (ours.kind, ours.stability, ours.status) == (theirs.kind, theirs.stability, theirs.status)
    # Orbits that differ in the last bits may leave a source the other way, but not an eigenvector.
    for graph, other in ((analysis.graph, components.graph), (components.graph, analysis.graph)):
        along = {(a, d["direction"], d["side"]): (b, d["how"]) for a, b, d in graph.edges(data=True) if d["side"]}
        assert along == {
            (a, d["direction"], d["side"]): (b, d["how"]) for a, b, d in other.edges(data=True) if d["side"]
        }
    assert [i.expression for i in analysis.invariants] == [i.expression for i in components.invariants]
    assert [s.matrix for s in analysis.symmetries] == [s.matrix for s in components.symmetries]


def test_two_units_that_excite_each_other_have_two_memories():
    """x' = -x + 3/2 tanh(y), y' = -y + 3/2 tanh(x): by hand, x = y = 3/2 tanh(x), and 1/2 and -5/2 at the origin."""
    analysis = analysed("RNN")
    low, middle, high = analysis.fixed_points
    np.testing.assert_allclose(high.x, 1.2878394, atol=1e-7)
    np.testing.assert_allclose(high.x, 1.5 * np.tanh(high.x), atol=1e-14)
    np.testing.assert_array_equal(low.x, -high.x)
    np.testing.assert_array_equal(middle.x, 0)
    assert [p.kind for p in analysis.fixed_points] == [db.Kind.STABLE_NODE, db.Kind.SADDLE, db.Kind.STABLE_NODE]
    np.testing.assert_allclose(middle.eigenvalues, [0.5, -2.5], atol=1e-12)
    assert {(a, b): d["side"] for a, b, d in analysis.graph.edges(data=True)} == {(1, 0): -1, (1, 2): 1}
    assert all(d["how"] == "attraction ball" for *_, d in analysis.graph.edges(data=True))
    assert list(db.attractor_transitions(analysis.graph).edges()) == [(0, 2)]
    assert analysis.fixed_points.index_sum == analysis.fixed_points.expected_index_sum == 1
    assert analysis.graph.graph["incomplete"] == ""


def test_a_symmetric_linear_network_is_a_gradient_flow():
    saddle = db.ODE({x: W * x}, {W: [[1.0, 0.5], [0.5, -1.0]]})
    graph = db.transition_graph(saddle, db.find_fixed_points(saddle, box=BOX))
    assert {d["how"] for *_, d in graph.edges(data=True)} == {"far"}
    assert {graph.nodes[b]["kind"] for _, b in graph.edges()} == {"infinity"}


def test_far_away_a_matrix_form_is_not_taken_for_a_linear_one():
    """It saturates at 10^9: its branches go far, and that is all that is known of them."""
    system = db.ODE({x: -x + 2 * (10**9) * (x / 10**9).applyfunc(sp.tanh)})
    point = db.find_fixed_points(system, starts=[[0.0, 0.0]])
    graph = db.transition_graph(system, point, time=40.0)
    assert graph.number_of_edges() > 0
    assert "infinity" not in {graph.nodes[b]["kind"] for _, b in graph.edges()}


def test_what_cannot_be_smooth_is_said_of_entries(tmp_path):
    page = db.report(analysed("relu RNN"), tmp_path / "relu.md").read_text(encoding="utf-8")
    assert "may fail to be smooth where an entry of $x$ is zero." in page


def test_equations_and_derivatives_are_in_matrix_form(tmp_path):
    page = db.report(analysed("RNN"), tmp_path / "rnn.md").read_text(encoding="utf-8")
    for line in (
        r"{x}' &= \frac{1}{\tau} \left(- leak x + W \tanh{\left(x \right)} + b\right)",
        r"W \mathrm{diag}\left(1 - \tanh^{2}{\left(x \right)}\right)",
        r"\mathrm{D}^2 F\left(u, v\right) &=",
        r"\nabla q &=",
    ):
        assert line in page
    html = db.report(analysed("RNN"), tmp_path / "rnn.html").read_text(encoding="utf-8")
    assert "<mi>diag</mi>" in html
    assert "(</mo><mn>-1" not in html.replace("\u2212", "-")  # a sign, not a factor in brackets


@cache
def network(n: int) -> db.EchoStateNetwork:
    """Two bits held by n units, input at rest."""
    generator = np.random.default_rng(0)
    task = flipflop.FlipFlop(bits=2)
    drawn, signals = force.random_network(n, 2, 2, rng=generator), task.signals(8000, rng=generator)
    return force.train(drawn, signals.inputs, signals.targets, rng=generator).network


@cache
def large() -> db.Analysis:
    return db.analyze(network(200), search=NetworkPlan(budget=4, rounds=2))


def test_a_network_of_two_hundred_units_is_analysed():
    analysis = large()
    points, graph = analysis.fixed_points, analysis.graph
    assert points.strategies == ("NetworkPlan(budget=4)",)
    assert len(points.certified) == len(points) >= 3
    stable = [i for i, p in enumerate(points) if p.kind.attracting]
    assert len(stable) >= 2
    ends = {b for _, b in graph.edges()}
    assert ends & set(stable)
    assert {d["how"] for *_, d in graph.edges(data=True)} <= {"uniqueness ball", "undecided", "connection"}
    followed = {a for a, _ in graph.edges()}
    for i, p in enumerate(points):
        index = p.certificate.n_unstable
        assert (i in followed) == (0 < index <= 4)
        assert bool(graph.nodes[i]["skipped"]) == (index > 4)
    assert (analysis.manifolds, analysis.cover, analysis.slow_points) == ((), None, ())


def test_mirror_images_have_mirrored_edges():
    """The input is zero, so the network is odd: where a branch of x ends, that of -x ends in its mirror image."""
    analysis = large()
    points = analysis.fixed_points
    image = {
        i: next((j for j, q in enumerate(points) if np.abs(p.x + q.x).max() < 1e-9), None) for i, p in enumerate(points)
    }
    assert None not in image.values()
    saddles = [i for i, p in enumerate(points) if p.stability[2] == 1]
    for i in saddles:
        ends = sorted(image[b] for _, b in analysis.graph.out_edges(i))
        assert ends == sorted(b for _, b in analysis.graph.out_edges(image[i]))


def test_its_report_is_short_and_holds_no_array(tmp_path):
    analysis = large()
    html = db.report(analysis, tmp_path / "net.html")
    assert html.stat().st_size < 1_000_000
    page = db.report(analysis, tmp_path / "net.md").read_text(encoding="utf-8")
    assert "200 \u00d7 200 array" in page
    assert "x\\_17" not in page
    assert "| z\u2081 |" in page.replace(" ---: ", "")
    assert "leading eigenvalues" in page
    assert "relaxation" in page
    assert "Nothing was sought: no method is for a flow of 200 states." in page
    assert "F(\u2212x) = \u2212F(x)" in page
    assert "Points with many unstable directions are not all listed" in page
    assert "rounding bounded beforehand" in page
    readout = float(network(200).readout(analysis.fixed_points[0].x)[0])
    first = re.search(r"^\| 0 \|.*$", page, re.MULTILINE)
    assert first is not None
    assert f"{abs(readout):.5g}" in first[0]


def test_a_set_that_misses_points_says_so_everywhere(tmp_path):
    analysis = db.analyze(network(200), search=Relax(count=4))
    points = analysis.fixed_points
    assert points.expected_index_sum == 1
    assert points.index_sum == len(points) > 1
    sentence = f"the set is incomplete: the indices add up to {len(points)}, those of all points to 1"
    assert points.incomplete == sentence
    for text in (repr(points), points._repr_html_(), repr(analysis.graph), analysis.graph._repr_html_()):
        assert sentence in text
    assert analysis.graph.graph["incomplete"] == sentence
    page = db.report(analysis, tmp_path / "net.md").read_text(encoding="utf-8")
    assert sentence in page
    assert "Points are missing from the list." in page
    assert "Other fixed points exist" in page


def test_many_states_are_shown_by_their_size():
    points = large().fixed_points
    for text in (repr(points), points._repr_html_(), points._repr_latex_(), points[0]._repr_html_()):
        assert "x_17" not in text
        assert len(text) < 20_000
    assert "|x| = " in repr(points)
    assert points[0]._repr_latex_().endswith(r", \ldots\right)$")


@pytest.mark.slow
def test_a_thousand_units(tmp_path):
    analysis = db.analyze(network(1000), search=NetworkPlan(budget=30, rounds=2))
    assert sum(p.kind.attracting for p in analysis.fixed_points) >= 2
    assert all(p.status is db.Status.CERTIFIED for p in analysis.fixed_points)
    assert analysis.graph.number_of_edges() >= 2
    assert db.report(analysis, tmp_path / "net.html").stat().st_size < 3_000_000
