"""Graphs written for other programs, and read back."""

from __future__ import annotations

import json

import networkx as nx
import pytest

import dynbench as db
from dynbench.transitions import write_graph

HOSTILE = "<script>alert('1')</script> \x00\x07\u202e\u00e9 & ]]> $\\frac" + "x" * 200

READERS = {
    ".graphml": lambda path: nx.read_graphml(path, node_type=int, force_multigraph=True),
    ".gexf": lambda path: nx.read_gexf(path, node_type=int),
    ".json": lambda path: nx.node_link_graph(json.loads(path.read_text()), edges="edges"),
}


@pytest.fixture(scope="module", params=["van der Pol", "infinity", "bistable"])
def graph(request):
    systems = {
        "van der Pol": ({"x": "y", "y": "(1 - x^2)*y - x"}, [[-3, 3]] * 2),
        "infinity": ({"x": "x^2 - 1"}, [[-3, 3]]),
        "bistable": ({"x": "x - x^3", "y": "-y"}, [[-3, 3]] * 2),
    }
    equations, box = systems[request.param]
    system = db.ODE(equations, name=HOSTILE)
    return db.transition_graph(system, db.find_fixed_points(system, box=box))


@pytest.mark.parametrize("suffix", READERS)
def test_every_format_is_read_back(graph, suffix, tmp_path):
    path = write_graph(graph, tmp_path / f"graph{suffix}")
    assert path.read_bytes().isascii()
    found = READERS[suffix](path)
    assert sorted(found.nodes) == sorted(graph.nodes)
    assert sorted(found.edges()) == sorted(graph.edges())
    for node, data in graph.nodes(data=True):
        read = found.nodes[node]
        assert read["kind"] == data["kind"]
        assert read.get("unstable") == data["unstable"]
        if data["point"] is not None:
            assert json.loads(read["state"]) == data["point"].x.tolist()
            assert json.loads(read["stability"]) == list(data["point"].stability)
        if data["cycle"] is not None:
            assert read["period"] == data["cycle"].period
        if data["attraction"] is not None:
            assert read["lyapunov_level"] == data["attraction"].level
    edges = {(a, b, d["side"]): d for a, b, d in graph.edges(data=True)}
    for a, b, read in found.edges(data=True):
        data = edges[a, b, read["side"]]
        assert read.get("length") == data["length"]
        for name in ("time", "samples", "direction", "how", "reason", "identified", "proved", "barrier_kind"):
            assert read[name] == data[name]
        assert read.get("barrier") == data["barrier"]
        assert json.loads(read["path"]) == data["path"].tolist()


def test_attractor_transitions_are_written_too(graph, tmp_path):
    joined = db.attractor_transitions(graph)
    found = nx.read_graphml(write_graph(joined, tmp_path / "a.graphml"), node_type=int, force_multigraph=True)
    assert sorted(found.edges()) == sorted(joined.edges())


def test_the_same_graph_gives_the_same_bytes(graph, tmp_path):
    for suffix in READERS:
        one, two = (write_graph(graph, tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "two"))
        assert one == two


def test_another_suffix_or_object_is_refused(graph, tmp_path):
    with pytest.raises(db.errors.InputError, match=r"ends in \.graphml, \.gexf, \.json"):
        write_graph(graph, tmp_path / "graph.dot")
    with pytest.raises(db.errors.InputError, match="expected a transition graph"):
        write_graph(3, tmp_path / "graph.json")


@pytest.mark.parametrize("path", [None, 3, [], b"graph.json"])
def test_what_is_no_path_is_refused(graph, path):
    with pytest.raises(db.errors.InputError, match=r"^path is .*; expected the name of a file\.$"):
        write_graph(graph, path)


@pytest.mark.parametrize("suffix", READERS)
def test_files_that_cannot_be_written_are_refused(graph, suffix, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    (tmp_path / f"folder{suffix}").mkdir()
    for path, message in (
        (tmp_path / "missing" / f"graph{suffix}", r"^There is no folder .*missing, so graph\S+ cannot be"),
        (file / f"graph{suffix}", r"^There is no folder .*file, so"),
        (tmp_path / f"folder{suffix}", r"^\S+ is a folder; give the name of a file to write"),
        (tmp_path / f"{'g' * 300}{suffix}", "cannot be written: File name too long"),
        (f"{tmp_path}/a\0b{suffix}", "^path is .*; expected a name that ends in"),
    ):
        with pytest.raises(db.errors.InputError, match=message) as caught:
            write_graph(graph, path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", READERS)
def test_graphs_that_are_no_transition_graphs_are_refused(suffix, tmp_path):
    for other, message in (
        (nx.MultiDiGraph([("a", "b")]), "^graph has the node 'a'; expected integers, as in a transition graph"),
        (nx.MultiDiGraph([(0.5, 1)]), "^graph has the node 0.5"),
    ):
        with pytest.raises(db.errors.InputError, match=message):
            write_graph(other, tmp_path / f"graph{suffix}")
    wrong = nx.MultiDiGraph()
    wrong.add_node(0, point=3)
    with pytest.raises(db.errors.InputError, match="graph has at node 0 what is no fixed point and no cycle"):
        write_graph(wrong, tmp_path / f"graph{suffix}")
    assert not list(tmp_path.iterdir())
