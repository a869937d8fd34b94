"""Pulses that take a network from one memory to another: thresholds in closed form, by a scan, and by symmetry."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest

import dynbench as db
from dynbench.errors import InputError
from dynbench.networks import simulate
from dynbench.transitions import memories, pulse_runs

WEIGHT = 2.0
#: x = w tanh x + u has a double root where w sech^2 x = 1: a steady input beyond this one ends the memory.
FOLD = WEIGHT * np.sqrt(1 - 1 / WEIGHT) - np.arctanh(np.sqrt(1 - 1 / WEIGHT))


def graph_of(network, starts):
    return db.transition_graph(network, db.find_fixed_points(network, starts=starts))


@pytest.fixture(scope="module")
def unit():
    """One unit, x' = -x + 2 tanh x + u: memories at +-1.915, the saddle at 0."""
    network = db.EchoStateNetwork([[WEIGHT]], [[0.0]], [[1.0]], [[1.0]])
    return network, graph_of(network, np.linspace(-3, 3, 7)[:, None])


@pytest.fixture(scope="module")
def two_bits():
    """Two halves of 20 units that hold a bit each, loosely coupled by a random reservoir."""
    rng = np.random.default_rng(3)
    feedback = np.kron(np.eye(2), np.ones((20, 1))) * rng.choice([-1.0, 1.0], size=(40, 1))
    reservoir = 0.3 / np.sqrt(40) * rng.standard_normal((40, 40))
    network = db.EchoStateNetwork(reservoir, 1.6 * feedback, np.linalg.pinv(feedback), feedback)
    lattice = [[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1)]
    points = db.find_fixed_points(network, search=db.search.Readouts(lattice))
    return network, db.transition_graph(network, points)


@pytest.fixture(scope="module")
def pulses(two_bits):
    return db.pulse_transitions(*two_bits)


def amplitude(unit, **options):
    graph = db.pulse_transitions(*unit, amplitudes=np.arange(1, 81) / 10, **options)
    return {sign: value for *_, sign, value in ((d["sign"], d["amplitude"]) for *_, d in graph.edges(data=True))}[1]


def test_the_threshold_of_a_long_pulse_is_the_fold(unit):
    graph = db.pulse_transitions(*unit, duration=20_000, tolerance=1e-6)
    for *_, data in graph.edges(data=True):
        low, high = data["bracket"]
        assert high - low <= 1e-6
        assert FOLD < high < FOLD + 1e-4


def test_the_threshold_of_a_short_pulse_is_that_of_a_direct_scan(unit):
    network, graph = unit
    (x,) = [p.x for _, p in graph.nodes(data="point") if p.x[0] < 0 and p.kind.attracting]
    found = db.pulse_transitions(network, graph, duration=15)
    ((low, high),) = [d["bracket"] for *_, d in found.edges(data=True) if d["sign"] == 1]
    # Whoever is beyond the saddle at 0 when the pulse ends goes on to the other memory.
    ends = [simulate(network, np.full((15, 1), u), start=x)[-1, 0] for u in (low, high)]
    assert ends[0] < 0 < ends[1]
    scanned = np.arange(1.3, 2.3, 1e-3)
    crosses = [simulate(network, np.full((15, 1), u), start=x)[-1, 0] > 0 for u in scanned]
    assert abs(scanned[np.argmax(crosses)] - high) <= 2e-3


def test_longer_pulses_need_no_larger_amplitude(unit):
    thresholds = [amplitude(unit, duration=steps) for steps in (5, 10, 20, 50, 200)]
    assert all(a > b for a, b in itertools.pairwise(thresholds))
    assert thresholds[-1] > FOLD


def test_what_edges_and_nodes_say(two_bits, pulses):
    network, graph = two_bits
    attracting = {n for n, p in graph.nodes(data="point") if p.kind.attracting}
    assert set(pulses) == attracting
    assert len(attracting) == 4
    for a, b, data in pulses.edges(data=True):
        before, after = (network.readout(graph.nodes[node]["point"].x) for node in (a, b))
        assert data["flips"] == tuple(np.flatnonzero(np.sign(before) != np.sign(after)))
        if len(data["flips"]) == 1:
            saddle = graph.nodes[data["saddle"]]["point"]
            assert {end for _, end in graph.out_edges(data["saddle"])} == {a, b}
            assert data["distance"] == pytest.approx(np.linalg.norm(saddle.x - graph.nodes[a]["point"].x))
        else:
            assert (data["saddle"], data["distance"]) == (None, None)
        low, high = data["bracket"]
        assert 0 < high - low <= 1e-3
        assert data["amplitude"] == high
        assert data["duration"] == 20
    for node, data in pulses.nodes(data=True):
        left = {(d["column"], d["sign"]) for *_, d in pulses.out_edges(node, data=True)}
        assert left.isdisjoint(data["withstands"])
        assert len(left) + len(data["withstands"]) == 4
        assert sum(d["least"] for *_, d in pulses.out_edges(node, data=True)) == len(left)
        assert data["point"] is graph.nodes[node]["point"]


def test_each_bit_is_turned_by_its_own_input(two_bits, pulses):
    signs = {n: np.sign(z) for n, z in pulses.nodes(data="readout")}
    turned = {
        (a, d["column"])
        for a, _, d in pulses.edges(data=True)
        if d["flips"] == (d["column"],) and d["sign"] == -signs[a][d["column"]]
    }
    assert turned == {(node, column) for node in pulses for column in (0, 1)}


def test_brackets_are_what_single_pulses_do(two_bits, pulses):
    network, graph = two_bits
    a, b, data = next(iter(pulses.edges(data=True)))
    ends = db.pulse_ends(network, graph, data["sign"] * np.array(data["bracket"]))
    assert ends[a][data["column"]].tolist() == [a, b]
    still = db.pulse_ends(network, graph, [0.0])
    assert all((ends == node).all() for node, ends in still.items())


def test_mirrored_memories_have_one_threshold(two_bits, pulses):
    bits = {n: tuple(np.sign(z).astype(int).tolist()) for n, z in pulses.nodes(data="readout")}
    found = {(bits[a], bits[b], d["column"], d["sign"]): d["bracket"] for a, b, d in pulses.edges(data=True)}
    for (a, b, column, sign), bracket in found.items():
        assert found[tuple(-bit for bit in a), tuple(-bit for bit in b), column, -sign] == bracket


def test_symmetry_saves_half_and_changes_nothing(two_bits, pulses, monkeypatch):
    rows = []
    run = pulse_runs.PulseRuns._run
    monkeypatch.setattr(pulse_runs.PulseRuns, "_run", lambda self, some: rows.append(len(some)) or run(self, some))
    db.pulse_transitions(*two_bits)
    halved, rows[:] = sum(rows), []
    monkeypatch.setattr(memories, "_mirror_images", lambda network, points: np.full(len(points), -1))
    plain = db.pulse_transitions(*two_bits)
    assert sum(rows) == 2 * halved
    assert [
        (a, b, d["column"], d["sign"], pytest.approx(d["bracket"], abs=1e-12)) for a, b, d in plain.edges(data=True)
    ] == [(a, b, d["column"], d["sign"], d["bracket"]) for a, b, d in pulses.edges(data=True)]


def test_the_cube_has_both_ways_on_its_edges(two_bits, pulses):
    _, graph = two_bits
    joined = db.attractor_transitions(graph, pulses)
    assert nx.is_isomorphic(nx.Graph(joined), nx.cycle_graph(4))
    for a, b, data in joined.edges(data=True):
        least = [min(d["amplitude"] for d in pulses.get_edge_data(*pair).values()) for pair in ((a, b), (b, a))]
        assert data["pulses"] == tuple(least)
        assert a < b
        assert len(data["flips"]) == 1
    first = pulses.edge_subgraph([tuple(key) for *key, column in pulses.edges(keys=True, data="column") if column == 0])
    for *_, data in db.attractor_transitions(graph, first).edges(data=True):
        assert all(data["pulses"]) == (data["flips"] == (0,))
    assert all("pulses" not in data for *_, data in db.attractor_transitions(graph).edges(data=True))


def test_a_leap_over_two_bits_has_no_saddle(two_bits):
    """An input that enters both bits at once takes (-1, -1) to (1, 1), which no saddle of index 1 joins to it."""
    network, graph = two_bits
    both = network.with_parameters(B=network.parameters["B"] @ [[1.0], [1.0]], u=[0.0])
    leaps = db.pulse_transitions(both, graph, amplitudes=np.arange(1, 41) / 10)
    found = [d for *_, d in leaps.edges(data=True) if d["flips"] == (0, 1)]
    assert {d["sign"] for d in found} == {1, -1}
    assert all((d["saddle"], d["distance"]) == (None, None) for d in found)


def test_an_end_that_is_no_memory_is_a_node_of_its_own(unit):
    network, graph = unit
    saddle_and_low = graph.subgraph([n for n, p in graph.nodes(data="point") if p.x[0] < 1]).copy()
    found = db.pulse_transitions(network, saddle_and_low, time=50)
    ((a, b, data),) = found.edges(data=True)
    assert found.nodes[b]["kind"] == "undecided"
    assert data["flips"] is None
    assert data["saddle"] is None
    assert found.nodes[a]["withstands"] == ((0, -1),)
    assert b not in saddle_and_low


def test_an_interruption_loses_nothing(two_bits, pulses):
    calls = []
    db.pulse_transitions(*two_bits, progress=lambda *a: calls.append(a))
    assert [a[1:] for a in calls if a[0] == "trying pulses"][-1] == (20, 20)
    assert calls[-1] == ("narrowing thresholds", pulses.number_of_edges(), pulses.number_of_edges())
    assert not pulses.graph["interrupted"]

    def stop(stage, done, total):
        if stage == "narrowing thresholds":
            raise KeyboardInterrupt

    part = db.pulse_transitions(*two_bits, progress=stop)
    assert part.graph["interrupted"]
    assert list(part.edges()) == list(pulses.edges())
    for a, b, key, data in part.edges(keys=True, data=True):
        low, high = pulses.edges[a, b, key]["bracket"]
        assert data["bracket"][0] <= low < high <= data["bracket"][1]
        assert data["bracket"][1] - data["bracket"][0] == pytest.approx(0.1)

    def at_once(stage, done, total):
        raise KeyboardInterrupt

    first = db.pulse_transitions(*two_bits, amplitudes=np.linspace(0.01, 2, 200), progress=at_once)
    assert first.graph["interrupted"]
    assert first.number_of_edges() == 0
    assert all(withstands == () for _, withstands in first.nodes(data="withstands"))


def test_it_is_written_and_drawn(two_bits, pulses, tmp_path):
    from dynbench.plotting import draw_transition_graph

    joined = db.attractor_transitions(two_bits[1], pulses)
    for graph, suffix in ((pulses, "graphml"), (joined, "gexf"), (pulses, "json")):
        assert db.write_graph(graph, tmp_path / f"graph.{suffix}").stat().st_size
    found = nx.read_graphml(tmp_path / "graph.graphml", node_type=int, force_multigraph=True)
    assert {d["amplitude"] for *_, d in found.edges(data=True)} == {d["amplitude"] for *_, d in pulses.edges(data=True)}
    assert draw_transition_graph(pulses).by_role["nodes"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amplitudes": [0.0, 1.0]}, "amplitudes must be positive and ascending"),
        ({"amplitudes": [1.0, 0.5]}, "amplitudes must be positive and ascending"),
        ({"amplitudes": []}, "at least one"),
        ({"amplitudes": [np.nan]}, "expected finite numbers in a row"),
        ({"amplitudes": "loud"}, "amplitudes must be an array of real numbers"),
        ({"duration": 0}, "duration is 0; expected a positive number of steps"),
        ({"duration": 2.5}, "duration is 2.5; expected a positive number of steps"),
        ({"step": 0}, "step is 0; expected a number above 0"),
        ({"tolerance": 0}, "tolerance is 0; it must be a positive"),
        ({"time": -1}, "time is -1; it must be a positive"),
    ],
)
def test_bad_numbers_are_refused(unit, change, message):
    with pytest.raises(InputError, match=message):
        db.pulse_transitions(*unit, **change)


def test_bad_networks_and_graphs_are_refused(unit, two_bits):
    network, graph = unit
    with pytest.raises(InputError, match="expected an EchoStateNetwork"):
        db.pulse_transitions(db.RNN([[1.0]]), graph)
    deaf = db.EchoStateNetwork([[WEIGHT]], [[0.0]], [[1.0]])
    with pytest.raises(InputError, match="no input: it was declared without B"):
        db.pulse_ends(deaf, graph, [1.0])
    with pytest.raises(InputError, match="expected what transition_graph returned"):
        db.pulse_transitions(network, nx.cycle_graph(3))
    for other in (two_bits[0], network.with_parameters(u=[0.1])):
        with pytest.raises(InputError, match="is no fixed point of this network under its input at rest"):
            db.pulse_transitions(other, graph)
    with pytest.raises(InputError, match="no attracting fixed point that is certified"):
        db.pulse_transitions(network, db.transition_graph(network, []))
    with pytest.raises(InputError, match="expected what pulse_transitions made of this graph"):
        db.attractor_transitions(graph, db.pulse_transitions(*two_bits))
    with pytest.raises(InputError, match="expected what pulse_transitions made of this graph"):
        db.attractor_transitions(graph, graph)


def test_a_step_with_which_euler_leaves_the_memory_is_refused():
    """x' = -x + 1.2 J tanh x with a rotation J: the origin of the unforced one is a focus that turns fast."""
    turn = np.array([[0.0, -30.0], [30.0, 0.0]])
    network = db.EchoStateNetwork(turn, [[0.0], [0.0]], [[1.0, 0.0]], [[1.0], [0.0]])
    graph = graph_of(network, [[0.0, 0.0]])
    with pytest.raises(InputError, match="Euler's rule leaves the memory 0; take a smaller one"):
        db.pulse_transitions(network, graph)
    assert db.pulse_transitions(network, graph, step=1e-3, duration=10).number_of_edges() == 0
