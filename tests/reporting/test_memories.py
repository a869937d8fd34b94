"""Reports on networks with readouts: their memories, the search, and what may not be printed of a thousand units."""

from __future__ import annotations

import dataclasses
import itertools
import re

import numpy as np
import pytest

import dynbench as db
from dynbench.networks import force
from dynbench.networks.driven import simulate
from dynbench.networks.flipflop import FlipFlop
from dynbench.reporting.document import build_document
from dynbench.reporting.html import render_html
from dynbench.reporting.markdown import render_markdown
from dynbench.reporting.networks import drawn_graph
from dynbench.reporting.sections import memories_section

#: A row of more numbers than this is a matrix that nobody reads.
MOST_NUMBERS = 40


@pytest.fixture(scope="module")
def network():
    """Two bits, eight units each, so that all is known: x = 0 or +-1.915 in the units of a bit."""
    W_fb = 2 * np.kron(np.eye(2), np.ones((8, 1)))
    return db.EchoStateNetwork(np.zeros((16, 16)), W_fb, W_fb.T / 16, name="Two bits")


@pytest.fixture(scope="module")
def analysis(network):
    return db.analyze(network, search=db.search.NetworkPlan(budget=20, rounds=1))


def words(text):
    return "".join(str(getattr(piece, "text", piece)) for piece in text)


def tables(analysis, key):
    """The tables of a section by the start of their captions."""
    section = next(s for s in build_document(analysis).sections if s.key == key)
    found = [block for block in section.blocks if hasattr(block, "rows") and hasattr(block, "caption")]
    rows = {table.caption: [map(words, row) for row in table.rows] for table in found}
    heads = {table.caption: list(map(words, table.columns)) for table in found}
    return {c.split()[0]: [dict(zip(heads[c], row, strict=True)) for row in rows[c]] for c in rows}


def test_memories_stand_with_their_bits_and_certificates(analysis):
    rows = tables(analysis, "memories")["Memories:"]
    assert sorted(row["bits"] for row in rows) == ["".join(b) for b in itertools.product("01", repeat=2)]
    leading = 1 - 2 * (1 - np.tanh(1.9150080481545) ** 2)
    for row in rows:
        assert {abs(float(row[z].replace("\u2212", "-"))) for z in ("z\u2081", "z\u2082")} == {0.9575}
        assert [row[z][0] != "\u2212" for z in ("z\u2081", "z\u2082")] == [b == "1" for b in row["bits"]]
        assert float(row["unique within"]) > 0.01
        assert float(row["slowest time scale"]) == pytest.approx(1 / leading, rel=2e-3)
        first = row["leading eigenvalue"].replace("\u2212", "-").split(" (")[0]
        assert float(first) == pytest.approx(-leading, rel=1e-5)


def test_saddles_say_which_bit_they_flip(analysis):
    rows = tables(analysis, "memories")["Saddles"]
    assert len(rows) == 4
    for row in rows:
        one, other = row["joins"].split()[0], row["and"].split()[0]
        (flipped,) = (i for i, (p, q) in enumerate(zip(one, other, strict=True), 1) if p != q)
        assert row["bits that flip"] == str(flipped)


def test_the_search_is_told_step_by_step(analysis):
    rows = tables(analysis, "points")["What"]
    assert rows[-1]["points"] == "9"
    assert (rows[-1]["attractors"], rows[-1]["1 unstable direction"], rows[-1]["2 or more"]) == ("4", "4", "1")
    assert rows[-1]["sum of indices"] == "1"


def test_every_figure_has_words_and_numbers(analysis):
    page = render_html(analysis)
    names = re.findall(r'aria-labelledby="(\S+)-title', page)
    assert {"hypercube", "space-readout", "space-points", "effort"} <= set(names)
    for name in names:
        (description,) = re.findall(rf'<desc id="{name}-description">(.*?)</desc>', page)
        assert "table" in description
    assert "PC 1 (" in render_markdown(analysis)


def test_points_not_followed_are_left_out_of_the_graph_where_they_are_many(analysis):
    graph = analysis.graph.copy()
    graph.remove_edges_from(list(graph.edges(keys=True)))
    for node, data in graph.nodes(data=True):
        data["skipped"] = "" if analysis.fixed_points[node].kind.attracting else "it has 11 unstable directions"
    few = dataclasses.replace(analysis, graph=graph)
    assert len(drawn_graph(few)) == 9
    extra = {node: {**graph.nodes[1], "point": analysis.fixed_points[1], "skipped": "so"} for node in (20, 21)}
    graph.add_nodes_from(extra.items())
    assert sorted(drawn_graph(few)) == [node for node, data in graph.nodes(data=True) if not data["skipped"]]
    assert len(drawn_graph(few)) == 4


def test_a_report_keeps_what_was_known_by_when(analysis, tmp_path):
    path = db.report(analysis, tmp_path / "network.json")
    again = db.load_report(path, weights=analysis.system.parameters)
    assert again.fixed_points.history == analysis.fixed_points.history
    assert again.fixed_points.history[-1].by_index == {0: 4, 1: 4, 2: 1}
    assert "effort-title" in render_html(again)


def test_a_network_that_holds_nothing_has_no_memories(analysis):
    points = tuple(p for p in analysis.fixed_points if not p.kind.attracting)
    assert memories_section(analysis) is not None
    bare = dataclasses.replace(analysis, fixed_points=dataclasses.replace(analysis.fixed_points, points=points))
    assert memories_section(bare) is None
    assert memories_section(dataclasses.replace(analysis, system=db.RNN(np.eye(16)))) is None


@pytest.mark.slow
def test_a_thousand_units_make_a_small_report():
    rng = np.random.default_rng(11)
    task = FlipFlop()
    untrained = force.random_network(1000, 3, 3, rng=rng)
    lesson = task.signals(30_000, rng=rng)
    training = force.train(untrained, lesson.inputs, lesson.targets, rng=rng)
    visited = simulate(training.network, task.signals(6000, rng=rng).inputs, start=training.state)
    analysis = db.analyze(training.network, search=db.search.NetworkPlan(visited[::100], budget=20))
    assert len(analysis.fixed_points) > 20
    page, text = render_html(analysis), render_markdown(analysis)
    assert len(page.encode()) < 3e6
    assert len(text.encode()) < 3e5
    number = re.compile(r"[-\u2212]?\d+\.\d+")
    visible = re.sub(r"<svg\b.*?</svg>|<style\b.*?</style>", "", page, flags=re.DOTALL)
    rows = re.split(r"</tr>|</p>|</li>|</math>", visible) + text.splitlines()
    assert max(len(number.findall(row)) for row in rows) < MOST_NUMBERS
